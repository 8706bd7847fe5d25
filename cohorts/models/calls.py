"""Calling people to a training: who is not to be called for a time, and where a person went against a rule or a warning."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit
from cohorts.models.applications import Application, ApplicationRound
from cohorts.models.screening import OUTCOMES


class Exemption(models.Model):
    """A human who is on leave or exempt from training, from one day to another, as an office was told.

    The human is known by the blind index of the ID number, whether there is a ``Person`` or not.
    """

    class Kind(models.TextChoices):
        LEAVE = "leave", pgettext_lazy("exemption", "on leave")
        AWAY = "away", pgettext_lazy("exemption", "sent elsewhere")
        EXEMPT = "exempt", pgettext_lazy("exemption", "exempt from training")

    unit = models.ForeignKey(Unit, verbose_name=_("kept by"), on_delete=models.PROTECT, related_name="exemptions")
    name = models.CharField(_("name"), max_length=60)
    id_index = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    reason = models.CharField(_("reason"), max_length=200)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("Empty: until further notice."))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("exemption")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="cohorts_exemption_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(id_index="") & ~Q(reason=""), name="cohorts_exemption_is_whole"),
        ]
        indexes = [models.Index(fields=["id_index"], name="cohorts_exempt_human")]

    def __str__(self):
        return f"{self.name}: {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("cohorts:exemption_update", kwargs={"pk": self.pk})


class Override(models.Model):
    """A person went against the outcome of a screening, or called somebody in spite of what was found, for a reason.

    A ledger: taken back or decided otherwise, ``in_force`` turns false and the row stays.
    """

    class Kind(models.TextChoices):
        OUTCOME = "outcome", pgettext_lazy("override", "outcome changed by hand")
        CALL = "call", pgettext_lazy("override", "called all the same")

    round = models.ForeignKey(ApplicationRound, on_delete=models.PROTECT, related_name="overrides")
    application = models.ForeignKey(
        Application, verbose_name=_("applicant"), on_delete=models.PROTECT, related_name="overrides"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    outcome = models.CharField(_("outcome"), max_length=8, choices=OUTCOMES, blank=True)
    findings = models.JSONField(default=list)  # of a call: [code, parameters] of each
    reason = models.CharField(_("reason"), max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("override")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"], condition=Q(in_force=True), name="cohorts_override_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="cohorts_override_has_a_reason"),
            models.CheckConstraint(
                condition=(Q(kind="outcome") & ~Q(outcome="")) | Q(kind="call", outcome=""),
                name="cohorts_override_of_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["round", "-made_at"], name="cohorts_overrides_of_round")]

    def __str__(self):
        return f"{self.application}: {self.reason}"
