"""Results of a whole cohort, live or as published, and one of them down to its rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from assessments.models import Result, Scheme, Score
from assessments.rules.evidence import Facts, Source, evidence
from assessments.rules.indicators import Computed
from assessments.rules.raters import Combined
from assessments.rules.scheme import Kind
from assessments.rules.totals import Line, Total, rank
from assessments.selectors.hosting import LeadRow, MentorRow, answer_rows, lead_rows
from assessments.selectors.outline import Outline, outline
from assessments.selectors.people import Someone, people, scored, scored_trainees
from assessments.selectors.standings import (
    SHORT,
    FactsByKey,
    Standing,
    all_facts,
    bare_totals,
    sources,
    standings,
    standings_of,
)
from learning.models import Attendance, Journal
from placements.models import Feedback, LeadCredit
from trainee_mgmt.kit.kept import kept


@dataclass(frozen=True)
class Ranking:
    """Everybody who has a result: those with a total from the highest down, then the others; each in order of numbers."""

    trainees: list[int]
    places: list[int]  # of the first of them; equal totals share one

    @cached_property
    def of(self) -> dict[int, int]:
        """The place of each who has one, by trainee."""
        return dict(zip(self.trainees, self.places))

    @property
    def without_total(self) -> list[int]:
        return self.trainees[len(self.places) :]


@dataclass(frozen=True)
class Results:
    """The results of a scheme: live until it is published, then what was published.

    ``at``: when the ranking was counted, if it was kept since; the standings are always those of now.
    """

    outline: Outline
    ranking: Ranking
    at: datetime | None
    facts: FactsByKey | None = None  # of everybody, where they were needed for the ranking

    def standings(self, trainees: Collection[int]) -> dict[int, Standing]:
        """How each of these stands, with everything behind the total."""
        scheme = self.outline.scheme
        if not scheme.is_published:
            return standings_of(self.facts or all_facts(self.outline, trainees), self.outline, trainees)
        rows = Result.objects.filter(scheme=scheme, in_force=True)
        rows = rows.filter(trainee__in=list(trainees)) if len(trainees) <= SHORT else rows
        written = {trainee: rest for trainee, *rest in rows.values_list("trainee_id", "total", "lines")}
        return {pk: from_snapshot(None, *written[pk]) for pk in trainees}


def results(scheme: Scheme, *, now: datetime | None = None, anew: bool = False) -> Results:
    """``anew``: a ranking that was kept is counted again."""
    tree = outline(scheme)
    facts: FactsByKey = {}

    def count() -> tuple[Ranking, int]:
        if scheme.is_published:
            rows = Result.objects.filter(scheme=scheme, in_force=True).order_by("trainee__number", "trainee_id")
            totals = dict(rows.values_list("trainee_id", "total"))
        else:
            trainees = scored_trainees(scheme.cohort).order_by("number", "pk").values_list("pk", flat=True)
            facts.update(all_facts(tree, trainees, now=now))
            totals = bare_totals(facts, tree, trainees)
        return ranking(totals), len(totals)

    found = kept("ranking", scheme.pk, scheme.state, scheme.published_at, make=count, anew=anew)
    return Results(tree, found.value, found.at, facts or None)


def ranking(totals: Mapping[int, Decimal | None]) -> Ranking:
    """From totals by trainee, in the order of their numbers."""
    places = rank(totals)
    last = len(totals) + 1
    trainees = sorted(totals, key=lambda pk: places[pk] or last)
    return Ranking(trainees, [places[pk] for pk in trainees if places[pk]])


def live(tree: Outline, *, now: datetime | None = None, with_rows: bool = False) -> list[Standing]:
    """The totals of everybody who is scored, from the ledgers as they are."""
    now = now or timezone.now()
    everybody = people(scored(tree.scheme.cohort, today=timezone.localdate(now)))
    return standings(tree, everybody, now=now, with_rows=with_rows)


def snapshot(tree: Outline, standing: Standing) -> list[dict[str, Any]]:
    """The lines of a total with everything that it was computed from, as a published result keeps them."""
    how = sources(tree)
    kept = []
    for line in standing.total.lines:
        data: dict[str, Any] = {
            "key": line.key,
            "name": line.name,
            "groups": [] if line.limits else list(tree.groups_above(line.key)),
            "points": _text(line.points),
            "counted": _text(line.counted),
            "full_marks": str(line.full_marks),
            "weight": str(line.weight),
            "share": _text(line.share),
            "limits": line.limits,
            "missing": line.key in standing.total.missing,
        }
        if not line.limits:
            data |= {"source": how[line.key].to_json(), "facts": standing.facts[line.key].to_json()}
        kept.append(data)
    return kept


def from_snapshot(person: Someone | None, total: Decimal | None, lines: Sequence[dict[str, Any]]) -> Standing:
    """A published total as the pages of live ones read it."""
    leaves = [line for line in lines if not line["limits"] and "facts" in line]
    facts = {line["key"]: Facts.from_json(line["facts"]) for line in leaves}
    missing = tuple(line["key"] for line in leaves if line["missing"])
    return Standing(
        person=person,
        total=Total(total, tuple(_line(line) for line in lines), missing),
        facts=facts,
        found={line["key"]: evidence(Source.from_json(line["source"]), facts[line["key"]]) for line in leaves},
    )


# One of them, down to the rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GivenRow:
    """The points of one rater."""

    score_id: int
    rater: str
    points: Decimal
    entered_at: datetime
    entered_by: str  # empty where the rater entered them


@dataclass(frozen=True)
class Opened:
    """One line of a total with the rows behind it."""

    line: Line
    groups: tuple[str, ...]
    kind: str
    found: Combined | Computed | None
    given: list[GivenRow]
    sessions: list[tuple]
    journals: list[tuple]
    leads: list[LeadRow]
    mentors: list[MentorRow]


def opened(standing: Standing, groups: dict[str, tuple[str, ...]], kinds: dict[str, str]) -> list[Opened]:
    """Every line of a total with the rows that its facts name; at most one query a kind of indicator, for any number of lines."""
    keys: dict[str, set[int]] = {}
    for key, facts in standing.facts.items():
        keys.setdefault(kinds[key], set()).update(facts.rows)
    given = {row.score_id: row for row in _given(keys.get(Kind.MANUAL, ()))}
    marks = {row[0]: row for row in _marks(keys.get(Kind.ATTENDANCE, ()))}
    journals = {row[0]: row for row in _journals(keys.get(Kind.JOURNALS, ()))}
    leads = {row.credit_id: row for row in _leads(keys.get(Kind.LEADS, ()))}
    mentors = {row.answer_id: row for row in _mentors(keys.get(Kind.MENTORS, ()))}
    lines = []
    for line in standing.total.lines:
        rows = standing.facts[line.key].rows if not line.limits else ()
        lines.append(
            Opened(
                line=line,
                groups=groups.get(line.key, ()),
                kind="" if line.limits else kinds[line.key],
                found=standing.found.get(line.key),
                given=[given[pk] for pk in rows if pk in given and kinds[line.key] == Kind.MANUAL],
                sessions=[marks[pk] for pk in rows if pk in marks and kinds[line.key] == Kind.ATTENDANCE],
                journals=[journals[pk] for pk in rows if pk in journals and kinds[line.key] == Kind.JOURNALS],
                leads=_as_counted(leads, standing.facts[line.key]) if not line.limits else [],
                mentors=[mentors[pk] for pk in rows if pk in mentors and kinds[line.key] == Kind.MENTORS],
            )
        )
    return lines


def _given(keys: Iterable[int]) -> list[GivenRow]:
    rows = Score.objects.filter(pk__in=keys).order_by("rater__name_key", "pk")
    values = rows.values_list(
        "pk", "rater_id", "rater__name", "points", "entered_at", "entered_by_id", "entered_by__name"
    )
    return [
        GivenRow(pk, name, points, at, "" if by == rater else by_name)
        for pk, rater, name, points, at, by, by_name in values
    ]


def _marks(keys: Iterable[int]) -> list[tuple]:
    rows = Attendance.objects.filter(pk__in=keys).order_by("session__starts_at", "pk")
    return list(rows.values_list("pk", "session_id", "session__title", "session__starts_at", "state"))


def _journals(keys: Iterable[int]) -> list[tuple]:
    rows = Journal.objects.filter(pk__in=keys).order_by("period_start")
    return list(rows.values_list("pk", "period_start", "last_on", "due_on", "state"))


def _as_counted(leads: Mapping[int, LeadRow], facts: Facts) -> list[LeadRow]:
    """With the stage that was counted, where it has moved since."""
    pairs = zip(facts.rows, facts.leads or ())
    return [replace(leads[pk], stage=stage) for pk, (stage, _share) in pairs if pk in leads]


def _leads(keys: Collection[int]) -> list[LeadRow]:
    return lead_rows(LeadCredit.objects.filter(pk__in=keys)) if keys else []


def _mentors(keys: Collection[int]) -> list[MentorRow]:
    return answer_rows(Feedback.objects.filter(pk__in=keys)) if keys else []


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _line(data: dict[str, Any]) -> Line:
    return Line(
        key=data["key"],
        name=data["name"],
        points=_number(data["points"]),
        counted=_number(data["counted"]),
        full_marks=Decimal(data["full_marks"]),
        weight=Decimal(data["weight"]),
        share=_number(data["share"]),
        limits=data["limits"],
    )
