"""Who is trained in the demo: people in classes, groups and offices."""

import random

from accounts.models import Role, ScopeKind, User
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
from reports.management.demo.accounts import account, grant, trainee_account
from reports.management.demo.people import Crowd, Someone
from reports.management.demo.programs import COMPANIES, EDUCATION, PARTIES, POSITIONS, TALENT, DemoProgram
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_id_number, mask_phone
from trainee_mgmt.kit.names import pinyin_key

FIELDS = (
    ("ethnicity", "民族", "text", False),
    ("party", "政治面貌", "choice", True),
    ("education", "学历", "choice", True),
    ("talent_kind", "人才类别", "choice", True),
    ("returnee", "是否海归", "yes_no", True),
    ("street", "所属街道", "choice", True),
)


def ask_fields(plan: DemoProgram, cohort: Cohort) -> None:
    ProfileField.objects.bulk_create(
        ProfileField(
            cohort=cohort,
            key=key,
            label=label,
            kind=kind,
            in_composition=counted,
            order=order,
            choices=_choices(key, plan),
        )
        for order, (key, label, kind, counted) in enumerate(FIELDS, start=1)
    )


def _choices(key: str, plan: DemoProgram) -> list[str]:
    return {
        "party": sorted(set(PARTIES)),
        "education": sorted(set(EDUCATION)),
        "talent_kind": [name for name, _count in TALENT],
        "street": [f"{street}街道" for street in plan.streets],
    }.get(key, [])


def enrol(
    plan: DemoProgram, cohort: Cohort, classes: list[TrainingClass], *, crowd: Crowd, rng: random.Random
) -> dict[TrainingClass, list[Trainee]]:
    """S0 with the report's own composition: 306 of 450 aged 26 to 40, 236 executives or technical staff, 43 returnees."""
    if plan.key == "S0":
        ages = [(26, 40)] * 306 + [(41, 58)] * 144
        kinds = [name for name, count in TALENT for _ in range(count)]
        returnees = ["yes"] * 43 + ["no"] * 407
    else:
        ages = [plan.ages] * plan.size
        kinds = [rng.choice(TALENT)[0] for _ in range(plan.size)]
        returnees = ["yes" if rng.random() < 0.08 else "no" for _ in range(plan.size)]
    for pool in (ages, kinds, returnees):
        rng.shuffle(pool)
    found = [crowd.someone(on=cohort.starts_on, lowest=low, highest=high) for low, high in ages]
    people = Person.objects.bulk_create(person_row(each) for each in found)
    members: dict[TrainingClass, list[Trainee]] = {each: [] for each in classes}
    made = []
    for index, (person, kind, returnee) in enumerate(zip(people, kinds, returnees, strict=True)):
        in_class = classes[index % len(classes)]
        profile = {
            "ethnicity": "汉族",
            "party": rng.choice(PARTIES),
            "education": rng.choice(EDUCATION),
            "talent_kind": kind,
            "returnee": returnee,
        }
        if plan.streets:
            profile["street"] = f"{in_class.name.removesuffix('班')}街道"
        if rng.random() < 0.02:
            del profile["education"]  # a few answers are missing, as always
        trainee = Trainee(
            cohort=cohort,
            person=person,
            number=f"{in_class.number:02d}{len(members[in_class]) + 1:03d}",
            work_unit=rng.choice(COMPANIES),
            position=rng.choice(POSITIONS),
            profile=profile,
            joined_on=cohort.starts_on,
        )
        members[in_class].append(trainee)
        made.append((trainee, in_class))
    Trainee.objects.bulk_create(trainee for trainee, _class in made)
    ClassMembership.objects.bulk_create(
        ClassMembership(trainee=trainee, training_class=in_class, starts_on=cohort.starts_on)
        for trainee, in_class in made
    )
    return members


def person_row(someone: Someone) -> Person:
    return Person(
        name=someone.name,
        name_key=pinyin_key(someone.name),
        sex=someone.sex,
        born_on=someone.born_on,
        id_number=Sealed.of(someone.id_number),
        id_index=blind_index("id_number", someone.id_number),
        id_mask=mask_id_number(someone.id_number),
        phone=Sealed.of(someone.phone),
        phone_index=blind_index("phone", someone.phone),
        phone_mask=mask_phone(someone.phone),
    )


def groups_and_officers(
    plan: DemoProgram,
    cohort: Cohort,
    classes: list[TrainingClass],
    trainees: dict[TrainingClass, list[Trainee]],
    *,
    crowd: Crowd,
    admin: User,
) -> None:
    start = cohort.starts_on
    heads = Person.objects.bulk_create(person_row(crowd.someone(on=start, lowest=35, highest=55)) for _ in classes)
    officers = []
    for in_class, head in zip(classes, heads, strict=True):
        members = trainees[in_class]
        groups = StudyGroup.objects.bulk_create(
            StudyGroup(cohort=cohort, training_class=in_class, name=f"第{'一二三四'[n]}组", number=n + 1)
            for n in range(4 if len(members) > 30 else 2)
        )
        GroupMembership.objects.bulk_create(
            GroupMembership(group=groups[n % len(groups)], trainee=trainee, is_leader=n < len(groups), starts_on=start)
            for n, trainee in enumerate(members)
        )
        for person, office in (
            (head, ClassOfficer.Office.HEAD_TEACHER),
            (members[0].person, ClassOfficer.Office.MONITOR),
            (members[1].person, ClassOfficer.Office.STUDY),
        ):
            officers.append(ClassOfficer(training_class=in_class, person=person, office=office, starts_on=start))
    ClassOfficer.objects.bulk_create(officers)
    if plan.key == "S0":  # the accounts that are printed: a head teacher and a trainee of the first class
        first = classes[0]
        head = officers[0]
        user = account("officer", head.person.name, first.unit or cohort.program.unit, person=head.person)
        head.grant = grant(user, Role.OFFICER, ScopeKind.TRAINING_CLASS, scope=first, starts_on=start)
        head.save(update_fields=["grant"])
        trainee = trainees[first][4]
        trainee_account("trainee", trainee)
