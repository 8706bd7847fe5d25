"""Indicators computed from attendance and journals: the rules are data with a version, the result explains itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Self

from django.utils.translation import gettext as _

from assessments.rules.points import plain
from learning.rules.attendance import Tally
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import half_up


class Leave(StrEnum):
    """What granted leave does to the rate."""

    OUT = "out"  # the session is not counted at all
    ATTENDED = "attended"
    ABSENT = "absent"


class RuleData:
    """A rule as it is stored: plain JSON values, decimals as text."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The rule of stored data; settings it does not know are an error, not ignored."""
        unknown = sorted(set(data) - {field.name for field in fields(cls)})
        if unknown:
            raise Refused(_("The rule has settings that are not known: %(names)s.") % {"names": ", ".join(unknown)})
        kinds = {field.name: field.type for field in fields(cls)}
        return cls(**{name: Decimal(value) if kinds[name] is Decimal else value for name, value in data.items()})

    def to_json(self) -> dict[str, Any]:
        return {
            name: str(value) if isinstance(value, Decimal | StrEnum) else value for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class AttendanceRule(RuleData):
    """
    How marks of attendance become points. One version of data: change it by a new version, never in place.

    ``late_counts`` and ``early_counts``: how much of an attendance a late arrival and an early leave are (0 to 1).
    ``lates_per_absence``: every so many of both take away one attendance (0: never).
    ``excused``: granted leave is left out, or counts as attended, or as absent.
    ``missing_counts``: whether a session held without a mark stands in the denominator (as not attended).
    """

    version: int = 1
    late_counts: Decimal = Decimal(1)
    early_counts: Decimal = Decimal(1)
    lates_per_absence: int = 0
    excused: str = Leave.OUT
    missing_counts: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.late_counts <= 1 and 0 <= self.early_counts <= 1):
            raise Refused(_("A late arrival or early leave counts between 0 and 1 of an attendance."))
        if self.lates_per_absence < 0:
            raise Refused(_("The number of late arrivals per absence cannot be negative."))
        if self.excused not in set(Leave):
            raise Refused(_("The rule does not say what granted leave counts."))

    def in_words(self) -> list[str]:
        """The rule as its readers see it, in sentences."""
        words = [
            _("A late arrival counts %(late)s and an early leave %(early)s of an attendance.")
            % {"late": plain(self.late_counts), "early": plain(self.early_counts)}
        ]
        if self.lates_per_absence:
            words.append(
                _("Every %(n)s late arrivals or early leaves take away one attendance.") % {"n": self.lates_per_absence}
            )
        words.append(
            {
                Leave.OUT: _("Granted leave is not counted."),
                Leave.ATTENDED: _("Granted leave counts as attended."),
                Leave.ABSENT: _("Granted leave counts as absent."),
            }[Leave(self.excused)]
        )
        if self.missing_counts:
            words.append(_("A session without a mark counts as not attended."))
        else:
            words.append(_("A session without a mark is not counted."))
        return words


@dataclass(frozen=True)
class JournalRule(RuleData):
    """How journals become points: what an accepted one counts, and one only handed in (0 to 1). Versioned."""

    version: int = 1
    accepted_counts: Decimal = Decimal(1)
    handed_in_counts: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if not 0 <= self.handed_in_counts <= self.accepted_counts <= 1:
            raise Refused(_("A journal counts between 0 and 1, and not more handed in than accepted."))

    def in_words(self) -> list[str]:
        """The rule as its readers see it, in sentences."""
        return [
            _("An accepted journal counts %(accepted)s, one handed in but not accepted %(handed_in)s.")
            % {"accepted": plain(self.accepted_counts), "handed_in": plain(self.handed_in_counts)}
        ]


@dataclass(frozen=True)
class Computed:
    """Points of an automatic indicator: None where there is nothing to count; ``sentence`` says how they came about."""

    points: Decimal | None
    numerator: Decimal
    denominator: int | Decimal
    missing: int
    rule_version: int
    sentence: str


def attendance_points(counted: Tally, rule: AttendanceRule, full_marks: Decimal, *, places: int = 2) -> Computed:
    """The points that the marks of one trainee give under a rule, rounded half up to ``places``."""
    came = counted.present + counted.late * rule.late_counts + counted.early * rule.early_counts
    denominator = counted.present + counted.late + counted.early + counted.absent
    if rule.excused != Leave.OUT:
        denominator += counted.excused
    if rule.excused == Leave.ATTENDED:
        came += counted.excused
    if rule.missing_counts:
        denominator += counted.missing
    if rule.lates_per_absence:
        came -= (counted.late + counted.early) // rule.lates_per_absence
    numerator = max(Decimal(came), Decimal(0))
    points = _scaled(numerator, denominator, full_marks, places)
    if points is None:
        sentence = _("No session counts yet, so there are no points (not recorded: %(missing)s).")
    else:
        sentence = _(
            "Attended %(numerator)s of %(denominator)s sessions × %(full_marks)s = %(points)s points. "
            "Present %(present)s, late %(late)s, left early %(early)s, absent %(absent)s, on leave %(excused)s, "
            "not recorded %(missing)s."
        )
    words = asdict(counted) | {
        "numerator": plain(numerator),
        "denominator": denominator,
        "full_marks": plain(full_marks),
        "points": points,
    }
    return Computed(points, numerator, denominator, counted.missing, rule.version, sentence % words)


def journal_points(
    *, accepted: int, handed_in: int, due: int, rule: JournalRule, full_marks: Decimal, places: int = 2
) -> Computed:
    """
    The points for journals, rounded half up to ``places``, never more than the full marks.

    ``handed_in`` counts all that were handed in for the ``due`` weeks, the ``accepted`` ones among them.
    """
    if not 0 <= accepted <= handed_in:
        raise ValueError("accepted journals are among those handed in")
    credit = accepted * rule.accepted_counts + (handed_in - accepted) * rule.handed_in_counts
    numerator = min(Decimal(credit), Decimal(due))
    points = _scaled(numerator, due, full_marks, places)
    if points is None:
        sentence = _("No journal is due yet, so there are no points.")
    else:
        sentence = _(
            "Journals count %(numerator)s of %(due)s due × %(full_marks)s = %(points)s points. "
            "Accepted %(accepted)s, handed in %(handed_in)s."
        )
    words = {
        "numerator": plain(numerator),
        "due": due,
        "full_marks": plain(full_marks),
        "points": points,
        "accepted": accepted,
        "handed_in": handed_in,
    }
    return Computed(points, numerator, due, max(due - handed_in, 0), rule.version, sentence % words)


def _scaled(numerator: Decimal, denominator: int, full_marks: Decimal, places: int) -> Decimal | None:
    if not denominator:
        return None
    return half_up(Fraction(numerator) * Fraction(full_marks) / denominator, places)
