"""Results of a whole cohort, live or as published, and one of them down to its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assessments.models import Result, Scheme, Score
from assessments.rules.evidence import Facts, Source, evidence
from assessments.rules.indicators import Computed
from assessments.rules.raters import Combined
from assessments.rules.scheme import Kind
from assessments.rules.totals import Line, Total, rank
from assessments.selectors.outline import Outline, outline
from assessments.selectors.people import Someone, in_class_today, people, scored
from assessments.selectors.standings import Standing, sources, standings
from cohorts.models import Trainee
from learning.models import Attendance, Journal


@dataclass(frozen=True)
class Results:
    """The results of a scheme: live until it is published, then what was published."""

    outline: Outline
    standings: dict[int, Standing]  # by trainee
    ranks: dict[int, int | None]

    @property
    def incomplete(self) -> list[Standing]:
        return [each for each in self.standings.values() if each.total.points is None]

    def by_rank(self) -> list[int]:
        """The trainees from the highest total down; those without one last."""
        last = len(self.standings) + 1
        return sorted(self.standings, key=lambda pk: (self.ranks[pk] or last, self.standings[pk].person.number))


def results(scheme: Scheme, *, now: datetime | None = None) -> Results:
    now = now or timezone.now()
    tree = outline(scheme)
    found = published(scheme) if scheme.is_published else live(tree, now=now)
    by_trainee = {each.person.pk: each for each in found}
    return Results(tree, by_trainee, rank({pk: each.total.points for pk, each in by_trainee.items()}))


def live(tree: Outline, *, now: datetime | None = None, with_rows: bool = False) -> list[Standing]:
    """The totals of everybody who is scored, from the ledgers as they are."""
    now = now or timezone.now()
    everybody = people(scored(tree.scheme.cohort, today=timezone.localdate(now)))
    return standings(tree, everybody, now=now, with_rows=with_rows)


def published(scheme: Scheme) -> list[Standing]:
    """What was published, as it was written down then; two queries."""
    rows = Result.objects.filter(scheme=scheme, in_force=True)
    shown = in_class_today(
        Trainee.objects.filter(pk__in=rows.values("trainee")), scheme.cohort, today=timezone.localdate()
    )
    kept = {trainee: (total, lines) for trainee, total, lines in rows.values_list("trainee_id", "total", "lines")}
    return [from_snapshot(person, *kept[person.pk]) for person in people(shown)]


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


def opened(standing: Standing, groups: dict[str, tuple[str, ...]], kinds: dict[str, str]) -> list[Opened]:
    """Every line of a total with the rows that its facts name; three queries for any number of lines."""
    keys: dict[str, set[int]] = {}
    for key, facts in standing.facts.items():
        keys.setdefault(kinds[key], set()).update(facts.rows)
    given = {row.score_id: row for row in _given(keys.get(Kind.MANUAL, ()))}
    marks = {row[0]: row for row in _marks(keys.get(Kind.ATTENDANCE, ()))}
    journals = {row[0]: row for row in _journals(keys.get(Kind.JOURNALS, ()))}
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
    return list(rows.values_list("pk", "period_start", "due_on", "state"))


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
