"""The tree of a scoring scheme: what it must satisfy, and its formula in words."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext as _

from assessments.rules.points import plain
from trainee_mgmt.kit.rounding import half_up

HUNDRED = Decimal(100)


class Kind(StrEnum):
    """Where the points of an indicator come from."""

    GROUP = "group"
    MANUAL = "manual"
    ATTENDANCE = "attendance"
    JOURNALS = "journals"
    LEADS = "leads"
    MENTORS = "mentors"


class Extra(StrEnum):
    """Whether an indicator stands outside the weights: it adds its points to its group, or takes them away."""

    NONE = ""
    PLUS = "plus"
    MINUS = "minus"


AUTOMATIC = frozenset({Kind.ATTENDANCE, Kind.JOURNALS, Kind.LEADS, Kind.MENTORS})


@dataclass(frozen=True)
class Node:
    """
    An indicator (leaf) or a group of them.

    ``weight`` is its percentage within its group; a group counts out of 100 whatever its children count out of.
    ``cap`` and ``floor`` limit the points of the node itself: out of ``full_marks`` for a leaf, out of 100 for a group
    (which never falls below 0). An ``extra`` leaf has no weight: its points, at most ``full_marks``, are added to or
    taken from the 100 of its group. ``counts_from`` and ``counts_until`` (both included) limit the days whose facts an
    automatic indicator counts.
    """

    key: str
    name: str
    weight: Decimal = Decimal(0)
    full_marks: Decimal = HUNDRED
    kind: str = Kind.MANUAL
    children: tuple["Node", ...] = ()
    cap: Decimal | None = None
    floor: Decimal | None = None
    extra: str = Extra.NONE
    counts_from: date | None = None
    counts_until: date | None = None

    @property
    def is_group(self) -> bool:
        return self.kind == Kind.GROUP

    @property
    def weighed(self) -> tuple["Node", ...]:
        return tuple(child for child in self.children if not child.extra)

    @property
    def extras(self) -> tuple["Node", ...]:
        return tuple(child for child in self.children if child.extra)


def walk(root: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the form."""
    yield root
    for child in root.children:
        yield from walk(child)


def leaves(root: Node) -> list[Node]:
    return [node for node in walk(root) if not node.is_group]


def check_scheme(root: Node) -> list[str]:
    """Why the scheme cannot be used yet, one sentence per fault; nothing for a sound scheme."""
    if not root.is_group:
        return [_("A scheme starts with a group that holds the indicators.")]
    faults = [
        _("“%(name)s” has a weight or limit that is not a number.") % {"name": node.name}
        for node in walk(root)
        if not _is_numeric(node)
    ]
    if faults:
        return faults
    if not any(not node.extra for node in leaves(root)):
        faults.append(_("The scheme has no indicator."))
    doubled = sorted(key for key, n in Counter(node.key for node in walk(root)).items() if n > 1)
    faults += [_("Two indicators share the key “%(key)s”.") % {"key": key} for key in doubled]
    for node in walk(root):
        faults += _check_numbers(node)
        if node.is_group:
            faults += _check_group(node)
        elif node.children:
            faults.append(_("“%(name)s” takes points itself and cannot hold other indicators.") % {"name": node.name})
    return faults + _check_overlaps(leaves(root))


def _is_numeric(node: Node) -> bool:
    numbers = (node.weight, node.full_marks, node.cap, node.floor)
    return all(number is None or number.is_finite() for number in numbers)


def _check_numbers(node: Node) -> list[str]:
    faults = []
    name = {"name": node.name}
    if node.full_marks <= 0:
        faults.append(_("The full marks of “%(name)s” must be more than 0.") % name)
    if node.extra and node.is_group:
        faults.append(_("The group “%(name)s” cannot itself be extra points.") % name)
    return faults + _check_limits(node)


def _check_limits(node: Node) -> list[str]:
    faults = []
    top = reach(node)
    values = {
        "name": node.name,
        "cap": plain(node.cap or Decimal(0)),
        "floor": plain(node.floor or Decimal(0)),
        "top": plain(half_up(top, 2)),
    }
    if node.cap is not None and node.cap > top:
        faults.append(_("“%(name)s” is capped at %(cap)s but can reach only %(top)s.") % values)
    if node.cap is not None and node.cap <= 0:
        faults.append(_("The cap of “%(name)s” must be more than 0.") % values)
    if node.floor is not None and node.floor < 0:
        faults.append(_("The floor of “%(name)s” cannot be negative.") % values)
    if node.floor is not None and node.cap is not None and node.floor > node.cap:
        faults.append(_("The floor %(floor)s of “%(name)s” lies above its cap %(cap)s.") % values)
    elif node.floor is not None and node.floor > top:
        faults.append(_("The floor %(floor)s of “%(name)s” lies above what it can reach, %(top)s.") % values)
    return faults


def _check_group(group: Node) -> list[str]:
    faults = []
    if not group.children:
        return [_("The group “%(name)s” is empty.") % {"name": group.name}]
    total = sum((child.weight for child in group.weighed), Decimal(0))
    if total != HUNDRED:
        faults.append(
            _("The weights in “%(name)s” sum to %(total)s, not to 100.") % {"name": group.name, "total": plain(total)}
        )
    for child in group.weighed:
        if child.weight <= 0:
            faults.append(_("The weight of “%(name)s” must be more than 0.") % {"name": child.name})
    for child in group.extras:
        if child.weight:
            faults.append(_("“%(name)s” is extra points and has no weight.") % {"name": child.name})
    names = Counter(" ".join(child.name.split()).casefold() for child in group.children)
    for name, n in names.items():
        if not name:
            faults.append(_("An indicator in “%(group)s” has no name.") % {"group": group.name})
        elif n > 1:
            shown = next(child.name for child in group.children if " ".join(child.name.split()).casefold() == name)
            faults.append(
                _("%(n)s indicators in “%(group)s” are named “%(name)s”.")
                % {"n": n, "group": group.name, "name": shown}
            )
    return faults


def _check_overlaps(found: Iterable[Node]) -> list[str]:
    """Two automatic indicators over the same days would count the same facts twice."""
    automatic = [node for node in found if node.kind in AUTOMATIC]
    faults = [
        _("“%(name)s” counts from a day that lies after its last day.") % {"name": node.name}
        for node in automatic
        if node.counts_from and node.counts_until and node.counts_from > node.counts_until
    ]
    for index, one in enumerate(automatic):
        for other in automatic[index + 1 :]:
            if one.kind == other.kind and _share_days(one, other):
                faults.append(
                    _("“%(one)s” and “%(other)s” count the same records twice.")
                    % {"one": one.name, "other": other.name}
                )
    return faults


def _share_days(one: Node, other: Node) -> bool:
    starts = max(one.counts_from or date.min, other.counts_from or date.min)
    return starts <= min(one.counts_until or date.max, other.counts_until or date.max)


def reach(node: Node) -> Fraction:
    """The most points a node can get before its own cap."""
    if not node.is_group:
        return Fraction(node.full_marks)
    weighed = (Fraction(child.weight) * _best_share(child) for child in node.weighed)
    plus = (_most(child) for child in node.extras if child.extra == Extra.PLUS)
    return sum(weighed, Fraction(0)) + sum(plus, Fraction(0))


def _best_share(node: Node) -> Fraction:
    """The largest part of its weight that a node can earn (1: all of it)."""
    full = HUNDRED if node.is_group else node.full_marks
    return _most(node) / Fraction(full) if full > 0 else Fraction(0)


def _most(node: Node) -> Fraction:
    return reach(node) if node.cap is None else min(Fraction(node.cap), reach(node))


def formula_in_words(root: Node) -> list[str]:
    """The scheme as sentences, one per group from the top down."""
    return [_group_in_words(node) for node in walk(root) if node.is_group]


def _group_in_words(group: Node) -> str:
    parts = _(" + ").join(_weighed_in_words(child) for child in group.weighed)
    plus = [_extra_in_words(child) for child in group.extras if child.extra == Extra.PLUS]
    minus = [_extra_in_words(child) for child in group.extras if child.extra == Extra.MINUS]
    text = _("%(name)s = %(parts)s") % {"name": group.name, "parts": parts}
    if plus:
        text += _(", plus %(extras)s") % {"extras": _(", ").join(plus)}
    if minus:
        text += _(", minus %(extras)s") % {"extras": _(", ").join(minus)}
    return text + _limits_in_words(group) + _(".")


def _weighed_in_words(node: Node) -> str:
    text = _("%(name)s × %(weight)s %%") % {"name": node.name, "weight": plain(node.weight)}
    if node.is_group:
        return text
    return text + _(" (%(details)s)") % {"details": _source_in_words(node) + _limits_in_words(node)}


def _extra_in_words(node: Node) -> str:
    words = _("%(name)s (up to %(full_marks)s points)")
    return words % {"name": node.name, "full_marks": plain(half_up(_most(node), 2))}


def _source_in_words(node: Node) -> str:
    full_marks = {"full_marks": plain(node.full_marks)}
    if node.kind == Kind.ATTENDANCE:
        text = _("computed from attendance, out of %(full_marks)s") % full_marks
    elif node.kind == Kind.JOURNALS:
        text = _("computed from journals, out of %(full_marks)s") % full_marks
    elif node.kind == Kind.LEADS:
        text = _("computed from investment leads, out of %(full_marks)s") % full_marks
    elif node.kind == Kind.MENTORS:
        text = _("computed from mentors' feedback, out of %(full_marks)s") % full_marks
    else:
        text = _("typed by evaluators, out of %(full_marks)s") % full_marks
    if node.counts_from:
        text += _(", from %(day)s") % {"day": node.counts_from.isoformat()}
    if node.counts_until:
        text += _(", until %(day)s") % {"day": node.counts_until.isoformat()}
    return text


def _limits_in_words(node: Node) -> str:
    text = ""
    if node.cap is not None:
        text += _(", at most %(cap)s") % {"cap": plain(node.cap)}
    if node.floor is not None:
        text += _(", at least %(floor)s") % {"floor": plain(node.floor)}
    return text
