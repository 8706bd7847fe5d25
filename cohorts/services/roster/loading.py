"""What the database knows of a cohort and of the people whom a roster names: a fixed number of queries."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from accounts.models import User
from cohorts.models import (
    ClassMembership,
    ClassOfficer,
    Cohort,
    GroupMembership,
    Person,
    ProfileField,
    StudyGroup,
    Trainee,
    TrainingClass,
)
from cohorts.rules.matching import Known, Place
from trainee_mgmt.kit import access

PERSON = (
    "id",
    "name",
    "sex",
    "born_on",
    "born_month_only",
    "id_index",
    "id_mask",
    "phone_index",
    "phone_mask",
    "email",
    "hand_set",
)
PLACE = ("id", "number", "status", "work_unit", "position", "profile", "joined_on", "hand_set")


@dataclass
class Roster:
    """A cohort as it is: people with their places, classes, groups, offices."""

    fields: list[ProfileField]
    classes: dict[str, TrainingClass]
    groups: dict[tuple[int | None, str], StudyGroup]
    places: list[Known]
    stays: dict[int, list[tuple[int, date, date | None]]]  # trainee -> (class, from, until)
    groups_of: dict[int, set[int]]  # trainee -> groups now
    offices: dict[tuple[int, int], dict[str, bool]]  # (class, person) -> office -> still held
    heads: dict[int, list[tuple[int, str]]] = field(default_factory=dict)  # class -> head teachers now (person, name)

    def class_of(self, trainee: int, day: date) -> int | None:
        """The class on that day or, if there is none, the one that is planned for later."""
        ahead = [stay for stay in self.stays.get(trainee, ()) if stay[2] is None or stay[2] > day]
        return min(ahead, key=lambda stay: stay[1])[0] if ahead else None

    def free_from(self, trainee: int, day: date) -> date:
        return max([day, *(until for _class, _start, until in self.stays.get(trainee, ()) if until)])


def load_roster(cohort: Cohort) -> Roster:
    """The roster as it is, in a constant number of queries, for matching a file against it."""
    classes = {one.name: one for one in cohort.classes.order_by("number", "pk")}
    of_person = [f"person__{name}" for name in PERSON]
    rows = Trainee.objects.filter(cohort=cohort).order_by("number").values_list(*of_person, *PLACE)
    places = [Known(*row[: len(PERSON)], place=Place(*row[len(PERSON) :])) for row in rows]
    roster = Roster(
        fields=list(cohort.profile_fields.order_by("order", "pk")),
        classes=classes,
        groups={(one.training_class_id, one.name): one for one in cohort.groups.order_by("number", "pk")},
        places=places,
        stays={},
        groups_of={},
        offices={},
    )
    for trainee, *stay in ClassMembership.objects.filter(trainee__cohort=cohort).values_list(
        "trainee", "training_class", "starts_on", "ends_on"
    ):
        roster.stays.setdefault(trainee, []).append(tuple(stay))
    open_groups = GroupMembership.objects.filter(trainee__cohort=cohort, ends_on=None)
    for trainee, group in open_groups.values_list("trainee", "group"):
        roster.groups_of.setdefault(trainee, set()).add(group)
    held = ClassOfficer.objects.filter(training_class__cohort=cohort)
    for class_id, person, name, office, until in held.values_list(
        "training_class", "person", "person__name", "office", "ends_on"
    ):
        offices = roster.offices.setdefault((class_id, person), {})
        offices[office] = offices.get(office, False) or until is None
        if office == ClassOfficer.Office.HEAD_TEACHER and until is None:
            roster.heads.setdefault(class_id, []).append((person, name))
    return roster


def find_people(
    roster: Roster, id_indexes: Collection[str], phone_indexes: Collection[str], user_id: int | None
) -> list[Known]:
    """Everybody whom the numbers name, those of the cohort among them, and the rest of the cohort.

    Whom the importer may not see is marked: their fields are neither shown nor changed.
    """
    found = {one.id: one for one in roster.places}
    for condition in ({"id_index__any": id_indexes}, {"phone_index__any": phone_indexes}):
        for row in Person.objects.filter(**condition).values_list(*PERSON):
            found.setdefault(row[0], Known(*row))
    elsewhere = [one.id for one in found.values() if one.place is None]
    mine = _reachable(elsewhere, user_id)
    return [one if one.place or one.id in mine else one._replace(is_mine=False) for one in found.values()]


def _reachable(people: Collection[int], user_id: int | None) -> set[int]:
    user = User.objects.filter(pk=user_id).first() if people else None
    if user is None:
        return set()
    rows = access.rows(user, "cohorts.change_person")
    return set(Person.objects.filter(rows, pk__any=people).values_list("pk", flat=True))


def fingerprint(people: Iterable[int], *, lock: bool = False) -> str:
    """The state of people by their keys; equal as long as nobody changed them. ``lock`` keeps them so until the commit."""
    rows = Person.objects.filter(pk__any=people).order_by("pk").values_list(*PERSON)
    if lock:
        rows = rows.select_for_update(of=("self",))
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode())
    return digest.hexdigest()


def people_with(id_indexes: Collection[str], phone_indexes: Collection[str]) -> set[int]:
    """Who has one of the numbers now."""
    by_id = Person.objects.filter(id_index__any=id_indexes).values_list("pk", flat=True).order_by()
    by_phone = Person.objects.filter(phone_index__any=phone_indexes).values_list("pk", flat=True).order_by()
    return set(by_id.union(by_phone))
