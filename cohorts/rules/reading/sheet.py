"""One sheet of a roster file: which rows are people, and what their cells say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from cohorts.rules import guess as guesses
from cohorts.rules import headers, rows
from cohorts.rules.guess import ColumnGuess, SheetGuess, SheetLike
from cohorts.rules.headers import IGNORE, NEVER_READ, UNKNOWN, ProfileLike
from cohorts.rules.offices import Office, offices_in
from cohorts.rules.reading.results import DROP, ERROR, KEEP, SKIP, WARNING, Ignored, Person, Problem
from cohorts.rules.units import split_unit_and_position
from cohorts.rules.values import BadValue, BornOn, Cell, Cleaner, agrees, facts_of_id, is_blank, shown


class _Column(NamedTuple):
    """A column as the loop over rows needs it. ``known`` remembers cells already cleaned, within one reading."""

    index: int
    field: str
    clean: Cleaner
    known: dict[str, Any]
    guess: ColumnGuess
    months_only: bool


class SheetReader:
    def __init__(self, sheet: SheetLike, guess: SheetGuess, profile_fields: Collection[ProfileLike]):
        self.sheet, self.guess = sheet, guess
        self.people: list[Person] = []
        self.problems: list[Problem] = []
        self.ignored: list[Ignored] = []
        self.columns = [_column(column, profile_fields) for column in guess.columns if _is_read(column)]
        self.by_field = {column.field: column for column in self.columns}
        self.name = self.by_field["name"].index
        number = guess.column("number")
        self.number = number.index if number else -1
        self.class_name = guess.class_name if guess.class_source in ("sheet", "title", "fixed") else ""
        self.group_name = ""
        self.group_row: int | None = None
        self.claims: list[tuple[rows.Heading, int, int]] = []  # group heading, its row, people read before it
        self.offices: dict[tuple[str, bool], tuple[tuple[Office, ...], str]] = {}
        self.splits: dict[str, tuple[str, str]] = {}

    def read(self) -> None:
        first = self.guess.header_row - self.sheet.first_row
        last_header = first + self.guess.header_rows
        for at, row in enumerate(self._filled_down(last_header)):
            number = self.sheet.first_row + at
            if at >= last_header and self._is_plainly_a_person(row):
                self._person(row, number)
            elif at < first:
                self._ignore(number, self._above(row, number), row)
            elif at < last_header:
                self._ignore(number, rows.HEADER, row)
            else:
                self._other(row, number)
        while self.ignored and self.ignored[-1].code == rows.BLANK:
            self.ignored.pop()
        self._check_claims()

    def _filled_down(self, first: int) -> Iterable[Sequence[Cell]]:
        """The rows; in columns of merged cells a blank repeats what stands above."""
        merged = [column.index for column in self.guess.columns if column.fill_down]
        if not merged:
            return self.sheet.rows
        return _fill_down(self.sheet.rows, merged, first)

    # what kind of row

    def _is_plainly_a_person(self, row: Sequence[Cell]) -> bool:
        """A quick yes for nearly all rows: four cells or more, a name, and nothing that looks like a heading."""
        if len(row) <= self.name:
            return False
        name = row[self.name]
        if not isinstance(name, str) or not name or name.isspace() or "名" in name or ":" in name or "：" in name:
            return False
        filled = [cell for cell in row if cell is not None and cell != ""]
        first = filled[0]
        is_short = not isinstance(first, str) or len(first) < 5
        return len(filled) > 3 and is_short and not rows.is_total(str(first)) and not rows.is_total(name)

    def _above(self, row: Sequence[Cell], number: int) -> str:
        if number == self.guess.head_teacher_row:
            return rows.HEAD_TEACHER
        text = rows.line(row)
        if not text:
            return rows.BLANK
        return rows.NOTES if rows.is_note(text) else rows.TITLE

    def _other(self, row: Sequence[Cell], number: int) -> None:
        filled = [(i, cell) for i, cell in enumerate(row) if not is_blank(cell)]
        has_name = any(i == self.name for i, _cell in filled)
        if all(i == self.number and _is_serial(cell) for i, cell in filled):
            self._ignore(number, rows.BLANK, row)
        elif self._repeats_header(row):
            self._ignore(number, rows.HEADER, row)
        elif code := self._heading(row, filled, number):
            self._ignore(number, code, row)
        elif not has_name and len(filled) == 1 and isinstance(filled[0][1], str):
            self._ignore(number, rows.NOTES, row)
        else:
            self._person(row, number)

    def _repeats_header(self, row: Sequence[Cell]) -> bool:
        if len(row) <= self.name or not isinstance(row[self.name], str):
            return False
        return headers.VARIANTS.get(headers.plain(row[self.name])) == "name"

    def _heading(self, row: Sequence[Cell], filled: list[tuple[int, Cell]], number: int) -> str:
        """The code of a heading, total or note; '' if the row may be a person."""
        first_at, first = filled[0]
        text = rows.line([first])
        heads = [cell for i, cell in filled if i in (first_at, self.name) and isinstance(cell, str)]
        if any(rows.is_total(rows.line([cell])) for cell in heads):
            return rows.TOTAL
        if heading := guesses.lone_heading(row, self.name):
            why, found = heading
            if why == rows.GROUP:
                self._open_group(found, number)
            elif self.guess.class_source == guesses.FROM_ROWS:
                self.class_name, self.group_name = found.name, ""
            return why
        if len(filled) > 4 or not isinstance(first, str):
            return ""
        whole = rows.line([cell for _i, cell in filled])
        if whole.startswith("班主任") and rows.head_teacher(whole):
            return rows.HEAD_TEACHER
        if rows.is_note(text):
            return rows.NOTES
        is_title = len(filled) == 1 and rows.claimed_in(whole) is not None and first_at != self.name
        return rows.TITLE if is_title else ""

    def _open_group(self, heading: rows.Heading, number: int) -> None:
        self.group_name = heading.name
        self.claims.append((heading, number, len(self.people)))

    def _ignore(self, number: int, code: str, row: Sequence[Cell]) -> None:
        text = shown(rows.line(row), limit=60)
        self.ignored.append(Ignored(self.guess.index, self.guess.name, number, code, text))

    # one person

    def _person(self, row: Sequence[Cell], number: int) -> None:
        values, extra = self._cells(row, number)
        if "name" not in values and (len(row) <= self.name or is_blank(row[self.name])):
            self._problem(self.by_field["name"], number, None, "name_missing", treatments=(SKIP,))
        offices = self._take_offices(values)
        self._split_unit(values, number, row)
        self._check_row(values, number, row)
        class_name = self._class_of(values)
        group_name = values.pop("group_name", "") or self.group_name
        place = (self.guess.index, self.guess.name, number)
        self.people.append(Person(*place, values, extra, class_name, group_name, offices, row, ""))

    def _cells(self, row: Sequence[Cell], number: int) -> tuple[dict[str, Any], dict[str, str]]:
        """The clean values by field, and those of new profile fields by label."""
        values: dict[str, Any] = {}
        extra: dict[str, str] = {}
        width = len(row)
        for column in self.columns:
            cell = row[column.index] if column.index < width else None
            if cell is None or cell == "":
                continue
            value = self._value(column, cell)
            if isinstance(value, BadValue):
                if value.code != "blank":
                    self._bad_value(column, number, cell, value)
            elif column.field == UNKNOWN:
                extra[column.guess.label.strip()] = value
            else:
                values[column.field] = value
        return values, extra

    def _value(self, column: _Column, cell: Cell) -> Any:
        """The clean value or the ``BadValue``; texts that come back are cleaned once."""
        is_text = isinstance(cell, str)
        if is_text and cell in column.known:
            return column.known[cell]
        try:
            value = column.clean(cell)
        except BadValue as bad:
            value = bad
        if (
            column.months_only
            and isinstance(value, BornOn)
            and value.day.day == 1
            and isinstance(cell, date | datetime)
        ):
            value = BornOn(value.day, is_month_only=True)
        if is_text:
            column.known[cell] = value
        return value

    def _take_offices(self, values: dict[str, Any]) -> tuple[Office, ...]:
        """Offices out of their own column and out of the remarks; what else the remarks say stays there."""
        found: list[Office] = []
        for source in ("office", "remarks"):
            text = values.pop(source, None)
            if not text:
                continue
            key = (text, source == "office")
            if key not in self.offices:
                self.offices[key] = offices_in(text, only_offices=key[1])
            named, left = self.offices[key]
            found += [office for office in named if office not in found]
            if left and source == "remarks":
                values["remarks"] = left
        return tuple(found)

    def _split_unit(self, values: dict[str, Any], number: int, row: Sequence[Cell]) -> None:
        text = values.get("unit_and_position")
        if text is None:
            return
        if not self.guess.split_units:
            values.setdefault("work_unit", text)
            return
        if text not in self.splits:
            self.splits[text] = split_unit_and_position(text)
        unit, position = self.splits[text]
        values.setdefault("work_unit", unit)
        if position:
            values.setdefault("position", position)
        elif "position" not in values:
            column = self.by_field["unit_and_position"]
            self._problem(
                column, number, row[column.index], "position_unsplit", severity=WARNING, treatments=(KEEP, SKIP)
            )

    def _check_row(self, values: dict[str, Any], number: int, row: Sequence[Cell]) -> None:
        """Sex and birth against the ID number."""
        if "id_number" not in values:
            return
        facts = facts_of_id(values["id_number"])
        if values.get("sex", facts.sex) != facts.sex:
            column = self.by_field["sex"]
            code = "sex_not_male" if values["sex"] == "m" else "sex_not_female"
            self._problem(column, number, row[column.index], code, treatments=(SKIP, DROP))
        born = values.get("born_on")
        if isinstance(born, BornOn) and not agrees(born, facts.born_on):
            column = self.by_field["born_on"]
            own = f"{born.day:%Y-%m}" if born.is_month_only else born.day.isoformat()
            params = {"column": own, "id_number": facts.born_on.isoformat()}
            treatments = (KEEP, DROP, SKIP)
            cell = row[column.index]
            self._problem(column, number, cell, "born_differs", params=params, severity=WARNING, treatments=treatments)

    def _class_of(self, values: dict[str, Any]) -> str:
        of_column = values.pop("class_name", "")
        if self.guess.class_source == guesses.FROM_COLUMN:
            return of_column
        if self.guess.class_source == guesses.FROM_STREET:
            return values.get("street", "")
        return self.class_name

    # problems

    def _bad_value(self, column: _Column, number: int, cell: Cell, bad: BadValue) -> None:
        treatments = (SKIP,) if column.field == "name" else (SKIP, DROP)
        self._problem(column, number, cell, bad.code, params=bad.params, treatments=treatments)

    def _problem(
        self,
        column: _Column,
        number: int,
        cell: Cell,
        code: str,
        *,
        treatments: tuple[str, ...],
        params: Mapping[str, object] | None = None,
        severity: str = ERROR,
    ) -> None:
        self.problems.append(
            Problem(
                sheet=self.guess.index,
                sheet_name=self.guess.name,
                row=number,
                column=column.guess.letter,
                header=column.guess.header,
                field=column.field,
                shown=shown(cell, private=is_private(column.field)),
                code=code,
                params=params or {},
                severity=severity,
                treatments=treatments,
            )
        )

    def _check_claims(self) -> None:
        """Numbers of people that title and headings speak of, against those that were read."""
        guess, read_in_all = self.guess, len(self.people)
        if not guess.head_teacher_is_clear:
            self._sheet_warning(guess.head_teacher_row, "head_teacher_unclear", {})
        if guess.claimed is not None and guess.claimed != read_in_all:
            self._sheet_warning(guess.claimed_row, "claimed_sheet", {"claimed": guess.claimed, "read": read_in_all})
        ends = [before for _heading, _row, before in self.claims[1:]] + [read_in_all]
        for (heading, number, before), end in zip(self.claims, ends):
            if heading.claimed is not None and heading.claimed != end - before:
                params = {"group": heading.name, "claimed": heading.claimed, "read": end - before}
                self._sheet_warning(number, "claimed_group", params)

    def _sheet_warning(self, number: int, code: str, params: Mapping[str, object]) -> None:
        place = (self.guess.index, self.guess.name, number)
        self.problems.append(
            Problem(*place, "", "", "", "", code=code, params=params, severity=WARNING, treatments=(KEEP,))
        )


def _fill_down(all_rows: Iterable[Sequence[Cell]], merged: list[int], first: int) -> Iterable[Sequence[Cell]]:
    above: dict[int, Cell] = {}
    for at, row in enumerate(all_rows):
        if at < first or all(is_blank(cell) for cell in row):
            yield row
            continue
        filled = list(row) + [None] * (max(merged) + 1 - len(row))
        for index in merged:
            if is_blank(filled[index]):
                filled[index] = above.get(index)
            else:
                above[index] = filled[index]
        yield filled


def _is_serial(cell: Cell) -> bool:
    """Whether a cell only numbers its row, as in a form with lines left over."""
    return not isinstance(cell, str) or cell.strip().isdigit()


def _is_read(column: ColumnGuess) -> bool:
    return column.field != IGNORE and column.field not in NEVER_READ


def is_private(key: str) -> bool:
    return key in headers.FIELDS and headers.FIELDS[key].is_private


def _column(column: ColumnGuess, profile_fields: Collection[ProfileLike]) -> _Column:
    clean = headers.cleaner(column.field, profile_fields)
    months_only = "年月" in column.header and "日" not in column.header
    return _Column(column.index, column.field, clean, {}, column, months_only)
