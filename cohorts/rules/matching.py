"""Which person of the database a row of a roster is, and what the row would change. Values in, values out.

A row is a person when the ID number is the person's, or the phone number and the name are. Nothing else decides: where a
name alone speaks for somebody, or numbers and names contradict each other, a person at the screen is asked.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from cohorts.rules.reading.results import DROP, SKIP
from cohorts.rules.values import BornOn, agrees, facts_of_id
from trainee_mgmt.kit.crypto import mask_id_number, mask_phone

SAME, OTHER = "same", "other"  # it is that person; it is somebody else of that name


class Place(NamedTuple):
    """A person's place in the cohort of the roster, as it is now."""

    id: int
    number: str
    status: str
    work_unit: str
    position: str
    profile: dict
    joined_on: date
    hand_set: list

    @property
    def is_active(self) -> bool:
        return self.status == "active"


class Known(NamedTuple):
    """A person of the database, without ciphertexts. ``is_mine``: the importer may see and change the person."""

    id: int
    name: str
    sex: str
    born_on: date | None
    born_month_only: bool
    id_index: str | None
    id_mask: str
    phone_index: str | None
    phone_mask: str
    email: str
    hand_set: list
    is_mine: bool = True
    place: Place | None = None


class Row(NamedTuple):
    """What identifies the person of one row: the key of the row, name, blind indexes."""

    key: str
    name: str
    id_index: str | None
    phone_index: str | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a row cannot be taken as it stands, and what was chosen to be done about it."""

    code: str
    field: str
    params: Mapping[str, Any]
    treatments: tuple[str, ...]
    treatment: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``person`` is None for somebody new. ``is_out``: the row is left out until its doubts are settled."""

    person: Known | None = None
    doubts: tuple[Doubt, ...] = ()
    without_phone: bool = False
    is_out: bool = False


Choose = Callable[[str, str, str, tuple[str, ...]], str]  # (row key, code, field, treatments) -> treatment


class People:
    """The people of the database that the numbers of a file name, and everybody of the cohort."""

    def __init__(self, known: Iterable[Known]):
        self.by_id: dict[str, Known] = {}
        self.by_phone: dict[str, list[Known]] = {}
        self.by_name: dict[str, list[Known]] = {}
        for person in known:
            if person.id_index:
                self.by_id[person.id_index] = person
            if person.phone_index:
                self.by_phone.setdefault(person.phone_index, []).append(person)
            if person.place:
                self.by_name.setdefault(person.name, []).append(person)


class Matching:
    """Matches the rows of a file in two rounds: by numbers, then by name among those whom no number named.

    ``adds_nothing(key, person)`` says whether the row would leave the person as is: then a name alone is enough.
    """

    def __init__(self, people: People, choose: Choose, adds_nothing: Callable[[str, Known], bool]):
        self.people, self.choose, self.adds_nothing = people, choose, adds_nothing
        self.row_of: dict[int, str] = {}  # person -> row that took the person

    def run(self, rows: Iterable[Row]) -> dict[str, Verdict]:
        verdicts: dict[str, Verdict] = {}
        unnamed = []
        for row in rows:
            verdict = self._by_numbers(row)
            if verdict.person is None and not verdict.is_out and row.name in self.people.by_name:
                unnamed.append((row, verdict))
            else:
                verdicts[row.key] = self._taken(row, verdict)
        for row, verdict in unnamed:
            verdicts[row.key] = self._taken(row, self._by_name(row, verdict))
        return verdicts

    def _taken(self, row: Row, verdict: Verdict) -> Verdict:
        if verdict.person is None or verdict.is_out:
            return verdict
        if (first := self.row_of.setdefault(verdict.person.id, row.key)) != row.key:
            return self._doubt(row, verdict, "matched_twice", "name", (SKIP,), key=first)
        if verdict.person.place and not verdict.person.place.is_active:
            return self._doubt(row, verdict, "not_in_training", "name", (SKIP,), number=verdict.person.place.number)
        return verdict

    def _by_numbers(self, row: Row) -> Verdict:
        verdict = Verdict()
        holders = self.people.by_phone.get(row.phone_index or "", [])
        if row.id_index and (person := self.people.by_id.get(row.id_index)):
            return self._by_id_number(row, person, holders)
        namesakes = [one for one in holders if one.name == row.name]
        if row.id_index and any(one.id_index for one in namesakes):
            return self._doubt(row, verdict, "id_differs", "id_number", (SKIP, OTHER))
        if len(namesakes) > 1:
            namesakes = [one for one in namesakes if one.place]
        if len(namesakes) == 1:
            return replace(verdict, person=namesakes[0])
        if holders and all(one.name == row.name for one in holders):
            return self._doubt(row, verdict, "several_people", "phone", (SKIP,))
        if holders:
            return self._phone_of_another(row, verdict, holders)
        return verdict

    def _by_id_number(self, row: Row, person: Known, holders: list[Known]) -> Verdict:
        verdict = Verdict(person)
        if person.name != row.name:
            code, treatments = ("id_of_another", (SKIP, SAME)) if person.is_mine else ("id_of_stranger", (SKIP,))
            verdict = self._doubt(row, verdict, code, "name", treatments, name=person.name if person.is_mine else "")
        if person.phone_index != row.phone_index and (others := [one for one in holders if one.id != person.id]):
            verdict = self._phone_of_another(row, verdict, others)
        return verdict

    def _phone_of_another(self, row: Row, verdict: Verdict, holders: list[Known]) -> Verdict:
        """The phone number of somebody with another name: a name mistyped, or a number."""
        only = holders[0] if len(holders) == 1 else None
        may_be_the_same = only and only.is_mine and only.place and verdict.person is None and not row.id_index
        treatments = (SKIP, DROP, SAME) if may_be_the_same else (SKIP, DROP)
        named = next((one.name for one in holders if one.is_mine), "")
        code = "phone_of_another" if named else "phone_of_stranger"
        verdict = self._doubt(row, verdict, code, "phone", treatments, name=named)
        if verdict.doubts[-1].treatment == SAME:
            return replace(verdict, person=only)
        return replace(verdict, without_phone=verdict.doubts[-1].treatment == DROP)

    def _by_name(self, row: Row, verdict: Verdict) -> Verdict:
        """Nobody has the numbers of the row, but somebody of the cohort has the name."""
        namesakes = [
            one
            for one in self.people.by_name[row.name]
            if one.id not in self.row_of and not (row.id_index and one.id_index)  # two ID numbers are two people
        ]
        if not namesakes or any(doubt.treatment == OTHER for doubt in verdict.doubts):
            return verdict
        if not row.id_index and not row.phone_index:
            for one in namesakes:
                if self.adds_nothing(row.key, one):
                    return replace(verdict, person=one)
        treatments = (SKIP, SAME, OTHER) if len(namesakes) == 1 else (SKIP, OTHER)
        verdict = self._doubt(row, verdict, "only_the_name", "name", treatments, number=namesakes[0].place.number)
        return replace(verdict, person=namesakes[0]) if verdict.doubts[-1].treatment == SAME else verdict

    def _doubt(
        self, row: Row, verdict: Verdict, code: str, column: str, treatments: tuple[str, ...], **params: Any
    ) -> Verdict:
        treatment = self.choose(row.key, code, column, treatments)
        doubt = Doubt(code, column, params, treatments, treatment)
        return replace(verdict, doubts=(*verdict.doubts, doubt), is_out=verdict.is_out or treatment == SKIP)


# --- what a row says about a person ---------------------------------------------------------------------------------

OF_PERSON = ("name", "sex", "email")
OF_PLACE = ("work_unit", "position")
NOT_KEPT = frozenset(["number", "student_number", "age", "unit_and_position", "class_name", "group_name", "office"])
BY_HAND, FROM_ELSEWHERE = "by_hand", "from_elsewhere"


class Change(NamedTuple):
    """One field before and after, as it may be shown: numbers masked, nothing is an empty text."""

    field: str
    before: Any
    after: Any


class Kept(NamedTuple):
    """A field that stays as it is although the file says something else, and why (a code)."""

    field: str
    ours: Any
    file: Any
    why: str


@dataclass(slots=True)
class Difference:
    """What a row would write: fields of the person, of the place, of the profile."""

    person: dict[str, Any] = field(default_factory=dict)
    place: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.person or self.place or self.profile)

    def of_person(self, known: Known, name: str, ours: Any, value: Any, *, shown: Any = None) -> None:
        """Compare a field of the person; what is known from elsewhere is completed, not changed, and not shown."""
        if ours == value:
            return
        if not known.is_mine and ours not in (None, "") and name not in known.hand_set:
            self.kept.append(Kept(name, "", value if shown is None else shown, FROM_ELSEWHERE))
        elif self._may_change(known.hand_set, name, name, ours, value if shown is None else shown):
            self.person[name] = value

    def of_place(self, place: Place, name: str, value: Any) -> None:
        ours = getattr(place, name)
        if ours != value and self._may_change(place.hand_set, name, name, ours, value):
            self.place[name] = value

    def of_profile(self, place: Place, key: str, value: Any) -> None:
        ours = place.profile.get(key)
        if ours != value and self._may_change(place.hand_set, f"profile.{key}", key, ours, value):
            self.profile[key] = value

    def _may_change(self, hand_set: Collection[str], own_name: str, name: str, ours: Any, shown: Any) -> bool:
        """Notes the change or, for what was set by hand, that it is kept."""
        ours = "" if ours is None else ours
        if own_name in hand_set:
            self.kept.append(Kept(name, ours, shown, BY_HAND))
            return False
        self.changes.append(Change(name, ours, shown))
        return True


class Said(NamedTuple):
    """What a row says, sorted by where it goes. Absent is what the row leaves blank."""

    person: dict[str, Any]  # name sex email born_on (BornOn) id_number phone
    place: dict[str, Any]
    profile: dict[str, Any]


def said(values: Mapping[str, Any], extra: Mapping[str, Any]) -> Said:
    """Sorts the values of a row; sex and birth are completed by the ID number. ``extra`` are values by profile key."""
    person = {name: values[name] for name in (*OF_PERSON, "born_on", "id_number", "phone") if name in values}
    if "id_number" in person:
        facts = facts_of_id(person["id_number"])
        person.setdefault("sex", facts.sex)
        born = person.get("born_on")
        if born is None or (born.is_month_only and agrees(born, facts.born_on)):
            person["born_on"] = BornOn(facts.born_on, is_month_only=False)
    place = {name: values[name] for name in OF_PLACE if name in values}
    rest = {name: value for name, value in values.items() if name not in person and name not in place}
    profile = {name: value for name, value in rest.items() if name not in NOT_KEPT}
    if "age" in values and "born_on" not in person:
        profile["age"] = values["age"]
    return Said(person, place, profile | extra)


def difference(row: Said, known: Known, id_index: str | None, phone_index: str | None) -> Difference:
    """What the row changes of a person: blank deletes nothing, what was set by hand stays."""
    found = Difference()
    for name in OF_PERSON:
        if name in row.person:
            found.of_person(known, name, getattr(known, name), row.person[name])
    if "born_on" in row.person:
        _compare_birth(found, known, row.person["born_on"])
    if id_index and id_index != known.id_index:
        number = row.person["id_number"]
        found.of_person(known, "id_number", known.id_mask, number, shown=mask_id_number(number))
    if phone_index and phone_index != known.phone_index:
        phone = row.person["phone"]
        found.of_person(known, "phone", known.phone_mask, phone, shown=mask_phone(phone))
    if known.place:
        for name, value in row.place.items():
            found.of_place(known.place, name, value)
        for key, value in row.profile.items():
            found.of_profile(known.place, key, value)
    return found


def _compare_birth(found: Difference, known: Known, born: BornOn) -> None:
    ours = BornOn(known.born_on, known.born_month_only) if known.born_on else None
    if ours and born.is_month_only and agrees(born, ours.day):
        return
    found.of_person(known, "born_on", ours, born)
