from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.notices import Channel


class LinkLetter(models.Model):
    """A link that goes out to somebody without an account, by text message or e-mail; what became of it is kept.

    ``kind`` and ``about_id`` say who has its words and its address (``kit/letters.py``); both are asked when it is sent, so
    neither is kept here. ``key`` names the fact within its kind: the same letter is never asked for twice.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notice", "waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("no longer needed")

    kind = models.CharField(_("what"), max_length=60)
    about_id = models.BigIntegerField()
    key = models.CharField(max_length=120)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)  # empty: not tried yet
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)  # on this channel
    error = models.CharField(_("error"), max_length=300, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(_("asked at"))
    retry_at = models.DateTimeField(_("next attempt"))
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent out at"), null=True)
    provider_id = models.CharField(_("number of the provider"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("letter with a link")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="accounts_letter_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="accounts_letter_sent_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["retry_at", "id"], condition=Q(state__in=["waiting", "sending"]), name="accounts_letter_due"
            ),
            models.Index(fields=["kind", "about_id"], name="accounts_letter_about"),
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"
