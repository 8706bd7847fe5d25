"""Activities of the demo, with seats and waiting lists."""

from datetime import timedelta

from django.utils import timezone

from cohorts.models import Trainee
from learning.models import Activity, Signup
from learning.services.activities import OFFER, default_platforms, set_platforms
from reports.management.demo.programs import ACTIVITIES
from reports.management.demo.stage import Stage


def plan_activities(stage: Stage) -> None:
    """Some are over with who came, one is full with a waiting list and a seat on offer, one is cancelled."""
    platforms = default_platforms()
    set_platforms(stage.cohort, platforms)
    rows = {row.name: row for row in stage.cohort.platforms.all()}
    people = [trainee for members in stage.members.values() for trainee in members]
    for number, (title, place, days, capacity) in enumerate(ACTIVITIES):
        start = stage.at(days, 14 if number % 2 else 19)
        if timezone.localdate(start) < stage.cohort.starts_on:
            continue
        activity = Activity.objects.create(
            cohort=stage.cohort,
            platform=rows[platforms[number % len(platforms)]],
            title=title,
            mode=Activity.Mode.OFFLINE if place else Activity.Mode.ONLINE,
            place=place,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            capacity=capacity,
            opens_at=start - timedelta(days=21),
            closes_at=start - timedelta(hours=2),
            cancelled_at=timezone.now() if number == len(ACTIVITIES) - 1 else None,
        )
        if activity.opens_at < timezone.now():
            _sign_up(stage, activity, people)


def _sign_up(stage: Stage, activity: Activity, people: list[Trainee]) -> None:
    """More than there are seats, where seats are few: the last are on the waiting list, the first of them has an offer."""
    seats = activity.capacity or 60
    wanted = min(len(people), seats + 6 if seats <= 30 else seats * 2 // 3)
    is_over = activity.ends_at < timezone.now()
    signups = []
    others = stage.rng.sample(people[5:], wanted - 1)
    in_turn = [*others, people[4]] if seats <= 20 else [people[4], *others]
    for place, trainee in enumerate(in_turn):
        state, until = Signup.State.SIGNED, None
        if place >= seats:
            state = Signup.State.WAITING
        elif place == seats - 1 and wanted > seats and not is_over:
            state = Signup.State.OFFERED
            until = min(timezone.now() + OFFER, activity.starts_at)
        signups.append(
            Signup(
                activity=activity,
                trainee=trainee,
                state=state,
                queued_at=activity.opens_at + timedelta(minutes=7 * place),
                offer_until=until,
                attended=stage.rng.random() < 0.85 if is_over and state == Signup.State.SIGNED else None,
            )
        )
    Signup.objects.bulk_create(signups)
