"""The import of a roster through its pages, with the two sample files as they are."""

import pytest

from accounts.models import AuditEntry, Plan
from cohorts.models import ClassMembership, ClassOfficer, GroupMembership, Person, ProfileField, StudyGroup, Trainee

pytestmark = pytest.mark.django_db


def test_the_check_in_form_goes_in_as_it_is(desk, cohort):
    plan = desk.plan("check-in-form.xls")

    page = desk.get("roster_plan", plan)
    assert page.status_code == 200
    made = [count for _label, count, _names in page.context["reader"].to_be_made()]
    assert made == [4, 16, 4, 40, 3]  # classes, groups, head teachers, officers, profile fields
    desk.apply(plan)

    assert plan.state == Plan.State.APPLIED
    assert list(cohort.classes.order_by("number").values_list("name", flat=True)) == [
        "县干1班",
        "县干2班",
        "青干班",
        "乡镇班",
    ]
    sizes = [one.memberships.count() for one in cohort.classes.order_by("number")]
    assert sizes == [53, 51, 48, 48]
    assert StudyGroup.objects.filter(cohort=cohort).count() == 16
    assert GroupMembership.objects.count() == 200
    assert ClassOfficer.objects.filter(office="head_teacher").count() == 4
    assert ClassOfficer.objects.filter(office="monitor").count() == 4
    assert ClassOfficer.objects.filter(office="group_leader").count() == 16
    assert GroupMembership.objects.filter(is_leader=True).count() == 16
    assert Trainee.objects.filter(cohort=cohort).order_by("number").first().number == "2601-001"
    assert desk.get("roster_plan", plan).status_code == 200


def test_the_street_roster_goes_in_as_it_is(desk, cohort):
    plan = desk.apply(desk.plan("street-roster-450.xlsx"))

    assert plan.outcome["new"] == 450
    assert Trainee.objects.filter(cohort=cohort, profile__returnee=True).count() == 43
    assert Trainee.objects.filter(cohort=cohort).values_list("profile__street", flat=True).distinct().count() == 10
    assert Person.objects.filter(id_index=None).count() == 0
    assert ProfileField.objects.filter(cohort=cohort).count() == 9
    assert ClassMembership.objects.count() == 0


@pytest.mark.parametrize("name", ["check-in-form.xls", "street-roster-450.xlsx"])
def test_the_same_file_again_changes_nothing(desk, name):
    desk.apply(desk.plan(name))
    before = AuditEntry.objects.count()

    again = desk.plan(name)

    assert (again.summary["new"], again.summary["changed"], again.summary["out"]) == (0, 0, 0)
    assert again.summary["same"] == again.summary["rows"]
    assert AuditEntry.objects.count() == before + 2  # the plan was made and computed again with the columns


def test_all_views_of_a_plan_can_be_read(desk):
    plan = desk.plan("check-in-form.xls")

    for view in ("", "new", "changes", "same", "kept", "left", "absent", "ignored", "nonsense"):
        for page in ("1", "2", "x", "999999999"):
            assert desk.get("roster_plan", plan, {"view": view, "page": page}).status_code == 200
