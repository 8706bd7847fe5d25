"""From the points of the leaves to the total and the rank, so that an opened total re-adds to the cent."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from assessments.rules.scheme import Extra, Node, leaves
from trainee_mgmt.kit.rounding import apportion, half_up

HUNDRED = Fraction(100)
Limits = tuple[Decimal | None, Decimal | None]  # floor and cap


@dataclass(frozen=True)
class Line:
    """
    One line of an opened total.

    ``points`` were given out of ``full_marks``, ``counted`` of them count after the leaf's own cap and floor, ``share``
    is what the line adds to the total. ``limits`` marks the line by which the cap or floor of the group ``key``
    corrected the sum of the lines of that group; such a line has no points of its own.
    """

    key: str
    name: str
    points: Decimal | None
    counted: Decimal | None
    full_marks: Decimal
    weight: Decimal
    share: Decimal | None
    limits: bool = False


@dataclass(frozen=True)
class Total:
    """The total out of 100, None while ``missing`` names leaves without points; lines in the order of the tree."""

    points: Decimal | None
    lines: tuple[Line, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    node: Node
    share: Fraction
    limits: bool = False

    def scaled(self, by: Fraction) -> "_Part":
        return _Part(self.node, self.share * by, self.limits)


def total(root: Node, points: Mapping[str, Decimal | None], *, places: int = 2) -> Total:
    """
    The total of one trainee out of 100, from points by leaf key, rounded half up to ``places``, and its lines.

    All is computed in fractions and rounded once. The lines are rounded together (largest remainder), so their shares
    re-add to the printed total exactly; a single share may therefore lie up to one unit of the last place off its own
    exact value. What a cap or floor of a group took or gave is a line of its own, not hidden in another.
    A leaf without points leaves no total; only extra points that nobody gave count as none.
    """
    weights = _path_weights(root)
    missing = _missing(root, points)
    if missing:
        lines = (_line(leaf, points, weights, None) for leaf in leaves(root))
        return Total(points=None, lines=tuple(lines), missing=missing)
    parts = _parts(root, points)
    shares = apportion([part.share for part in parts], places)
    lines = tuple(
        Line(part.node.key, part.node.name, None, None, Decimal(100), weights[part.node.key], share, limits=True)
        if part.limits
        else _line(part.node, points, weights, share)
        for part, share in zip(parts, shares)
    )
    return Total(points=half_up(_sum(parts), places), lines=lines, missing=())


def bare_total(root: Node, points: Mapping[str, Decimal | None], *, places: int = 2) -> Decimal | None:
    """The points of the same total without its lines, which a rank does not need."""
    return None if _missing(root, points) else half_up(_sum(_parts(root, points)), places)


def rank(totals: Mapping[Hashable, Decimal | None]) -> dict[Hashable, int | None]:
    """Places by printed total, the highest first; equal totals share a place and the next is left out (1, 2, 2, 4)."""
    ordered = sorted((value for value in totals.values() if value is not None), reverse=True)
    places: dict[Decimal, int] = {}
    for place, value in enumerate(ordered, start=1):
        places.setdefault(value, place)
    return {key: None if value is None else places[value] for key, value in totals.items()}


def _missing(root: Node, points: Mapping[str, Decimal | None]) -> tuple[str, ...]:
    return tuple(leaf.key for leaf in leaves(root) if not leaf.extra and points.get(leaf.key) is None)


def _sum(parts: list[_Part]) -> Fraction:
    return sum((part.share for part in parts), Fraction(0))


def _parts(group: Node, points: Mapping[str, Decimal | None]) -> list[_Part]:
    """What each leaf adds to the 100 of this group, and at the end what the group's own limits corrected."""
    parts: list[_Part] = []
    for child in group.children:
        if child.is_group:
            weight = Fraction(child.weight) / HUNDRED
            parts += [part.scaled(weight) for part in _parts(child, points)]
        else:
            given = points.get(child.key) or Decimal(0)
            share = _share(given, child.weight, child.full_marks, (child.floor, child.cap), child.extra)
            parts.append(_Part(child, share))
    raw = _sum(parts)
    correction = max(_limited(raw, (group.floor, group.cap)), Fraction(0)) - raw
    return [*parts, _Part(group, correction, limits=True)] if correction else parts


@lru_cache(maxsize=20_000)  # the same few points come again with every person
def _share(given: Decimal, weight: Decimal, full_marks: Decimal, limits: Limits, extra: str) -> Fraction:
    """What the points given for a leaf add to the 100 of its group."""
    earned = _limited(Fraction(given), limits)
    if extra:
        return -earned if extra == Extra.MINUS else earned
    return Fraction(weight) * earned / Fraction(full_marks)


def _limited(value: Fraction, limits: Limits) -> Fraction:
    floor, cap = limits
    if floor is not None:
        value = max(value, Fraction(floor))
    return value if cap is None else min(value, Fraction(cap))


def _path_weights(root: Node) -> dict[str, Decimal]:
    """What part of the whole each node is, in percent; extra points have none."""
    found = {root.key: Decimal(100)}
    waiting = [root]
    while waiting:
        group = waiting.pop()
        for child in group.children:
            found[child.key] = found[group.key] * child.weight / 100
        waiting += [child for child in group.children if child.is_group]
    return found


def _line(leaf: Node, points: Mapping, weights: Mapping[str, Decimal], share: Decimal | None) -> Line:
    given = points.get(leaf.key)
    return Line(leaf.key, leaf.name, given, _counted(given, leaf), leaf.full_marks, weights[leaf.key], share)


def _counted(given: Decimal | None, leaf: Node) -> Decimal | None:
    if given is None:
        return None
    value = given if leaf.floor is None else max(given, leaf.floor)
    return value if leaf.cap is None else min(value, leaf.cap)
