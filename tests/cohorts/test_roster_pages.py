"""The import of a roster through its pages, with the two sample files as they are."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry, Plan, Role
from cohorts.models import ClassMembership, ClassOfficer, GroupMembership, Person, ProfileField, StudyGroup, Trainee
from tests import make

FILES = Path(__file__).parent.parent / "files"
pytestmark = pytest.mark.django_db


class Desk:
    """An organizer at the import pages of one cohort; the worker does at once what is asked of it."""

    def __init__(self, client, cohort, committed):
        self.client, self.cohort, self.committed = client, cohort, committed

    def url(self, name, plan=None):
        return reverse(f"cohorts:{name}", kwargs={"cohort": self.cohort.pk} | ({"pk": plan.pk} if plan else {}))

    def post(self, name, plan=None, data=None):
        with self.committed(execute=True):
            response = self.client.post(self.url(name, plan), data or {})
        if plan:
            plan.refresh_from_db()
        return response

    def get(self, name, plan=None, data=None):
        return self.client.get(self.url(name, plan), data or {})

    def send(self, name="check-in-form.xls", data=None):
        """Send a file; answers the plan after the worker's first look."""
        upload = SimpleUploadedFile(name, data if data is not None else (FILES / name).read_bytes())
        assert self.post("roster_import", data={"file": upload}).status_code == 302
        return Plan.objects.latest("pk")

    def columns(self, plan, **corrections):
        """What the columns page would send, with corrections; None takes a value out."""
        context = self.get("roster_columns", plan).context
        data = {"starts_on": context["starts_on"]}
        for sheet in context["sheets"]:
            guess = sheet["guess"]
            at = f"sheet-{guess.index}"
            data |= {f"{at}-shown": "1", f"{at}-header": str(guess.header_row or ""), f"{at}-name": guess.class_name}
            data |= {f"{at}-use": "on"} if guess.use else {}
            data |= {f"{at}-class": guess.class_source}
            data |= {f"{at}-head-shown": "1", f"{at}-head": "on"} if guess.head_teacher else {}
        for each in context["sets"]:
            number = each["set"].number
            for column, *_rest in each["columns"]:
                data[f"column-{number}-{column.index}"] = column.field
                data[f"label-{number}-{column.index}"] = column.label
                if column.field == "unit_and_position":
                    data |= {f"split-{number}-shown": "1", f"split-{number}": "on"}
        return {name: value for name, value in (data | corrections).items() if value is not None}

    def plan(self, name, data=None, **corrections):
        """Send a file and go on with the columns as they were guessed, or corrected."""
        plan = self.send(name, data)
        response = self.post("roster_columns", plan, self.columns(plan, **corrections))
        assert response.status_code == 302, response.context["errors"]
        return plan

    def apply(self, plan):
        self.post("roster_apply", plan, {"digest": plan.digest})
        return plan


@pytest.fixture
def cohort():
    return make.cohort()


@pytest.fixture
def desk(client, cohort, django_capture_on_commit_callbacks):
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    return Desk(client, cohort, django_capture_on_commit_callbacks)


def test_the_check_in_form_goes_in_as_it_is(desk, cohort):
    plan = desk.plan("check-in-form.xls")

    page = desk.get("roster_plan", plan)
    assert page.status_code == 200
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
