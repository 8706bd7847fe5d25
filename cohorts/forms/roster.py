"""Sending a roster file, and correcting what each sheet and column was taken for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.rules import headers
from cohorts.rules.guess import (
    FIXED,
    FROM_COLUMN,
    FROM_ROWS,
    FROM_SHEET,
    FROM_STREET,
    FROM_TITLE,
    NO_CLASS,
    ColumnGuess,
    Guess,
    SheetGuess,
    faults,
)
from cohorts.rules.headers import FIELDS, IGNORE, IGNORE_LABEL, NEVER_READ, UNKNOWN, UNKNOWN_LABEL, ProfileSpec
from trainee_mgmt.kit.forms import CrispyMixin
from trainee_mgmt.kit.sheets import MAX_FILE_BYTES
from trainee_mgmt.kit.uploads import read_upload

CLASS_SOURCES = {
    FROM_SHEET: gettext_lazy("name of the sheet"),
    FROM_TITLE: gettext_lazy("title above the header"),
    FROM_COLUMN: gettext_lazy("column “Class”"),
    FROM_STREET: gettext_lazy("column “Street”"),
    FROM_ROWS: gettext_lazy("headings between the rows"),
    FIXED: gettext_lazy("this name:"),
    NO_CLASS: gettext_lazy("no class yet"),
}
CONFIDENCE = {
    headers.SURE: ("ok", gettext_lazy("sure")),
    headers.LIKELY: ("", gettext_lazy("likely")),
    headers.GUESS: ("warn", gettext_lazy("please check")),
}
LABEL_LIMIT = 60


class RosterUploadForm(CrispyMixin, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Roster file"),
        help_text=gettext_lazy(
            "xlsx, xls, ods, csv or text, up to 20 MB. Forms with titles and several sheets go in as they are."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.et,.ods,.csv,.txt,.tsv"}),
    )
    submit_label = gettext_lazy("Read the file")

    def source(self) -> bytes:
        return read_upload(self.cleaned_data["file"], limit=MAX_FILE_BYTES)


@dataclass(frozen=True)
class ColumnSet:
    """Sheets with the same columns: what is said of a column holds for all of them."""

    number: int
    sheets: tuple[SheetGuess, ...]

    @property
    def columns(self) -> tuple[ColumnGuess, ...]:
        return self.sheets[0].columns

    @property
    def splits_units(self) -> bool:
        return any(sheet.split_units for sheet in self.sheets)


def column_sets(guess: Guess) -> list[ColumnSet]:
    """The sheets that have columns, those with equal headers together."""
    together: dict[tuple, list[SheetGuess]] = {}
    for sheet in guess.sheets:
        if sheet.columns:
            key = tuple((one.index, "".join(one.header.split()), one.field, one.label) for one in sheet.columns)
            together.setdefault(key, []).append(sheet)
    return [ColumnSet(number, tuple(sheets)) for number, sheets in enumerate(together.values())]


def field_choices(specs: Iterable[ProfileSpec]) -> list[tuple[str, str]]:
    """What a column may be: a field, a profile field of the cohort, a new one, or nothing."""
    own = [(spec.key, spec.label) for spec in specs if spec.key not in FIELDS]
    labels = {spec.key: spec.label for spec in specs}
    known = [(key, labels.get(key) or str(field.label)) for key, field in FIELDS.items() if key not in NEVER_READ]
    return [*known, *own, (UNKNOWN, str(UNKNOWN_LABEL)), (IGNORE, str(IGNORE_LABEL))]


class Correction:
    """What a person made of a guess: ``guess`` corrected, ``look_again`` sheets with a new header row, ``errors``."""

    def __init__(self, guess: Guess, data: Mapping[str, str], specs: list[ProfileSpec]):
        self.before = self.guess = guess
        self.data, self.specs = data, specs
        self.errors: list[str] = []
        self.look_again: dict[str, int] = {}
        self.allowed = {key for key, _label in field_choices(specs)}
        self._read()

    def _read(self) -> None:
        for each in column_sets(self.guess):
            for sheet in each.sheets:
                self.guess = self.guess.with_sheet(self._columns(sheet, each.number))
        for sheet in self.guess.sheets:
            self.guess = self.guess.with_sheet(self._sheet(sheet))
        self.starts_on = self._date()
        if not self.look_again and not self.errors:
            self.errors += [fault.sentence for fault in faults(self.guess, self.specs)]

    def _columns(self, sheet: SheetGuess, number: int) -> SheetGuess:
        for column in sheet.columns:
            name = f"column-{number}-{column.index}"
            chosen = self.data.get(name, column.field)
            if chosen not in self.allowed and chosen != column.field:
                continue
            label = " ".join(self.data.get(f"label-{number}-{column.index}", column.label).split())[:LABEL_LIMIT]
            if chosen == UNKNOWN:
                sheet = sheet.with_column(column.index, field=UNKNOWN, label=label or column.header[:LABEL_LIMIT])
            elif chosen != column.field:
                sheet = sheet.with_column(column.index, field=chosen, label="", confidence=headers.SURE)
        if f"split-{number}-shown" in self.data:
            sheet = replace(sheet, split_units=f"split-{number}" in self.data)
        return sheet

    def _sheet(self, sheet: SheetGuess) -> SheetGuess:
        if f"sheet-{sheet.index}-shown" not in self.data:
            return sheet
        sheet = replace(sheet, use=f"sheet-{sheet.index}-use" in self.data)
        self._header_row(sheet)
        if not sheet.use or str(sheet.index) in self.look_again:
            return sheet
        return self._class(sheet)

    def _header_row(self, sheet: SheetGuess) -> None:
        asked = self.data.get(f"sheet-{sheet.index}-header", "").strip()
        if not asked and not sheet.use:
            return
        if not (asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked)):
            self.errors.append(
                _("Sheet %(sheet)s: give the number of the row that holds the column names.") % {"sheet": sheet.name}
            )
        elif int(asked) != sheet.header_row:
            self.look_again[str(sheet.index)] = int(asked)

    def _class(self, sheet: SheetGuess) -> SheetGuess:
        source = self.data.get(f"sheet-{sheet.index}-class", sheet.class_source)
        name = " ".join(self.data.get(f"sheet-{sheet.index}-name", "").split())[:LABEL_LIMIT]
        if source not in CLASS_SOURCES:
            return sheet
        if source == NO_CLASS and sheet.column("class_name") and not self._had_class_column(sheet):
            source = FROM_COLUMN
        if source == FIXED and not name:
            self.errors.append(_("Sheet %(sheet)s: give the name of the class.") % {"sheet": sheet.name})
        field = {FROM_COLUMN: "class_name", FROM_STREET: "street"}.get(source)
        if field and sheet.column(field) is None:
            self.errors.append(_("Sheet %(sheet)s: no column names the class.") % {"sheet": sheet.name})
        sheet = sheet.with_classes(source, name)
        if f"sheet-{sheet.index}-head-shown" in self.data and f"sheet-{sheet.index}-head" not in self.data:
            sheet = replace(sheet, head_teacher="", head_teacher_phone="")
        return sheet

    def _had_class_column(self, sheet: SheetGuess) -> bool:
        return self.before.sheets[sheet.index].column("class_name") is not None

    def _date(self) -> date | None:
        asked = self.data.get("starts_on", "")
        try:
            found = parse_date(asked)
        except ValueError:
            found = None
        if found is None:
            self.errors.append(_("Give the first day of the new trainees."))
        return found
