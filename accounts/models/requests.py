from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExportRecord(models.Model):
    """Who took a file of personal data out of the system, when, how many rows, narrowed how, and what for."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="exports", null=True
    )
    what = models.CharField(_("what"), max_length=100)
    kind = models.CharField(_("format"), max_length=8)
    query = models.CharField(_("filter"), max_length=500, blank=True)
    columns = models.JSONField(_("columns"), default=list)
    count = models.PositiveIntegerField(_("rows"))
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    unmasked = models.BooleanField(_("in full"), default=False)

    class Meta:
        verbose_name = _("export")
        indexes = [models.Index(fields=["-at", "-id"], name="accounts_export_latest")]

    def __str__(self):
        return self.what


class SecretLook(models.Model):
    """Someone read an ID number or a phone in full, and gave a reason."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="looks"
    )
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    object_label = models.CharField(_("of whom"), max_length=100)
    field = models.CharField(_("field"), max_length=20)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("look at a secret")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="accounts_look_has_a_reason")]

    def __str__(self):
        return f"{self.object_label} {self.field}"


class Complaint(models.Model):
    """A word about a burden: anyone may send one from any page; an administrator answers (减负)."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("complaint", "open")
        ANSWERED = "answered", _("answered")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("from"), on_delete=models.PROTECT, related_name="complaints"
    )
    page = models.CharField(_("about the page"), max_length=200, blank=True)
    text = models.TextField(_("what is a burden"), max_length=2000)
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("complaint")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | Q(state="answered", answered_at__isnull=False),
                name="accounts_complaint_answered_has_a_time",
            )
        ]

    def __str__(self):
        return self.text[:40]
