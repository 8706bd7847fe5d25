"""What an administrator watches: complaints, failed work, suspended accounts, the seals of the audit log."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import AuditEntry, AuditSeal, Complaint, Job, User
from trainee_mgmt.kit import access

PATIENCE = timedelta(minutes=10)  # the worker seals once a minute
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Office:
    complaints: int
    oldest_complaint_at: datetime | None
    failed_jobs: int
    suspended: int
    sealed_until: datetime | None
    entry_at: datetime | None  # of the newest entry that should be sealed by now

    @property
    def is_behind(self) -> bool:
        """Whether entries wait for their seal longer than they should."""
        return bool(self.entry_at and (self.sealed_until is None or self.entry_at > self.sealed_until))


def office(user: User, *, now: datetime) -> Office | None:
    """None for whoever does not answer complaints; one query."""
    if not access.holds(user, "accounts.answer_complaint"):
        return None
    complaints = Complaint.objects.filter(state=Complaint.State.OPEN)
    jobs = Job.objects.filter(access.rows(user, "accounts.view_job"), state=Job.State.FAILED)
    users = User.objects.filter(access.rows(user, "accounts.view_user"), is_active=False)
    row = User.objects.filter(pk=user.pk).values_list(
        how_many(complaints),
        Subquery(complaints.order_by("sent_at", "pk").values("sent_at")[:1]),
        how_many(jobs.filter(finished_at__gte=now - RECENT)),
        how_many(users),
        Subquery(AuditSeal.objects.order_by("-pk").values("entry__at")[:1]),
        Subquery(AuditEntry.objects.filter(at__lt=now - PATIENCE).order_by("-at", "-pk").values("at")[:1]),
    )
    return Office(*row.get())


def how_many(rows: QuerySet) -> Coalesce:
    """The number of rows as a subquery; of rows that name an outer row too."""
    counted = rows.order_by().annotate(of_all=Value(1)).values("of_all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
