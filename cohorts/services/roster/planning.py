"""Every row of a roster decided: who it is, what it changes, what stays, what a person must decide first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cohorts.models import ClassOfficer, Cohort
from cohorts.rules.headers import FIELDS
from cohorts.rules.matching import (
    BY_HAND,
    Change,
    Difference,
    Doubt,
    Kept,
    Known,
    Matching,
    People,
    Row,
    Said,
    Verdict,
    difference,
    said,
)
from cohorts.rules.numbers import next_numbers, number_prefix
from cohorts.rules.profile import stored
from cohorts.rules.roster import DROP, ERROR, KEEP, SKIP, Guess, Person, Problem, Reading
from cohorts.rules.values import BornOn, shown
from cohorts.services.roster.fields import ProfileFields
from cohorts.services.roster.loading import Roster, find_people, fingerprint, load_roster
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.crypto import blind_index, mask_phone

NEW, CHANGED, UNCHANGED, OUT = "new", "changed", "same", "out"


def key_of(person: Person) -> str:
    """Names a row of a file within its plan: ``sheet:row``, as the page sends it back."""
    return f"{person.sheet}:{person.row}"


class Planner:
    """Decides the rows of a reading against the cohort as it is."""

    def __init__(self, cohort: Cohort, given: Mapping[str, Any], guess: Guess, reading: Reading):
        self.cohort, self.guess, self.reading = cohort, guess, reading
        self.chosen: Mapping[str, str] = given.get("treatments", {})
        self.chosen_for_all: Mapping[str, str] = given.get("treatments_all", {})
        self.left_out = frozenset(given.get("left_out", ()))
        self.starts_on = date.fromisoformat(given["starts_on"]) if given.get("starts_on") else cohort.starts_on
        self.now: Roster = load_roster(cohort)
        self.columns = {(sheet.index, one.field): one for sheet in guess.used() for one in sheet.columns}
        self.fields = ProfileFields(self.now.fields, guess)
        self.rows = {key_of(person): person for person in reading.people}
        self.problems: list[dict[str, Any]] = []
        self.out: set[str] = set(self.left_out & self.rows.keys())
        self.said: dict[str, Said] = {}
        self.indexes: dict[str, tuple[str | None, str | None]] = {}
        self.class_numbers = {name: one.number for name, one in self.now.classes.items()}
        self.taken = {one.place.number for one in self.now.places if one.place}

    def plan(self) -> dict[str, Any]:
        self._take_values()
        known = self._people()
        matching = Matching(People(known), self._choose, self._adds_nothing)
        verdicts = matching.run(
            Row(key, self.said[key].person["name"], *self.indexes[key]) for key in self.said if key not in self.out
        )
        decided = [self._decide(key, person, verdicts.get(key)) for key, person in self.rows.items()]
        heads = self._heads(known)
        self._give_numbers(decided)
        written = sorted({row["person"] for row in decided if row["do"] in (NEW, CHANGED) and row["person"]})
        return {
            "rows": decided,
            "problems": self.problems,
            "classes": self._new_classes(decided, heads),
            "class_ids": {name: one.pk for name, one in self.now.classes.items()},
            "groups": self._new_groups(decided),
            "group_ids": [[one.training_class_id, name, one.pk] for (_class, name), one in self.now.groups.items()],
            "heads": heads,
            "fields": self.fields.to_be_made(),
            "absent": self._absent(verdicts.values()),
            "ignored": [[one.sheet_name, one.row, one.code, one.text] for one in self.reading.ignored],
            "raw": self._raw(decided),
            "counts": self._counts(decided, heads),
            "left_out": sorted(self.left_out & self.rows.keys()),
            "starts_on": self.starts_on.isoformat(),
            "written": written,
            "fingerprint": fingerprint(written),
            "seen": self._seen(known),
        }

    # what the rows say ----------------------------------------------------------------------------------------------

    def _take_values(self) -> None:
        """The values of each row after the treatments of its problems; the indexes of its numbers."""
        problems = self.reading.problems_by_row()
        for key, person in self.rows.items():
            values = dict(person.values)
            for problem in problems.pop((person.sheet, person.row), ()):
                treatment = self._choose(key, problem.code, problem.field, problem.treatments, problem.severity)
                self.problems.append(problem.to_json() | {"key": key, "treatment": treatment})
                if treatment == SKIP:
                    self.out.add(key)
                elif treatment == DROP:
                    values.pop(problem.field, None)
            if "name" not in values:
                self.out.add(key)
                continue
            self.said[key] = self._said(values, person.extra)
            self.indexes[key] = self._indexes(self.said[key].person)
        for left in problems.values():  # of no person's row: what headings and titles promise
            self.problems += [one.to_json() | {"key": "", "treatment": KEEP} for one in left]

    def _said(self, values: dict[str, Any], extra: Mapping[str, Any]) -> Said:
        row = said(values, {})
        profile = {self.fields.key(name): stored(value) for name, value in row.profile.items()}
        profile |= {self.fields.key_of_label(label): stored(value) for label, value in extra.items()}
        return row._replace(profile=profile)

    @staticmethod
    def _indexes(values: Mapping[str, Any]) -> tuple[str | None, str | None]:
        return tuple(blind_index(kind, values[kind]) if kind in values else None for kind in ("id_number", "phone"))

    def _people(self) -> list[Known]:
        phones = [phone for _id, phone in self.indexes.values() if phone]
        phones += [
            blind_index("phone", one.head_teacher_phone) for one in self._class_heads() if one.head_teacher_phone
        ]
        ids = [one for one, _phone in self.indexes.values() if one]
        return find_people(self.now, ids, phones, actor.current().user_id)

    def _seen(self, known: Iterable[Known]) -> list[int]:
        """Who has a number of the file now; anybody else who has one when the plan is applied came in between."""
        ids = {one for one, _phone in self.indexes.values()} - {None}
        phones = {phone for _id, phone in self.indexes.values()} - {None}
        return sorted(one.id for one in known if one.id_index in ids or one.phone_index in phones)

    # doubts ---------------------------------------------------------------------------------------------------------

    def _choose(self, key: str, code: str, field: str, treatments: tuple[str, ...], severity: str = ERROR) -> str:
        """What the person chose for this problem or for all of its kind; else an error leaves its row out."""
        for chosen in (self.chosen.get(f"{key}:{code}:{field}"), self.chosen_for_all.get(code)):
            if chosen in treatments:
                return chosen
        return SKIP if severity == ERROR else treatments[0]

    def _note_doubt(self, key: str, doubt: Doubt) -> None:
        person = self.rows[key]
        column = self.columns.get((person.sheet, doubt.field))
        is_private = doubt.field in FIELDS and FIELDS[doubt.field].is_private
        params = dict(doubt.params)
        if "key" in params:
            first = self.rows[params.pop("key")]
            params |= {"sheet": first.sheet_name, "row": first.row}
        problem = Problem(
            sheet=person.sheet,
            sheet_name=person.sheet_name,
            row=person.row,
            column=column.letter if column else "",
            header=column.header if column else "",
            field=doubt.field,
            shown=shown(person.values.get(doubt.field), private=is_private),
            code=doubt.code,
            params=params,
            severity=ERROR,
            treatments=doubt.treatments,
        )
        self.problems.append(problem.to_json() | {"key": key, "treatment": doubt.treatment})

    def _adds_nothing(self, key: str, known: Known) -> bool:
        person = self.rows[key]
        class_id = self.now.class_of(known.place.id, self.starts_on)
        of_file = self.now.classes.get(person.class_name)
        is_same_class = not person.class_name or (of_file is not None and of_file.pk == class_id)
        return is_same_class and not difference(self.said[key], known, *self.indexes[key])

    # one row --------------------------------------------------------------------------------------------------------

    def _decide(self, key: str, person: Person, verdict: Verdict | None) -> dict[str, Any]:
        for doubt in verdict.doubts if verdict else ():
            self._note_doubt(key, doubt)
        known = verdict.person if verdict else None
        row = {
            "key": key,
            "at": [person.sheet_name, person.row],
            "do": OUT,
            "name": person.values.get("name", ""),
            "person": known.id if known else None,
            "trainee": known.place.id if known and known.place else None,
            "number": known.place.number if known and known.place else "",
        }
        if key in self.out or verdict is None or verdict.is_out:
            return row
        if verdict.without_phone:
            self.said[key].person.pop("phone", None)
            self.indexes[key] = (self.indexes[key][0], None)
        if known and known.place:
            self._change(row, key, person, known)
        else:
            self._add(row, key, person, known)
        return row

    def _add(self, row: dict[str, Any], key: str, person: Person, known: Known | None) -> None:
        """A new trainee; the person may be known from another cohort."""
        says = self.said[key]
        found = difference(says, known, *self.indexes[key]) if known else Difference(person=dict(says.person))
        number = self._number_of_file(key, person)
        if number is None:
            return
        row |= {
            "do": NEW,
            "number": number,
            "set": writable(found.person, says.place, says.profile),
            "class": person.class_name,
            "group": person.group_name,
            "from": self.starts_on.isoformat(),
            "offices": [],
            "changes": [plain(one) for one in found.changes],
            "kept": [plain(one) for one in found.kept],
        }
        if person.class_name:
            row["offices"] = offices_of(person)
        elif person.offices:
            row["kept"].append(["office", "", office_words(person), "office_needs_class"])

    def _change(self, row: dict[str, Any], key: str, person: Person, known: Known) -> None:
        found = difference(self.said[key], known, *self.indexes[key])
        number = person.values.get("student_number")
        if number and number != known.place.number:
            found.kept.append(Kept("student_number", known.place.number, number, "number_stays"))
        placed = self._placement(person, known, found)
        changed = bool(found) or any(placed[name] for name in ("class", "group", "offices"))
        row |= {
            "do": CHANGED if changed else UNCHANGED,
            "changes": [plain(one) for one in found.changes],
            "kept": [plain(one) for one in found.kept],
        }
        if changed:
            row |= {"set": writable(found.person, found.place, found.profile), **placed}

    def _placement(self, person: Person, known: Known, found: Difference) -> dict[str, Any]:
        """Class, group and offices that somebody of the cohort does not have yet. Nobody is moved by a file."""
        place = known.place
        class_id = self.now.class_of(place.id, self.starts_on)
        placed = {"class": "", "group": "", "offices": [], "from": self.starts_on.isoformat(), "class_now": class_id}
        name, of_file = person.class_name, self.now.classes.get(person.class_name)
        if name and class_id is None:
            if "class" in place.hand_set:
                found.kept.append(Kept("class_name", "", name, BY_HAND))
                return placed
            start = self.now.free_from(place.id, max(self.starts_on, place.joined_on))
            placed |= {"class": name, "from": start.isoformat()}
            found.changes.append(Change("class_name", "", name))
            class_id = of_file.pk if of_file else None
        elif name and (of_file is None or of_file.pk != class_id):
            found.kept.append(Kept("class_name", self._class_name(class_id), name, "class_has_dates"))
            return placed
        self._place_in_group(person, place.id, class_id, placed, found)
        self._place_in_offices(person, known.id, class_id, placed, found)
        return placed

    def _place_in_group(
        self, person: Person, trainee: int, class_id: int | None, placed: dict, found: Difference
    ) -> None:
        if not person.group_name:
            return
        mine = self.now.groups_of.get(trainee, set())
        wanted = self.now.groups.get((class_id, person.group_name))
        here = [one for one in self.now.groups.values() if one.pk in mine and one.training_class_id == class_id]
        if not here:
            placed["group"] = person.group_name
            found.changes.append(Change("group_name", "", person.group_name))
        elif wanted not in here:
            found.kept.append(Kept("group_name", here[0].name, person.group_name, "group_is_chosen"))

    def _place_in_offices(
        self, person: Person, who: int, class_id: int | None, placed: dict, found: Difference
    ) -> None:
        if person.offices and class_id is None and not placed["class"]:
            found.kept.append(Kept("office", "", office_words(person), "office_needs_class"))
            return
        held = self.now.offices.get((class_id, who), {})
        for code, title in offices_of(person):
            if code not in held:
                placed["offices"].append([code, title])
                found.changes.append(Change("office", "", title or code))
            elif not held[code]:
                found.kept.append(Kept("office", "", title or code, "office_was_held"))

    def _number_of_file(self, key: str, person: Person) -> str | None:
        """The student number that the file gives; empty to make one; None if the row is left out for it."""
        number = person.values.get("student_number", "")
        if number and number in self.taken:
            treatments = (SKIP, DROP)
            treatment = self._choose(key, "number_taken", "student_number", treatments)
            self._note_doubt(key, Doubt("number_taken", "student_number", {"number": number}, treatments, treatment))
            return "" if treatment == DROP else None
        if number:
            self.taken.add(number)
        return number

    # classes, groups, numbers ---------------------------------------------------------------------------------------

    def _class_name(self, class_id: int | None) -> str:
        return next((name for name, one in self.now.classes.items() if one.pk == class_id), "")

    def _class_heads(self) -> list:
        return [one for one in self.reading.classes if one.name and one.head_teacher]

    def _heads(self, known: Iterable[Known]) -> list[dict[str, Any]]:
        """Head teachers to be named: only of classes that have none."""
        by_phone = defaultdict(list)
        for one in known:
            by_phone[one.phone_index].append(one)
        heads = []
        for one in self._class_heads():
            now = self.now.classes.get(one.name)
            if now and self.now.heads.get(now.pk):
                continue
            index = blind_index("phone", one.head_teacher_phone) if one.head_teacher_phone else ""
            holders = by_phone[index] if index else []
            person = next((holder for holder in holders if holder.name == one.head_teacher), None)
            phone = "" if person or holders else one.head_teacher_phone
            heads.append(
                {
                    "class": one.name,
                    "name": one.head_teacher,
                    "person": person.id if person else None,
                    "phone": phone,
                    "shown": mask_phone(phone) if phone else "",
                }
            )
        return heads

    def _placed(self, decided: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [row for row in decided if row["do"] in (NEW, CHANGED)]

    def _new_classes(self, decided: Iterable[Mapping[str, Any]], heads: Iterable[Mapping[str, Any]]) -> list[list]:
        names = [row["class"] for row in self._placed(decided)] + [head["class"] for head in heads]
        sizes = defaultdict(int)
        for row in self._placed(decided):
            sizes[row["class"]] += 1
        wanted = [name for name in dict.fromkeys(names) if name and name not in self.now.classes]
        return [[name, self._class_number(name), sizes[name]] for name in wanted]

    def _class_number(self, name: str) -> int:
        if name and name not in self.class_numbers:
            self.class_numbers[name] = max(self.class_numbers.values(), default=0) + 1
        return self.class_numbers.get(name, 0)

    def _new_groups(self, decided: Iterable[Mapping[str, Any]]) -> list[list]:
        """(class, name) of groups to be made; the class by its name, empty for a group across the cohort."""
        names = {one.pk: name for name, one in self.now.classes.items()}
        known = {(names.get(class_id, ""), name) for class_id, name in self.now.groups}
        wanted: dict[tuple[str, str], int] = {}
        for row in self._placed(decided):
            if row["group"]:
                row["group_class"] = row["class"] or names.get(row.get("class_now"), "")
                place = (row["group_class"], row["group"])
                if place not in known:
                    wanted[place] = wanted.get(place, 0) + 1
        return [[*place, size] for place, size in wanted.items()]

    def _give_numbers(self, decided: Iterable[dict[str, Any]]) -> None:
        """Student numbers of new trainees, class by class, in the order of the file."""
        waiting = defaultdict(list)
        for row in decided:
            if row["do"] == NEW and not row["number"]:
                waiting[row["class"]].append(row)
        for name, rows in waiting.items():
            prefix = number_prefix(self.cohort.starts_on, self._class_number(name))
            numbers = next_numbers(self.taken, prefix, len(rows))
            for row, number in zip(rows, numbers):
                row["number"] = number
            self.taken.update(numbers)

    # what is said about the whole -----------------------------------------------------------------------------------

    def _absent(self, verdicts: Iterable[Verdict]) -> list[list]:
        """Trainees of the cohort whom the file does not name. Nothing happens to them."""
        named = {verdict.person.id for verdict in verdicts if verdict.person}
        out = [self.rows[key] for key in self.out]
        names = {person.values.get("name") for person in out}
        return [
            [one.place.id, one.place.number, one.name]
            for one in self.now.places
            if one.place and one.place.is_active and one.id not in named and one.name not in names
        ]

    def _raw(self, decided: Iterable[Mapping[str, Any]]) -> dict[str, list]:
        """The cells of rows that are left out, to be mended and sent again."""
        wanted = {row["key"] for row in decided if row["do"] == OUT and row["key"] not in self.left_out}
        return {key: [plain(cell) for cell in self.rows[key].raw] for key in self.rows if key in wanted}

    def _counts(self, decided: list[dict[str, Any]], heads: list) -> dict[str, int]:
        counts = dict.fromkeys((NEW, CHANGED, UNCHANGED, OUT), 0)
        for row in decided:
            counts[row["do"]] += 1
        unticked = sum(row["key"] in self.left_out for row in decided)
        return {
            **counts,
            OUT: counts[OUT] - unticked,
            "unticked": unticked,
            "rows": len(decided),
            "changes": sum(len(row["changes"]) for row in decided if row["do"] == CHANGED),
            "kept": sum(len(row.get("kept", ())) for row in decided),
            "heads": len(heads),
        }


def offices_of(person: Person) -> list[list[str]]:
    """[code, title] of each office once; the title is kept where the code says less than the file."""
    offices: dict[str, list[str]] = {}
    for office in person.offices:
        offices.setdefault(office.code, []).append(office.text)
    other = ClassOfficer.Office.OTHER
    return [[code, "、".join(texts)[:60] if code == other else ""] for code, texts in offices.items()]


def office_words(person: Person) -> str:
    return " ".join(office.text for office in person.offices)


def writable(person: dict[str, Any], place: dict[str, Any], profile: dict[str, Any]) -> dict[str, Any]:
    """What is to be written for a row, as JSON."""
    born = {"born_on": plain(person["born_on"])} if "born_on" in person else {}
    return {"person": person | born, "place": place, "profile": profile}


def plain(value: Any) -> Any:
    """Values of a plan as JSON: a birth is [day, is month only], dates and decimals are texts."""
    if isinstance(value, BornOn):
        return [value.day.isoformat(), value.is_month_only]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
