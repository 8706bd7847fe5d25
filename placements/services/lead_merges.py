"""Two leads about one company become one, with shares of credit; it can be taken back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from placements.models import Lead, LeadMerge, LeadStep
from placements.rules import lead_days as days
from placements.rules import leads as rules
from placements.selectors.leads import path_of
from placements.services.lead_telling import tell_stage
from placements.services.leads import current_shares, write_credit
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def merge_leads(lead: Lead, other: Lead, shares: Mapping[int, Decimal], *, reason: str, by: User) -> LeadMerge:
    """``other`` goes into ``lead``; everybody with credit in one of them keeps some. The stage that is further on stands.

    Steps and evidence stay with the lead they were given to and are shown together.
    """
    lead, other = _both(lead, other)
    mine, theirs = current_shares(lead), current_shares(other)
    rules.check_shares(shares)
    if set(shares) != {*mine, *theirs}:
        raise Refused(_("Everybody who has credit in one of the two leads keeps some, and nobody else."))
    before = {
        "shares": {str(key): str(share) for key, share in mine.items()},
        "other_shares": {str(key): str(share) for key, share in theirs.items()},
        "stage": lead.stage,
        "stage_on": lead.stage_on.isoformat(),
        "after": {str(key): str(share) for key, share in shares.items()},
    }
    reason = reason.strip()[:200]
    merge = LeadMerge.objects.create(lead=lead, other=other, reason=reason, before=before, by=by, at=timezone.now())
    write_credit(lead, shares, reason=reason, by=by)
    write_credit(other, {}, reason=reason, by=by)
    other.merged_into = lead
    other.save(update_fields=["merged_into"])
    stage = rules.further(lead.stage, other.stage)
    if stage != lead.stage:
        _set_stage(lead, stage, other.stage_on, text=_("Put together with %(other)s") % {"other": other.company}, by=by)
    record(
        "placements.merge_leads",
        lead,
        before={"shares": before["shares"]},
        after={"other": other.pk, "shares": before["after"], "reason": reason},
    )
    return merge


@transaction.atomic
def undo_merge(merge: LeadMerge, *, by: User) -> None:
    """Two leads again, each with its credit and stage as before; refused once something followed that stands on the merge."""
    merge = LeadMerge.objects.select_for_update(of=("self",)).select_related("lead", "other").get(pk=merge.pk)
    if merge.undone_at:
        raise Refused(_("This was taken back already."))
    held = _held(merge.lead_id, merge.other_id)
    lead, other = held[merge.lead_id], held[merge.other_id]
    if lead.merged_into_id or merge.lead.merges.filter(undone_at=None, pk__gt=merge.pk).exists():
        raise Refused(_("Another merge stands on this one; take that back first."))
    after = {int(key): Decimal(share) for key, share in merge.before["after"].items()}
    if current_shares(lead) != after:
        raise Refused(_("The shares were changed since. Set them as they were, then take the merge back."))
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    other.merged_into = None
    other.save(update_fields=["merged_into"])
    for one, kept in ((lead, "shares"), (other, "other_shares")):
        shares = {int(key): Decimal(share) for key, share in merge.before[kept].items()}
        write_credit(one, shares, reason=_("merge taken back"), by=by)
    moved = rules.further(merge.before["stage"], other.stage)
    if lead.stage == moved != merge.before["stage"]:
        _set_stage(lead, *_stage_before(merge), text=_("merge taken back"), by=by)
    record("placements.undo_merge", lead, before={"other": other.pk}, after={"shares": merge.before["shares"]})


def _stage_before(merge: LeadMerge) -> tuple[str, date]:
    """The stage before the merge and its day, as it was corrected since."""
    held = days.holding(path_of(merge.lead, until=merge))
    day = next((each.day for each in reversed(held) if each.stage == merge.before["stage"]), None)
    return merge.before["stage"], day or date.fromisoformat(merge.before["stage_on"])


def _both(lead: Lead, other: Lead) -> tuple[Lead, Lead]:
    held = _held(lead.pk, other.pk)
    if len(held) != 2:
        raise Refused(_("Choose another lead."))
    one, two = held[lead.pk], held[other.pk]
    if one.merged_into_id or two.merged_into_id:
        raise Refused(_("One of the two was put together with another lead in the meantime."))
    if one.cohort.program_id != two.cohort.program_id:
        raise Refused(_("Leads of different programs stay apart."))
    return one, two


def _held(*keys: int) -> dict[int, Lead]:
    """Held in one order for everybody, so that two who merge and take back do not wait for each other."""
    rows = Lead.objects.select_for_update(of=("self",)).select_related("cohort").filter(pk__in=keys)
    return {each.pk: each for each in rows.order_by("pk")}


def _set_stage(lead: Lead, stage: str, on: date, *, text: str, by: User) -> None:
    step = LeadStep.objects.create(
        lead=lead, kind=LeadStep.Kind.MERGE, stage=stage, happened_on=on, text=text, by=by, at=timezone.now()
    )
    lead.stage, lead.stage_on = stage, on
    lead.save(update_fields=["stage", "stage_on"])
    tell_stage(lead, step, by=by)
