"""Totals of many people at once: a number of queries that does not grow with the people, each number with its facts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, IntegerField, Q, QuerySet, Value
from django.utils import timezone

from assessments.models import Score
from assessments.rules.evidence import Facts, Source, evidence, points_of
from assessments.rules.indicators import Computed
from assessments.rules.raters import Combined
from assessments.rules.scheme import Kind, Node
from assessments.rules.totals import Total, bare_total, total
from assessments.selectors.hosting import lead_facts, mentor_facts
from assessments.selectors.outline import Outline, rule_of
from assessments.selectors.people import Someone
from learning.models import HANDED_IN, JournalDue, PersonTime
from learning.rules.attendance import Tally

FactsByKey = dict[str, dict[int, Facts]]  # by indicator, then by trainee


@dataclass(frozen=True)
class Standing:
    """One trainee's total, its lines, and what stands behind each of them."""

    person: Someone | None
    total: Total
    facts: dict[str, Facts]
    found: dict[str, Combined | Computed]


def sources(outline: Outline) -> dict[str, Source]:
    scheme = outline.scheme
    return {
        leaf.key: Source(
            leaf.kind,
            leaf.full_marks,
            None if leaf.kind == Kind.MANUAL else rule_of(outline.indicators[leaf.key]),
            scheme.method,
            scheme.trim_guard,
        )
        for leaf in outline.leaves
    }


def standings(
    outline: Outline, people: Iterable[Someone], *, now: datetime | None = None, with_rows: bool = False
) -> list[Standing]:
    """
    The totals of ``people`` as of ``now``; ``with_rows`` the facts name the rows counted, for a snapshot.

    Queries: one for all scores, and one for each computed indicator.
    """
    people = list(people)
    keys = [person.pk for person in people]
    made = standings_of(all_facts(outline, keys, now=now, with_rows=with_rows), outline, keys)
    return [replace(made[person.pk], person=person) for person in people]


def standings_of(facts: FactsByKey, outline: Outline, trainees: Iterable[int]) -> dict[int, Standing]:
    how, leaves = sources(outline), outline.leaves
    return {pk: _standing(outline, how, leaves, pk, facts) for pk in trainees}


def bare_totals(facts: FactsByKey, outline: Outline, trainees: Iterable[int]) -> dict[int, Decimal | None]:
    """The total of each trainee, and nothing of how it came about."""
    how = sources(outline)
    points_by_key = {key: _points(how[key], by_trainee) for key, by_trainee in facts.items()}
    of_nobody = {key: points_of(evidence(source, Facts())) for key, source in how.items()}
    return {
        pk: bare_total(outline.root, {key: points.get(pk, of_nobody[key]) for key, points in points_by_key.items()})
        for pk in trainees
    }


def _points(source: Source, facts: dict[int, Facts]) -> dict[int, Decimal | None]:
    """The points of one leaf by trainee; the same facts of many people are judged once."""
    judged: dict[tuple, Decimal | None] = {}
    points = {}
    for pk, fact in facts.items():
        counted = (fact.given, fact.tally, fact.journals, fact.leads, fact.mentors, fact.open_requests)
        if counted not in judged:
            judged[counted] = points_of(evidence(source, fact))
        points[pk] = judged[counted]
    return points


def _standing(
    outline: Outline, how: dict[str, Source], leaves: list[Node], trainee: int, facts: FactsByKey
) -> Standing:
    mine = {leaf.key: facts[leaf.key].get(trainee, Facts()) for leaf in leaves}
    found = {key: evidence(how[key], fact) for key, fact in mine.items()}
    points = {key: points_of(each) for key, each in found.items()}
    return Standing(None, total(outline.root, points), mine, found)


def all_facts(
    outline: Outline, trainees: Collection[int], *, now: datetime | None = None, with_rows: bool = False
) -> FactsByKey:
    """What every leaf counts, as of ``now``; one query for all scores, and one for each computed indicator."""
    computed = computed_facts(outline, trainees, now=now, with_rows=with_rows)
    return computed | given_facts(outline, trainees)


def given_facts(outline: Outline, trainees: Collection[int]) -> FactsByKey:
    """The points in force of all raters; one query."""
    keys = {int(leaf.key): leaf.key for leaf in outline.manual}
    rows = Score.objects.filter(indicator__in=keys, in_force=True, points__isnull=False)
    rows = _of(rows, trainees)
    given: dict[str, dict[int, list[tuple[Decimal, int]]]] = {key: {} for key in keys.values()}
    for indicator, trainee, points, pk in rows.order_by("pk").values_list("indicator_id", "trainee_id", "points", "pk"):
        given[keys[indicator]].setdefault(trainee, []).append((points, pk))
    return {
        key: {
            trainee: Facts(given=tuple(points for points, _pk in pairs), rows=tuple(pk for _points, pk in pairs))
            for trainee, pairs in by_trainee.items()
        }
        for key, by_trainee in given.items()
    }


def computed_facts(
    outline: Outline, trainees: Collection[int], *, now: datetime | None = None, with_rows: bool = False
) -> FactsByKey:
    """What the rules of computed indicators take, as of ``now``; one query for each such indicator."""
    now = now or timezone.now()
    return {leaf.key: GATHER[leaf.kind](outline, leaf, trainees, now, with_rows) for leaf in outline.computed}


def sessions_counted(outline: Outline, leaf: Node, now: datetime) -> QuerySet[PersonTime]:
    """The sessions held that an attendance indicator counts, a row for each person expected."""
    rows = PersonTime.objects.held(now).filter(cohort=outline.scheme.cohort_id)
    if leaf.counts_from:
        rows = rows.filter(session__starts_at__date__gte=leaf.counts_from)
    if leaf.counts_until:
        rows = rows.filter(session__starts_at__date__lte=leaf.counts_until)
    return rows


def journals_counted(outline: Outline, leaf: Node, now: datetime) -> QuerySet[JournalDue]:
    """The periods past due that a journal indicator counts, a row for each person asked."""
    rows = JournalDue.objects.past(timezone.localdate(now)).asked().filter(cohort=outline.scheme.cohort_id)
    if leaf.counts_from:
        rows = rows.filter(first_on__gte=leaf.counts_from)
    if leaf.counts_until:
        rows = rows.filter(first_on__lte=leaf.counts_until)
    return rows


def _attendance(
    outline: Outline, leaf: Node, trainees: Collection[int], now: datetime, with_rows: bool
) -> dict[int, Facts]:
    counted: dict[int, dict[str, int]] = {}
    marks: dict[int, list[int]] = {}
    rows = _of(sessions_counted(outline, leaf, now), trainees).order_by().values_list("trainee_id", "state")
    for trainee, state, n, keys in rows.annotate(n=Count("pk"), keys=_keys("mark_id", with_rows)):
        counted.setdefault(trainee, {})[state or "missing"] = n
        marks.setdefault(trainee, []).extend(keys or ())
    return {
        trainee: Facts(tally=Tally(**counts), rows=tuple(sorted(marks[trainee]))) for trainee, counts in counted.items()
    }


def _journals(
    outline: Outline, leaf: Node, trainees: Collection[int], now: datetime, with_rows: bool
) -> dict[int, Facts]:
    rows = _of(journals_counted(outline, leaf, now), trainees).order_by().values_list("trainee_id")
    counts = rows.annotate(
        accepted=Count("pk", filter=Q(state="accepted")),
        handed_in=Count("pk", filter=Q(state__in=HANDED_IN)),
        due=Count("pk"),
        keys=_keys("journal_id", with_rows),
    )
    return {
        trainee: Facts(journals=tuple(counted), rows=tuple(sorted(keys or ()))) for trainee, *counted, keys in counts
    }


def _keys(name: str, wanted: bool):
    """The keys of the rows of a group as one array; none where they are not asked for."""
    return (
        ArrayAgg(name, filter=Q(**{f"{name}__isnull": False})) if wanted else Value(None, output_field=IntegerField())
    )


def _of(rows: QuerySet, trainees: Collection[int]) -> QuerySet:
    """Only of these trainees; a long list is left to the cohort, which the rows are narrowed to already."""
    return rows.filter(trainee__in=list(trainees)) if len(trainees) <= SHORT else rows


SHORT = 100
GATHER = {Kind.ATTENDANCE: _attendance, Kind.JOURNALS: _journals, Kind.LEADS: lead_facts, Kind.MENTORS: mentor_facts}
