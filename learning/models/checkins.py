from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Trainee
from learning.models.sessions import Session


class Scan(models.Model):
    """One person showed a code of one session by the own phone: an append-only fact beside the official ledger.

    ``at`` is when the code was read, by our clock, ``window`` which code it was; ``device`` is a keyed hash of a random
    cookie, which tells two phones apart and nothing else. There is no place and no picture.
    """

    class Source(models.TextChoices):
        CODE = "code", _("QR code")
        DIGITS = "digits", _("six digits")

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        FLAGGED = "flagged", _("to be looked at")
        REFUSED = "refused", _("not accepted")

    class Reason(models.TextChoices):
        EARLY = "early", _("before check-in opened")
        OVER = "over", _("after check-in closed")
        CANCELLED = "cancelled", _("the session is cancelled")
        OLD_CODE = "old_code", _("an old code, perhaps a forwarded picture")
        WRONG_DIGITS = "wrong_digits", _("wrong digits")
        NOT_EXPECTED = "not_expected", _("not expected at this session")
        SHARED_DEVICE = "shared_device", _("one phone for several people")
        OTHER_DEVICE = "other_device", _("the code was read by another phone")

    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.PROTECT, related_name="scans")
    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="scans")
    at = models.DateTimeField(_("scanned at"))
    received_at = models.DateTimeField(_("received at"))
    window = models.BigIntegerField()
    device = models.CharField(max_length=64, blank=True)
    source = models.CharField(_("source"), max_length=6, choices=Source)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    reasons = ArrayField(models.CharField(max_length=14, choices=Reason), verbose_name=_("reasons"), default=list)

    class Meta:
        verbose_name = _("scan")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "trainee"], condition=Q(verdict="accepted"), name="learning_one_scan_accepted"
            ),
            models.UniqueConstraint(
                fields=["session", "device"],
                condition=Q(verdict="accepted") & ~Q(device=""),
                name="learning_one_person_a_phone",
            ),
            models.UniqueConstraint(
                fields=["session", "trainee", "window", "verdict"],
                condition=Q(source="code"),
                name="learning_one_scan_a_window",
            ),
            models.CheckConstraint(
                condition=Q(verdict="accepted", reasons=[]) | (~Q(verdict="accepted") & ~Q(reasons=[])),
                name="learning_scan_reasons_unless_accepted",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "verdict"], name="learning_scans_of_session"),
            models.Index(fields=["trainee", "at"], condition=Q(verdict="refused"), name="learning_scans_refused"),
        ]

    def __str__(self):
        return f"{self.session} {self.trainee} {self.get_verdict_display()}"
