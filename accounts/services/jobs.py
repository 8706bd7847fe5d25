"""Jobs: long work with progress that survives a reload, a dead worker and a lost message.

The row says queued, running or finished; the beat of progress lies in the cache, because the work itself is one
transaction that nobody else can see into. ``sweep_jobs`` takes up again what no worker keeps alive.
"""

import time
from datetime import timedelta
from typing import Any

import structlog
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Job, Plan
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.queue import after_commit

ALIVE = timedelta(seconds=90)  # a job without a beat for so long has lost its worker
ATTEMPTS = 3
log = structlog.get_logger(__name__)


@transaction.atomic
def queue_job(task: str, *, title: str, given: dict | None = None) -> Job:
    """Ask the worker for ``task`` (its Celery name); it gets the job's key. Open ``job.get_absolute_url()`` to watch."""
    job = Job.objects.create(task=task, title=title[:200], given=given or {}, made_by_id=actor.current().user_id)
    after_commit(task, job.pk)
    return job


class JobProgress:
    """Called by the work: ``progress(done, total, words)``. Writes to the cache twice a second at most."""

    def __init__(self, job: Job):
        self.job = job
        self._last = 0.0

    def __call__(self, done: int, total: int, words: str = "") -> None:
        now = time.monotonic()
        if now - self._last < 0.5 and done < total:
            return
        self._last = now
        cache.set(_beat_key(self.job.pk), {"done": done, "total": total, "words": str(words), "at": time.time()}, 3600)


def live_progress(job: Job) -> Job:
    """The job with the newest beat of a running worker filled in."""
    if job.state == Job.State.RUNNING and (beat := cache.get(_beat_key(job.pk))):
        job.done, job.total, job.words = beat["done"], beat["total"], beat["words"]
    return job


def run_job(job_id: int, work) -> Any:
    """Run ``work(job, progress)`` for a task. Only a queued job is taken: a message that comes twice does nothing.

    ``work`` answers a dict of job fields to set (``result_url``, ``result_file``, …). ``Refused`` ends the job with its
    sentence; any other error ends it with a plain one, and the log has the trace.
    """
    now = timezone.now()
    taken = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, started_at=now, alive_at=now, attempts=F("attempts") + 1, done=0, total=0, words=""
    )
    if not taken:
        return None
    job = Job.objects.select_related("made_by").get(pk=job_id)
    by = job.made_by
    who = actor.Actor(by.pk if by else None, by.name if by else "", request_id=f"job-{job.pk}")
    with actor.acting(who), translation.override(by.language if by else None):
        try:
            fields = work(job, JobProgress(job)) or {}
            state = Job.State.DONE
        except Refused as refusal:
            fields, state = {"error": str(refusal)[:1000]}, Job.State.REFUSED
        except Exception:
            log.exception("job failed", job=job.pk, task=job.task)
            sentence = _(
                "Something went wrong on our side. Nothing was written. Please try again, or ask the administrator."
            )
            fields, state = {"error": sentence}, Job.State.FAILED
    mine = Job.objects.filter(
        pk=job_id, state=Job.State.RUNNING, attempts=job.attempts
    )  # given up or taken over meanwhile?
    mine.update(state=state, finished_at=timezone.now(), **fields)
    cache.delete(_beat_key(job_id))
    return state


def sweep_jobs() -> int:
    """Queue again what was lost: jobs whose worker gives no sign of life, and jobs whose message never arrived."""
    now = timezone.now()
    lost = 0
    for job in Job.objects.select_related("made_by").filter(state=Job.State.RUNNING, alive_at__lt=now - ALIVE):
        beat = cache.get(_beat_key(job.pk))
        if beat and time.time() - beat["at"] < ALIVE.total_seconds():
            continue
        if job.attempts >= ATTEMPTS:
            with translation.override(job.made_by.language if job.made_by else None):
                _give_up(job)
        else:
            lost += Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(state=Job.State.QUEUED)
            _queue_again(job)
    silent = Q(started_at=None) | Q(alive_at__lt=now - ALIVE)
    for job in Job.objects.filter(silent, state=Job.State.QUEUED, queued_at__lt=now - ALIVE):
        _queue_again(job)
        lost += 1
    return lost


@transaction.atomic
def _give_up(job: Job) -> None:
    """Work that never ends is failed; a plan that waited for it can be computed or applied again."""
    ended = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
        state=Job.State.FAILED,
        finished_at=timezone.now(),
        error=_("The work was begun %(times)s times and never ended. Nothing was written.") % {"times": job.attempts},
    )
    if ended:
        Plan.objects.filter(job=job, state=Plan.State.COMPUTING).update(state=Plan.State.FAILED)
        Plan.objects.filter(job=job, state=Plan.State.APPLYING).update(state=Plan.State.READY)


def _queue_again(job: Job) -> None:
    with transaction.atomic():
        after_commit(job.task, job.pk)


def _beat_key(pk: int) -> str:
    return f"job-beat:{pk}"
