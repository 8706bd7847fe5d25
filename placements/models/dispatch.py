from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort


class DispatchMeeting(models.Model):
    """The monthly meeting of the office about a cohort at its hosts (调度会). What was said is written here; what it looked at is
    computed until it was held, and then kept in its ``DispatchPack``."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("meeting", "planned")
        HELD = "held", pgettext_lazy("meeting", "held")

    cohort = models.ForeignKey(
        Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="dispatch_meetings"
    )
    month = models.DateField(_("month"))  # its first day
    held_on = models.DateField(_("day"))
    place = models.CharField(_("place or link"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED, editable=False)
    minutes = models.TextField(pgettext_lazy("meeting", "minutes"), max_length=10_000, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    closed_at = models.DateTimeField(null=True, editable=False)
    reopened_for = models.CharField(  # why the minutes were opened the last time
        _("reason"), max_length=200, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        verbose_name = _("dispatch meeting")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "month"], name="placements_one_dispatch_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="placements_dispatch_month_begins"),
            models.CheckConstraint(
                condition=Q(state="planned", closed_at=None, closed_by=None)
                | Q(state="held", closed_at__isnull=False, closed_by__isnull=False) & ~Q(minutes=""),
                name="placements_held_dispatch_has_minutes",
            ),
        ]

    def __str__(self):
        return f"{self.cohort} {self.month:%Y-%m}"

    def get_absolute_url(self):
        return reverse("reports:dispatch_detail", kwargs={"pk": self.pk})


class DispatchPack(models.Model):
    """What a meeting looked at when it was held: a ledger. Opened again, it is no longer in force; held again, it is a new row.

    ``sections``: by language, as the page and the paper show them.
    """

    meeting = models.ForeignKey(DispatchMeeting, on_delete=models.PROTECT, related_name="packs")
    since = models.DateField(_("what moved since"))
    taken_at = models.DateTimeField(_("as of"))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sections = models.JSONField()
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("pack of a dispatch meeting")
        constraints = [
            models.UniqueConstraint(fields=["meeting"], condition=Q(in_force=True), name="placements_one_pack_in_force")
        ]

    def __str__(self):
        return f"{self.meeting} {self.taken_at:%Y-%m-%d %H:%M}"


class DispatchAction(models.Model):
    """What a meeting decided to do: one owner, one day. It stands in every later pack until it is closed."""

    class State(models.TextChoices):
        OPEN = "open", _("to do")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    meeting = models.ForeignKey(DispatchMeeting, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(_("what is to be done"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("in charge"),
        on_delete=models.PROTECT,
        related_name="dispatch_actions",
    )
    due_on = models.DateField(_("due by"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN, editable=False)
    result = models.CharField(_("what was done"), max_length=500, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("action of a dispatch meeting")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None)
                | ~Q(state="open") & Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(result=""),
                name="placements_closed_action_has_a_result",
            )
        ]
        indexes = [models.Index(fields=["owner", "due_on"], condition=Q(state="open"), name="placements_open_actions")]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return reverse("reports:dispatch_action", kwargs={"pk": self.pk})
