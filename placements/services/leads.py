"""Investment leads: entered by trainees, moved with evidence, merged with shares of credit, counted up to a cap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Cohort, Trainee
from placements.models import Lead, LeadCredit, LeadFile, LeadStage, LeadStep
from placements.rules import lead_days as days
from placements.rules import leads as rules
from placements.selectors.leads import path_of
from placements.services.lead_telling import tell_organizers, tell_shares, tell_stage
from trainee_mgmt.kit.errors import Refused, Remedy
from trainee_mgmt.kit.evidence import PDF, checked
from trainee_mgmt.kit.formats import day as day_in_words
from trainee_mgmt.kit.uploads import keep_file

FILES = 5


@dataclass(frozen=True)
class Source:
    """What a lead was made of: the model, its key and the words cited there."""

    kind: str
    key: int
    quote: str


@transaction.atomic
def enter_lead(
    trainees: Sequence[Trainee],
    *,
    company: str,
    what: str,
    found_on: date,
    by: User,
    credit_code: str = "",
    amount: Decimal | None = None,
    source: Source | None = None,
) -> Lead:
    """A company that these trainees of one cohort found, in equal shares. During the training or after it.

    Whether somebody else named the company too is for organizers to see; nobody is refused for being second.
    """
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=trainees[0].cohort_id)
    key = rules.company_key(company)
    if not key:
        raise Refused(_("Write the name of the company."))
    _refuse_twice(trainees, key, credit_code)
    rules.check_day(found_on, today=timezone.localdate())
    now = timezone.now()
    lead = Lead.objects.create(
        cohort=cohort,
        company=company.strip(),
        name_key=key,
        credit_code=credit_code,
        what=what.strip(),
        amount=amount,
        stage_on=found_on,
        source_type=source.kind if source else "",
        source_id=source.key if source else None,
        source_quote=source.quote if source else "",
        entered_by=by,
        entered_at=now,
    )
    LeadStep.objects.create(lead=lead, stage=LeadStage.FOUND, happened_on=found_on, by=by, at=now)
    shares = dict(zip((each.pk for each in trainees), rules.equal_shares(len(trainees)), strict=True))
    write_credit(lead, shares, reason="", by=by)
    tell_organizers(lead, by=by)
    record("placements.enter_lead", lead, after={"company": lead.company, "on": found_on, "shares": _told(shares)})
    return lead


def _refuse_twice(trainees: Sequence[Trainee], key: str, code: str) -> None:
    mine = Lead.objects.standing().filter(credits__trainee__in=trainees, credits__in_force=True)
    same = mine.filter(name_key=key)
    if code:
        same = same | mine.filter(credit_code=code)
    if found := same.order_by("pk").first():
        words = _("This company is among the leads already. Add what is new to that lead.")
        raise Refused(words, remedy=_go_to(found))


@transaction.atomic
def change_lead(lead: Lead, *, company: str, credit_code: str, what: str, amount: Decimal | None) -> Lead:
    lead = locked(lead)
    key = rules.company_key(company)
    if not key:
        raise Refused(_("Write the name of the company."))
    new = {
        "company": company.strip(),
        "name_key": key,
        "credit_code": credit_code,
        "what": what.strip(),
        "amount": amount,
    }
    before, after = changes(lead, new)
    if not after:
        return lead
    for name, value in new.items():
        setattr(lead, name, value)
    lead.save(update_fields=list(new))
    record("placements.change_lead", lead, before=before, after=after)
    return lead


@transaction.atomic
def move_lead(lead: Lead, *, stage: str, on: date, text: str, files: Iterable[bytes] = (), by: User) -> LeadStep:
    """The next stage, or an earlier one if that was wrong, with evidence. Earlier steps stay as they are."""
    lead = locked(lead)
    kept = checked(files, most=FILES)
    rules.check_move(lead.stage, stage, text=text, has_file=bool(kept))
    rules.check_day(on, today=timezone.localdate())
    if (earlier := days.day_before(path_of(lead), stage)) and on < earlier.day:
        raise _out_of_order(lead, earlier, _("“%(stage)s” was on %(day)s; what follows cannot lie before it."))
    before, since = lead.stage, lead.stage_on
    step = _add_step(lead, LeadStep.Kind.STAGE, stage, on=on, text=text, kept=kept, by=by)
    lead.stage, lead.stage_on = stage, on
    lead.save(update_fields=["stage", "stage_on"])
    if stage != before:
        tell_stage(lead, step, by=by)
    after = {"stage": stage, "on": on, "text": step.text, "files": len(kept)}
    record("placements.move_lead", lead, before={"stage": before, "on": since}, after=after)
    return step


@transaction.atomic
def add_note(lead: Lead, *, text: str, files: Iterable[bytes] = (), by: User) -> LeadStep:
    """What is new, with or without files; the stage stays. Whoever has credit may add it, also after the training."""
    lead = locked(lead)
    kept = checked(files, most=FILES)
    if not text.strip() and not kept:
        raise Refused(_("Write what is new, or choose a file."))
    step = _add_step(lead, LeadStep.Kind.NOTE, lead.stage, on=timezone.localdate(), text=text, kept=kept, by=by)
    record("placements.add_lead_note", lead, after={"text": step.text, "files": len(kept)})
    return step


def _add_step(
    lead: Lead, kind: str, stage: str, *, on: date, text: str, kept: list[tuple[str, bytes]], by: User
) -> LeadStep:
    given = {"happened_on": on, "text": text.strip()[:1000], "has_file": bool(kept), "by": by, "at": timezone.now()}
    step = LeadStep.objects.create(lead=lead, kind=kind, stage=stage, **given)
    for sort, data in kept:
        file = LeadFile(step=step, kind=sort, size=len(data))
        keep_file(file.file, f"file.{'pdf' if sort == PDF else 'jpg'}", data)
        file.save()
    return step


@transaction.atomic
def correct_day(step: LeadStep, *, on: date, reason: str, by: User) -> None:
    """Another day of a stage that holds, between those of its neighbours; the wrong one stays to be read. The same is no change."""
    lead = locked(step.lead)
    rules.check_day(on, today=timezone.localdate())
    if not reason.strip():
        raise Refused(_("Say why the day changes."))
    path = path_of(lead)
    between = days.neighbours(path, step.pk)
    if between is None or step.kind != LeadStep.Kind.STAGE:
        raise Refused(_("Only the day of a stage that still holds can be corrected."))
    earlier, later = between
    if earlier and on < earlier.day:
        raise _out_of_order(lead, earlier, _("“%(stage)s” was on %(day)s; what follows cannot lie before it."))
    if later and on > later.day:
        raise _out_of_order(lead, later, _("“%(stage)s” was on %(day)s; what precedes it cannot lie after it."))
    before = next(each.day for each in path if each.key == step.pk)
    if before == on:
        return
    LeadStep.objects.create(
        lead=lead,
        kind=LeadStep.Kind.DAY,
        corrects=step,
        stage=step.stage,
        happened_on=on,
        text=reason.strip()[:1000],
        by=by,
        at=timezone.now(),
    )
    lead.stage_on = days.holding(path_of(lead))[-1].day
    lead.save(update_fields=["stage_on"])
    record(
        "placements.correct_lead_day",
        lead,
        before={"stage": step.stage, "on": before},
        after={"on": on, "reason": reason.strip()},
    )


def _out_of_order(lead: Lead, step: days.Step, sentence: str) -> Refused:
    words = sentence % {"stage": LeadStage(step.stage).label, "day": day_in_words(step.day)}
    if step.is_merge:
        return Refused(words)
    url = reverse("placements:lead_day", kwargs={"pk": lead.pk, "step": step.key})
    return Refused(words, remedy=Remedy(_("Correct that day"), url, "placements.edit_lead", lead))


@transaction.atomic
def share_lead(lead: Lead, shares: Mapping[int, Decimal], *, reason: str, by: User) -> Lead:
    """Other shares, by trainee; they add up to exactly 1. The same again is no change."""
    lead = locked(lead)
    rules.check_shares(shares)
    if not reason.strip():
        raise Refused(_("Say why the shares change: the trainees read it."))
    before = current_shares(lead)
    if before == dict(shares):
        return lead
    known = Trainee.objects.filter(pk__in=shares, cohort__program=lead.cohort.program_id).count()
    if known != len(shares):
        raise Refused(_("Only trainees of this program have a share."))
    write_credit(lead, shares, reason=reason, by=by)
    record(
        "placements.share_lead",
        lead,
        before={"shares": _told(before)},
        after={"shares": _told(shares), "reason": reason.strip()},
    )
    return lead


def current_shares(lead: Lead) -> dict[int, Decimal]:
    """Trainee key -> share in force; the shares add up to one."""
    return dict(lead.credits.filter(in_force=True).order_by("pk").values_list("trainee", "share"))


def write_credit(lead: Lead, shares: Mapping[int, Decimal], *, reason: str, by: User) -> None:
    """Ends the shares in force and begins these. The caller holds the lock of the lead and has checked their sum. Without shares
    the lead was put into another, where its trainees are told of theirs."""
    before = current_shares(lead)
    now = timezone.now()
    rows = [
        LeadCredit(lead=lead, trainee_id=trainee, share=share, reason=reason.strip()[:200], by=by, at=now)
        for trainee, share in shares.items()
    ]
    # In force is one row a trainee: the old ones end in the statement that precedes the new ones.
    LeadCredit.objects.filter(lead=lead, in_force=True).update(in_force=False)
    LeadCredit.objects.bulk_create(rows)
    if shares:
        tell_shares(lead, before, shares, reason=reason.strip()[:200], by=by)


def _told(shares: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(trainee): str(share) for trainee, share in shares.items()}


def locked(lead: Lead) -> Lead:
    """The lead, held; one that was merged into another is changed there."""
    found = Lead.objects.select_for_update(of=("self",)).select_related("cohort", "merged_into").get(pk=lead.pk)
    if found.merged_into_id:
        words = _("This lead was put together with %(other)s; go on there.") % {"other": found.merged_into.company}
        raise Refused(words, remedy=_go_to(found.merged_into))
    return found


def _go_to(lead: Lead) -> Remedy:
    return Remedy(_("Open that lead"), lead.get_absolute_url(), "placements.view_lead", lead)
