"""Journals that are due, handed in or missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from accounts.rules.timing import IsWorkingDay
from accounts.services.calendar import working_days_between
from cohorts.models import Cohort, Trainee
from cohorts.rules.membership import Stay
from cohorts.selectors.cohorts import journal_rules
from learning.models import HANDED_IN, Journal, JournalDue, JournalScore
from learning.rules.journals import Period, asks, owed, past_due, periods
from learning.selectors.reviewing import overdue


@dataclass(frozen=True)
class JournalPeriod:
    """A period of one trainee and what became of its journal (None: nothing written yet)."""

    period: Period
    journal: Journal | None
    is_late: bool
    points: Decimal | None = None
    is_excused: bool = False  # by leave, and not handed in


def journal_periods(trainee: Trainee, *, today: date) -> list[JournalPeriod]:
    """The periods that ask this trainee for a journal and have begun, newest first."""
    journals = {journal.period_start: journal for journal in trainee.journals.all()}
    given = JournalScore.objects.filter(journal__trainee=trainee, in_force=True)
    points = dict(given.values_list("journal__period_start", "points"))
    excused = JournalDue.objects.filter(trainee=trainee, is_excused=True).exclude(state__in=HANDED_IN)
    free = set(excused.values_list("period_start", flat=True))
    in_training = [Stay(trainee.joined_on, trainee.ended_on, 0)]  # as in the view ``JournalDue``
    found = owed(
        all_periods(trainee.cohort),
        in_training,
        is_working_day=working_days_of(trainee.cohort),
        written={start for start, journal in journals.items() if journal.state != Journal.State.DRAFT},
    )
    return [
        JournalPeriod(
            period=period,
            journal=(journal := journals.get(period.start)),
            is_late=period.due_on < today
            and period.start not in free
            and (journal is None or journal.state not in HANDED_IN),
            points=points.get(period.start),
            is_excused=period.start in free,
        )
        for period in reversed(found)
        if period.first <= today
    ]


def all_periods(cohort: Cohort) -> list[Period]:
    return periods(journal_rules(cohort), cohort.starts_on, cohort.ends_on)


def working_days_of(cohort: Cohort) -> IsWorkingDay:
    return working_days_between(cohort.starts_on, cohort.ends_on)


def period_of(trainee: Trainee, start: date) -> Period | None:
    """The period of this name, if the cohort asks for its journal or the trainee has begun one."""
    cohort = trainee.cohort
    found = next((period for period in all_periods(cohort) if period.start == start), None)
    if found is None or asks(found, working_days_between(found.first, found.last)):
        return found
    return found if trainee.journals.filter(period_start=start).exists() else None


def journal_counts(journals: QuerySet[Journal], *, today: date) -> tuple[dict[str, int], int]:
    """How many journals stand where, and how many wait for an answer after its last day."""
    states = [state for state in Journal.State.values if state != Journal.State.DRAFT]
    counted = journals.order_by().aggregate(
        late=Count("pk", filter=overdue(today)), **{state: Count("pk", filter=Q(state=state)) for state in states}
    )
    return {state: counted[state] for state in states}, counted["late"]


def missing_journals(cohort: Cohort, *, today: date) -> QuerySet[JournalDue]:
    """The journals of the newest period past due that were not handed in."""
    past = past_due(all_periods(cohort), as_of=today)
    is_working_day = working_days_of(cohort)
    newest = next((period.start for period in reversed(past) if asks(period, is_working_day)), None)
    if newest is None:
        return JournalDue.objects.none()
    return _owed(cohort).filter(period_start=newest)


def _owed(cohort: Cohort) -> QuerySet[JournalDue]:
    due = JournalDue.objects.filter(cohort=cohort, trainee__status=Trainee.Status.ACTIVE, is_excused=False)
    return due.exclude(state__in=HANDED_IN)


@dataclass(frozen=True)
class Owing:
    trainee_id: int
    name: str
    number: str
    periods: list[tuple[date, date]]  # first and last day, oldest first


def missing_by_trainee(
    cohort: Cohort, trainees: QuerySet[Trainee], *, today: date, only: Collection[int] | None = None
) -> list[Owing]:
    """Who owes which journals, most first; of everybody, or of ``only`` these. Two queries for any number of people."""
    due = _owed(cohort).past(today)
    people = trainees.filter(cohort=cohort, status=Trainee.Status.ACTIVE)
    if only is not None:
        due, people = due.filter(trainee__in=only), people.filter(pk__in=only)
    missing: dict[int, list[tuple[date, date]]] = {}
    for trainee, first, last in due.order_by("trainee", "first_on").values_list("trainee_id", "first_on", "last_on"):
        missing.setdefault(trainee, []).append((first, last))
    owing = [
        Owing(pk, name, number, missing[pk])
        for pk, name, number in people.values_list("pk", "person__name", "number")
        if pk in missing
    ]
    return sorted(owing, key=lambda each: (-len(each.periods), each.number, each.trainee_id))
