"""The product's import of a roster: the services that the pages call, the tasks of the worker at once, the preview."""

from pathlib import Path

from django.conf import settings
from django.test import Client

from accounts.models import Plan, User
from accounts.services import make_plan, plan_given, plan_payload, recompute_plan, start_apply
from cohorts.plans import RosterPlan
from cohorts.services.roster import COLUMNS, PLAN
from tests.bench.data import empty_cohort
from trainee_mgmt.celery import app
from trainee_mgmt.kit import actor

app.conf.task_always_eager = True


def bring(file: str) -> int:
    organizer = User.objects.get(username="organizer")
    with actor.acting(actor.Actor(organizer.pk, organizer.name)):
        plan = _planned(Path(file))
        browser = Client(headers={"host": "127.0.0.1"})
        browser.force_login(organizer, settings.AUTHENTICATION_BACKENDS[0])
        preview = browser.get(plan.get_absolute_url())
        start_apply(plan, digest=plan.digest)
    plan.refresh_from_db()
    is_done = preview.status_code == 200 and plan.state == Plan.State.APPLIED
    return plan.summary["new"] if is_done else 0


def _planned(file: Path) -> Plan:
    """Sent, its columns taken as they were guessed, computed."""
    given = {"name": file.name, "stage": COLUMNS}
    plan = make_plan(RosterPlan.name, empty_cohort(), given=given, source=file.read_bytes(), source_name=file.name)
    plan.refresh_from_db()
    seen = {"guess": plan_payload(plan)["guess"], "look_again": {}, "stage": PLAN}
    recompute_plan(plan, given=plan_given(plan) | seen)
    plan.refresh_from_db()
    return plan
