"""Two organizers at once, and a worker that dies in the middle: nothing half, nothing twice."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Job, Plan, Role
from accounts.services import make_plan, plan_payload, recompute_plan, sweep_jobs
from accounts.tasks import apply_plan
from cohorts.models import Person, ProfileField, Trainee, TrainingClass
from tests import make
from tests.cohorts.desk import FILES
from tests.cohorts.rosters import id_number
from tests.kit import nasty
from tests.races import race
from trainee_mgmt.kit import actor

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ("姓名", "手机号", "身份证号")
CHILD = """
import sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from accounts.tasks import apply_plan
apply_plan(int(sys.argv[2]))
"""


def ready_plan(cohort, data, name="x.xlsx"):
    """A plan that somebody has read and wants to apply."""
    user = make.user(Role.ORGANIZER, cohort.program)
    with actor.acting(actor.Actor(user.pk, user.name)):
        plan = make_plan("cohorts.roster", cohort, given={"name": name, "stage": "columns"}, source=data)
        plan.refresh_from_db()
        recompute_plan(plan, given={"name": name, "stage": "plan", "guess": plan_payload(plan)["guess"]})
    plan.refresh_from_db()
    return plan


def queued(plan):
    """The plan with its job in the queue, whose message nobody has taken yet."""
    job = Job.objects.create(
        task="accounts.apply_plan", title=plan.title, given={"plan": plan.pk}, made_by=plan.made_by
    )
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.APPLYING, job=job)
    return job


def test_two_organizers_applying_the_same_file_at_once_write_it_once():
    cohort = make.cohort()
    data = (FILES / "check-in-form.xls").read_bytes()
    jobs = [queued(ready_plan(cohort, data, "check-in-form.xls")) for _each in range(2)]

    race(*[lambda job=job: apply_plan(job.pk) for job in jobs])

    states = sorted(Plan.objects.values_list("state", flat=True))
    assert states == [Plan.State.APPLIED, Plan.State.STALE]
    assert (Trainee.objects.count(), Person.objects.count(), TrainingClass.objects.count()) == (200, 204, 4)


@pytest.mark.parametrize("with_id", [True, False])
def test_the_same_people_into_two_cohorts_at_once_are_the_same_people(with_id):
    rows = [(f"{chr(0x4E00 + n)}某", f"138{n:08}", id_number() if with_id else "") for n in range(40)]
    jobs = [queued(ready_plan(make.cohort(), nasty.xlsx([HEAD, *order]))) for order in (rows, list(reversed(rows)))]

    race(*[lambda job=job: apply_plan(job.pk) for job in jobs])

    states = sorted(Plan.objects.values_list("state", flat=True))
    assert states == [Plan.State.APPLIED, Plan.State.STALE]
    assert Person.objects.count() == 40
    assert Trainee.objects.count() == 40


def test_a_message_that_comes_twice_applies_once():
    job = queued(ready_plan(make.cohort(), nasty.xlsx([HEAD, ("王琳", "13800000001", "")])))

    apply_plan(job.pk)
    apply_plan(job.pk)

    job.refresh_from_db()
    assert (Trainee.objects.count(), job.attempts) == (1, 1)
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1


def other_connection():
    given = connection.get_connection_params()
    return psycopg2.connect(
        **{key: given[key] for key in ("dbname", "user", "password", "host", "port") if key in given}
    )


def waiting_backends() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'")
        return cursor.fetchone()[0]


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_applies_once():
    cohort = make.cohort()
    plan = ready_plan(cohort, (FILES / "check-in-form.xls").read_bytes(), "check-in-form.xls")
    job = queued(plan)
    blocker = other_connection()
    blocker.cursor().execute("LOCK TABLE cohorts_classmembership IN ACCESS EXCLUSIVE MODE")

    worker = subprocess.Popen(
        [sys.executable, "-c", CHILD, connection.settings_dict["NAME"], str(job.pk)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(waiting_backends)  # people and trainees are written, their classes wait for the lock
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        blocker.close()
    until(lambda: not waiting_backends())

    assert (Trainee.objects.count(), Person.objects.count(), ProfileField.objects.count()) == (0, 0, 0)
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    Job.objects.update(alive_at=timezone.now() - timedelta(minutes=10))
    cache.clear()
    assert sweep_jobs() == 1

    plan.refresh_from_db()
    job.refresh_from_db()
    assert (plan.state, job.state, job.attempts) == (Plan.State.APPLIED, Job.State.DONE, 2)
    assert (Trainee.objects.count(), Person.objects.count(), TrainingClass.objects.count()) == (200, 204, 4)
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1
    apply_plan(job.pk)
    assert Trainee.objects.count() == 200
    assert json.loads(json.dumps(plan.outcome))["new"] == 200


@pytest.mark.parametrize(("working", "then"), [("computing", "failed"), ("applying", "ready")])
def test_a_plan_whose_work_never_ends_can_be_taken_up_again(working, then):
    plan = ready_plan(make.cohort(), nasty.xlsx([HEAD, ("王琳", "13800000001", "")]))
    job = queued(plan)
    Plan.objects.filter(pk=plan.pk).update(state=working)
    long_ago = timezone.now() - timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(state="running", attempts=3, started_at=long_ago, alive_at=long_ago)

    sweep_jobs()

    plan.refresh_from_db()
    job.refresh_from_db()
    assert (plan.state, job.state) == (then, "failed")


def test_a_message_lost_after_a_dead_worker_is_sent_again():
    job = queued(ready_plan(make.cohort(), nasty.xlsx([HEAD, ("王琳", "13800000001", "")])))
    long_ago = timezone.now() - timedelta(minutes=10)
    Job.objects.filter(pk=job.pk).update(queued_at=long_ago, started_at=long_ago, alive_at=long_ago, attempts=1)

    assert sweep_jobs() == 1

    assert Trainee.objects.count() == 1
