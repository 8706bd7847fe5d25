"""One score out of the points of many raters, and beside it how many they were, how far apart, by which method."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext as _

from trainee_mgmt.kit.rounding import half_up

TRIM_GUARD = 5


class Method(StrEnum):
    """How many raters become one score."""

    MEAN = "mean"
    MEDIAN = "median"
    TRIMMED = "trimmed"
    BY_ROLE = "by_role"


@dataclass(frozen=True)
class Given:
    """The points one rater gave; the role counts only where the method weighs roles."""

    points: Decimal
    role: str = ""


@dataclass(frozen=True)
class Combined:
    """
    The score (None while it cannot be said) with ``n`` raters between ``lowest`` and ``highest``.

    ``method`` is what was really used, which differs from what was asked where ``note`` says why.
    """

    score: Decimal | None
    n: int
    lowest: Decimal | None
    highest: Decimal | None
    method: Method
    note: str = ""

    @property
    def spread(self) -> Decimal | None:
        return None if self.lowest is None or self.highest is None else self.highest - self.lowest


def combine(
    given: Iterable[Given],
    method: str,
    *,
    places: int = 2,
    guard: int = TRIM_GUARD,
    role_weights: Mapping[str, Decimal] | None = None,
) -> Combined:
    """
    The points of several raters as one score, rounded half up to ``places``.

    - mean, median: as the words say;
    - trimmed: without the highest and the lowest, but only from ``guard`` raters on, else the mean, which is said;
    - by role: the mean of each role, weighed by ``role_weights``; while a role with a weight is silent, no score.
    """
    method = Method(method)
    given = list(given)
    points = sorted(one.points for one in given)
    if not points:
        return Combined(None, 0, None, None, method, _("No points were given yet."))
    note = ""
    exact: Fraction | None
    if method is Method.TRIMMED and len(points) < max(guard, 3):
        method = Method.MEAN
        note = _("Highest and lowest count too: they are dropped from %(guard)s raters on, and these are %(n)s.") % {
            "n": len(points),
            "guard": max(guard, 3),
        }
    if method is Method.MEDIAN:
        exact = _mean(points[(len(points) - 1) // 2 : len(points) // 2 + 1])
    elif method is Method.TRIMMED:
        exact = _mean(points[1:-1])
        note = _("The highest and the lowest of %(n)s were dropped.") % {"n": len(points)}
    elif method is Method.BY_ROLE:
        exact, note = _by_role(given, role_weights or {})
    else:
        exact = _mean(points)
    score = None if exact is None else half_up(exact, places)
    return Combined(score, len(points), points[0], points[-1], method, note)


def method_in_words(method: str, *, guard: int = TRIM_GUARD) -> str:
    """The method as a reader of a score sheet sees it."""
    return {
        Method.MEAN: _("mean of all raters"),
        Method.MEDIAN: _("median of all raters"),
        Method.TRIMMED: _("mean without the highest and the lowest (from %(guard)s raters on)") % {"guard": guard},
        Method.BY_ROLE: _("mean of each role, weighed by role"),
    }[Method(method)]


def _mean(points: Iterable[Decimal]) -> Fraction:
    exact = [Fraction(one) for one in points]
    return sum(exact, Fraction(0)) / len(exact)


def _by_role(given: list[Given], weights: Mapping[str, Decimal]) -> tuple[Fraction | None, str]:
    counted = {role: Fraction(weight) for role, weight in sorted(weights.items()) if weight > 0}
    if not counted:
        return None, _("No role has a weight.")
    by_role = {role: [one.points for one in given if one.role == role] for role in counted}
    silent = [role for role, points in by_role.items() if not points]
    if silent:
        return None, _("No points yet from: %(roles)s.") % {"roles": _(", ").join(silent)}
    note = ""
    left_out = sum(1 for one in given if one.role not in counted)
    if left_out:
        note = _("Raters whose role has no weight, so that their points do not count: %(n)s.") % {"n": left_out}
    total = sum((weight * _mean(by_role[role]) for role, weight in counted.items()), Fraction(0))
    return total / sum(counted.values()), note
