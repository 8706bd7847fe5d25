"""Journals that are due, handed in or missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
)

from cohorts.models import Cohort, Trainee
from cohorts.rules.membership import Stay
from learning.models import HANDED_IN, Journal
from learning.rules.journals import Week, owed, weeks


@dataclass(frozen=True)
class JournalWeek:
    """A week of one trainee and what became of its journal (None: nothing written yet)."""

    week: Week
    journal: Journal | None
    is_late: bool
    is_open: bool  # it has begun


def journal_weeks(trainee: Trainee, *, today: date) -> list[JournalWeek]:
    """The weeks that ask this trainee for a journal and have begun, newest first; two queries."""
    written = {journal.period_start: journal for journal in trainee.journals.all()}
    in_training = [Stay(trainee.joined_on, trainee.ended_on, 0)]  # as in the view ``JournalDue``
    weeks = [week for week in owed(schedule_of(trainee.cohort), in_training) if week.first <= today]
    found = [
        JournalWeek(
            week=week,
            journal=written.get(week.monday),
            is_late=week.due_on < today
            and (week.monday not in written or written[week.monday].state in ("draft", "returned")),
            is_open=True,
        )
        for week in weeks
    ]
    return found[::-1]


def schedule_of(cohort: Cohort) -> list[Week]:
    return [] if cohort.journal_every == Cohort.JournalEvery.NONE else weeks(cohort.starts_on, cohort.ends_on)


def journal_counts(journals: QuerySet[Journal]) -> dict[str, int]:
    """How many journals stand where."""
    counted = journals.order_by().aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in Journal.State.values}
    )
    return {state: count for state, count in counted.items() if state != Journal.State.DRAFT}


def missing_journals(cohort: Cohort, *, today: date) -> QuerySet[Trainee]:
    """Trainees in training who have not handed in the journal of the newest week that is past due."""
    past = [week for week in schedule_of(cohort) if week.due_on < today]
    if not past:
        return Trainee.objects.none()
    handed_in = Journal.objects.filter(
        trainee=OuterRef("pk"), period_start=past[-1].monday, state__in=["submitted", "accepted"]
    )
    return cohort.trainees.active().filter(~Exists(handed_in), joined_on__lte=past[-1].first)


@dataclass(frozen=True)
class Owing:
    trainee_id: int
    name: str
    number: str
    weeks: list[date]


def missing_by_trainee(
    cohort: Cohort, trainees: QuerySet[Trainee], *, today: date, only: Collection[int] | None = None
) -> list[Owing]:
    """Who owes which weeks, most first; of everybody, or of ``only`` these. Two queries for any number of people."""
    past = [week for week in schedule_of(cohort) if week.due_on < today]
    people = trainees.filter(cohort=cohort, status=Trainee.Status.ACTIVE)
    journals = Journal.objects.filter(trainee__cohort=cohort, state__in=HANDED_IN)
    if only is not None:
        people, journals = people.filter(pk__in=only), journals.filter(trainee__in=only)
    handed_in = set(journals.values_list("trainee_id", "period_start"))
    owing = []
    for pk, name, number, joined_on in people.values_list("pk", "person__name", "number", "joined_on"):
        open_weeks = [week.monday for week in past if week.first >= joined_on and (pk, week.monday) not in handed_in]
        if open_weeks:
            owing.append(Owing(pk, name, number, open_weeks))
    return sorted(owing, key=lambda each: (-len(each.weeks), each.number, each.trainee_id))
