"""The windows of wishes, and the wishes of trainees: written as a whole. Those of hosts: ``services.host_wishes``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Cohort, Trainee
from placements.models import MOST_RANKS, Wish, WishWindow
from trainee_mgmt.kit.errors import Refused


@dataclass(frozen=True)
class Said:
    """One line of a list of wishes: the key of a post or a trainee; without a rank it is a refusal."""

    key: int
    rank: int | None
    reason: str = ""


@transaction.atomic
def set_window(cohort: Cohort, **fields) -> WishWindow:
    """Open or move the windows of a cohort."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    _check_window(fields)
    window = WishWindow.objects.filter(cohort=cohort).first() or WishWindow(cohort=cohort)
    before, after = changes(window, fields)
    if window.pk and not after:
        return window
    for name, value in fields.items():
        setattr(window, name, value)
    window.save()
    record("placements.set_wish_window", window, before=before, after=after)
    return window


def _check_window(fields: dict) -> None:
    first, last = fields["hosts_from"], fields["hosts_until"]
    if fields["trainees_until"] <= fields["trainees_from"] or (first and last and last <= first):
        raise Refused(_("A window ends after it begins."))
    if (first is None) != (last is None):
        raise Refused(_("Give both ends of the window of the hosts, or neither."))


@transaction.atomic
def write_wishes(trainee: Trainee, said: Sequence[Said], *, by: User, at: datetime | None = None) -> None:
    """All wishes and refusals of a trainee, in place of those before; refused outside the window."""
    at = at or timezone.now()
    trainee = Trainee.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=trainee.pk)
    window = refuse_closed_window(trainee.cohort, Wish.Side.TRAINEE, at)
    check(said, most_ranks=window.most_ranks, most_refusals=window.most_refusals)
    offers = set(trainee.cohort.offers.filter(pk__in=[each.key for each in said]).values_list("pk", flat=True))
    if len(offers) < len({each.key for each in said}):
        raise Refused(_("One of these posts is no longer on offer. Look at the list again."))
    rows = [
        Wish(side=Wish.Side.TRAINEE, trainee=trainee, offer_id=each.key, **fields_of(each, by, at)) for each in said
    ]
    replace(Wish.objects.filter(side=Wish.Side.TRAINEE, trainee=trainee), rows)
    record("placements.write_wishes", trainee, after=counted(said))


def refuse_closed_window(cohort: Cohort, side: str, at: datetime) -> WishWindow:
    window = WishWindow.objects.filter(cohort=cohort).first()
    if window is None or not window.is_open(side, at):
        raise Refused(_("Wishes are not taken at this time. Speak to the office."))
    return window


def check(said: Sequence[Said], *, most_ranks: int | None = None, most_refusals: int | None = None) -> None:
    ranks = [each.rank for each in said if each.rank is not None]
    refusals = [each for each in said if each.rank is None]
    if len({each.key for each in said}) < len(said):
        raise Refused(_("Each stands once in the list: wished or refused, not both."))
    if len(set(ranks)) < len(ranks):
        raise Refused(_("Each rank is given once."))
    if sorted(ranks) != list(range(1, len(ranks) + 1)):
        raise Refused(_("Begin with rank 1 and leave none out."))
    if most_ranks is not None and len(ranks) > most_ranks:
        raise Refused(_("You may rank %(count)s posts.") % {"count": most_ranks})
    if len(ranks) > MOST_RANKS:
        raise Refused(_("You may rank %(count)s people.") % {"count": MOST_RANKS})
    if most_refusals is not None and len(refusals) > most_refusals:
        raise Refused(_("You may refuse %(count)s posts.") % {"count": most_refusals})
    if any(not each.reason.strip() for each in refusals):
        raise Refused(_("Give the reason of each refusal; without it nobody can look for a way."))


def fields_of(said: Said, by: User | None, at: datetime) -> dict:
    return {"rank": said.rank, "reason": said.reason.strip()[:200], "written_by": by, "written_at": at}


def counted(said: Sequence[Said]) -> dict:
    return {"ranked": sum(each.rank is not None for each in said), "refused": sum(each.rank is None for each in said)}


def replace(old, rows: list[Wish]) -> None:
    old.delete()
    Wish.objects.bulk_create(rows)
