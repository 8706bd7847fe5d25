"""Leave: asked for by the trainee, agreed to by levels, revoked. Sessions are never touched; see ``Leave``."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.notices import cancel_notices, notify
from cohorts.models import ClassOfficer, Cohort, Trainee
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office
from learning.access.leave import decides_as
from learning.models import Leave, LeaveEvidence, LeaveStep, LeaveType
from learning.models.leave import LEAVE_ONCE
from learning.rules import leave as rules
from learning.rules.leave import Act, Level
from trainee_mgmt.kit.days import moment
from trainee_mgmt.kit.errors import Refused, constraint_of
from trainee_mgmt.kit.evidence import checked
from trainee_mgmt.kit.uploads import keep_file

FILES = 5
WAITING, DECIDED = "learning.leave_waiting", "learning.leave_decided"


@dataclass(frozen=True)
class Request:
    """What a trainee asks for; ``files``: the bytes of pictures and PDFs."""

    leave_type: LeaveType
    starts_at: datetime
    ends_at: datetime
    reason: str
    files: tuple[bytes, ...] = ()


@transaction.atomic
def ask_leave(trainee: Trainee, request: Request, *, by: User) -> Leave:
    """Ask for leave. Two requests for one time: the database lets one through."""
    evidence = checked(request.files, most=FILES)
    leave = Leave(cohort_id=trainee.cohort_id, trainee=trainee)
    _ask(leave, request, evidence=len(evidence))
    with _once():
        leave.save()
    _note_request(leave, evidence, by)
    record("learning.ask_leave", leave, after=_facts(leave))
    return leave


@transaction.atomic
def ask_again(leave: Leave, request: Request, *, by: User) -> Leave:
    """Send a returned request again, changed as was asked."""
    evidence = checked(request.files, most=FILES)
    leave = _locked(leave)
    rules.move(leave.state, Act.ASK)
    before = _facts(leave)
    attached = leave.evidence.count()
    if attached + len(evidence) > FILES:
        raise Refused(_("At most %(most)s files are taken.") % {"most": FILES})
    _ask(leave, request, evidence=attached + len(evidence))
    with _once():
        leave.save()
    _note_request(leave, evidence, by)
    record("learning.ask_leave_again", leave, before=before, after=_facts(leave))
    return leave


def approve_leave(leave: Leave, *, text: str = "", by: User) -> Leave:
    """Agree. If a higher level has to agree too, the request goes there; else the leave stands."""
    return _decide(leave, Act.APPROVE, text=text, by=by)


def refuse_leave(leave: Leave, *, text: str, by: User) -> Leave:
    return _decide(leave, Act.REFUSE, text=text, by=by)


def return_leave(leave: Leave, *, text: str, by: User) -> Leave:
    """Give it back with what is missing; the trainee changes it and sends it again."""
    return _decide(leave, Act.RETURN, text=text, by=by)


def revoke_leave(leave: Leave, *, text: str, by: User) -> Leave:
    """Take approved leave back; every session counts again as it did without it."""
    return _decide(leave, Act.REVOKE, text=text, by=by)


@transaction.atomic
def withdraw_leave(leave: Leave, *, by: User) -> Leave:
    """The trainee needs it no more; nothing was decided yet."""
    leave = _locked(leave)
    before = leave.state
    leave.state, leave.decided_at = rules.move(leave.state, Act.WITHDRAW), timezone.now()
    leave.save(update_fields=["state", "decided_at"])
    LeaveStep.objects.create(leave=leave, act=Act.WITHDRAW, by=by)
    cancel_notices(about=leave)
    record("learning.withdraw_leave", leave, before={"state": before}, after={"state": leave.state})
    return leave


@transaction.atomic
def _decide(leave: Leave, act: Act, *, text: str, by: User) -> Leave:
    """One decision at the deciding person's level. The row is locked: of two at once the second is told."""
    text = " ".join(text.split())[:500]
    leave = _locked(leave)
    before, level = {"state": leave.state, "level": leave.level}, decides_as(by, leave)
    if level is None:
        raise Refused(_("You do not decide about this leave."))
    rules.move(leave.state, act)
    if level < leave.level:
        raise Refused(_("This leave waits for: %(level)s.") % {"level": leave.get_level_display()})
    if act != Act.APPROVE and not text:
        raise Refused(_("Give the reason; the trainee reads it."))
    if act is Act.APPROVE and (following := rules.next_level(leave.steps, level)):
        act, leave.level = Act.FORWARD, following
    leave.state = rules.move(leave.state, act)
    is_open = leave.state in (Leave.State.WAITING, Leave.State.RETURNED)
    leave.decided_at = None if is_open else timezone.now()
    leave.save(update_fields=["state", "level", "decided_at"])
    step = LeaveStep.objects.create(leave=leave, act=act, level=level, text=text, by=by)
    cancel_notices(about=leave)
    if act is Act.FORWARD:
        _tell_deciders(leave, step)
    else:
        _tell_trainee(leave, step)
    after = {"state": leave.state, "level": leave.level, "reason": text}
    record(f"learning.{act.name.lower()}_leave", leave, before=before, after=after)
    return leave


def _locked(leave: Leave) -> Leave:
    related = ("trainee__person", "leave_type", "cohort")
    return Leave.objects.select_for_update(of=("self",)).select_related(*related).get(pk=leave.pk)


def _ask(leave: Leave, request: Request, *, evidence: int) -> None:
    trainee, cohort, leave_type = leave.trainee, leave.trainee.cohort, request.leave_type
    if trainee.status != Trainee.Status.ACTIVE or cohort.is_closed:
        raise Refused(_("You are no longer in training here; no leave is needed."))
    if leave_type.cohort_id != cohort.pk or leave_type.is_closed:
        raise Refused(_("This kind of leave is not offered. Choose another."))
    starts_at, ends_at = timezone.localtime(request.starts_at), timezone.localtime(request.ends_at)
    rules.check_times(
        starts_at,
        ends_at,
        first=max(cohort.starts_on, trainee.joined_on),
        last=cohort.ends_on,
        now=timezone.now(),
        limits=leave_type.limits,
    )
    if leave_type.needs_evidence and not evidence:
        raise Refused(_("“%(kind)s” needs a picture or a PDF. Attach it.") % {"kind": leave_type.name})
    leave.leave_type, leave.starts_at, leave.ends_at = leave_type, starts_at, ends_at
    leave.reason = " ".join(request.reason.split())[:500]
    leave.days = rules.days(starts_at, ends_at)
    leave.steps = [int(step) for step in rules.chain(leave.days, leave_type.limits)]
    leave.level, leave.state, leave.asked_at = leave.steps[0], Leave.State.WAITING, timezone.now()
    leave.training_class_id = _class_on(trainee, max(starts_at.date(), trainee.joined_on))


def _class_on(trainee: Trainee, day: date) -> int | None:
    return members_on(day).filter(trainee=trainee).values_list("training_class", flat=True).first()


@contextmanager
def _once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) != LEAVE_ONCE:
            raise
        raise Refused(_("You have asked for leave at this time already. Look at “My leave”.")) from None


def _note_request(leave: Leave, evidence: list[tuple[str, bytes]], by: User) -> None:
    step = LeaveStep.objects.create(leave=leave, act=Act.ASK, text=leave.reason, facts=_facts(leave), by=by)
    for kind, data in evidence:
        made = LeaveEvidence(leave=leave, kind=kind, size=len(data))
        name = "evidence.pdf" if kind == LeaveEvidence.Kind.PDF else "evidence.jpg"
        keep_file(made.file, name, data)
        made.save()
    _tell_deciders(leave, step)


def _tell_deciders(leave: Leave, step: LeaveStep) -> None:
    """Head teachers, or all officers where one of them decides. Organizers find it on their first page."""
    if leave.level == Level.ORGANIZER or leave.training_class_id is None:
        return
    today = timezone.localdate()
    terms = in_office(today).filter(training_class=leave.training_class_id, person__user__is_active=True)
    terms = terms.exclude(person=leave.trainee.person_id)
    if leave.level == Level.HEAD_TEACHER:
        terms = terms.filter(office=ClassOfficer.Office.HEAD_TEACHER)
    people = terms.values_list("person__user", flat=True).distinct()
    notify(WAITING, people, about=leave, key=f"{leave.pk}:{step.pk}", params=_told(leave), expires_at=leave.ends_at)


def _tell_trainee(leave: Leave, step: LeaveStep) -> None:
    user = leave.trainee.person.user_id
    if user:
        params = _told(leave) | {"act": str(step.act), "reason": step.text}
        notify(DECIDED, [user], about=leave, key=f"{leave.pk}:{step.pk}", params=params)


def _told(leave: Leave) -> dict[str, str | int]:
    return {
        "leave": leave.pk,
        "level": leave.level,
        "name": leave.trainee.person.name,
        "kind": leave.leave_type.name,
        "starts_at": leave.starts_at.isoformat(),
        "ends_at": leave.ends_at.isoformat(),
    }


def still_waiting(notices: list) -> list:
    """Those whose leave still waits at the level of the person told."""
    asked = Leave.objects.filter(pk__in={each.params["leave"] for each in notices}, state=Leave.State.WAITING)
    waiting = set(asked.values_list("pk", "level"))
    return [each for each in notices if (each.params["leave"], each.params["level"]) in waiting]


def away_on(people: set[int], day: date) -> set[int]:
    """Who of these accounts is on approved leave that day: digests wait until they are back."""
    noon = moment(day, 12)
    leave = Leave.objects.filter(
        state=Leave.State.APPROVED, starts_at__lte=noon, ends_at__gt=noon, trainee__person__user__in=people
    )
    return set(leave.values_list("trainee__person__user", flat=True))


def _facts(leave: Leave) -> dict[str, str]:
    return {
        "kind": leave.leave_type.name,
        "starts_at": leave.starts_at.isoformat(),
        "ends_at": leave.ends_at.isoformat(),
        "days": str(leave.days),
        "state": str(leave.state),
    }


# Kinds of leave ---------------------------------------------------------------------------------------------------------

KIND_FIELDS = ("name", "needs_evidence", "officer_days", "head_teacher_days", "after_days", "is_closed")


def usual_kinds() -> list[dict]:
    """What most offices begin with."""
    half, one, three = Decimal("0.5"), Decimal(1), Decimal(3)
    return [
        {"name": _("sick leave"), "needs_evidence": True, "officer_days": half, "head_teacher_days": three, "after_days": 3},
        {"name": _("personal leave"), "officer_days": half, "head_teacher_days": one},
        {"name": _("official duty"), "needs_evidence": True, "head_teacher_days": three, "after_days": 1},
    ]  # fmt: skip


@transaction.atomic
def make_usual_kinds(cohort: Cohort) -> int:
    """The usual kinds for a cohort that has none. Answers how many are new."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.leave_types.exists():
        raise Refused(_("There are kinds of leave already. Add what is missing one by one."))
    made = LeaveType.objects.bulk_create(LeaveType(cohort=cohort, **fields) for fields in usual_kinds())
    record("learning.make_leave_types", cohort, after={"names": ", ".join(each.name for each in made)})
    return len(made)


@transaction.atomic
def make_leave_type(cohort: Cohort, **fields) -> LeaveType:
    with _named_once():
        made = LeaveType.objects.create(cohort=cohort, **fields)
    record("learning.make_leave_type", made, after=_kind_facts(made))
    return made


@transaction.atomic
def change_leave_type(leave_type: LeaveType, **fields) -> LeaveType:
    """What was asked for before keeps the levels it was asked under."""
    leave_type = LeaveType.objects.select_for_update().get(pk=leave_type.pk)
    before = _kind_facts(leave_type)
    for name, value in fields.items():
        setattr(leave_type, name, value)
    after = _kind_facts(leave_type)
    changed = [name for name in KIND_FIELDS if before[name] != after[name]]
    if changed:
        with _named_once():
            leave_type.save(update_fields=list(fields))
        record(
            "learning.change_leave_type",
            leave_type,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return leave_type


@contextmanager
def _named_once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) != "learning_leave_type_once":
            raise
        raise Refused(_("There is a kind of leave with this name already.")) from None


def _kind_facts(leave_type: LeaveType) -> dict:
    values = {name: getattr(leave_type, name) for name in KIND_FIELDS}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
