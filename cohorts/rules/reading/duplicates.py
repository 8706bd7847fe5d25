"""The same person twice in one roster file."""

from collections.abc import Callable

from cohorts.rules.guess import Guess
from cohorts.rules.reading.results import DROP, ERROR, KEEP, NOTE, SKIP, WARNING, Duplicate, Person, Problem
from cohorts.rules.reading.sheet import is_private
from cohorts.rules.values import shown


class Duplicates:
    """People of one file who share a number or a name."""

    def __init__(self, people: list[Person], guess: Guess):
        self.people = people
        self.columns = {(sheet.index, column.field): column for sheet in guess.used() for column in sheet.columns}
        self.found: list[Duplicate] = []
        self.problems: list[Problem] = []
        self.said: set[tuple[int, int]] = set()  # rows already named as a person met twice

    def find(self) -> None:
        for key in ("id_number", "phone"):
            for same in self._sharing(lambda person, key=key: person.values.get(key)):
                self.found.append(Duplicate(key, tuple((person.sheet, person.row) for person in same)))
                self._number_twice(key, same)
        for same in self._sharing(lambda person: person.values.get("name")):
            self.found.append(Duplicate("name", tuple((person.sheet, person.row) for person in same)))
            self._name_twice(same)

    def _sharing(self, value_of: Callable[[Person], str | None]) -> list[list[Person]]:
        by_value: dict[str, list[Person]] = {}
        for person in self.people:
            value = value_of(person)
            if value:
                by_value.setdefault(value, []).append(person)
        return [same for same in by_value.values() if len(same) > 1]

    def _number_twice(self, key: str, same: list[Person]) -> None:
        """One name: the later rows are the same person. Two names: nobody knows whose number it is."""
        first = same[0]
        for person in same[1:]:
            if self._is_one(first, person, key):
                self._twice(person, first)
        if len({person.values.get("name") for person in same}) > 1 or self._differ_by_id(same):
            for person in same:
                other = first if person is not first else same[1]
                if (person.sheet, person.row) not in self.said:
                    code = "twice_id" if key == "id_number" else "twice_phone"
                    self._problem(person, other, key, code, treatments=(SKIP, DROP))

    def _is_one(self, first: Person, person: Person, key: str) -> bool:
        same_name = first.values.get("name") == person.values.get("name") is not None
        return same_name and (key == "id_number" or not self._differ_by_id([first, person]))

    def _differ_by_id(self, same: list[Person]) -> bool:
        return len({person.values["id_number"] for person in same if "id_number" in person.values}) > 1

    def _twice(self, person: Person, first: Person) -> None:
        place = (person.sheet, person.row)
        if place not in self.said:
            self.said.add(place)
            self._problem(person, first, "name", "twice_person", treatments=(SKIP,))

    def _name_twice(self, same: list[Person]) -> None:
        first = same[0]
        for person in same[1:]:
            if (person.sheet, person.row) in self.said:
                continue
            differ = any(
                key in first.values and key in person.values and first.values[key] != person.values[key]
                for key in ("id_number", "phone")
            )
            code, severity = ("same_name", NOTE) if differ else ("same_name_unclear", WARNING)
            self._problem(person, first, "name", code, severity=severity, treatments=(KEEP, SKIP))

    def _problem(
        self,
        person: Person,
        other: Person,
        key: str,
        code: str,
        *,
        treatments: tuple[str, ...],
        severity: str = ERROR,
    ) -> None:
        column = self.columns[(person.sheet, key)]
        self.problems.append(
            Problem(
                sheet=person.sheet,
                sheet_name=person.sheet_name,
                row=person.row,
                column=column.letter,
                header=column.header,
                field=key,
                shown=shown(person.values.get(key), private=is_private(key)),
                code=code,
                params={"sheet": other.sheet_name, "row": other.row, "name": other.values.get("name", "")},
                severity=severity,
                treatments=treatments,
            )
        )
