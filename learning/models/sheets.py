from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Trainee
from learning.models.attendance import Attendance
from learning.models.sessions import Session


class RollSheet(models.Model):
    """One roll as one device sent it; ``key`` was drawn there, so that the same roll that comes twice is one. Or what was
    keyed from a paper sheet at one go.

    ``stated_at`` is when it was called by the clock of the device, which may be wrong; ours is ``received_at``.
    """

    class Kind(models.TextChoices):
        ROLL = "roll", _("roll call")
        PAPER = "paper", _("sign-in sheet")

    key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ROLL, db_default=Kind.ROLL)
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.PROTECT, related_name="roll_sheets"
    )
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("called by"), on_delete=models.PROTECT, related_name="+"
    )
    stated_at = models.DateTimeField(_("called at, by the device"), null=True)
    received_at = models.DateTimeField(_("received at"))
    was_kept = models.BooleanField(_("kept without a network"))
    new = models.PositiveIntegerField(_("new marks"))

    class Meta:
        verbose_name = _("roll sheet")

    def __str__(self):
        return f"{self.session} {self.received_at:%Y-%m-%d %H:%M}"


class DisputedMark(models.Model):
    """What a roll that came late said of somebody whom another device had marked otherwise in the meantime."""

    sheet = models.ForeignKey(RollSheet, on_delete=models.PROTECT, related_name="disputed_marks")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="disputed_marks")
    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="disputed_marks")
    state = models.CharField(_("state"), max_length=8, choices=Attendance.State)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("disputed mark")
        constraints = [models.UniqueConstraint(fields=["sheet", "trainee"], name="learning_disputed_once_a_sheet")]

    def __str__(self):
        return f"{self.session} {self.trainee} {self.get_state_display()}"
