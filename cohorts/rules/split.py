"""
Dividing the people of a cohort into classes: one class per value of a field, or balanced under rules.

Values in, values out: a ``Split`` is what a stored plan keeps and a person reads before it is carried out. The same
people and rules give the same split whatever the order of the rows.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, Self

from django.utils.translation import gettext as _

from cohorts.rules import balance, placing
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import percent

PLACE_ENDINGS = ("街道办事处", "街道办", "街道", "工业园区", "工业园", "产业园", "园区", "社区", "镇", "乡", "村")
HAN_AT_END = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]$")
NAMES_SHOWN = 6


@dataclass(frozen=True)
class Candidate:
    """A person to be placed: a stable id, the name for sentences, values to split by or to balance, today's class."""

    id: int | str
    name: str
    values: Mapping[str, str | None] = field(default_factory=dict)
    current: str = ""


@dataclass(frozen=True)
class Move:
    """Somebody whose class changes; ``before`` is empty for somebody who had none."""

    id: int | str
    before: str
    after: str


@dataclass(frozen=True)
class ClassLine:
    """One class in the report: how many people, and how many of each value of the reported fields ("": not given)."""

    name: str
    size: int
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class CategoryLine:
    """How one value of a field is spread: least and most per class, in people and in percent of the class."""

    field: str
    value: str
    total: int
    least: int
    most: int
    least_share: Decimal | None
    most_share: Decimal | None


@dataclass(frozen=True)
class Spread:
    """How people are spread over classes at one moment; ``without_class`` counts those who stand in no line."""

    classes: tuple[ClassLine, ...]
    without_class: int = 0

    @property
    def size_min(self) -> int | None:
        return min((line.size for line in self.classes), default=None)

    @property
    def size_max(self) -> int | None:
        return max((line.size for line in self.classes), default=None)

    @property
    def categories(self) -> list[CategoryLine]:
        """One line per field and value, fields in the order given, values in the order of their names."""
        fields = dict.fromkeys(name for line in self.classes for name in line.counts)
        return [
            self._category(name, value)
            for name in fields
            for value in sorted({value for line in self.classes for value in line.counts[name]})
        ]

    def _category(self, name: str, value: str) -> CategoryLine:
        counts = [line.counts[name].get(value, 0) for line in self.classes]
        shares = [percent(n, line.size) for n, line in zip(counts, self.classes) if line.size]
        return CategoryLine(
            field=name,
            value=value,
            total=sum(counts),
            least=min(counts),
            most=max(counts),
            least_share=min(shares, default=None),
            most_share=max(shares, default=None),
        )

    def to_json(self) -> dict[str, Any]:
        lines = [{"name": line.name, "size": line.size, "counts": line.counts} for line in self.classes]
        return {"classes": lines, "without_class": self.without_class}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(tuple(ClassLine(**line) for line in data["classes"]), data["without_class"])


@dataclass(frozen=True)
class Split:
    """
    A division into classes that is not yet carried out.

    ``placed`` pairs each id with the name of its class, in the order of ids; ``unplaced`` are the ids that have no
    value to split by. ``values`` tells for a split by a field which value each class stands for. ``look_alike`` names
    values so close that they may be the same place written in two ways.
    """

    classes: tuple[str, ...]
    placed: tuple[tuple[int | str, str], ...]
    moves: tuple[Move, ...]
    before: Spread
    after: Spread
    unplaced: tuple[int | str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    look_alike: tuple[tuple[str, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "classes": list(self.classes),
            "placed": [list(pair) for pair in self.placed],
            "moves": [[move.id, move.before, move.after] for move in self.moves],
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "unplaced": list(self.unplaced),
            "values": dict(self.values),
            "look_alike": [list(group) for group in self.look_alike],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            classes=tuple(data["classes"]),
            placed=tuple((who, name) for who, name in data["placed"]),
            moves=tuple(Move(*move) for move in data["moves"]),
            before=Spread.from_json(data["before"]),
            after=Spread.from_json(data["after"]),
            unplaced=tuple(data["unplaced"]),
            values=dict(data["values"]),
            look_alike=tuple(tuple(group) for group in data["look_alike"]),
        )


# One class per value


def split_by(
    people: Iterable[Candidate],
    key: str,
    *,
    report: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    order: Callable[[str], Any] = str,
) -> Split:
    """
    One class per distinct value of the field ``key``; who has no value is listed in ``unplaced`` and not guessed.

    Classes are named after the value (新湖街道 → 新湖班) unless ``names`` says otherwise, and come in the ``order`` of
    the values.
    """
    people = _sorted(people)
    value_of = {one.id: _clean(one.values.get(key)) for one in people}
    values = sorted({value for value in value_of.values() if value}, key=lambda value: (order(value), value))
    name_of = class_names(values) | {value: name for value, name in (names or {}).items() if value in values}
    doubled = sorted(name for name, n in Counter(name_of.values()).items() if n > 1)
    if doubled:
        raise Refused(_("Two classes would be named “%(name)s”.") % {"name": doubled[0]})
    placed = {one.id: name_of[value_of[one.id]] for one in people if value_of[one.id]}
    return _split(
        people,
        placed,
        classes=[name_of[value] for value in values],
        fields=report,
        values={name_of[value]: value for value in values},
        look_alike=look_alike(values),
    )


def class_names(values: Sequence[str]) -> dict[str, str]:
    """A name for the class of each value: without the kind of place, but with it where two would be named alike."""
    stems = {value: _stem(value) for value in values}
    shared = Counter(stems.values())
    return {value: _named(stem if shared[stem] == 1 else value) for value, stem in stems.items()}


def look_alike(values: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Values that differ only in the kind of place (新湖, 新湖街道), in letter case or in spaces."""
    groups = defaultdict(list)
    for value in sorted(values):
        groups[re.sub(r"\W", "", _stem(value)).casefold()].append(value)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _named(stem: str) -> str:
    if stem.endswith("班"):
        return stem
    if HAN_AT_END.search(stem):  # such a name is data, not a word of the page
        return f"{stem}班"
    return _("%(place)s class") % {"place": stem}


def _stem(value: str) -> str:
    for ending in PLACE_ENDINGS:
        if value.endswith(ending) and len(value) - len(ending) >= 2:
            return value.removesuffix(ending)
    return value


def _clean(value: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", value or "").split())


# Balanced under rules


def split_balanced(
    people: Iterable[Candidate],
    *,
    classes: Sequence[str] | None = None,
    count: int | None = None,
    sizes: Mapping[str, int] | None = None,
    weights: Mapping[str, Decimal | int] | None = None,
    keep_together: Iterable[Iterable[int | str]] = (),
    keep_apart: Iterable[Iterable[int | str]] = (),
    locks: Mapping[int | str, str] | None = None,
    report: Sequence[str] = (),
) -> Split:
    """
    Everybody in one of ``classes`` (or of ``count`` numbered ones) so that the sizes are as close as possible, and then
    each field of ``weights`` (sex, sector, age band …) is spread as evenly as possible, a heavier field counting more.

    Rules that always hold: ids in one set of ``keep_together`` share a class, ids in one set of ``keep_apart`` share
    none, ``locks`` bind an id to a class, ``sizes`` is the most that a class may hold. Raises ``Refused`` with the
    fewest rules found that contradict one another. Where today's classes keep the rules, the result is at least as even
    as they are, and is what they are if nothing more even was found.
    """
    people = _sorted(people)
    classes = _class_list(people, classes, count)
    problem = _Problem(people, classes)
    rules = problem.rules(keep_together, keep_apart, locks or {}, sizes or {})
    weights = {name: weight for name, weight in (weights or {}).items() if weight}
    if any(weight < 0 for weight in weights.values()):
        raise Refused(_("The weight of a field to balance cannot be negative."))
    current = [problem.place.get(one.current, -1) for one in people]
    try:
        found = balance.arrange(
            len(people), len(classes), rules, problem.fields(weights), None if -1 in current else current
        )
    except placing.Undecided:
        raise Refused(_("No division that keeps all these rules was found. Loosen some of them.")) from None
    if found is None:
        clashing = placing.clash(len(people), len(classes), rules)
        raise Refused(problem.clash_in_words(clashing))
    placed = {one.id: classes[place] for one, place in zip(people, found)}
    return _split(people, placed, classes=classes, fields=list(dict.fromkeys([*weights, *report])))


def _class_list(people: Sequence[Candidate], classes: Sequence[str] | None, count: int | None) -> list[str]:
    if classes is None:
        classes = [_("Class %(n)s") % {"n": number} for number in range(1, (count or 0) + 1)]
    if not people:
        raise Refused(_("There is nobody to divide into classes."))
    if not classes:
        raise Refused(_("Say into how many classes the people are divided."))
    if len(set(classes)) < len(classes):
        raise Refused(_("Two classes have the same name."))
    if len(classes) > len(people):
        raise Refused(
            _("There are more classes (%(classes)s) than people (%(people)s).")
            % {"classes": len(classes), "people": len(people)}
        )
    return list(classes)


class _Problem:
    """Names and ids on one side, the numbers of the search on the other."""

    def __init__(self, people: Sequence[Candidate], classes: Sequence[str]):
        self.people, self.classes = people, classes
        self.index = {one.id: number for number, one in enumerate(people)}
        self.place = {name: number for number, name in enumerate(classes)}

    def rules(
        self,
        together: Iterable[Iterable[int | str]],
        apart: Iterable[Iterable[int | str]],
        locks: Mapping[int | str, str],
        sizes: Mapping[str, int],
    ) -> list[placing.Rule]:
        """All rules in an order that does not depend on the order they came in."""
        rules = [placing.Rule(placing.LOCK, (self._person(who),), self._place(name)) for who, name in locks.items()]
        for kind, groups in ((placing.TOGETHER, together), (placing.APART, apart)):
            sets = (tuple(sorted({self._person(who) for who in group})) for group in groups)
            rules += [placing.Rule(kind, members) for members in sets if len(members) > 1]
        for name, limit in sizes.items():
            if limit < 0:
                raise Refused(_("The size of a class cannot be negative."))
            rules.append(placing.Rule(placing.CAPACITY, place=self._place(name), limit=limit))
        return sorted(set(rules), key=lambda rule: (rule.kind, rule.people, rule.place, rule.limit))

    def fields(self, weights: Mapping[str, Decimal | int]) -> list[balance.Field]:
        exact = {name: Fraction(weight) for name, weight in sorted(weights.items())}
        scale = lcm(*(weight.denominator for weight in exact.values())) if exact else 1
        return [balance.Field(int(weight * scale), self._categories(name)) for name, weight in exact.items()]

    def _categories(self, name: str) -> tuple[int, ...]:
        values = [_clean(one.values.get(name)) for one in self.people]
        number = {value: index for index, value in enumerate(sorted(set(values)))}
        return tuple(number[value] for value in values)

    def _person(self, who: int | str) -> int:
        if who not in self.index:
            raise Refused(_("A rule names somebody who is not to be divided (%(id)s).") % {"id": who})
        return self.index[who]

    def _place(self, name: str) -> int:
        if name not in self.place:
            raise Refused(_("A rule names a class that does not exist: “%(name)s”.") % {"name": name})
        return self.place[name]

    def clash_in_words(self, rules: Sequence[placing.Rule]) -> str:
        if all(rule.kind == placing.CAPACITY for rule in rules):
            room = sum(placing.rooms_of(len(self.classes), len(self.people), rules))
            return _("The classes hold %(room)s people at most, and there are %(people)s.") % {
                "room": room,
                "people": len(self.people),
            }
        words = [self._in_words(rule) for rule in rules]
        if any(rule.kind == placing.APART for rule in rules):
            words.append(_("the number of classes is %(n)s") % {"n": len(self.classes)})
        return _("These cannot all hold: %(rules)s. Change one of them.") % {"rules": _("; ").join(words)}

    def _in_words(self, rule: placing.Rule) -> str:
        if rule.kind == placing.CAPACITY:
            return _("%(class)s holds at most %(limit)s") % {"class": self.classes[rule.place], "limit": rule.limit}
        names = [self.people[number].name for number in rule.people[:NAMES_SHOWN]]
        values = {"people": _(", ").join(names)}
        if len(rule.people) > NAMES_SHOWN:
            values["people"] = _("%(people)s and %(n)s more") % (values | {"n": len(rule.people) - NAMES_SHOWN})
        if rule.kind == placing.LOCK:
            return _("%(people)s is bound to %(class)s") % (values | {"class": self.classes[rule.place]})
        if rule.kind == placing.TOGETHER:
            return _("%(people)s stay together") % values
        return _("%(people)s are kept apart") % values


# What both have in common


def spread(
    people: Iterable[Candidate], placed: Mapping[int | str, str], classes: Sequence[str], fields: Sequence[str]
) -> Spread:
    """The report of who would be where: a line per class, with the values of ``fields`` counted."""
    counts = {name: {one: Counter() for one in fields} for name in classes}
    sizes: Counter[str] = Counter()
    without = 0
    for one in people:
        name = placed.get(one.id)
        if not name:
            without += 1
            continue
        sizes[name] += 1
        for each in fields:
            counts[name][each][_clean(one.values.get(each))] += 1
    lines = (
        ClassLine(name, sizes[name], {one: dict(sorted(counted.items())) for one, counted in counts[name].items()})
        for name in classes
    )
    return Spread(tuple(lines), without)


def _sorted(people: Iterable[Candidate]) -> list[Candidate]:
    ordered = sorted(people, key=lambda one: one.id)
    if len({one.id for one in ordered}) < len(ordered):
        raise ValueError("two candidates share an id")
    return ordered


def _split(
    people: Sequence[Candidate],
    placed: Mapping[int | str, str],
    *,
    classes: Sequence[str],
    fields: Sequence[str],
    **more: Any,
) -> Split:
    today = {one.id: one.current for one in people if one.current}
    held = set(today.values())
    kept = [name for name in classes if held & set(classes)]  # a class of tomorrow that is empty today is part of today
    todays_classes = [*kept, *sorted(held - set(kept))]
    return Split(
        classes=tuple(classes),
        placed=tuple((one.id, placed[one.id]) for one in people if one.id in placed),
        moves=tuple(
            Move(one.id, one.current, placed[one.id])
            for one in people
            if one.id in placed and placed[one.id] != one.current
        ),
        before=spread(people, today, todays_classes, fields),
        after=spread(people, placed, classes, fields),
        unplaced=tuple(one.id for one in people if one.id not in placed),
        **more,
    )
