"""A roster plan as a person reads it: which rows, what changes, what stays, in words."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import ClassOfficer, Cohort, Person
from cohorts.rules import headers
from cohorts.rules.headers import FIELDS, ProfileSpec
from cohorts.rules.matching import OTHER, SAME
from cohorts.rules.roster import DROP, ERROR, KEEP, NOTE, SKIP
from cohorts.rules.sentences import say
from cohorts.services.roster import CHANGED, NEW, UNCHANGED
from cohorts.tables.sections import PER_PAGE, Section

TREATMENTS = {
    SKIP: gettext_lazy("leave the row out"),
    DROP: gettext_lazy("import without this value"),
    KEEP: gettext_lazy("import as it stands"),
    SAME: gettext_lazy("it is this person"),
    OTHER: gettext_lazy("somebody else: a new person"),
}
SEVERITY = {ERROR: "bad", "warning": "warn", NOTE: ""}


@dataclass
class ProblemLine:
    """A problem with the choices it leaves."""

    id: str
    sheet: str
    row: int
    column: str
    shown: str
    why: str
    kind: str
    treatment: str
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class ForAll:
    """A problem that many rows share, with one choice for all of them."""

    code: str
    why: str
    count: int
    choices: list[tuple[str, str]]


class PlanReader:
    """What a page shows of a payload. Lines are made for the rows of one page only."""

    def __init__(self, cohort: Cohort, payload: Mapping[str, Any], page: int = 1):
        self.cohort, self.payload, self.page = cohort, payload, page
        self.counts = payload["counts"]

    @cached_property
    def labels(self) -> dict[str, str]:
        fields = {one.key: one.label for one in self.cohort.profile_fields.all()}
        return fields | {one["key"]: one["label"] for one in self.payload["fields"]}

    def label(self, name: str) -> str:
        return self.labels.get(name) or (str(FIELDS[name].label) if name in FIELDS else name)

    def rows(self, do: str) -> list[Mapping[str, Any]]:
        return [row for row in self.payload["rows"] if row["do"] == do]

    # problems -------------------------------------------------------------------------------------------------------

    @cached_property
    def _problems(self) -> list[Mapping[str, Any]]:
        rank = {ERROR: 0, "warning": 1, NOTE: 2}
        found = [one for one in self.payload["problems"] if one["severity"] != NOTE]
        return sorted(found, key=lambda one: (rank[one["severity"]], one["sheet"], one["row"]))

    def problems(self) -> Section:
        return self._section("problems", self._problems, self._problem)

    def notes(self) -> list[ProblemLine]:
        return [self._problem(one) for one in self.payload["problems"] if one["severity"] == NOTE][:PER_PAGE]

    def for_all(self) -> list[ForAll]:
        """Kinds of problems that at least three rows share and that leave a choice."""
        counts = Counter(one["code"] for one in self._problems if len(one["treatments"]) > 1)
        first = {one["code"]: one for one in reversed(self._problems)}
        return [
            ForAll(code, self._kind_in_words(first[code]), count, self._choices(first[code]))
            for code, count in counts.items()
            if count > 2
        ]

    def _kind_in_words(self, problem: Mapping[str, Any]) -> str:
        words = say(problem["code"], problem["params"])
        return f"{problem['header']}: {words}" if problem["header"] else words

    def _choices(self, problem: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [(one, str(TREATMENTS[one])) for one in problem["treatments"]]

    def _problem(self, problem: Mapping[str, Any]) -> ProblemLine:
        return ProblemLine(
            id=f"{problem['key']}:{problem['code']}:{problem['field']}" if problem["key"] else "",
            sheet=problem["sheet_name"],
            row=problem["row"],
            column=problem["header"] or self.label(problem["field"]),
            shown=problem["shown"],
            why=say(problem["code"], problem["params"]),
            kind=SEVERITY[problem["severity"]],
            treatment=problem["treatment"],
            choices=self._choices(problem),
        )

    # changes --------------------------------------------------------------------------------------------------------

    def new(self) -> Section:
        return self._section(NEW, self.rows(NEW), self._new)

    def _new(self, row: Mapping[str, Any]) -> dict[str, Any]:
        place = row["set"]["place"]
        offices = [title or self.office(code) for code, title in row["offices"]]
        return {
            "key": row["key"],
            "at": row["at"],
            "name": row["name"],
            "number": row["number"],
            "work": " ".join(filter(None, [place.get("work_unit"), place.get("position")])),
            "class": row["class"],
            "group": row["group"],
            "offices": offices,
            "is_known": "id_number" not in row["set"]["person"] and bool(row["changes"] or row["kept"]),
        }

    def changes(self) -> Section:
        lines = [(row, change) for row in self.rows(CHANGED) for change in row["changes"]]
        return self._section(CHANGED, lines, lambda line: self._change(*line))

    def _change(self, row: Mapping[str, Any], change: Sequence[Any]) -> dict[str, Any]:
        name, before, after = change
        return {
            "key": row["key"],
            "name": row["name"],
            "number": row["number"],
            "field": self.label(name),
            "before": self.value(name, before),
            "after": self.value(name, after),
            "is_first": change is row["changes"][0] if row["changes"] else False,
        }

    def same(self) -> Section:
        return self._section(UNCHANGED, self.rows(UNCHANGED), dict)

    def kept(self) -> Section:
        lines = [(row, kept) for row in self.payload["rows"] for kept in row.get("kept", ())]
        return self._section("kept", lines, lambda line: self._kept(*line))

    def _kept(self, row: Mapping[str, Any], kept: Sequence[Any]) -> dict[str, Any]:
        name, ours, file, why = kept
        line = self._change(row, [name, ours, file])
        return line | {"why": say(why)}

    def absent(self) -> Section:
        return self._section("absent", self.payload["absent"], lambda one: one)

    def ignored(self) -> Section:
        lines = [one for one in self.payload["ignored"] if one[2] != "row_blank"]
        return self._section("ignored", lines, lambda one: [one[0], one[1], say(one[2]), one[3]])

    def left(self) -> Section:
        """Rows that the person left out."""
        left_out = set(self.payload["left_out"])
        return self._section("left", [row for row in self.payload["rows"] if row["key"] in left_out], dict)

    def to_be_made(self) -> list[tuple[str, int, list[str]]]:
        """Classes, groups, head teachers, officers and fields that do not exist yet: what, how many, which."""
        payload = self.payload
        classes = [
            _("%(name)s (%(count)s people)") % {"name": name, "count": size}
            for name, _number, size in payload["classes"]
        ]
        sizes: dict[str, list[str]] = {}
        for class_name, name, size in payload["groups"]:
            sizes.setdefault(class_name, []).append(f"{name} {size}")
        groups = [f"{class_name} · {'、'.join(each)}".removeprefix(" · ") for class_name, each in sizes.items()]
        heads = [f"{one['class']} · {one['name']} {one['shown']}".strip() for one in payload["heads"]]
        fields = [one["label"] for one in payload["fields"]]
        offices = Counter(
            title or self.office(code) for row in payload["rows"] for code, title in row.get("offices", ())
        )
        held = [f"{name} {count}" for name, count in offices.items()]
        lines = [
            (_("Classes"), len(classes), classes),
            (_("Groups"), len(payload["groups"]), groups),
            (_("Head teachers"), len(heads), heads),
            (_("Class officers"), offices.total(), held),
            (_("Profile fields"), len(fields), fields),
        ]
        return [line for line in lines if line[2]]

    # values ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def office(code: str) -> str:
        return str(ClassOfficer.Office(code).label) if code in ClassOfficer.Office.values else code

    def value(self, name: str, value: Any) -> str:
        if value in (None, "", []):
            return ""
        if name == "sex":
            return str(Person.Sex(value).label)
        if name == "born_on":
            day, is_month_only = value
            return day[:7] if is_month_only else day
        if name == "office":
            return self.office(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return str(value)

    def _section(self, key: str, lines: Sequence[Any], draw: Callable[[Any], Any]) -> Section:
        return Section(key, lines, self.page, draw)


def specs_of(cohort: Cohort) -> list[ProfileSpec]:
    return [ProfileSpec(one.key, one.label, one.kind, tuple(one.choices)) for one in cohort.profile_fields.all()]


def template_columns(cohort: Cohort) -> list[str]:
    """The header of an empty roster: the usual columns and the profile fields of the cohort."""
    usual = ["name", "sex", "phone", "id_number", "work_unit", "position", "class_name", "group_name", "office"]
    labels = [str(headers.FIELDS[name].label) for name in usual]
    own = [one.label for one in cohort.profile_fields.order_by("order", "pk")]
    return [*labels, *(label for label in own if label not in labels), str(headers.FIELDS["remarks"].label)]
