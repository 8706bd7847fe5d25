"""Long work: a job shows its progress, a plan keeps what was decided until it is applied."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.crypto import SealedBytesField
from trainee_mgmt.kit.plans import KINDS


class Job(models.Model):
    """Work of the worker that a person waits for. ``task`` is called with the job's key; it must be safe to run twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    task = models.CharField(max_length=80)
    title = models.CharField(_("what"), max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="jobs", null=True
    )
    given = models.JSONField(default=dict)  # small arguments: keys of rows, never personal data
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=200, blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    result_file = models.FileField(upload_to="results/%Y/%m/", blank=True)
    result_name = models.CharField(max_length=200, blank=True)
    error = models.CharField(_("error"), max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("job")
        indexes = [
            models.Index(fields=["made_by", "-id"], name="accounts_job_mine"),
            models.Index(fields=["state"], condition=Q(state__in=["queued", "running"]), name="accounts_job_open"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("accounts:job_detail", kwargs={"pk": self.pk})

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.DONE, self.State.REFUSED, self.State.FAILED}

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class Plan(models.Model):
    """What an import, a split or another bulk change will write: computed once, read by a person, applied as it stands.

    ``source``, ``given`` and ``payload`` are encrypted, because they hold personal data of the file. ``digest`` is the
    SHA-256 of the payload; applying checks it. ``version`` names the state it was computed against.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("needs your choices")
        COMPUTING = "computing", _("being computed")
        READY = "ready", _("ready to apply")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        STALE = "stale", _("out of date")
        FAILED = "failed", _("failed")
        DISCARDED = "discarded", _("discarded")

    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    title = models.CharField(_("what"), max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="plans", null=True
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    source_name = models.CharField(_("file"), max_length=200, blank=True)
    source = SealedBytesField(null=True)
    given = SealedBytesField(null=True)  # the person's choices, sealed JSON
    payload = SealedBytesField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(default=dict)  # counts only, no personal data
    outcome = models.JSONField(default=dict)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, related_name="plans", null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("applied by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    applied_at = models.DateTimeField(_("applied at"), null=True)

    class Meta:
        verbose_name = _("plan")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "applying", "applied"]) | ~Q(digest=""),
                name="accounts_plan_ready_has_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False) | (~Q(state="applied") & Q(applied_at=None)),
                name="accounts_plan_applied_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-id"], name="accounts_plan_subject")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        own_page = KINDS[self.kind].page_url(self) if self.kind in KINDS else ""
        return own_page or reverse("accounts:plan_detail", kwargs={"pk": self.pk})

    @property
    def is_busy(self) -> bool:
        """Whether the worker is at it, or is about to be."""
        at_work = self.state in {self.State.COMPUTING, self.State.APPLYING}
        return at_work and self.job is not None and not self.job.is_finished

    @property
    def is_idle(self) -> bool:
        """Of an import: everything is as in its file already. Plans of other kinds count other things."""
        return self.summary.get("new") == 0 and self.summary.get("changed") == 0
