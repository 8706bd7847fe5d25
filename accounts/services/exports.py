from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import ExportRecord, SecretLook
from accounts.services.audit import record
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.crypto import Sealed
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.tables import ExportRequest


@transaction.atomic
def record_export(asked: ExportRequest, *, unmasked: bool = False) -> ExportRecord:
    """Write down who takes which file, before its first byte leaves."""
    made = ExportRecord.objects.create(
        user_id=actor.current().user_id,
        what=asked.table[:100],
        kind=asked.kind,
        query=asked.query[:500],
        columns=[str(name) for name in asked.columns],
        count=asked.count,
        purpose=asked.purpose[:200],
        unmasked=unmasked,
    )
    record(
        "accounts.export",
        made,
        after={"rows": asked.count, "purpose": asked.purpose, "filter": asked.query, "unmasked": unmasked},
    )
    return made


@transaction.atomic
def look_at_secret(obj: models.Model, field: str, *, reason: str) -> str:
    """The full value of an encrypted field, for a reason that is kept. The caller has checked access to ``obj``."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why you need to see it; the reason is kept."))
    sealed: Sealed | None = getattr(obj, field)
    SecretLook.objects.create(
        user_id=actor.current().user_id,
        object_type=obj._meta.label,
        object_id=obj.pk,
        object_label=str(obj)[:100],
        field=field,
        reason=reason[:200],
    )
    record("accounts.look_at_secret", obj, after={"field": field, "reason": reason[:200]})
    return sealed.open() if sealed else ""
