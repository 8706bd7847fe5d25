"""The classes and groups of a roster file."""

from collections.abc import Iterable, Mapping

from cohorts.rules.guess import Guess, SheetGuess
from cohorts.rules.reading.results import ClassRead, GroupRead, Person


def classes(people: Iterable[Person], guess: Guess) -> list[ClassRead]:
    """The classes and groups the people are in, in the order of the file."""
    sheets = {sheet.index: sheet for sheet in guess.used()}
    sizes: dict[str, int] = {}
    groups: dict[str, dict[str, int]] = {}
    of_sheet: dict[str, set[int]] = {}
    for person in people:
        sizes[person.class_name] = sizes.get(person.class_name, 0) + 1
        of_sheet.setdefault(person.class_name, set()).add(person.sheet)
        if person.group_name:
            inside = groups.setdefault(person.class_name, {})
            inside[person.group_name] = inside.get(person.group_name, 0) + 1
    return [_class(name, sizes, groups.get(name, {}), of_sheet[name], sheets) for name in sizes]


def _class(
    name: str, sizes: Mapping[str, int], groups: Mapping[str, int], of_sheet: set[int], sheets: Mapping[int, SheetGuess]
) -> ClassRead:
    only = sheets[next(iter(of_sheet))] if len(of_sheet) == 1 else None
    alone = only if only and only.class_source in ("sheet", "title", "fixed") else None
    claims = {group.name: group.claimed for group in only.groups} if only else {}
    return ClassRead(
        name,
        sizes[name],
        alone.claimed if alone else None,
        alone.head_teacher if alone else "",
        alone.head_teacher_phone if alone else "",
        tuple(GroupRead(group, claims.get(group), people) for group, people in groups.items()),
    )
