from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One write or one denied attempt. A trigger refuses UPDATE, DELETE and TRUNCATE.

    ``transaction`` is the PostgreSQL transaction that wrote it: the sealer takes only entries of transactions that
    nobody can add to any more. ``before`` and ``after`` hold the changed fields, never an ID number or a phone.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        REFUSED = "refused", _("refused by a rule")
        DENIED = "denied", _("denied")

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_constraint=False,
    )
    actor_name = models.CharField(_("who"), max_length=60, blank=True)
    role = models.CharField(_("role used"), max_length=12, blank=True)
    seen_as = models.BigIntegerField(null=True)
    action = models.CharField(_("action"), max_length=60)
    object_type = models.CharField(_("kind"), max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    object_label = models.CharField(_("what"), max_length=200, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.DONE)
    request_id = models.CharField(max_length=40, blank=True)
    transaction = models.BigIntegerField(
        db_default=models.expressions.RawSQL("pg_current_xact_id()::text::bigint", ()), editable=False
    )

    class Meta:
        verbose_name = _("audit entry")
        indexes = [
            models.Index(fields=["-at", "-id"], name="accounts_audit_latest"),
            models.Index(fields=["object_type", "object_id", "-id"], name="accounts_audit_object"),
            models.Index(fields=["actor", "-id"], name="accounts_audit_actor"),
            models.Index(fields=["transaction", "id"], name="accounts_audit_transaction"),
        ]

    def __str__(self):
        return f"{self.action} {self.object_label}"


class AuditSeal(models.Model):
    """One link of the chain: an HMAC over the link before and one entry. Written in batches by the worker."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal", db_constraint=False)
    digest = models.CharField(max_length=64)

    def __str__(self):
        return self.digest[:12]
