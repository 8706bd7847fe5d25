"""An organizer at the pages of one cohort, for tests: what the worker is asked for is done at once."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Plan

FILES = Path(__file__).parent.parent / "files"


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


def split(desk, **choices) -> Plan:
    """Ask for a split; answers the computed plan."""
    data = {"who": "without", "starts_on": "2026-09-01", "into": "new"} | choices
    response = desk.post("split_create", data=data)
    assert response.status_code == 302, response.context["form"].errors
    return Plan.objects.latest("pk")
