"""Which requests for feedback there are: made, shifted and excused by the rules of the cohort and the days of each stay."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from cohorts.models import Cohort
from placements.models import Feedback, FeedbackRequest, FeedbackRules, Placement
from placements.rules.feedback import Due, Rules, schedule, usual_rules
from placements.selectors.feedback import of_cohort, rules_in_force
from trainee_mgmt.kit.errors import Refused

OUTSIDE = "outside"  # what stands as the excuse where the stay does not reach the milestone
Move = dict[str, Any]  # one request that is made, shifted or excused: plain data, as a stored plan keeps it


@transaction.atomic
def change_rules(cohort: Cohort, rules: Rules, *, by: User | None) -> FeedbackRules:
    """A new version for everything that is not answered yet; what was answered keeps the version it was answered under."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    before = rules_in_force(cohort)
    if before and before.data == rules.to_json():
        return before
    FeedbackRules.objects.filter(cohort=cohort, in_force=True).update(in_force=False)
    made = FeedbackRules.objects.create(
        cohort=cohort,
        version=before.version + 1 if before else 1,
        data=rules.to_json(),
        made_by=by,
        made_at=timezone.now(),
    )
    moved = _apply(cohort, made)
    record(
        "placements.change_feedback_rules",
        made,
        before=before.data if before else {},
        after=rules.to_json() | {"requests": moved},
    )
    return made


@transaction.atomic
def reconcile(cohort: Cohort) -> int:
    """The requests that there should be against those that there are; run it as often as you like. Answers how many moved."""
    placed = Placement.objects.filter(trainee__cohort=cohort).exists()
    if not placed:
        return 0
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    moved = _apply(cohort, rules_in_force(cohort) or _first_rules(cohort))
    if moved:
        record("placements.plan_feedback", cohort, after={"requests": moved})
    return moved


def reconcile_all(today: date) -> int:
    """All cohorts that are open and in which somebody is or was placed."""
    open_ones = Cohort.objects.filter(is_closed=False, starts_on__lte=today, trainees__placements__isnull=False)
    return sum(reconcile(cohort) for cohort in open_ones.distinct().order_by("pk"))


def _first_rules(cohort: Cohort) -> FeedbackRules:
    """What holds where nobody made rules, written down when it is first needed."""
    return FeedbackRules.objects.create(cohort=cohort, version=1, data=usual_rules().to_json(), made_at=timezone.now())


def _apply(cohort: Cohort, rules: FeedbackRules) -> int:
    today = timezone.localdate()
    placements = (
        Placement.objects.filter(trainee__cohort=cohort).order_by("pk").select_for_update(no_key=True, of=("self",))
    )
    stays = {each.pk: each for each in placements}
    existing: dict[int, list[FeedbackRequest]] = {}
    for request in _with_answer(of_cohort(cohort)).select_for_update(of=("self",)).order_by("pk"):
        existing.setdefault(request.placement_id, []).append(request)
    moves = [
        move | {"placement": pk}
        for pk, placement in stays.items()
        for move in moves_of(rules, existing.get(pk, []), stay_of(placement), today=today)
    ]
    write_moves(rules, moves)
    unanswered = of_cohort(cohort).exclude(rules=rules).exclude(answers__in_force=True)
    FeedbackRequest.objects.filter(pk__in=list(unanswered.values_list("pk", flat=True))).update(rules=rules)
    return len(moves)


def stay_of(placement: Placement) -> tuple[date, date] | None:
    """First and last day; None for a stay that was called off."""
    if placement.state == Placement.State.CALLED_OFF:
        return None
    return placement.starts_on, placement.ends_on


def requests_of(placement: Placement) -> list[FeedbackRequest]:
    return list(_with_answer(placement.feedback_requests.all()).order_by("opens_on", "pk"))


def _with_answer(rows: QuerySet[FeedbackRequest]) -> QuerySet[FeedbackRequest]:
    return rows.annotate(is_answered=Exists(Feedback.objects.filter(request=OuterRef("pk"), in_force=True)))


def moves_of(
    rules: FeedbackRules, requests: Iterable[FeedbackRequest], stay: tuple[date, date] | None, *, today: date
) -> list[Move]:
    """What has to be made, shifted or excused so that the requests fit the stay. What is answered stays as it is, and
    nobody becomes late by a shift: what was not yet asked and would be overdue at once is excused."""
    wanted = {due.key: due for due in schedule(rules.rules, *stay)} if stay else {}
    moves = []
    for request in requests:
        due = wanted.pop(request.milestone, None)
        if request.is_answered or (request.excused_at and request.is_excused_by_hand):
            continue
        if due is None or (due.due_on < today < request.opens_on):
            is_open = stay and request.opens_on <= min(today, stay[1])  # the mentor was asked already
            if not request.excused_at and not is_open:
                moves.append(_move("excuse", request.due, None, request.pk))
        elif request.excused_at or due != request.due:
            moves.append(_move("again" if request.excused_at else "shift", request.due, due, request.pk))
    return moves + [_move("new", None, due, None) for due in wanted.values()]


def _move(act: str, before: Due | None, after: Due | None, request: int | None) -> Move:
    return {
        "act": act,
        "request": request,
        "milestone": (after or before).key,
        "before": _days(before),
        "after": _days(after),
    }


def _days(due: Due | None) -> list[str]:
    return [day.isoformat() for day in (due.opens_on, due.due_on, due.closes_on)] if due else []


def write_moves(rules: FeedbackRules, moves: Iterable[Move]) -> None:
    """Exactly these; in the caller's transaction, with the placements locked."""
    new = []
    for move in moves:
        days = dict(zip(("opens_on", "due_on", "closes_on"), map(date.fromisoformat, move["after"])))
        if move["act"] == "new":
            new.append(
                FeedbackRequest(placement_id=move["placement"], rules=rules, milestone=move["milestone"], **days)
            )
            continue
        values = days | {"excused_at": None, "excuse": ""}
        if move["act"] == "excuse":
            values = {"excused_at": timezone.now(), "excuse": OUTSIDE}
        FeedbackRequest.objects.filter(pk=move["request"]).update(**values)
    FeedbackRequest.objects.bulk_create(new, batch_size=1000)


# One request ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def excuse(request: FeedbackRequest, *, reason: str) -> None:
    """Nobody waits for this answer any more, and the trainee loses nothing by it."""
    locked = _locked(request)
    if locked.is_answered:
        raise Refused(_("The mentor has answered already."))
    if locked.excused_at:
        raise Refused(_("This is excused already."))
    values = {"excused_at": timezone.now(), "excuse": reason, "is_excused_by_hand": True}
    FeedbackRequest.objects.filter(pk=locked.pk).update(**values)
    record("placements.excuse_feedback", locked, after={"reason": reason})


@transaction.atomic
def ask_again(request: FeedbackRequest) -> None:
    """Take an excuse back."""
    locked = _locked(request)
    if not locked.excused_at or not locked.is_excused_by_hand:
        raise Refused(_("There is no excuse to take back."))
    before = {"reason": locked.excuse}
    FeedbackRequest.objects.filter(pk=locked.pk).update(excused_at=None, excuse="", is_excused_by_hand=False)
    record("placements.ask_feedback_again", locked, before=before)


@transaction.atomic
def note_help(request: FeedbackRequest, *, note: str) -> None:
    """What was done for a host that is late: a call, a visit, another person to ask."""
    locked = _locked(request)
    before = {"help": locked.help_note}
    if note == locked.help_note:
        return
    FeedbackRequest.objects.filter(pk=locked.pk).update(help_note=note)
    record("placements.help_with_feedback", locked, before=before, after={"help": note})


def _locked(request: FeedbackRequest) -> FeedbackRequest:
    FeedbackRequest.objects.select_for_update().get(pk=request.pk)
    return _with_answer(FeedbackRequest.objects.select_related("placement")).get(pk=request.pk)
