"""A scheme as the rules see it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assessments.models import Indicator, Scheme
from assessments.rules.kinds import RULES
from assessments.rules.scheme import Kind, Node, check_scheme, formula_in_words, leaves, walk

ROOT = "0"  # the key of the scheme itself; an indicator's key is its primary key


@dataclass(frozen=True)
class Row:
    """One line of the tree as people read it, with the depth at which it stands."""

    indicator: Indicator
    depth: int
    is_first: bool
    is_last: bool
    rule_in_words: tuple[str, ...]


@dataclass(frozen=True)
class Outline:
    scheme: Scheme
    root: Node
    indicators: dict[str, Indicator]

    @property
    def leaves(self) -> list[Node]:
        return leaves(self.root)

    @property
    def manual(self) -> list[Node]:
        return [leaf for leaf in self.leaves if leaf.kind == Kind.MANUAL]

    @property
    def computed(self) -> list[Node]:
        return [leaf for leaf in self.leaves if leaf.kind != Kind.MANUAL]

    def faults(self) -> list[str]:
        return check_scheme(self.root)

    def formula(self) -> list[str]:
        return formula_in_words(self.root)

    def column_names(self) -> dict[str, str]:
        """What the columns of manual indicators are called in a sheet: two of one name say their group too."""
        names = Counter(leaf.name for leaf in self.manual)
        return {
            leaf.key: leaf.name if names[leaf.name] == 1 else " / ".join([*self.groups_above(leaf.key), leaf.name])
            for leaf in self.manual
        }

    def groups_above(self, key: str) -> tuple[str, ...]:
        """The names of the groups that hold an indicator, from the top."""
        names: list[str] = []
        parent = self.indicators[key].parent_id
        while parent is not None:
            above = self.indicators[str(parent)]
            names.insert(0, above.name)
            parent = above.parent_id
        return tuple(names)

    def rows(self) -> list[Row]:
        """The tree as lines, each group before its parts."""
        found: list[Row] = []
        self._add_rows(self.root, 0, found)
        return found

    def _add_rows(self, group: Node, depth: int, found: list[Row]) -> None:
        for at, child in enumerate(group.children):
            indicator = self.indicators[child.key]
            words = rule_of(indicator).in_words() if child.kind in RULES else ()
            found.append(Row(indicator, depth, at == 0, at == len(group.children) - 1, tuple(words)))
            self._add_rows(child, depth + 1, found)


def outline(scheme: Scheme) -> Outline:
    """The tree of a scheme; one query."""
    return outline_of(scheme, list(scheme.indicators.order_by("order", "pk")))


def outline_of(scheme: Scheme, indicators: list[Indicator]) -> Outline:
    by_parent: dict[int | None, list[Indicator]] = {}
    for indicator in indicators:
        by_parent.setdefault(indicator.parent_id, []).append(indicator)
    root = Node(ROOT, scheme.name, kind=Kind.GROUP, children=_nodes(by_parent, None))
    return Outline(scheme, root, {str(indicator.pk): indicator for indicator in indicators})


def rule_of(indicator: Indicator):
    """The rule of a computed indicator, from its stored data."""
    return RULES[indicator.kind].from_json(indicator.rule)


def with_values(outline: Outline, typed: Mapping[int, Mapping[str, Decimal]]) -> Outline:
    """The same tree with other weights and full marks, as typed and not yet saved."""

    def changed(node: Node) -> Node:
        values: dict[str, Any] = dict(typed.get(int(node.key), {}))
        return replace(node, children=tuple(changed(child) for child in node.children), **values)

    return replace(outline, root=changed(outline.root))


def _nodes(by_parent: dict[int | None, list[Indicator]], parent: int | None) -> tuple[Node, ...]:
    return tuple(
        Node(
            key=str(each.pk),
            name=each.name,
            weight=each.weight,
            full_marks=each.full_marks,
            kind=each.kind,
            children=_nodes(by_parent, each.pk),
            cap=each.cap,
            floor=each.floor,
            extra=each.extra,
            counts_from=each.counts_from,
            counts_until=each.counts_until,
        )
        for each in by_parent.get(parent, [])
    )


__all__ = ["ROOT", "Outline", "Row", "outline", "outline_of", "rule_of", "walk", "with_values"]
