"""Dividing a cohort into classes, through the pages."""

import pytest

from accounts.models import Plan
from cohorts.models import ClassMembership, Trainee
from tests import make
from tests.cohorts.desk import split

pytestmark = pytest.mark.django_db


def test_450_people_come_into_ten_classes_by_street(desk, cohort):
    desk.apply(desk.plan("street-roster-450.xlsx"))
    street = make.unit("新湖街道")

    plan = split(desk, mode="by", field="street", renumber="on")
    page = desk.get("split_plan", plan)
    desk.post("split_apply", plan, {"digest": plan.digest})

    assert page.status_code == 200
    assert plan.state == Plan.State.APPLIED
    sizes = {one.name: one.memberships.count() for one in cohort.classes.all()}
    assert sizes == dict.fromkeys(
        ["新湖班", "西乡班", "航城班", "福海班", "沙井班", "新桥班", "松岗班", "燕罗班", "石岩班", "福永班"], 45
    )
    wrong = [
        name
        for name, street in ClassMembership.objects.values_list("training_class__name", "trainee__profile__street")
        if name.removesuffix("班") != street.removesuffix("街道")
    ]
    assert wrong == []
    assert Trainee.objects.filter(cohort=cohort, number__startswith="2600-").count() == 0
    assert list(street.classes.values_list("name", flat=True)) == ["新湖班"]


def test_the_same_split_again_moves_nobody(desk, cohort):
    desk.apply(desk.plan("street-roster-450.xlsx"))
    plan = split(desk, mode="by", field="street")
    desk.post("split_apply", plan, {"digest": plan.digest})

    again = split(desk, mode="by", field="street", who="all")

    assert (again.summary["moves"], again.summary["new_classes"]) == (0, 0)


def test_a_balanced_split_keeps_its_rules_and_evens_the_sizes(desk, cohort):
    desk.apply(desk.plan("street-roster-450.xlsx"))
    numbers = list(cohort.trainees.order_by("number").values_list("number", flat=True)[:6])

    plan = split(
        desk,
        mode="balanced",
        count="10",
        weights=["sex", "age_band", "talent_kind"],
        together=f"{numbers[0]}、{numbers[1]}",
        apart=f"{numbers[2]}、{numbers[3]}",
        locks=f"{numbers[4]} = 3",
    )
    desk.get("split_plan", plan)
    desk.post("split_apply", plan, {"digest": plan.digest})

    classes = dict(cohort.trainees.values_list("number", "memberships__training_class__number"))
    assert classes[numbers[0]] == classes[numbers[1]]
    assert classes[numbers[2]] != classes[numbers[3]]
    assert classes[numbers[4]] == 3
    assert {one.memberships.count() for one in cohort.classes.all()} == {45}


def test_rules_that_contradict_each_other_are_named(desk, cohort):
    for name in ("王琳", "刘晶", "单新"):
        make.trainee(cohort, of=make.person(name=name))

    plan = split(desk, mode="balanced", count="2", together="王琳、刘晶", apart="王琳、刘晶")
    page = desk.get("split_plan", plan)

    assert plan.state == Plan.State.FAILED
    assert "王琳" in plan.job.error
    assert plan.job.error in page.content.decode()
    again = desk.client.get(page.context["again_url"])
    assert "王琳、刘晶" in again.content.decode()


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("together", "王琳"),
        ("apart", "nobody、王琳"),
        ("locks", "王琳"),
        ("together", "张伟、王琳"),
        ("locks", "王琳 = "),
    ],
)
def test_a_rule_that_cannot_be_understood_is_refused_at_once(desk, cohort, rule, text):
    for name in ("王琳", "张伟", "张伟"):
        make.trainee(cohort, of=make.person(name=name))

    response = desk.post("split_create", data=form(mode="balanced", count="2", **{rule: text}))

    assert response.status_code == 422
    assert Plan.objects.count() == 0


def form(**choices):
    return {"who": "without", "starts_on": "2026-09-01", "into": "new", "mode": "by"} | choices


def test_a_roster_changed_in_between_makes_a_split_stale(desk, cohort):
    make.trainee(cohort, profile={"street": "新湖街道"})
    cohort.profile_fields.create(key="street", label="街道")
    plan = split(desk, mode="by", field="street")
    type(cohort).objects.filter(pk=cohort.pk).update(roster_version=99)

    desk.post("split_apply", plan, {"digest": plan.digest})

    assert plan.state == Plan.State.STALE
    assert cohort.classes.count() == 0
    assert desk.get("split_plan", plan).status_code == 200
    desk.post("split_again", plan)
    desk.post("split_apply", plan, {"digest": plan.digest})
    assert plan.state == Plan.State.APPLIED


def test_who_has_no_value_stays_without_a_class_and_is_listed(desk, cohort):
    cohort.profile_fields.create(key="street", label="街道")
    make.trainee(cohort, profile={"street": "新湖街道"})
    lost = make.trainee(cohort, of=make.person(name="无街道"))

    plan = split(desk, mode="by", field="street")

    assert "无街道" in desk.get("split_plan", plan).content.decode()
    desk.post("split_apply", plan, {"digest": plan.digest})
    assert lost.memberships.count() == 0


def test_people_without_a_class_are_spread_over_the_classes_that_exist(desk, cohort):
    small, large = (
        make.training_class(cohort, name="一班", number=1),
        make.training_class(cohort, name="二班", number=2),
    )
    make.trainee(in_class=small)
    for _each in range(3):
        make.trainee(in_class=large)
    newcomers = [make.trainee(cohort) for _each in range(2)]

    plan = split(desk, mode="balanced", into="existing", weights=["sex"])
    desk.post("split_apply", plan, {"digest": plan.digest})

    assert {one.memberships.get().training_class for one in newcomers} == {small}


def test_a_head_start_of_search_finds_people_by_name_and_number(desk, cohort):
    make.trainee(cohort, of=make.person(name="王琳"), number="2600-007")

    assert "2600-007 王琳" in desk.get("split_people", data={"q": "琳"}).content.decode()
    assert "2600-007 王琳" in desk.get("split_people", data={"q": "2600"}).content.decode()
    assert "王琳" not in desk.get("split_people", data={"q": ""}).content.decode()
