"""Two leads about one company become one, with shares of credit; it can be taken back."""

from collections.abc import Mapping
from datetime import date, datetime
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

MISSING = {"credit_code": "", "amount": None}  # what a lead may leave open, and how it is kept then


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
        "filled": _fill(lead, other),
    }
    reason = reason.strip()[:200]
    merge = LeadMerge.objects.create(lead=lead, other=other, reason=reason, before=before, by=by, at=timezone.now())
    write_credit(lead, shares, reason=reason, by=by)
    write_credit(other, {}, reason=reason, by=by)
    other.merged_into = lead
    other.save(update_fields=["merged_into"])
    stage = rules.further(lead.stage, other.stage)
    if stage != lead.stage:
        text = _("Put together with %(other)s") % {"other": other.company}
        step = _keep_step(lead, stage, other.stage_on, text=text, by=by, at=timezone.now())
        _stand_at(lead, step, other.stage_on)
    record(
        "placements.merge_leads",
        lead,
        before={"shares": before["shares"]},
        after={"other": other.pk, "shares": before["after"], "filled": before["filled"], "reason": reason},
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
    _empty_again(lead, merge)
    if lead.stage == rules.further(merge.before["stage"], other.stage) != merge.before["stage"]:
        text = _("%(other)s is a lead of its own again") % {"other": other.company}
        step = _keep_step(lead, merge.before["stage"], timezone.localdate(), text=text, by=by, at=merge.undone_at)
        _stand_at(lead, step, days.holding(path_of(lead))[-1].day)
    record("placements.undo_merge", lead, before={"other": other.pk}, after={"shares": merge.before["shares"]})


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


def _fill(lead: Lead, other: Lead) -> dict[str, str]:
    """What the lead does not say and the other does is taken over; says what, so that it can be taken back."""
    filled = {
        name: getattr(other, name) for name in MISSING if getattr(lead, name) == MISSING[name] != getattr(other, name)
    }
    for name, value in filled.items():
        setattr(lead, name, value)
    lead.save(update_fields=list(filled))
    return {name: str(value) for name, value in filled.items()}


def _empty_again(lead: Lead, merge: LeadMerge) -> None:
    """What was taken over leaves with the other lead, unless it was changed since."""
    filled = merge.before.get("filled", {})
    left = [name for name, value in filled.items() if str(getattr(lead, name)) == value]
    for name in left:
        setattr(lead, name, MISSING[name])
    lead.save(update_fields=left)


def _keep_step(lead: Lead, stage: str, on: date, *, text: str, by: User, at: datetime) -> LeadStep:
    kind = LeadStep.Kind.MERGE
    return LeadStep.objects.create(lead=lead, kind=kind, stage=stage, happened_on=on, text=text, by=by, at=at)


def _stand_at(lead: Lead, step: LeadStep, since: date) -> None:
    lead.stage, lead.stage_on = step.stage, since
    lead.save(update_fields=["stage", "stage_on"])
    tell_stage(lead, step, by=step.by)
