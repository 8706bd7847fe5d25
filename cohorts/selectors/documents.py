"""Who stands on the papers of a class on a day. Numbers of people are opened only where a paper may show them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from cohorts.models import ClassOfficer, Cohort, Consent, GroupMembership, Person, ProfileField, TrainingClass
from cohorts.rules.profile import in_words
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import RANKS, in_office

MASKED, BY_CONSENT, OPEN = "masked", "consent", "open"  # how phone numbers are shown


@dataclass
class Member:
    """One line of a paper. ``phone`` and ``id_number`` are what may be shown: a mask or the number itself."""

    trainee: int
    person: int
    number: str
    name: str
    sex: str
    born_on: date | None
    work_unit: str
    position: str
    email: str
    profile: dict[str, str]
    phone: str
    id_number: str
    group: str = ""
    offices: list[str] = field(default_factory=list)


@dataclass
class ClassPaper:
    """A class as its papers show it; without a class the name is empty."""

    pk: int | None
    name: str
    heads: list[str] = field(default_factory=list)  # name and phone
    members: list[Member] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[str, list[Member]]]:
        """Members by group, in the order of the groups; those without one come last."""
        found: dict[str, list[Member]] = {}
        for member in sorted(self.members, key=lambda one: one.group == ""):
            found.setdefault(member.group, []).append(member)
        return list(found.items())


def class_papers(
    cohort: Cohort,
    classes: Sequence[TrainingClass],
    day: date,
    *,
    phones: str = MASKED,
    with_id_numbers: bool = False,
    with_rest: bool = False,
) -> list[ClassPaper]:
    """The classes with their members on the day, in the order of student numbers; ``with_rest`` adds who has no class.

    A fixed number of queries; secrets are loaded only if asked for.
    """
    papers = {one.pk: ClassPaper(one.pk, one.name) for one in classes}
    placed = dict(members_on(day).filter(training_class__in=papers).values_list("trainee", "training_class"))
    trainees = cohort.trainees.active().filter(joined_on__lte=day)
    chosen = Q(pk__in=placed)
    if with_rest:
        in_a_class = members_on(day).filter(training_class__cohort=cohort).values("trainee")
        chosen |= ~Q(pk__in=in_a_class)
        papers[None] = ClassPaper(None, "")
    members = _members(cohort, trainees.filter(chosen))
    for member in members:
        papers[placed.get(member.trainee)].members.append(member)
    _add_groups(members, day)
    heads = _add_offices(cohort, papers, members, day)
    _show_numbers([*members], heads, phones=phones, with_id_numbers=with_id_numbers)
    for head in heads:
        papers[head.pk].heads.append(" ".join(filter(None, [head.name, head.phone])))
    return [paper for paper in papers.values() if paper.members or paper.pk]


def _members(cohort: Cohort, trainees) -> list[Member]:
    kinds = dict(ProfileField.objects.filter(cohort=cohort, is_personal=False).values_list("key", "kind"))
    rows = trainees.order_by("number").values_list(
        "pk",
        "person",
        "number",
        "person__name",
        "person__sex",
        "person__born_on",
        "work_unit",
        "position",
        "person__email",
        "profile",
        "person__phone_mask",
        "person__id_mask",
    )
    return [Member(*row[:4], _sex(row[4]), *row[5:9], _profile(kinds, row[9]), row[10], row[11]) for row in rows]


def _sex(code: str) -> str:
    return str(Person.Sex(code).label) if code else ""


def _profile(kinds: dict[str, str], values: dict[str, Any]) -> dict[str, str]:
    return {key: in_words(kind, values.get(key)) for key, kind in kinds.items()}


def _add_groups(members: Iterable[Member], day: date) -> None:
    by_trainee = {member.trainee: member for member in members}
    now = GroupMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=day), trainee__in=by_trainee, starts_on__lte=day
    ).exclude(group__training_class=None)
    for trainee, name in now.order_by("group__number", "pk").values_list("trainee", "group__name"):
        by_trainee[trainee].group = by_trainee[trainee].group or name


@dataclass
class _Head:
    pk: int
    person: int
    name: str
    phone: str


def _add_offices(
    cohort: Cohort, papers: dict[int | None, ClassPaper], members: Iterable[Member], day: date
) -> list[_Head]:
    by_person = {member.person: member for member in members}
    heads = []
    rows = in_office(day).filter(training_class__cohort=cohort, training_class__in=[pk for pk in papers if pk])
    fields = ("training_class", "person", "person__name", "person__phone_mask", "office", "title")
    for of_class, person, name, mask, office, title in sorted(
        rows.order_by("pk").values_list(*fields), key=lambda row: RANKS[row[4]]
    ):
        if office == ClassOfficer.Office.HEAD_TEACHER:
            heads.append(_Head(of_class, person, name, mask))
        elif person in by_person:
            by_person[person].offices.append(title or str(ClassOfficer.Office(office).label))
    return heads


def _show_numbers(members: list[Member], heads: list[_Head], *, phones: str, with_id_numbers: bool) -> None:
    """Open the phone numbers that may be shown, and the ID numbers if they were asked for."""
    if phones != MASKED:
        people = {member.person for member in members}
        if phones == BY_CONSENT:
            agreed = Consent.objects.filter(
                person__in=people, purpose=Consent.Purpose.DIRECTORY, withdrawn_at=None
            ).values_list("person", flat=True)
            opened = _opened("phone", set(agreed))
        else:
            opened = _opened("phone", people | {head.person for head in heads})
        for one in [*members, *heads]:
            one.phone = opened.get(one.person, one.phone)
    numbers = _opened("id_number", {member.person for member in members}) if with_id_numbers else defaultdict(str)
    for member in members:
        member.id_number = numbers.get(member.person, "" if with_id_numbers else member.id_number)


def _opened(name: str, people: Collection[int]) -> dict[int, str]:
    rows = Person.objects.filter(**{f"{name}__isnull": False}, pk__in=people).values_list("pk", name)
    return {pk: sealed.open() for pk, sealed in rows}
