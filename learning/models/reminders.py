from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from learning.rules.reminders import EVENING, Before, SessionRule


class SessionReminder(models.Model):
    """When the people of one cohort are reminded of their sessions; without a row the defaults hold."""

    class When(models.TextChoices):
        NONE = Before.NONE, _("not at all")
        DAY = Before.DAY, _("on the working day before")
        HOURS = Before.HOURS, _("some hours before")

    cohort = models.OneToOneField(
        Cohort, on_delete=models.CASCADE, related_name="session_reminder", primary_key=True, verbose_name=_("cohort")
    )
    before = models.CharField(_("Remind people of a session"), max_length=5, choices=When, default=When.DAY)
    at = models.TimeField(_("On that day at"), default=EVENING)
    hours = models.PositiveSmallIntegerField(
        _("Hours before"), default=2, validators=[MinValueValidator(1), MaxValueValidator(48)]
    )

    class Meta:
        verbose_name = _("reminder of sessions")
        constraints = [
            models.CheckConstraint(condition=Q(hours__range=(1, 48)), name="learning_reminder_within_two_days")
        ]

    def __str__(self):
        return f"{self.cohort_id} {self.get_before_display()}"

    @property
    def rule(self) -> SessionRule:
        return SessionRule(Before(self.before), self.at, self.hours)
