from collections.abc import Sequence

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ExportRecord, Plan, SecretLook
from accounts.services.audit import record
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.crypto import Sealed
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.sheets import ProblemSheet, problem_book
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
def take_problems(plan: Plan, sheets: Sequence[ProblemSheet], *, told: str) -> tuple[bytes, str]:
    """The rows that a plan left out as a workbook to be mended and sent again, and the name of the file.

    Their cells are in full as in the file that came, so it is recorded who takes them; ``told`` says what they are.
    """
    count, header = sum(len(sheet.rows) for sheet in sheets), [str(cell or "") for cell in sheets[0].header]
    purpose = _("rows of an import to be mended")
    record_export(ExportRequest(told, plan.source_name, count, purpose, "xlsx", header), unmasked=True)
    return problem_book(sheets), f"{_('Rows with problems')}-{timezone.localdate():%Y%m%d}.xlsx"


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
