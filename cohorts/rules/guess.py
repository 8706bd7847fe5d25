"""What a roster file seems to be: which sheets, where the header is, what each column means, which class it is.

A ``Guess`` is shown to the person, corrected, stored as JSON and then read by (``reading.read``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from cohorts.rules import headers, rows
from cohorts.rules.headers import IGNORE, NEVER_READ, SURE, UNKNOWN, Meaning, ProfileLike
from cohorts.rules.sentences import say
from cohorts.rules.values import BadValue, Cell, as_text, is_blank, shown, words
from trainee_mgmt.kit.sheets import column_letter

LOOK = 40  # rows in which a header is searched
SAMPLES = 3
GENERIC_SHEET = ("sheet", "工作表", "学员名册", "花名册", "名册", "名单", "学员", "总表", "汇总")
NOTES_SHEET = words(
    "说明 填表说明 填报说明 注意事项 字典 数据字典 代码 代码表 下拉选项 选项 参数 目录 封面 instructions notes"
)
SUMMARY_SHEET = ("总表", "汇总", "总名单", "总名册", "全部", "summary", "all")

# Where the name of a row's class comes from
FROM_SHEET, FROM_TITLE, FROM_COLUMN, FROM_STREET, FROM_ROWS, FIXED, NO_CLASS = (
    "sheet",
    "title",
    "column",
    "street",
    "rows",
    "fixed",
    "none",
)


class SheetLike(Protocol):
    """A sheet of ``trainee_mgmt.kit.sheets``: ``rows[i]`` is row ``first_row + i``, its first cell column A."""

    name: str
    hidden: bool
    rows: list[list[Cell]]
    first_row: int


@dataclass(frozen=True)
class ColumnGuess:
    """One column. ``field`` is a key of ``FIELDS`` or of a profile field, ``unknown`` (a new profile field named
    ``label``) or ``ignore``. ``fill_down``: a blank cell repeats the one above (merged cells)."""

    index: int
    letter: str
    header: str
    field: str
    confidence: str
    reason: str
    label: str = ""
    fill_down: bool = False
    samples: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        return say(self.reason)


@dataclass(frozen=True)
class GroupGuess:
    """A group heading between the rows."""

    name: str
    claimed: int | None
    row: int


@dataclass(frozen=True)
class SheetGuess:
    """One sheet. ``header_row`` is counted as in the spreadsheet, 0 if there is none. ``class_source`` says where the
    class of a row comes from: sheet title column street rows fixed none; the first two and fixed use ``class_name``."""

    index: int
    name: str
    use: bool
    reason: str = ""  # why it is left out, a code
    header_row: int = 0
    header_rows: int = 1
    columns: tuple[ColumnGuess, ...] = ()
    title: str = ""
    class_source: str = NO_CLASS
    class_name: str = ""
    head_teacher: str = ""
    head_teacher_phone: str = ""
    head_teacher_row: int = 0
    head_teacher_is_clear: bool = True
    claimed: int | None = None
    claimed_row: int = 0
    groups: tuple[GroupGuess, ...] = ()
    split_units: bool = False

    @property
    def why(self) -> str:
        return say(self.reason) if self.reason else ""

    def column(self, field: str) -> ColumnGuess | None:
        """The column that gives a field."""
        return next((column for column in self.columns if column.field == field), None)

    def class_sources(self) -> list[str]:
        """The sources of the class that this sheet can offer."""
        offered = {
            FROM_SHEET: True,
            FROM_TITLE: bool(rows.class_in_title(self.title)),
            FROM_COLUMN: self.column("class_name") is not None,
            FROM_STREET: self.column("street") is not None,
            FROM_ROWS: self.class_source == FROM_ROWS,
            FIXED: True,
            NO_CLASS: True,
        }
        return [source for source, is_offered in offered.items() if is_offered]

    def with_classes(self, source: str, name: str = "") -> "SheetGuess":
        """The same with another source of the class; ``name`` is needed for ``fixed`` only."""
        names = {FROM_SHEET: self.name, FROM_TITLE: rows.class_in_title(self.title), FIXED: name}
        return replace(self, class_source=source, class_name=names.get(source, ""))

    def with_column(self, index: int, **changes: Any) -> "SheetGuess":
        """The same with one column corrected."""
        columns = tuple(replace(column, **changes) if column.index == index else column for column in self.columns)
        return replace(self, columns=columns)


@dataclass(frozen=True)
class Guess:
    """What a file seems to be; the person corrects it before it is read."""

    sheets: tuple[SheetGuess, ...]

    def used(self) -> list[SheetGuess]:
        return [sheet for sheet in self.sheets if sheet.use]

    def with_sheet(self, sheet: SheetGuess) -> "Guess":
        """The same with one sheet corrected."""
        return Guess(tuple(sheet if sheet.index == other.index else other for other in self.sheets))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Guess":
        return cls(tuple(_sheet_from_json(sheet) for sheet in data["sheets"]))


def _sheet_from_json(data: Mapping[str, Any]) -> SheetGuess:
    columns = tuple(ColumnGuess(**{**column, "samples": tuple(column["samples"])}) for column in data["columns"])
    groups = tuple(GroupGuess(**group) for group in data["groups"])
    return SheetGuess(**{**data, "columns": columns, "groups": groups})


# --- understanding --------------------------------------------------------------------------------------------------


def understand(
    sheets: Sequence[SheetLike],
    profile_fields: Collection[ProfileLike] = (),
    *,
    header_rows: Mapping[int, int] | None = None,
) -> Guess:
    """A first guess at a file. ``header_rows`` are header rows a person set: {index of sheet: row as printed}."""
    known: dict[str, Meaning] = {}
    guesses = [
        _understand_sheet(index, sheet, profile_fields, (header_rows or {}).get(index, 0), known)
        for index, sheet in enumerate(sheets)
    ]
    guesses = _without_summaries(sheets, guesses)
    used = sum(guess.use for guess in guesses)
    return Guess(tuple(_with_class(guess, used) if guess.columns else guess for guess in guesses))


def understand_sheet(
    index: int, sheet: SheetLike, header_row: int, profile_fields: Collection[ProfileLike] = (), *, used: int = 1
) -> SheetGuess:
    """One sheet again, after a person set its header row; ``used`` sheets are read in all."""
    return _with_class(_understand_sheet(index, sheet, profile_fields, header_row, {}), used)


def _understand_sheet(
    index: int, sheet: SheetLike, profile_fields: Collection[ProfileLike], header_row: int, known: dict[str, Meaning]
) -> SheetGuess:
    if not any(not is_blank(cell) for row in sheet.rows for cell in row):
        return SheetGuess(index, sheet.name, use=False, reason="sheet_empty")
    at = header_row - sheet.first_row if header_row else _header_at(sheet.rows, profile_fields, known)
    if at is None or not 0 <= at < len(sheet.rows):
        reason = "sheet_notes" if sheet.name.strip().casefold() in NOTES_SHEET else "sheet_no_header"
        return SheetGuess(index, sheet.name, use=False, reason="sheet_hidden" if sheet.hidden else reason)
    depth = _header_depth(sheet.rows, at, profile_fields, known)
    guess = SheetGuess(
        index,
        sheet.name,
        use=True,
        header_row=sheet.first_row + at,
        header_rows=depth,
        columns=_columns(sheet.rows, at, depth, profile_fields, known),
    )
    guess = _with_rows_above(guess, sheet, at)
    guess = _with_headings(guess, sheet, at + depth)
    reason = _why_not(guess, sheet, at + depth)
    return replace(guess, use=not reason, reason=reason, split_units=guess.column("unit_and_position") is not None)


def _why_not(guess: SheetGuess, sheet: SheetLike, first: int) -> str:
    if sheet.hidden:
        return "sheet_hidden"
    if guess.column("name") is None:
        return "sheet_no_name"
    number = guess.column("number")
    skipped = number.index if number else -1
    has_rows = any(not is_blank(cell) for row in sheet.rows[first:] for i, cell in enumerate(row) if i != skipped)
    return "" if has_rows else "sheet_no_people"


def _meaning(cell: Cell, profile_fields: Collection[ProfileLike], known: dict[str, Meaning]) -> Meaning | None:
    """The meaning of a cell as a header; None for what cannot be one. ``known`` remembers within one file."""
    if not isinstance(cell, str) or len(cell) > headers.HEADER_LIMIT or not cell.strip():
        return None
    if cell not in known:
        known[cell] = headers.meaning(cell, profile_fields)
    return known[cell]


def _score(row: Sequence[Cell], profile_fields: Collection[ProfileLike], known: dict[str, Meaning]) -> float:
    """How much a row looks like a header: sure names count one, half-sure ones a half."""
    found = [_meaning(cell, profile_fields, known) for cell in row]
    sure = {meaning.field for meaning in found if meaning and meaning.confidence == SURE}
    likely = {meaning.field for meaning in found if meaning and meaning.field not in (UNKNOWN, IGNORE)} - sure
    return len(sure) + len(likely) / 2 + ("name" in sure)


def _header_at(
    all_rows: Sequence[Sequence[Cell]], profile_fields: Collection[ProfileLike], known: dict[str, Meaning]
) -> int | None:
    best, best_score = None, 1.9  # a lone 姓名 is enough
    for at, row in enumerate(all_rows[:LOOK]):
        score = _score(row, profile_fields, known)
        if score > best_score:
            best, best_score = at, score
    return best


def _header_depth(
    all_rows: Sequence[Sequence[Cell]], at: int, profile_fields: Collection[ProfileLike], known: dict[str, Meaning]
) -> int:
    """2 where a second header row names the parts of merged cells (联系方式 over 手机 and 邮箱)."""
    if at + 1 >= len(all_rows):
        return 1
    top, below = all_rows[at], all_rows[at + 1]
    under_known = any(
        not is_blank(cell) and (meaning := _meaning(top[i], profile_fields, known)) and meaning.field == "name"
        for i, cell in enumerate(below[: len(top)])
    )
    filled = [cell for cell in below if not is_blank(cell)]
    named = [meaning for cell in filled if (meaning := _meaning(cell, profile_fields, known))]
    sure = sum(meaning.confidence == SURE for meaning in named)
    return 2 if sure and not under_known and len(named) == len(filled) and sure * 2 >= len(filled) else 1


def _columns(
    all_rows: Sequence[Sequence[Cell]],
    at: int,
    depth: int,
    profile_fields: Collection[ProfileLike],
    known: dict[str, Meaning],
) -> tuple[ColumnGuess, ...]:
    body = all_rows[at + depth :]
    near = [row for row in body[: 3 * headers.SAMPLE] if lone_heading(row, -1) is None]
    width = max(len(row) for row in all_rows[at : at + depth + 3 * headers.SAMPLE])
    names = [_header_of(all_rows[at : at + depth], i, known, profile_fields) for i in range(width)]
    samples = [[row[i] for row in near if len(row) > i and not is_blank(row[i])] for i in range(width)]
    found = headers.meanings(names, samples, profile_fields)
    columns = []
    for i, (name, meaning) in enumerate(zip(names, found)):
        if not name and not samples[i]:
            continue
        is_private = meaning.field in headers.FIELDS and headers.FIELDS[meaning.field].is_private
        column = ColumnGuess(
            index=i,
            letter=column_letter(i),
            header=name,
            field=meaning.field,
            confidence=meaning.confidence,
            reason=meaning.reason,
            label=name[: headers.LABEL_LIMIT] if meaning.field == UNKNOWN else "",
            fill_down=meaning.field in ("group_name", "class_name") and _is_merged_down(body, i),
            samples=tuple(shown(cell, private=is_private, limit=20) for cell in samples[i][:SAMPLES]),
        )
        columns.append(column)
    return tuple(columns)


def _header_of(
    head: Sequence[Sequence[Cell]], i: int, known: dict[str, Meaning], profile_fields: Collection[ProfileLike]
) -> str:
    parts = [_shown(row[i]) for row in head if len(row) > i and not is_blank(row[i])]
    if len(parts) == 2:
        below = _meaning(parts[1], profile_fields, known)
        return parts[1] if below and below.confidence == SURE else parts[0] + parts[1]
    return parts[0] if parts else ""


def _shown(cell: Cell) -> str:
    try:
        return as_text(cell)
    except BadValue:
        return ""


def _is_merged_down(body: Sequence[Sequence[Cell]], i: int) -> bool:
    """Merged cells leave their text in the first row only: each text once, blanks between."""
    texts = [_shown(row[i]) if len(row) > i else "" for row in body[:2000]]
    filled = [text for text in texts if text]
    return bool(filled) and bool(texts[0]) and len(set(filled)) == len(filled) and len(filled) * 2 <= len(texts)


def _with_rows_above(guess: SheetGuess, sheet: SheetLike, at: int) -> SheetGuess:
    """The title, the number of people it speaks of, and the head teacher, from the rows above the header."""
    for number, row in enumerate(sheet.rows[:at], sheet.first_row):
        text = rows.line(row)
        teacher = rows.head_teacher(text)
        if teacher and not guess.head_teacher_row:
            guess = _with_head_teacher(guess, teacher, number)
        claimed = rows.claimed_in(text)
        if claimed is not None and not guess.claimed_row:
            guess = replace(guess, claimed=claimed, claimed_row=number)
        if text and not guess.title and not text.startswith("班主任") and not rows.is_note(text):
            guess = replace(guess, title=text)
    return guess


def _with_head_teacher(guess: SheetGuess, teacher: rows.HeadTeacher, number: int) -> SheetGuess:
    return replace(
        guess,
        head_teacher=teacher.name,
        head_teacher_phone=teacher.phone,
        head_teacher_row=number,
        head_teacher_is_clear=teacher.is_clear,
    )


def _with_headings(guess: SheetGuess, sheet: SheetLike, first: int) -> SheetGuess:
    """Group and class headings between the rows."""
    name = guess.column("name")
    groups = []
    for number, row in enumerate(sheet.rows[first:], sheet.first_row + first):
        heading = lone_heading(row, name.index if name else -1)
        if heading is None:
            continue
        why, found = heading
        if why == rows.GROUP:
            groups.append(GroupGuess(found.name, found.claimed, number))
        else:
            guess = replace(guess, class_source=FROM_ROWS)
    return replace(guess, groups=tuple(groups))


def lone_heading(row: Sequence[Cell], name_index: int) -> tuple[str, rows.Heading] | None:
    """The group or class heading that stands alone in a row."""
    filled = [(i, cell) for i, cell in enumerate(row) if cell is not None and cell != ""]
    if not 1 <= len(filled) <= 2 or not isinstance(filled[0][1], str):
        return None
    i, text = filled[0][0], rows.line([cell for _i, cell in filled])
    must_be_plain = i == name_index
    if heading := rows.group_heading(text, must_be_plain=must_be_plain):
        return rows.GROUP, heading
    if heading := rows.class_heading(text, must_be_plain=must_be_plain):
        return rows.CLASS, heading
    return None


def _with_class(guess: SheetGuess, used: int) -> SheetGuess:
    """Where the class of the rows comes from: a column, headings, the sheet's name, the title; else no class."""
    if guess.column("class_name"):
        return replace(guess, class_source=FROM_COLUMN)
    if guess.class_source == FROM_ROWS:
        return guess
    name, titled = " ".join(guess.name.split())[:60], rows.class_in_title(guess.title)
    is_generic = name.casefold().startswith(GENERIC_SHEET) or name.isdigit()
    if not is_generic and (name.endswith("班") or (name and name in guess.title) or (used > 1 and not titled)):
        return replace(guess, class_source=FROM_SHEET, class_name=name)
    if titled:
        return replace(guess, class_source=FROM_TITLE, class_name=titled)
    return guess


def _without_summaries(sheets: Sequence[SheetLike], guesses: list[SheetGuess]) -> list[SheetGuess]:
    """A sheet named 汇总 that repeats the names of the others is left out."""
    suspects = [guess for guess in guesses if guess.use and guess.name.strip().casefold().startswith(SUMMARY_SHEET)]
    if not suspects or sum(guess.use for guess in guesses) == len(suspects):
        return guesses
    others = set()
    for guess in guesses:
        if guess.use and guess not in suspects:
            others |= _names(sheets[guess.index], guess)
    for guess in suspects:
        own = _names(sheets[guess.index], guess)
        if len(own & others) * 5 >= len(own) * 4:
            guesses[guess.index] = replace(guess, use=False, reason="sheet_summary")
    return guesses


def _names(sheet: SheetLike, guess: SheetGuess) -> set[str]:
    name = guess.column("name")
    body = sheet.rows[guess.header_row - sheet.first_row + guess.header_rows :]
    return {_shown(row[name.index]).replace(" ", "") for row in body if len(row) > name.index} - {""}


# --- what a person's corrections leave open -------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A corrected guess cannot be read like this."""

    code: str
    params: Mapping[str, object]

    @property
    def sentence(self) -> str:
        return say(self.code, self.params)


def faults(guess: Guess, profile_fields: Iterable[ProfileLike] = ()) -> list[Fault]:
    """Why a corrected guess cannot be read yet; empty if it can."""
    profile_fields = list(profile_fields)
    if not guess.used():
        return [Fault("fault_no_sheet", {})]
    return [fault for sheet in guess.used() for fault in _sheet_faults(sheet, profile_fields)]


def _sheet_faults(sheet: SheetGuess, profile_fields: list[ProfileLike]) -> list[Fault]:
    found = []
    if sheet.column("name") is None:
        found.append(Fault("fault_no_name", {"sheet": sheet.name}))
    by_field: dict[str, list[str]] = {}
    for column in sheet.columns:
        if column.field == UNKNOWN and not column.label.strip():
            found.append(Fault("fault_no_label", {"sheet": sheet.name, "column": column.letter}))
        if column.field != IGNORE and column.field not in NEVER_READ:
            given = f"{UNKNOWN} {column.label.strip()}" if column.field == UNKNOWN else column.field
            by_field.setdefault(given, []).append(column.letter)
    for field, letters in by_field.items():
        if len(letters) > 1:
            name = (
                field.removeprefix(f"{UNKNOWN} ") if field.startswith(UNKNOWN) else headers.label(field, profile_fields)
            )
            found.append(Fault("fault_twice", {"sheet": sheet.name, "columns": "、".join(letters), "field": name}))
    return found
