"""What trainees are told about their stay."""

from datetime import date

from django.utils import timezone

from accounts.services.notices import Planner, Telling, notify, plan_notices
from placements.models import OpinionGiven, Placement
from placements.rules.opinions import ASKED_FROM, ASKED_UNTIL, is_asked
from trainee_mgmt.kit.days import midnight

CHANGED, OPINION = "placements.stay_changed", "placements.opinion_asked"


def tell_of_change(placement: Placement, *, change: int, is_over: bool) -> None:
    """In the transaction of the change; ``placement`` is where the trainee is from now on."""
    user = placement.trainee.person.user_id
    if user is None:
        return
    post = placement.seat.offer.post
    params = {
        "host": post.host.name,
        "post": post.name,
        "first": placement.starts_on.isoformat(),
        "last": placement.ends_on.isoformat(),
        "is_over": is_over,
    }
    notify(CHANGED, [user], about=placement, key=f"change:{change}", params=params)


def ask_for_opinions(today: date) -> int:
    """Everybody whose stay is about to end is asked once; run it as often as you like."""
    near = Placement.objects.standing().filter(ends_on__range=(today - ASKED_UNTIL, today + ASKED_FROM))
    rows = near.filter(opinion_given=None, trainee__person__user__isnull=False, trainee__cohort__is_closed=False)
    found = list(rows.select_related("trainee__person", "seat__offer__post__host").order_by("pk"))
    if not found:
        return 0
    people = {each.trainee.person.user_id for each in found}
    tellings = [
        Telling(
            each.trainee.person.user_id,
            str(each.pk),
            about=(each._meta.label, each.pk),
            params={"host": each.seat.offer.post.host.name, "last": each.ends_on.isoformat()},
            expires_at=midnight(each.ends_on + ASKED_UNTIL),
        )
        for each in found
    ]
    return plan_notices(OPINION, tellings, Planner(people, timezone.localtime()))


def still_to_say(notices: list) -> list:
    """Those whose stay still asks for an opinion that was not given."""
    keys = {int(notice.key) for notice in notices}
    today = timezone.localtime().date()
    stays = Placement.objects.standing().filter(pk__in=keys).values_list("pk", "ends_on")
    open_ones = {pk for pk, ends_on in stays if is_asked(ends_on, today)}
    open_ones -= set(OpinionGiven.objects.filter(placement__in=keys).values_list("placement_id", flat=True))
    return [notice for notice in notices if int(notice.key) in open_ones]
