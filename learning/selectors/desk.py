"""What lies on somebody's desk in each cohort, all of it in one query."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, DateField, F, IntegerField, Min, Q, QuerySet, Value
from django.utils import timezone

from learning.models import Activity, Appeal, ClosingItem, CopySignal, DutyDue, Finding, ProgressCase, Signup

APPEALS, CASES, ACTIVITIES, CLOSING = "appeals", "cases", "activities", "closing"
FINDINGS, SIGNALS, DUTIES = "findings", "signals", "duties"
IN_ORDER = (APPEALS, CASES, ACTIVITIES, CLOSING, FINDINGS, SIGNALS, DUTIES)


@dataclass(frozen=True)
class Waiting:
    """In one cohort: how many objections wait for an answer and the day on which the first is due; or rows of online
    progress that wait for a person and how ``many`` fit nobody; or activities to come with a waiting list, and how
    ``many`` people wait; or items of closing checklists, or findings, and the day until which the first is to be done; or
    journals that share passages; or weekly duties that nobody wrote down, and the day until which the first was to be held."""

    what: str
    cohort_id: int
    count: int
    many: int
    due_on: date | None


def waiting(
    *,
    appeals: QuerySet[Appeal] | None,
    cases: QuerySet[ProgressCase] | None,
    activities: QuerySet[Activity] | None,
    closing: QuerySet[ClosingItem] | None,
    findings: QuerySet[Finding] | None = None,
    signals: QuerySet[CopySignal] | None = None,
    duties: QuerySet[DutyDue] | None = None,
    more: Iterable[QuerySet] = (),
    now: datetime,
) -> list[Waiting]:
    """Of what is given; one query, or none. ``more``: rows of the same columns from apps that this one does not know."""
    parts = list(_parts(appeals, cases, activities, closing, now)) + list(_of_journals(findings, signals))
    if duties is not None:
        missing = duties.filter(record=None, last_on__lt=timezone.localdate(now))
        parts.append(_part(DUTIES, missing, Count("pk"), Value(0, IntegerField()), Min("last_on")))
    parts += more
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return sorted((Waiting(*row) for row in rows), key=lambda each: (_place(each.what), each.cohort_id))


def _place(what: str) -> int:
    return IN_ORDER.index(what) if what in IN_ORDER else len(IN_ORDER)


def _parts(appeals, cases, activities, closing, now: datetime) -> Iterator[QuerySet]:
    nobody, no_day = Value(0, IntegerField()), Value(None, DateField())
    if appeals is not None:
        yield _part(APPEALS, appeals.filter(state=Appeal.State.OPEN), Count("pk"), nobody, Min("due_on"))
    if cases is not None:
        unmatched = Count("pk", filter=Q(kind=ProgressCase.Kind.UNMATCHED))
        yield _part(CASES, cases.filter(decided_at=None), Count("pk"), unmatched, no_day)
    if activities is not None:
        queued = activities.filter(signups__state=Signup.State.WAITING, cancelled_at=None, starts_at__gt=now)
        yield _part(ACTIVITIES, queued, Count("pk", distinct=True), Count("signups"), no_day)
    if closing is not None:
        of_cohort = closing.annotate(cohort=F("training_class__cohort"))
        yield _part(CLOSING, of_cohort, Count("pk"), nobody, Min("due_on"))


def _of_journals(findings, signals) -> Iterator[QuerySet]:
    nobody, no_day = Value(0, IntegerField()), Value(None, DateField())
    in_cohort = F("journal__trainee__cohort")
    if findings is not None:
        is_open = findings.filter(state=Finding.State.OPEN).annotate(cohort=in_cohort)
        yield _part(FINDINGS, is_open, Count("pk"), nobody, Min("due_on"))
    if signals is not None:
        is_open = signals.filter(state=CopySignal.State.OPEN).annotate(cohort=in_cohort)
        yield _part(SIGNALS, is_open, Count("pk"), nobody, no_day)


def _part(what: str, rows: QuerySet, count, many, due_on) -> QuerySet:
    counted = rows.order_by().values("cohort").annotate(what=Value(what), n=count, many=many, due=due_on)
    return counted.values_list("what", "cohort", "n", "many", "due")
