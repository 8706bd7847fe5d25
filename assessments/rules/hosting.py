"""Indicators computed from life at a host: investment leads and what mentors answered. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from assessments.rules.indicators import Computed, RuleData
from assessments.rules.points import plain
from placements.rules.feedback import SCALE
from placements.rules.leads import ORDER, STAGE_NAMES, Stage, counted
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import half_up

MOST_LEADS = Decimal(100)


@dataclass(frozen=True)
class LeadRule(RuleData):
    """
    How investment leads become points. One version of data: change it by a new version, never in place.

    ``from_stage``: the stage from which a lead counts. ``full_at``: so many leads, by one's shares, give full marks; what is
    beyond counts no more.
    """

    version: int = 1
    from_stage: str = Stage.VISITED
    full_at: Decimal = Decimal(3)

    def __post_init__(self) -> None:
        if self.from_stage not in set(ORDER):
            raise Refused(_("The rule does not say from which stage a lead counts."))
        if not 0 < self.full_at <= MOST_LEADS:
            raise Refused(_("Full marks are given for more than 0 and at most 100 leads."))

    def in_words(self) -> list[str]:
        """The rule as its readers see it, in sentences."""
        words = {"stage": STAGE_NAMES[Stage(self.from_stage)], "full_at": plain(self.full_at)}
        return [
            _(
                "A lead counts from “%(stage)s” on, by one's share of it; %(full_at)s give full marks, and more is not counted."
            )
            % words
        ]


@dataclass(frozen=True)
class MentorRule(RuleData):
    """
    How the answers of mentors become points: the mean on the scale from 1 to 5. What a host did not answer is no zero.

    ``lowest_counts``: the part of the full marks that a mean of 1 gives; 5 gives all, and between them it grows evenly.
    ``least``: so many answers are needed before there are points.
    """

    version: int = 1
    lowest_counts: Decimal = Decimal("0.2")
    least: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.lowest_counts < 1:
            raise Refused(_("The lowest mean gives a part of the full marks, from 0 to less than 1."))
        if not 1 <= self.least <= 20:
            raise Refused(_("Between 1 and 20 answers are needed."))

    def in_words(self) -> list[str]:
        """The rule as its readers see it, in sentences."""
        words = {"lowest": plain(self.lowest_counts), "least": self.least}
        return [
            _("A mean of 5 gives full marks, a mean of 1 gives %(lowest)s of them, and between them it grows evenly.")
            % words,
            _("%(least)s answers are needed; what a host did not answer is left out and is no zero.") % words,
        ]


def lead_points(
    shares: Sequence[tuple[str, Decimal]], rule: LeadRule, full_marks: Decimal, *, places: int = 2
) -> Computed:
    """The points for (stage, share) of one trainee's leads, rounded half up to ``places``; without any lead they are 0."""
    found = counted(shares, counts_from=rule.from_stage, cap=rule.full_at)
    points = half_up(Fraction(found.counted) * Fraction(full_marks) / Fraction(rule.full_at), places)
    sentence = _(
        "Leads count %(counted)s of %(full_at)s × %(full_marks)s = %(points)s points. Far enough: %(leads)s of %(of)s, own shares %(earned)s."
    )
    words = {
        "counted": plain(found.counted),
        "full_at": plain(rule.full_at),
        "full_marks": plain(full_marks),
        "points": points,
        "leads": found.leads,
        "of": len(shares),
        "earned": plain(found.earned),
    }
    return Computed(points, found.counted, rule.full_at, 0, rule.version, sentence % words)


def mentor_points(
    scores: Sequence[Decimal], rule: MentorRule, full_marks: Decimal, *, open_requests: int = 0, places: int = 2
) -> Computed:
    """The points for the answers of mentors about one trainee, rounded half up to ``places``; None while too few answered."""
    if len(scores) < rule.least:
        sentence = _("%(n)s answers of mentors, %(least)s are needed, so there are no points (not answered: %(open)s).")
        words = {"n": len(scores), "least": rule.least, "open": open_requests}
        return Computed(None, Decimal(0), 0, open_requests, rule.version, sentence % words)
    mean = Fraction(sum(scores, Decimal(0))) / len(scores)
    part = Fraction(rule.lowest_counts) + (1 - Fraction(rule.lowest_counts)) * (mean - 1) / (SCALE - 1)
    points = half_up(part * Fraction(full_marks), places)
    sentence = _(
        "Mean %(mean)s of 5 from %(n)s answers gives %(part)s × %(full_marks)s = %(points)s points (not answered: %(open)s)."
    )
    words = {
        "mean": half_up(mean, 2),
        "n": len(scores),
        "part": plain(half_up(part, 4)),
        "full_marks": plain(full_marks),
        "points": points,
        "open": open_requests,
    }
    return Computed(points, sum(scores, Decimal(0)), len(scores), open_requests, rule.version, sentence % words)
