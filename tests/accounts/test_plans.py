"""Plans and jobs: what was read is what is written, once, whatever happens in between."""

from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts import tasks
from accounts.models import AuditEntry, Job, Plan, Unit
from accounts.services import (
    apply_plan,
    compute_plan,
    discard_plan,
    make_plan,
    plan_payload,
    queue_job,
    run_job,
    sweep_jobs,
)
from accounts.services.plans import recompute_plan, start_apply
from tests import make
from trainee_mgmt.kit import plans
from trainee_mgmt.kit.crypto import seal_bytes
from trainee_mgmt.kit.errors import Refused


class Rename(plans.PlanKind):
    """A small kind for these tests: renames a unit to what was given."""

    name = "tests.rename"
    title = "Rename"
    allow = "accounts.change_unit"
    subject_model = "accounts.Unit"

    def compute(self, subject, given, source, progress):
        if given.get("name") == "broken":
            raise ValueError("a fault in our own code")
        progress(1, 1, "looked")
        return {"name": given["name"]}, {"changed": 1}

    def version(self, subject):
        return subject.name

    def apply(self, subject, payload, progress):
        Unit.objects.filter(pk=subject.pk).update(name=payload["name"])
        if payload["name"] == "half":
            raise RuntimeError("died in the middle")
        return {"changed": 1}


@pytest.fixture(autouse=True)
def _rename_is_registered(monkeypatch):
    monkeypatch.setitem(plans.KINDS, Rename.name, Rename())


def planned(name="new name", **options):
    """A plan that was computed, as the worker does it."""
    plan = make_plan(Rename.name, make.unit("old name"), given={"name": name}, **options)
    plan.refresh_from_db()
    return plan


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """Tasks queued after commit run here, in this test's transaction."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.mark.django_db
def test_a_plan_is_computed_read_and_applied_as_it_was_read(at_once):
    with at_once():
        plan = planned()
    plan.refresh_from_db()
    assert (plan.state, plan.summary, plan_payload(plan)) == (Plan.State.READY, {"changed": 1}, {"name": "new name"})

    with at_once():
        start_apply(plan, digest=plan.digest)

    plan.refresh_from_db()
    assert (plan.state, Unit.objects.get(pk=plan.subject_id).name) == (Plan.State.APPLIED, "new name")
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1


@pytest.mark.django_db
def test_payload_and_file_lie_encrypted(at_once):
    with at_once():
        plan = planned("19900001234", source=b"199 0000 1234", source_name="roster.xlsx")
    plan.refresh_from_db()

    stored = bytes(plan.payload) + bytes(plan.source) + bytes(plan.given)
    assert b"1990" not in stored


@pytest.mark.django_db
def test_applying_names_the_plan_that_was_read(at_once):
    with at_once():
        plan = planned()
    plan.refresh_from_db()

    with pytest.raises(Refused):
        start_apply(plan, digest="0" * 64)


@pytest.mark.django_db
def test_a_plan_is_not_applied_for_somebody_whose_right_has_ended(at_once):
    with at_once():
        plan = planned()
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.APPLYING, applied_by=make.user())

    with pytest.raises(Refused, match="ended before its turn"):
        apply_plan(plan.pk, lambda *_: None)
    assert Unit.objects.get(pk=plan.subject_id).name == "old name"


@pytest.mark.django_db
def test_an_altered_payload_is_not_applied(at_once):
    with at_once():
        plan = planned()
    Plan.objects.filter(pk=plan.pk).update(payload=seal_bytes(b'{"name": "slipped in"}'), state=Plan.State.APPLYING)

    with pytest.raises(Refused):
        apply_plan(plan.pk, lambda *_: None)
    assert Unit.objects.get(pk=plan.subject_id).name == "old name"


@pytest.mark.django_db
def test_a_plan_over_a_changed_state_is_stale_and_can_be_computed_again(at_once):
    with at_once():
        plan = planned()
    Unit.objects.filter(pk=plan.subject_id).update(name="changed meanwhile")
    plan.refresh_from_db()
    with at_once():
        start_apply(plan, digest=plan.digest)
    plan.refresh_from_db()
    assert (plan.state, plan.job.state) == (Plan.State.STALE, Job.State.REFUSED)

    with at_once():
        recompute_plan(plan, given={"name": "newest"})
    plan.refresh_from_db()
    assert (plan.state, plan_payload(plan)) == (Plan.State.READY, {"name": "newest"})


@pytest.mark.django_db
def test_a_fault_while_applying_writes_nothing_and_the_plan_can_be_tried_again(at_once):
    with at_once():
        plan = planned("half")
    plan.refresh_from_db()
    with at_once():
        start_apply(plan, digest=plan.digest)

    plan.refresh_from_db()
    assert (plan.state, plan.job.state) == (Plan.State.READY, Job.State.FAILED)
    assert Unit.objects.get(pk=plan.subject_id).name == "old name"


@pytest.mark.django_db
def test_a_fault_while_computing_ends_the_job_with_a_sentence(at_once):
    with at_once():
        plan = planned("broken")
    plan.refresh_from_db()

    assert (plan.state, plan.job.state) == (Plan.State.FAILED, Job.State.FAILED)
    assert "fault" not in plan.job.error


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["new name", "broken"])
def test_a_worker_that_comes_late_leaves_a_plan_as_it_is(at_once, name):
    plan = make_plan(Rename.name, make.unit("old name"), given={"name": name}, compute=False)

    compute_plan(plan.pk, 0, lambda *_: None)

    plan.refresh_from_db()
    assert (plan.state, plan.payload) == (Plan.State.DRAFT, None)


@pytest.mark.django_db
def test_a_discarded_plan_forgets_the_file(at_once):
    with at_once():
        plan = planned(source=b"names")
    discard_plan(plan)

    plan.refresh_from_db()
    assert (plan.state, plan.source, plan.payload, plan.given) == (Plan.State.DISCARDED, None, None, None)
    with pytest.raises(Refused):
        discard_plan(plan)


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_plan_apply_it_once():
    plan = planned()
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.APPLYING)
    start, outcomes = Barrier(2), []

    def work():
        start.wait()
        outcomes.append(apply_plan(plan.pk, lambda *_: None))
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 2
    assert AuditEntry.objects.filter(action="accounts.apply_plan").count() == 1


# Jobs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_that_comes_twice_is_worked_once():
    job = queue_job("accounts.seal_audit", title="x")
    runs = []

    for _ in range(2):
        run_job(job.pk, lambda job, progress: runs.append(job.pk))

    assert runs == [job.pk]


@pytest.mark.django_db
def test_what_a_rule_refuses_stands_in_the_job():
    job = queue_job("accounts.seal_audit", title="x")

    def work(job, progress):
        raise Refused("Not today.")

    run_job(job.pk, work)

    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.REFUSED, "Not today.")


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_queued_again_and_given_up_after_the_third_time():
    long_ago = timezone.now() - timezone.timedelta(minutes=10)
    job = Job.objects.create(
        task="accounts.seal_audit",
        title="x",
        state=Job.State.RUNNING,
        started_at=long_ago,
        alive_at=long_ago,
        attempts=1,
    )

    assert sweep_jobs() == 1
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED

    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=3)
    sweep_jobs()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED


@pytest.mark.django_db
def test_a_job_that_still_beats_is_left_alone():
    long_ago = timezone.now() - timezone.timedelta(minutes=10)
    job = Job.objects.create(
        task="accounts.seal_audit",
        title="x",
        state=Job.State.RUNNING,
        started_at=long_ago,
        alive_at=long_ago,
        attempts=1,
    )
    cache.set(f"job-beat:{job.pk}", {"done": 1, "total": 2, "words": "", "at": timezone.now().timestamp()}, 60)

    assert sweep_jobs() == 0


def test_the_tasks_have_the_names_that_services_call():
    assert {tasks.compute_plan.name, tasks.apply_plan.name} == {"accounts.compute_plan", "accounts.apply_plan"}
