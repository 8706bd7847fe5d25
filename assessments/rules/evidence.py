"""What stands behind the points of one indicator for one trainee, as plain data that a published result keeps."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from assessments.rules.hosting import lead_points, mentor_points
from assessments.rules.indicators import Computed, attendance_points, journal_points
from assessments.rules.kinds import RULES, AnyRule
from assessments.rules.raters import Combined, Given, combine
from assessments.rules.scheme import Kind
from learning.rules.attendance import Tally


@dataclass(frozen=True)
class Facts:
    """The facts of one leaf: the points given by raters, or the counts that its rule takes; and the keys of their rows."""

    given: tuple[Decimal, ...] = ()
    tally: Tally | None = None
    journals: tuple[int, int, int] | None = None  # accepted, handed in, due
    leads: tuple[tuple[str, Decimal], ...] | None = None  # stage, own share
    mentors: tuple[Decimal, ...] | None = None  # the mean of each answer
    open_requests: int = 0  # of mentors who did not answer
    rows: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"rows": list(self.rows)}
        if self.tally is not None:
            data["tally"] = asdict(self.tally)
        elif self.journals is not None:
            data["journals"] = list(self.journals)
        elif self.leads is not None:
            data["leads"] = [[stage, str(share)] for stage, share in self.leads]
        elif self.mentors is not None:
            data |= {"mentors": [str(score) for score in self.mentors], "open_requests": self.open_requests}
        else:
            data["given"] = [str(points) for points in self.given]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Facts":
        return cls(
            given=tuple(Decimal(points) for points in data.get("given", ())),
            tally=Tally(**data["tally"]) if "tally" in data else None,
            journals=tuple(data["journals"]) if "journals" in data else None,
            leads=tuple((stage, Decimal(share)) for stage, share in data["leads"]) if "leads" in data else None,
            mentors=tuple(map(Decimal, data["mentors"])) if "mentors" in data else None,
            open_requests=data.get("open_requests", 0),
            rows=tuple(data.get("rows", ())),
        )


@dataclass(frozen=True)
class Source:
    """How a leaf turns facts into points: its kind, full marks and rule, and how several raters are combined."""

    kind: str
    full_marks: Decimal
    rule: AnyRule | None
    method: str
    guard: int

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "full_marks": str(self.full_marks),
            "rule": self.rule.to_json() if self.rule else None,
            "method": self.method,
            "guard": self.guard,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Source":
        rule = RULES[data["kind"]].from_json(data["rule"]) if data["rule"] else None
        return cls(data["kind"], Decimal(data["full_marks"]), rule, data["method"], data["guard"])


def evidence(source: Source, facts: Facts) -> Combined | Computed:
    """The points of one leaf with how they came about; the same facts give the same answer at any time."""
    if source.kind == Kind.ATTENDANCE:
        return attendance_points(facts.tally or Tally(), source.rule, source.full_marks)
    if source.kind == Kind.JOURNALS:
        accepted, handed_in, due = facts.journals or (0, 0, 0)
        return journal_points(
            accepted=accepted, handed_in=handed_in, due=due, rule=source.rule, full_marks=source.full_marks
        )
    if source.kind == Kind.LEADS:
        return lead_points(facts.leads or (), source.rule, source.full_marks)
    if source.kind == Kind.MENTORS:
        return mentor_points(facts.mentors or (), source.rule, source.full_marks, open_requests=facts.open_requests)
    return combine((Given(points) for points in facts.given), source.method, guard=source.guard)


def points_of(found: Combined | Computed) -> Decimal | None:
    return found.score if isinstance(found, Combined) else found.points
