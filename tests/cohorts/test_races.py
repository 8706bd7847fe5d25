"""Two organizers at the same moment: one threaded test for each lock."""

from datetime import date

import pytest

from cohorts.models import ClassMembership, Cohort, Person, Trainee
from cohorts.services import classes, people, trainees
from tests import make
from tests.races import race, refusals

pytestmark = pytest.mark.django_db(transaction=True)
SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)


def test_two_people_added_at_once_get_two_numbers():
    cohort = make.cohort()

    added = race(
        *(
            lambda name=name: trainees.add_trainee(cohort, person_values={"name": name}, joined_on=SEP)
            for name in ("王芳", "李雷", "韩梅")
        )
    )

    assert sorted(trainee.number for trainee in added) == ["001", "002", "003"]


def test_one_person_added_to_two_cohorts_at_once_is_one_person():
    values = {"name": "王芳", "phone": "13812345678"}

    first, second = race(
        *(
            lambda cohort=cohort: trainees.add_trainee(cohort, person_values=dict(values), joined_on=SEP)
            for cohort in (make.cohort(), make.cohort())
        )
    )

    assert first.person_id == second.person_id
    assert Person.objects.count() == 1


def test_one_person_added_twice_at_once_has_one_place():
    cohort = make.cohort()
    values = {"name": "王芳", "id_number": "110101199003072316"}

    results = race(*[lambda: trainees.add_trainee(cohort, person_values=dict(values), joined_on=SEP)] * 2)

    assert refusals(results) == 1
    assert Trainee.objects.count() == 1


def test_two_transfers_at_once_leave_one_class_a_day():
    cohort = make.cohort(starts_on=SEP)
    first, second, third = (make.training_class(cohort) for _ in range(3))
    trainee = make.trainee(in_class=first)

    race(
        lambda: trainees.move_to_class([trainee], second, on=OCT),
        lambda: trainees.move_to_class([trainee], third, on=OCT),
    )

    stays = list(ClassMembership.objects.filter(trainee=trainee).order_by("starts_on"))
    assert [(stay.starts_on, stay.ends_on) for stay in stays] == [(SEP, OCT), (OCT, None)]
    assert stays[-1].training_class in (second, third)
    assert Cohort.objects.get(pk=cohort.pk).roster_version == 2


def test_a_withdrawal_and_a_transfer_at_once_agree():
    cohort = make.cohort(starts_on=SEP)
    first, second = make.training_class(cohort), make.training_class(cohort)
    trainee = make.trainee(in_class=first)

    race(
        lambda: trainees.withdraw([trainee], on=OCT, reason="ill"),
        lambda: trainees.move_to_class([trainee], second, on=OCT),
    )

    trainee.refresh_from_db()
    open_stays = ClassMembership.objects.filter(trainee=trainee, ends_on=None).count()
    assert (trainee.status, open_stays) == ("withdrawn", 0)


def test_two_classes_made_at_once_stand_one_after_the_other():
    cohort = make.cohort()

    made = race(lambda: classes.create_class(cohort, name="First"), lambda: classes.create_class(cohort, name="Second"))

    assert sorted(one.number for one in made) == [1, 2]


def test_editing_a_person_while_being_added_does_not_deadlock():
    person = make.person(name="王芳", phone="13812345678")
    make.trainee(of=person)
    cohort = make.cohort()

    results = race(
        lambda: people.edit_person(person, {"email": "a@example.org"}),
        lambda: trainees.add_trainee(
            cohort, person_values={"name": "王芳", "phone": "13812345678", "sex": "f"}, joined_on=SEP
        ),
    )

    person.refresh_from_db()
    assert refusals(results) == 0
    assert (person.email, person.sex) == ("a@example.org", "f")
