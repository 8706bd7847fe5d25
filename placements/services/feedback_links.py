"""The way of a mentor to the questions about one trainee, without an account."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from cohorts.models import Cohort
from placements.models import FeedbackLink, Placement
from placements.rules.feedback import STAYS_OPEN
from placements.rules.links import MOST_WRONG
from placements.services.signed import behind, secret
from trainee_mgmt.kit.errors import Refused


def live_feedback_links():
    """Those that open something: not revoked, not ended, of the mentor whom the placement has now."""
    return FeedbackLink.objects.filter(
        revoked_at=None,
        ends_on__gte=timezone.localdate(),
        mentor=F("placement__mentor"),
        mentor__left_on=None,
        wrong_digits__lt=MOST_WRONG,
    ).exclude(placement__state=Placement.State.CALLED_OFF)


def feedback_link_behind(token: str) -> FeedbackLink | None:
    """The link with this secret, while it opens something."""
    related = (
        "mentor__host",
        "placement__trainee__person",
        "placement__trainee__cohort",
        "placement__seat__offer__post",
    )
    return behind(token, live_feedback_links().select_related(*related))


@transaction.atomic
def make_feedback_links(cohort: Cohort, placements: Iterable[Placement], *, by: User | None) -> int:
    """A link for each of these that has a mentor and no link that opens something; what is dead gives way."""
    keys = [each.pk for each in placements]
    rows = Placement.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys, mentor__isnull=False)
    wanted = {each.pk: each for each in rows.filter(mentor__left_on=None).exclude(state="called_off").order_by("pk")}
    alive = set(live_feedback_links().filter(placement__in=wanted).values_list("placement_id", flat=True))
    missing = [each for pk, each in wanted.items() if pk not in alive]
    _write(missing, by)
    if missing:
        record("placements.make_feedback_links", cohort, after={"links": len(missing)})
    return len(missing)


def _write(placements: list[Placement], by: User | None) -> None:
    now, keys = timezone.now(), [each.pk for each in placements]
    FeedbackLink.objects.filter(placement__in=keys, revoked_at=None).update(revoked_at=now)
    last = dict(
        Placement.objects.filter(pk__in=keys).values_list("pk").annotate(last=Max("feedback_requests__closes_on"))
    )
    made = [
        FeedbackLink(
            placement=placement,
            mentor_id=placement.mentor_id,
            made_at=now,
            made_by=by,
            ends_on=max(filter(None, (last[placement.pk], placement.ends_on + STAYS_OPEN))),
            **secret(FeedbackLink),
        )
        for placement in placements
    ]
    FeedbackLink.objects.bulk_create(made, batch_size=1000)


@transaction.atomic
def renew_feedback_link(placement: Placement, *, instead_of: int | None, by: User | None) -> bool:
    """A new link; the old one opens nothing from now on. Answers whether it was made: not where another link than
    ``instead_of``, which the page showed, has come in the meantime."""
    locked = Placement.objects.select_for_update(no_key=True, of=("self",)).get(pk=placement.pk)
    if locked.mentor_id is None:
        raise Refused(_("Name a mentor for this placement first."))
    if locked.state == Placement.State.CALLED_OFF:
        raise Refused(_("This placement was called off; nobody is asked about it."))
    if live_feedback_links().filter(placement=locked).values_list("pk", flat=True).first() != instead_of:
        return False
    _write([locked], by)
    record("placements.renew_feedback_link", locked)
    return True


@transaction.atomic
def revoke_feedback_link(placement: Placement) -> None:
    """The link opens nothing from now on, and no new one is made."""
    if not FeedbackLink.objects.filter(placement=placement, revoked_at=None).update(revoked_at=timezone.now()):
        raise Refused(_("There is no link to revoke."))
    record("placements.revoke_feedback_link", placement)
