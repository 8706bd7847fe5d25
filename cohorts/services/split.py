"""Dividing the trainees of a cohort into classes: computed as a plan, read, applied as it stands."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import Unit
from cohorts.models import ClassOfficer, Cohort, GroupMembership, Person, Trainee, TrainingClass
from cohorts.rules import membership
from cohorts.rules.numbers import next_numbers, number_prefix
from cohorts.rules.profile import in_words
from cohorts.rules.split import Candidate, Split, split_balanced, split_by
from cohorts.services.lock import change_roster
from cohorts.services.officers import end_offices
from cohorts.services.stays import placed, stays_of, write_stays
from cohorts.services.trainees import DAY, leave_groups
from trainee_mgmt.kit.bulk import update_rows
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import Progress, Stale

BY, BALANCED = "by", "balanced"
WITHOUT, ALL = "without", "all"
NEW, EXISTING = "new", "existing"
AGE_BANDS = (30, 35, 40, 45, 50)


def compute_split(cohort: Cohort, given: Mapping[str, Any], progress: Progress) -> tuple[dict, dict]:
    """Who goes to which class from a day on. Writes nothing; refused in words where the rules contradict each other.

    ``given``: mode, who, starts_on, field, into, count, weights, together, apart, locks (trainee -> class), keep_hand_set,
    renumber. People are named by the keys of their places.
    """
    on = date.fromisoformat(given["starts_on"])
    progress(0, 3, _("Reading the trainees"))
    people = candidates(cohort, on)
    existing = list(cohort.classes.order_by("number", "pk").values_list("name", "pk", "number"))
    chosen = [one for one in people if given["who"] == ALL or not one.candidate.current]
    if not chosen:
        raise Refused(_("Everybody in training has a class on that day already."))
    progress(1, 3, _("Dividing %(count)s people") % {"count": len(chosen)})
    found = _divided(given, people, chosen, [name for name, _pk, _number in existing])
    progress(2, 3, _("Comparing before and after"))
    moves = [move for move in found.moves if move.before != move.after]
    class_numbers = _class_numbers(found, existing)
    units = _units_named(found.values.values())
    payload = found.to_json() | {
        "starts_on": given["starts_on"],
        "moves": [[move.id, move.before, move.after] for move in moves],
        "people": {str(one.candidate.id): [one.number, one.candidate.name] for one in people},
        "new_classes": [
            [name, class_numbers[name], units.get(found.values.get(name, ""))]
            for name in found.classes
            if name not in dict_of(existing)
        ],
        "class_ids": dict_of(existing),
        "numbers": _new_numbers(cohort, given, people, moves, class_numbers),
    }
    counts = {
        "people": len(chosen),
        "classes": len(found.classes),
        "new_classes": len(payload["new_classes"]),
        "moves": len(moves),
        "unplaced": len(found.unplaced),
    }
    return payload | {"counts": counts}, counts


def apply_split(cohort: Cohort, payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """Write a split. The caller holds the transaction and the lock on the cohort."""
    try:
        return _write(cohort, payload, progress)
    except IntegrityError as error:
        raise Stale from error


def _write(cohort: Cohort, payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    cohort = change_roster(cohort.pk)
    on = date.fromisoformat(payload["starts_on"])
    made = TrainingClass.objects.bulk_create(
        TrainingClass(cohort=cohort, name=name, number=number, unit_id=unit)
        for name, number, unit in payload["new_classes"]
    )
    classes = payload["class_ids"] | {one.name: one.pk for one in made}
    target = {trainee: classes[after] for trainee, _before, after in payload["moves"]}
    active = Trainee.objects.filter(cohort=cohort, pk__in=target, status=Trainee.Status.ACTIVE)
    people = dict(active.values_list("pk", "person"))
    if len(people) != len(target):
        raise Stale
    progress(1, 3, _("Placing %(count)s people") % {"count": len(target)})
    stays = stays_of(target)
    write_stays({trainee: placed(stays[trainee], to, on=on) for trainee, to in target.items()})
    progress(2, 3, _("Ending groups and offices of the classes left"))
    _leave_old_classes(cohort, target, people, on)
    update_rows(Trainee, ["number"], payload["numbers"])
    return payload["counts"]


def _leave_old_classes(cohort: Cohort, target: Mapping[int, int], people: Mapping[int, int], on: date) -> None:
    """Groups and offices of a class end with the stay in it; a head teacher is no member and stays one."""
    left = GroupMembership.objects.filter(trainee__in=target).exclude(group__training_class=None)
    wrong = [
        pk
        for pk, trainee, of_class in left.values_list("pk", "trainee", "group__training_class")
        if target[trainee] != of_class
    ]
    leave_groups(GroupMembership.objects.filter(pk__in=wrong), on)
    class_of = {people[trainee]: to for trainee, to in target.items()}
    offices = ClassOfficer.objects.filter(training_class__cohort=cohort, person__in=class_of).exclude(
        office=ClassOfficer.Office.HEAD_TEACHER
    )
    ended = [
        pk
        for pk, person, of_class in offices.values_list("pk", "person", "training_class")
        if class_of[person] != of_class
    ]
    end_offices(ClassOfficer.objects.filter(pk__in=ended), last_day=on - DAY)


# People as the rules know them ----------------------------------------------------------------------------------------


class Placeable:
    """A trainee to be placed: the candidate of the rules, the student number, and whether a hand chose the class."""

    def __init__(self, candidate: Candidate, number: str, hand_set: list):
        self.candidate, self.number, self.hand_set = candidate, number, hand_set


def candidates(cohort: Cohort, on: date) -> list[Placeable]:
    """Everybody in training on the day, with the values of sex, age, work unit and profile, and the class of that day."""
    kinds = dict(cohort.profile_fields.values_list("key", "kind"))
    names = dict(cohort.classes.values_list("pk", "name"))
    rows = (
        cohort.trainees.active()
        .filter(joined_on__lte=on)
        .values_list(
            "pk", "number", "person__name", "person__sex", "person__born_on", "work_unit", "profile", "hand_set"
        )
    )
    rows = list(rows)
    stays = stays_of([row[0] for row in rows])
    people = []
    for pk, number, name, sex, born_on, work_unit, profile, hand_set in rows:
        here = membership.as_of(stays.get(pk, []), on)
        values = {key: in_words(kind, profile.get(key)) for key, kind in kinds.items()}
        values |= {"sex": str(Person.Sex(sex).label) if sex else "", "age_band": age_band(born_on, cohort.starts_on)}
        values["work_unit"] = work_unit
        current = names[here.training_class] if here else ""
        people.append(Placeable(Candidate(pk, name, values, current), number, hand_set))
    return people


def age_band(born_on: date | None, day: date) -> str:
    """The age on a day as a band that sorts as text: 0–30, 31–35 … 51+."""
    if born_on is None:
        return ""
    age = day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
    low = 0
    for high in AGE_BANDS:
        if age <= high:
            return f"{low}–{high}"
        low = high + 1
    return f"{low}+"


def _divided(given: Mapping[str, Any], people: list[Placeable], chosen: list[Placeable], existing: list[str]) -> Split:
    report = list(given.get("weights") or ["sex", "age_band"])
    if given["mode"] == BY:
        return split_by([one.candidate for one in chosen], given["field"], report=report)
    if given.get("into") == EXISTING:
        if not existing:
            raise Refused(_("The cohort has no class yet. Say into how many classes the people are divided."))
        return _into_existing(given, people, chosen, existing, report)
    classes = _fresh_names(int(given.get("count") or 0), existing)
    return split_balanced(
        [one.candidate for one in chosen], classes=classes, report=report, **_rules(given, chosen, classes)
    )


def _into_existing(
    given: Mapping[str, Any], people: list[Placeable], chosen: list[Placeable], existing: list[str], report: list[str]
) -> Split:
    """Into the classes that exist; who is not to be divided anew stays where he is and counts."""
    rules = _rules(given, chosen, existing)
    if given["who"] == WITHOUT:
        fixed = {one.candidate.id: one.candidate.current for one in people if one.candidate.current}
        rules["locks"] = fixed | rules["locks"]
    return split_balanced([one.candidate for one in people], classes=existing, report=report, **rules)


def _rules(given: Mapping[str, Any], chosen: list[Placeable], classes: list[str]) -> dict[str, Any]:
    locks = {int(trainee): _class_meant(name, classes) for trainee, name in (given.get("locks") or {}).items()}
    if given.get("keep_hand_set"):
        by_hand = {
            one.candidate.id: one.candidate.current
            for one in chosen
            if "class" in one.hand_set and one.candidate.current in classes
        }
        locks = by_hand | locks
    return {
        "weights": dict.fromkeys(given.get("weights") or (), 1),
        "keep_together": given.get("together") or (),
        "keep_apart": given.get("apart") or (),
        "locks": locks,
    }


def _class_meant(name: str, classes: list[str]) -> str:
    """A class by its name, or by its place in the row: 3 is the third."""
    at = int(name) - 1 if name.isascii() and name.isdigit() and len(name) < 4 and name not in classes else -1
    return classes[at] if 0 <= at < len(classes) else name


def _fresh_names(count: int, taken: Iterable[str]) -> list[str]:
    """Names of new classes that no class of the cohort has."""
    names, number = [], 0
    while len(names) < count:
        number += 1
        name = _("Class %(n)s") % {"n": number}
        if name not in taken:
            names.append(name)
    return names


# Classes and numbers --------------------------------------------------------------------------------------------------


def dict_of(existing: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    return {name: pk for name, pk, _number in existing}


def _units_named(names: Collection[str]) -> dict[str, int]:
    """The unit of each name that one active unit bears alone: the class of a street belongs to the street."""
    found: dict[str, list[int]] = {}
    for name, pk in Unit.objects.active().filter(name__in=names).values_list("name", "pk"):
        found.setdefault(name, []).append(pk)
    return {name: pks[0] for name, pks in found.items() if len(pks) == 1}


def _class_numbers(found: Split, existing: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    """The place of each class in the order of the cohort; new ones come after those that are there."""
    numbers = {name: number for name, _pk, number in existing}
    for name in found.classes:
        if name not in numbers:
            numbers[name] = max(numbers.values(), default=0) + 1
    return numbers


def _new_numbers(
    cohort: Cohort, given: Mapping[str, Any], people: list[Placeable], moves: list, class_numbers: Mapping[str, int]
) -> list[list]:
    """Student numbers by class for those who are placed, in the order of their old ones; typed numbers stay."""
    if not given.get("renumber"):
        return []
    old = {one.candidate.id: one.number for one in people if "number" not in one.hand_set}
    by_class: dict[str, list[int]] = {}
    for move in sorted(moves, key=lambda one: old.get(one.id, "")):
        if move.id in old:
            by_class.setdefault(move.after, []).append(move.id)
    taken = set(cohort.trainees.values_list("number", flat=True))
    numbers = []
    for name in sorted(by_class, key=class_numbers.__getitem__):
        fresh = next_numbers(taken, number_prefix(cohort.starts_on, class_numbers[name]), len(by_class[name]))
        taken.update(fresh)
        numbers += [[trainee, number] for trainee, number in zip(by_class[name], fresh)]
    return numbers
