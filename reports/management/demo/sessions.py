"""Sessions of the demo and what their rolls say."""

import random
from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Unit, User
from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models import Attendance, Session, SessionClass
from library.models import Venue
from reports.management.demo.programs import DemoProgram
from trainee_mgmt.kit.days import moment

TEACHERS = (
    "杜若衡", "沈嘉木", "唐一诺", "方亦然", "顾明远", "陆清和", "秦思齐", "许知行", "温如玉", "乔木森", "江望舒", "柳承志",
    "邵文渊", "陶然", "尹若谷", "柏长青", "华宜修", "祁连山", "边疆", "成思远", "戴月明", "葛正阳", "简素", "孟春晖",
)  # fmt: skip


class Desk:
    """Whoever books teachers and venues for the demo: nobody and nothing is in two places in one half of a day."""

    def __init__(self, office: Unit, busy: set):
        self.busy = busy  # of all programs: teachers go round them
        self.venues = {
            name: Venue.objects.create(unit=office, name=name, place=place, capacity=capacity)
            for name, place, capacity in (("党校 201", "党校主楼", 120), ("创新中心 3 楼", "创新中心", 80))
        }

    def teacher(self, wished: str, day: date, hour: int) -> str:
        first = TEACHERS.index(wished)
        turn = (*TEACHERS[first:], *TEACHERS[:first])
        return next((name for name in turn if self._takes(name, day, hour)), "")

    def venue(self, place: str, day: date, hour: int) -> Venue | None:
        venue = self.venues.get(place)
        return venue if venue and self._takes(venue.pk, day, hour) else None

    def _takes(self, what: str | int, day: date, hour: int) -> bool:
        booking = (what, day, hour >= 12)
        if booking in self.busy:
            return False
        self.busy.add(booking)
        return True


def hold_sessions(
    plan: DemoProgram,
    cohort: Cohort,
    classes: list[TrainingClass],
    *,
    desk: Desk,
    rng: random.Random,
    today: date,
) -> list[tuple[Session, TrainingClass]]:
    places = ("党校 201", "创新中心 3 楼", "街道会议室", "线上")
    now = timezone.now()
    made = []
    for week in range(plan.weeks_gone + min(2, plan.weeks_left)):
        for turn in range(plan.sessions_a_week):
            topic = plan.topics[(week * plan.sessions_a_week + turn) % len(plan.topics)]
            for in_class in classes:
                day = cohort.starts_on + timedelta(weeks=week, days=(in_class.number + turn * 2) % 5)
                hour = 9 if (in_class.number + turn) % 2 else 14
                place = rng.choice(places)
                venue = desk.venue(place, day, hour)
                session = Session(
                    cohort=cohort,
                    title=topic,
                    teacher_name=desk.teacher(rng.choice(TEACHERS), day, hour),
                    place="" if venue else place,
                    venue=venue,
                    mode=Session.Mode.ONLINE if place == "线上" else Session.Mode.ON_SITE,
                    starts_at=moment(day, hour),
                    ends_at=moment(day, hour + 2, 30),
                )
                made.append((session, in_class))
    for in_class in classes[:3]:  # something is on today, whatever the day
        made.append(
            (
                Session(
                    cohort=cohort,
                    title=plan.topics[0],
                    teacher_name=desk.teacher(TEACHERS[0], today, 14),
                    place=places[0],
                    venue=desk.venue(places[0], today, 14),
                    starts_at=moment(today, 14, 30),
                    ends_at=moment(today, 16, 30),
                ),
                in_class,
            )
        )
    Session.objects.bulk_create(session for session, _class in made)
    SessionClass.objects.bulk_create(
        SessionClass(session=session, training_class=in_class) for session, in_class in made
    )
    return [
        (session, in_class)
        for session, in_class in made
        if session.ends_at < now and timezone.localdate(session.starts_at) < today
    ]


def call_rolls(
    sessions: Iterable[tuple[Session, TrainingClass]],
    trainees: dict[TrainingClass, list[Trainee]],
    *,
    by: User,
    rng: random.Random,
) -> None:
    states = ["present"] * 90 + ["late"] * 4 + ["absent"] * 3 + ["excused"] * 3
    sessions = list(sessions)
    rolled = sessions[:-2]  # two rolls are still missing
    marks = [
        Attendance(session=session, trainee=trainee, state=rng.choice(states), marked_by=by, marked_at=session.ends_at)
        for session, in_class in rolled
        for trainee in trainees[in_class]
    ]
    Attendance.objects.bulk_create(marks, batch_size=5000)
    for session, _class in rolled:
        session.rolled_at, session.rolled_by = session.ends_at, by
    Session.objects.bulk_update([session for session, _class in rolled], ["rolled_at", "rolled_by"], batch_size=500)
