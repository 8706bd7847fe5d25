"""Who a row of a roster is: the same person, somebody else, or a question."""

import pytest

from accounts.models import Role
from cohorts.models import Person, Trainee
from tests import make
from tests.cohorts.rosters import HEAD, bring, codes, counts, id_number, kept, plan_of

pytestmark = pytest.mark.django_db


def test_a_person_of_another_cohort_is_linked_and_not_doubled(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", id_number=number, phone="13800000001", email="kept@example.com")
    make.trainee(make.cohort(), of=known)

    plan = bring(desk, ("王琳", "13900000002", number, "科创公司", "new@example.com"), head=(*HEAD, "邮箱"))

    assert counts(plan) == {"new": 1}
    assert Trainee.objects.get(cohort=cohort).person == known
    assert Person.objects.count() == 1
    known.refresh_from_db()
    assert (known.phone.open(), known.email) == ("13800000001", "kept@example.com")
    assert [(name, ours, why) for name, ours, _file, why in kept(plan)] == [
        ("email", "", "from_elsewhere"),
        ("phone", "", "from_elsewhere"),
    ]


def test_the_roles_of_place_and_office_follow_for_who_has_an_account(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", id_number=number, user=make.user())
    make.trainee(make.cohort(program=cohort.program), of=known)

    bring(desk, ("王琳", number, "一班", "班长"), head=("姓名", "身份证号", "班级", "班干部"))

    training_class = cohort.classes.get()
    grants = known.user.grants.values_list("role", "scope_kind", "scope_id")
    assert (Role.TRAINEE, "cohort", cohort.pk) in grants
    assert (Role.OFFICER, "training_class", training_class.pk) in grants


def test_an_importer_who_may_see_the_person_changes_it(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", id_number=number, phone="13800000001")
    make.trainee(make.cohort(program=cohort.program), of=known)

    bring(desk, ("王琳", "13900000002", number, ""))

    known.refresh_from_db()
    assert known.phone.open() == "13900000002"


def test_phone_and_name_together_are_a_person_and_the_id_number_is_added(desk, cohort):
    number = id_number()
    known = make.person(name="王琳", phone="13800000001")
    make.trainee(cohort, of=known)

    plan = bring(desk, ("王琳", "13800000001", number, ""))

    assert counts(plan) == {"changed": 1}
    known.refresh_from_db()
    assert known.id_number.open() == number


def test_an_id_number_under_another_name_is_asked_about(desk, cohort):
    number = id_number()
    make.trainee(cohort, of=make.person(name="王玲", id_number=number))

    plan = plan_of(desk, ("王琳", "", number, ""))
    assert (counts(plan), codes(plan)) == ({"out": 1}, ["id_of_another"])
    desk.post("roster_choose", plan, {"t:0:2:id_of_another:name": "same"})
    assert counts(plan) == {"changed": 1}
    desk.apply(plan)

    assert Person.objects.get().name == "王琳"


def test_an_id_number_of_somebody_out_of_reach_tells_no_name_and_leaves_no_choice(desk, cohort):
    number = id_number()
    make.person(name="陌生人", id_number=number)

    plan = plan_of(desk, ("王琳", "", number, ""))
    desk.post("roster_choose", plan, {"t:0:2:id_of_stranger:name": "same"})

    assert (counts(plan), codes(plan)) == ({"out": 1}, ["id_of_stranger"])
    assert "陌生人" not in desk.get("roster_plan", plan).content.decode()


@pytest.mark.parametrize(("choice", "people"), [("skip", 1), ("same", 1), ("other", 2)])
def test_a_name_alone_is_asked_about_and_never_guessed(desk, cohort, choice, people):
    make.trainee(cohort, of=make.person(name="王琳"), work_unit="旧单位")

    plan = plan_of(desk, ("王琳", "13800000001", "", "新单位"))
    assert (counts(plan), codes(plan)) == ({"out": 1}, ["only_the_name"])
    desk.post("roster_choose", plan, {"t:0:2:only_the_name:name": choice})
    desk.apply(plan)

    assert Trainee.objects.filter(cohort=cohort).count() == people
    units = set(Trainee.objects.values_list("work_unit", flat=True))
    assert units == {"skip": {"旧单位"}, "same": {"新单位"}, "other": {"旧单位", "新单位"}}[choice]


def test_names_alone_import_once_and_change_nothing_the_second_time(desk, cohort):
    rows = [(f"学员{sign}", "", "", "科创公司") for sign in "甲乙丙"]
    bring(desk, *rows)

    again = plan_of(desk, *rows)

    assert (counts(again), Trainee.objects.count()) == ({"same": 3}, 3)


def test_one_choice_settles_all_rows_of_a_kind(desk, cohort):
    names = ["甲一", "乙一", "丙一"]
    bring(desk, *[(name, "", "", "") for name in names])

    plan = plan_of(desk, *[(name, f"1380000000{at}", "", "") for at, name in enumerate(names)])
    assert counts(plan) == {"out": 3}
    desk.post("roster_choose", plan, {"all:only_the_name": "same"})
    desk.apply(plan)

    assert counts(plan) == {"changed": 3}
    assert Person.objects.count() == 3


def test_a_phone_of_somebody_else_is_asked_about(desk, cohort):
    make.trainee(cohort, of=make.person(name="刘晶", phone="13800000001"))

    plan = plan_of(desk, ("王琳", "13800000001", id_number(), ""))
    assert (counts(plan), codes(plan)) == ({"out": 1}, ["phone_of_another"])
    desk.post("roster_choose", plan, {"t:0:2:phone_of_another:phone": "drop"})
    desk.apply(plan)

    assert Person.objects.get(name="王琳").phone is None


def test_two_rows_of_one_person_are_taken_once(desk, cohort):
    number = id_number()
    make.trainee(cohort, of=make.person(name="王琳", id_number=number, phone="13800000001"))

    plan = plan_of(desk, ("王琳", "", number, "甲公司"), ("王琳", "13800000001", "", "乙公司"))

    assert "matched_twice" in codes(plan)
    assert counts(plan) == {"changed": 1, "out": 1}
