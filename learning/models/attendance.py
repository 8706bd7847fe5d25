from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Trainee
from learning.models.sessions import Session


class Attendance(models.Model):
    """A mark of attendance: an append-only fact. A correction is a new row; the old one is no longer ``in_force``.

    A trigger allows only that one change and no deletion.
    """

    class State(models.TextChoices):
        PRESENT = "present", _("present")
        LATE = "late", _("late")
        EARLY = "early", _("left early")
        ABSENT = "absent", _("absent")
        EXCUSED = "excused", _("on leave")

    class Source(models.TextChoices):
        ROLL = "roll", _("roll call")
        OFFICE = "office", _("entered by the office")
        APPEAL = "appeal", _("objection granted")
        SCAN = "scan", _("own check-in")
        PAPER = "paper", _("sign-in sheet")

    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.PROTECT, related_name="attendances", db_index=False
    )
    trainee = models.ForeignKey(
        Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="attendances"
    )
    state = models.CharField(_("state"), max_length=8, choices=State)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.ROLL)
    note = models.CharField(_("note"), max_length=200, blank=True)
    rule_version = models.PositiveSmallIntegerField(default=1)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("marked by"), on_delete=models.PROTECT, related_name="+"
    )
    marked_at = models.DateTimeField(_("marked at"))
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("mark of attendance")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "trainee"], condition=Q(in_force=True), name="learning_one_mark_in_force"
            )
        ]
        indexes = [
            models.Index(fields=["session", "id"], name="learning_newest_mark"),
            models.Index(fields=["trainee", "state"], condition=Q(in_force=True), name="learning_mark_of_trainee"),
        ]

    def __str__(self):
        return f"{self.session} {self.trainee} {self.get_state_display()}"
