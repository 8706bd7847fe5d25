"""A split as a person reads it: classes, spread before and after, who moves."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cohorts.rules.split import Split, Spread
from cohorts.tables.sections import Section


class SplitReader:
    def __init__(self, payload: Mapping[str, Any], labels: Mapping[str, str], page: int = 1):
        self.payload, self.labels, self.page = payload, labels, page
        self.split = Split.from_json(payload)
        self.people = payload["people"]

    @property
    def starts_on(self) -> date:
        return date.fromisoformat(self.payload["starts_on"])

    @property
    def figs(self) -> list[dict[str, Any]]:
        counts, before, after = self.payload["counts"], self.split.before, self.split.after
        sizes = str(after.size_min) if after.size_min == after.size_max else f"{after.size_min}–{after.size_max}"
        was = _("before: %(least)s to %(most)s") % {"least": before.size_min, "most": before.size_max}
        figs = [
            {"name": _("People"), "value": counts["people"], "of": _("are divided")},
            {
                "name": _("Classes"),
                "value": counts["classes"],
                "of": _("%(count)s are made") % {"count": counts["new_classes"]},
            },
            {"name": _("People in a class"), "value": sizes, "of": was if before.classes else ""},
            {"name": _("Change class"), "value": counts["moves"], "of": _("people")},
        ]
        if counts["unplaced"]:
            figs.append({"name": _("Stay without a class"), "value": counts["unplaced"], "kind": "bad"})
        return figs

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        lines = self.split.after.classes
        return [(name, self.labels.get(name, name)) for name in (lines[0].counts if lines else ())]

    @property
    def classes(self) -> list[dict[str, Any]]:
        """Each class of tomorrow with its size and the counts of each field, as words."""
        before = {line.name: line.size for line in self.split.before.classes}
        return [
            {
                "name": line.name,
                "is_new": line.name in {name for name, *_rest in self.payload["new_classes"]},
                "value": self.split.values.get(line.name, ""),
                "before": before.get(line.name, 0),
                "size": line.size,
                "counts": [self._counted(line.counts[name]) for name, _label in self.fields],
            }
            for line in self.split.after.classes
        ]

    @staticmethod
    def _counted(counts: Mapping[str, int]) -> str:
        return "、".join(f"{value or _('not given')} {count}" for value, count in counts.items())

    @property
    def spreads(self) -> list[dict[str, Any]]:
        """For each value of a field the least and the most per class, before and after."""
        was = {(line.field, line.value): line for line in self.split.before.categories}
        return [
            {
                "field": self.labels.get(line.field, line.field),
                "value": line.value or _("not given"),
                "total": line.total,
                "before": _range(was.get((line.field, line.value))),
                "after": _range(line),
            }
            for line in self.split.after.categories
        ]

    @property
    def moves(self) -> Section:
        return Section("moves", self.payload["moves"], self.page, self._move)

    def _move(self, move: list) -> dict[str, Any]:
        trainee, before, after = move
        number, name = self.people[str(trainee)]
        numbers = self._numbers
        return {"name": name, "number": number, "new": numbers.get(trainee, ""), "before": before, "after": after}

    @cached_property
    def _numbers(self) -> dict[int, str]:
        return dict(self.payload["numbers"])

    @property
    def unplaced(self) -> list[str]:
        return [" ".join(self.people[str(trainee)]) for trainee in self.split.unplaced]

    @property
    def look_alike(self) -> list[str]:
        return ["、".join(group) for group in self.split.look_alike]

    @property
    def before(self) -> Spread:
        return self.split.before


def _range(line) -> str:
    if line is None:
        return "—"
    people = str(line.least) if line.least == line.most else f"{line.least}–{line.most}"
    if line.least_share is None:
        return people
    return f"{people} ({line.least_share}–{line.most_share} %)"
