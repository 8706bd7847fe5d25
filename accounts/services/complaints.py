"""A word about a burden: sent from any page, answered by an administrator."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Complaint, User
from accounts.services.audit import record
from accounts.services.notices import notify
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def send_complaint(user: User, *, text: str, page: str = "") -> Complaint:
    complaint = Complaint.objects.create(user=user, text=text, page=page[:200])
    record("accounts.send_complaint", complaint, label=page, after={"page": page[:200]})
    return complaint


@transaction.atomic
def answer_complaint(complaint: Complaint, *, answer: str, by: User) -> None:
    """Answered once; of two administrators at the same time one is told."""
    answered = Complaint.objects.filter(pk=complaint.pk, state=Complaint.State.OPEN).update(
        state=Complaint.State.ANSWERED, answer=answer, answered_by=by, answered_at=timezone.now()
    )
    if not answered:
        raise Refused(_("Somebody has answered this already."))
    record("accounts.answer_complaint", complaint, after={"answer": answer})
    notify("accounts.complaint_answered", [complaint.user_id], about=complaint, key=str(complaint.pk))
