"""Stored plans: made, computed in the worker, read by a person, applied as they stand."""

import hashlib
import json

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Job, Plan
from accounts.services.audit import record
from accounts.services.jobs import queue_job
from trainee_mgmt.kit import access, actor
from trainee_mgmt.kit.crypto import open_bytes, seal_bytes
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import KINDS, Stale
from trainee_mgmt.kit.words import spoken, stored


@transaction.atomic
def make_plan(
    kind: str,
    subject: models.Model,
    *,
    given: dict | None = None,
    source: bytes | None = None,
    source_name: str = "",
    title: str = "",
    compute: bool = True,
) -> Plan:
    """Keep the input and, unless the person has choices to make first, ask the worker to compute the plan."""
    plan = Plan.objects.create(
        kind=kind,
        subject_type=subject._meta.label,
        subject_id=subject.pk,
        title=(title or str(KINDS[kind].title))[:200],
        made_by_id=actor.current().user_id,
        source=seal_bytes(source) if source is not None else None,
        source_name=source_name[:200],
        given=_seal(given or {}),
    )
    record("accounts.make_plan", plan, after={"kind": kind, "subject": str(subject), "file": source_name})
    if compute:
        _queue(plan, "accounts.compute_plan", Plan.State.COMPUTING)
    return plan


@transaction.atomic
def recompute_plan(plan: Plan, *, given: dict) -> Plan:
    """Compute again with other choices; what was decided before is dropped."""
    plan = _locked(plan, Plan.State.DRAFT, Plan.State.READY, Plan.State.STALE, Plan.State.FAILED)
    Plan.objects.filter(pk=plan.pk).update(
        state=Plan.State.COMPUTING, given=_seal(given), payload=None, digest="", summary={}
    )
    _queue(plan, "accounts.compute_plan", Plan.State.COMPUTING)
    record("accounts.recompute_plan", plan, after={"kind": plan.kind})
    return plan


@transaction.atomic
def start_apply(plan: Plan, *, digest: str) -> Plan:
    """Ask the worker to apply the plan that the person read (named by its digest)."""
    plan = _locked(plan, Plan.State.READY)
    if digest != plan.digest:
        raise Refused(_("This is not the plan that is stored now. Please read it again."))
    Plan.objects.filter(pk=plan.pk).update(applied_by_id=actor.current().user_id)
    _queue(plan, "accounts.apply_plan", Plan.State.APPLYING)
    return plan


@transaction.atomic
def discard_plan(plan: Plan) -> None:
    """Give the plan up; its personal data is erased, its line stays."""
    plan = _locked(plan, Plan.State.DRAFT, Plan.State.READY, Plan.State.STALE, Plan.State.FAILED)
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.DISCARDED, source=None, given=None, payload=None, digest="")
    record("accounts.discard_plan", plan)


def compute_plan(plan_id: int, job_id: int, progress) -> None:
    """In the worker: decide everything, write only the plan. A plan that does not wait for this job (any more) stays as it is."""
    computing = Plan.objects.filter(pk=plan_id, state=Plan.State.COMPUTING, job=job_id)
    plan = computing.first()
    if plan is None:
        return
    kind, subject = KINDS[plan.kind], _subject(plan)
    version = kind.version(subject)
    try:
        payload, summary = kind.compute(
            subject, plan_given(plan), open_bytes(plan.source) if plan.source else None, progress
        )
    except Exception:
        computing.update(state=Plan.State.FAILED)
        raise
    data = _json(payload)
    computing.update(
        payload=seal_bytes(data),
        digest=hashlib.sha256(data).hexdigest(),
        summary=summary,
        version=version,
        state=Plan.State.READY if kind.is_complete(payload) else Plan.State.DRAFT,
    )


def apply_plan(plan_id: int, progress) -> str:
    """In the worker: write exactly the payload, in one transaction. Answers the URL to go to.

    A second run finds the plan applied and changes nothing. A plan computed against another state is refused.
    """
    try:
        with transaction.atomic():
            plan = Plan.objects.select_for_update().get(pk=plan_id)
            kind = KINDS[plan.kind]
            subject = _subject(plan, lock=kind.locks_subject)
            if plan.state == Plan.State.APPLIED:
                return kind.done_url(subject, plan.outcome) or plan.get_absolute_url()
            if plan.state != Plan.State.APPLYING:
                raise Refused(_("This plan can no longer be applied."))
            if plan.applied_by and not access.may(plan.applied_by, kind.allow, subject):
                raise Refused(_("The right to apply this plan ended before its turn came. Nothing was written."))
            data = open_bytes(plan.payload)
            if hashlib.sha256(data).hexdigest() != plan.digest:
                raise Refused(_("The stored plan was altered and is not applied."))
            if kind.version(subject) != plan.version:
                raise Stale
            outcome = kind.apply(subject, json.loads(data), progress)
            Plan.objects.filter(pk=plan_id).update(
                state=Plan.State.APPLIED, applied_at=timezone.now(), outcome=outcome, source=None
            )  # the file has done its work
            record("accounts.apply_plan", plan, after={"kind": plan.kind, "digest": plan.digest[:12], **outcome})
            return kind.done_url(subject, outcome) or plan.get_absolute_url()
    except Stale:
        Plan.objects.filter(pk=plan_id).update(state=Plan.State.STALE)
        raise Refused(
            _(
                "Something changed since this plan was computed, so it was not applied. Compute it again; your file and choices are kept."
            )
        ) from None
    except Exception:
        Plan.objects.filter(pk=plan_id, state=Plan.State.APPLYING).update(state=Plan.State.READY)
        raise


def plan_given(plan: Plan) -> dict:
    return json.loads(open_bytes(plan.given)) if plan.given else {}


def plan_payload(plan: Plan) -> dict:
    """What will be written, its sentences in the language of whoever reads."""
    return spoken(json.loads(open_bytes(plan.payload))) if plan.payload else {}


def _queue(plan: Plan, task: str, state: str) -> None:
    job = queue_job(task, title=plan.title, given={"plan": plan.pk})
    Job.objects.filter(pk=job.pk).update(result_url=plan.get_absolute_url())
    Plan.objects.filter(pk=plan.pk).update(state=state, job=job)
    plan.state, plan.job = state, job


def _locked(plan: Plan, *states: str) -> Plan:
    locked = Plan.objects.select_for_update().get(pk=plan.pk)
    if locked.state not in states:
        raise Refused(_("This plan is %(state)s.") % {"state": locked.get_state_display()})
    return locked


def _subject(plan: Plan, *, lock: bool = False) -> models.Model:
    rows = apps.get_model(plan.subject_type)._default_manager.all()
    return (rows.select_for_update() if lock else rows).get(pk=plan.subject_id)


def _json(value) -> bytes:
    return json.dumps(stored(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _seal(value) -> bytes:
    return seal_bytes(_json(value))
