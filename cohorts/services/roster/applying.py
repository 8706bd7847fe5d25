"""A roster plan written: the same few statements for ten rows and for five thousand."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F
from django.utils.translation import gettext as _

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
from cohorts.services.accounts import give_roles
from cohorts.services.roster.loading import fingerprint, people_with
from cohorts.services.roster.planning import CHANGED, NEW, UNCHANGED
from trainee_mgmt.kit.bulk import copy_rows, take_ids, update_rows
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_id_number, mask_phone
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.names import pinyin_key
from trainee_mgmt.kit.plans import Progress, Stale

PERSON = (
    "name",
    "name_key",
    "sex",
    "born_on",
    "born_month_only",
    "id_number",
    "id_index",
    "id_mask",
    "phone",
    "phone_index",
    "phone_mask",
    "email",
)
BLANK = {"sex": "", "born_month_only": False, "id_mask": "", "phone_mask": "", "email": ""}
LEADERS = frozenset([ClassOfficer.Office.GROUP_LEADER])


def apply_roster(cohort: Cohort, payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """Write the decisions of a plan. The caller holds the transaction and the lock on the cohort.

    Raises ``Stale`` where a person who is matched, or a number of the file, changed hands since the plan was computed.
    """
    if cohort.is_closed:
        raise Refused(_("This cohort is closed."))
    try:
        return _Writer(cohort, payload, progress).write()
    except IntegrityError as error:  # the caller's transaction ends with it
        raise Stale from error


class _Writer:
    def __init__(self, cohort: Cohort, payload: Mapping[str, Any], progress: Progress):
        self.cohort, self.payload, self.progress = cohort, payload, progress
        self.rows = [row for row in payload["rows"] if row["do"] in (NEW, CHANGED)]
        self.new = [row for row in self.rows if row["do"] == NEW]
        self.changed = [row for row in self.rows if row["do"] == CHANGED]
        self.names_known_people = any(one["person"] for one in [*self.rows, *payload["heads"]])
        self.columns = {row["key"]: _columns(row["set"]["person"]) for row in self.rows}

    def write(self) -> dict[str, int]:
        self._check_people()
        self.progress(1, 5, _("Making classes, groups and fields"))
        self._make_fields()
        self.classes = self.payload["class_ids"] | self._make_classes()
        self.groups = self._make_groups()
        self.progress(2, 5, _("Writing the people"))
        self._write_people()
        self.progress(3, 5, _("Writing the trainees"))
        self._write_trainees()
        self.progress(4, 5, _("Placing them in classes and groups"))
        self._write_places()
        officers = self._write_officers()
        if self.names_known_people:  # some may have an account: the roles of their places and offices follow
            give_roles(self.cohort)
        counts = self.payload["counts"]
        if self.rows or officers or self.payload["classes"] or self.payload["fields"]:
            Cohort.objects.filter(pk=self.cohort.pk).update(roster_version=F("roster_version") + 1)
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": counts[UNCHANGED],
            "out": counts["rows"] - len(self.new) - len(self.changed) - counts[UNCHANGED],
            "classes": len(self.payload["classes"]),
            "groups": len(self.payload["groups"]),
            "officers": officers,
            "fields": len(self.payload["fields"]),
        }

    def _check_people(self) -> None:
        """One import at a time looks for people and makes them; whoever came since makes the plan stale."""
        if not self.rows:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cohorts.people'))")
        if fingerprint(self.payload["written"], lock=True) != self.payload["fingerprint"]:
            raise Stale
        columns = self.columns.values()
        ids = [one["id_index"] for one in columns if "id_index" in one]
        phones = [one["phone_index"] for one in columns if "phone_index" in one]
        if people_with(ids, phones) - set(self.payload["seen"]):
            raise Stale

    def _make_fields(self) -> None:
        order = self.cohort.profile_fields.count() if self.payload["fields"] else 0
        ProfileField.objects.bulk_create(
            ProfileField(cohort=self.cohort, order=order + n, **one) for n, one in enumerate(self.payload["fields"], 1)
        )

    def _make_classes(self) -> dict[str, int]:
        made = TrainingClass.objects.bulk_create(
            TrainingClass(cohort=self.cohort, name=name, number=number)
            for name, number, _size in self.payload["classes"]
        )
        return {one.name: one.pk for one in made}

    def _make_groups(self) -> dict[tuple[int | None, str], int]:
        """(class, name) -> group; new groups are numbered in the order of the file within their class."""
        groups = {(class_id, name): pk for class_id, name, pk in self.payload["group_ids"]}
        numbers: dict[int | None, int] = {}
        for class_id, _name in groups:
            numbers[class_id] = numbers.get(class_id, 0) + 1
        new = []
        for class_name, name, _size in self.payload["groups"]:
            class_id = self.classes.get(class_name)
            numbers[class_id] = numbers.get(class_id, 0) + 1
            new.append(StudyGroup(cohort=self.cohort, training_class_id=class_id, name=name, number=numbers[class_id]))
        return groups | {(one.training_class_id, one.name): one.pk for one in StudyGroup.objects.bulk_create(new)}

    def _write_people(self) -> None:
        """New people in the order of their ID numbers, so that two imports cannot wait for each other in a ring."""
        new = [row for row in self.new if not row["person"]]
        known = [row for row in self.rows if row["person"] and self.columns[row["key"]]]
        heads = _distinct_heads(self.payload["heads"])
        for row, pk in zip([*new, *heads.values()], take_ids(Person, len(new) + len(heads))):
            row["person"] = pk
        for head in self.payload["heads"]:
            head["person"] = head["person"] or heads[head["name"], head["phone"]]["person"]
        made = [(row["person"], self.columns[row["key"]]) for row in new]
        made += [(head["person"], _columns(head["said"])) for head in heads.values()]
        made.sort(key=lambda one: one[1].get("id_index", ""))
        copy_rows(
            Person,
            ["id", *PERSON, "hand_set"],
            ([pk, *(values.get(name, BLANK.get(name)) for name in PERSON), "[]"] for pk, values in made),
        )
        changed = [[row["person"], *map(self.columns[row["key"]].get, PERSON)] for row in known]
        update_rows(Person, PERSON, changed)

    def _write_trainees(self) -> None:
        for row, pk in zip(self.new, take_ids(Trainee, len(self.new))):
            row["trainee"] = pk
        fields = ("id", "cohort", "person", "number", "work_unit", "position", "profile", "status", "joined_on")
        copy_rows(
            Trainee,
            [*fields, "end_reason", "hand_set"],
            (
                [
                    row["trainee"],
                    self.cohort.pk,
                    row["person"],
                    row["number"],
                    row["set"]["place"].get("work_unit", ""),
                    row["set"]["place"].get("position", ""),
                    row["set"]["profile"],
                    Trainee.Status.ACTIVE,
                    row["from"],
                    "",
                    "[]",
                ]
                for row in self.new
            ),
        )
        changed = [row for row in self.changed if row["set"]["place"] or row["set"]["profile"]]
        update_rows(
            Trainee,
            ("work_unit", "position", "profile"),
            [
                [
                    row["trainee"],
                    row["set"]["place"].get("work_unit"),
                    row["set"]["place"].get("position"),
                    row["set"]["profile"],
                ]
                for row in changed
            ],
        )

    def _write_places(self) -> None:
        copy_rows(
            ClassMembership,
            ("trainee", "training_class", "starts_on"),
            ([row["trainee"], self.classes[row["class"]], row["from"]] for row in self.rows if row["class"]),
        )
        copy_rows(
            GroupMembership,
            ("group", "trainee", "is_leader", "starts_on"),
            (
                [
                    self.groups[self.classes.get(row["group_class"]), row["group"]],
                    row["trainee"],
                    any(code in LEADERS for code, _title in row["offices"]),
                    row["from"],
                ]
                for row in self.rows
                if row["group"]
            ),
        )

    def _write_officers(self) -> int:
        officers = [
            (self.classes[row["class"]] if row["class"] else row["class_now"], row["person"], code, title, row["from"])
            for row in self.rows
            for code, title in row["offices"]
        ]
        starts_on = self.payload["starts_on"]
        head_teacher = ClassOfficer.Office.HEAD_TEACHER
        officers += [
            (self.classes[head["class"]], head["person"], head_teacher, "", starts_on) for head in self.payload["heads"]
        ]
        return copy_rows(ClassOfficer, ("training_class", "person", "office", "title", "starts_on"), officers)


def _distinct_heads(heads: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Head teachers nobody knows yet, each once, though they may lead several classes."""
    new = {(one["name"], one["phone"]) for one in heads if not one["person"]}
    return {
        (name, phone): {"said": {"name": name} | ({"phone": phone} if phone else {})} for name, phone in sorted(new)
    }


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a person from the values of a plan; each number is encrypted once, here."""
    columns = {name: values[name] for name in ("sex", "email") if name in values}
    if "name" in values:
        columns |= {"name": values["name"], "name_key": pinyin_key(values["name"])}
    if "born_on" in values:
        day, is_month_only = values["born_on"]
        columns |= {"born_on": date.fromisoformat(day), "born_month_only": is_month_only}
    if "id_number" in values:
        number = values["id_number"]
        columns |= {
            "id_number": Sealed.of(number),
            "id_index": blind_index("id_number", number),
            "id_mask": mask_id_number(number),
        }
    if "phone" in values:
        phone = values["phone"]
        columns |= {
            "phone": Sealed.of(phone),
            "phone_index": blind_index("phone", phone),
            "phone_mask": mask_phone(phone),
        }
    return columns
