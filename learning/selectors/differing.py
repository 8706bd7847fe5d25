"""How many differences of two sources of attendance wait to be settled, for first pages: the bench shows them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from learning.models import Attendance, AttendanceRules, DisputedMark, Scan, Session
from learning.rules.checkins import do_differ
from learning.rules.states import arrival
from learning.selectors.checkins import IN_FORCE, SETTLED
from learning.selectors.rules import version_on, versions_from

RECENT = timedelta(days=30)  # what is older stands on the bench alone


@dataclass(frozen=True)
class WaitingDifferences:
    """Of one cohort: how many, and when the first of their sessions began."""

    cohort_id: int
    count: int
    oldest_at: datetime


def waiting_differences(
    scans: QuerySet[Scan], disputes: QuerySet[DisputedMark], sessions: QuerySet[Session], *, now: datetime
) -> list[WaitingDifferences]:
    """Those of the last weeks that the bench shows, by cohort; two queries for any number, one if there are none."""
    recent = sessions.filter(cancelled_at=None, starts_at__range=(now - RECENT, now + RECENT)).values("pk")
    rows = list(_open_scans(scans.filter(session__in=recent)).union(_open_disputes(disputes, recent), all=True))
    versions = defaultdict(list)
    for rule in AttendanceRules.objects.filter(cohort__in={row[0] for row in rows}).order_by("from_on", "pk"):
        versions[rule.cohort_id].append(rule)
    by_cohort = defaultdict(list)
    for cohort, starts_at, ends_at, at, said in rows:
        limits = version_on(versions_from(versions[cohort]), timezone.localdate(starts_at)).limits
        if not said or do_differ(said, arrival(at, starts_at, ends_at, limits).value):
            by_cohort[cohort].append(starts_at)
    return [WaitingDifferences(cohort, len(starts), min(starts)) for cohort, starts in sorted(by_cohort.items())]


def _open_scans(scans: QuerySet[Scan]) -> QuerySet:
    """Scans that were flagged, and those that may tell something else than the mark; what they must differ from stands last."""
    on_the_scan = Exists(IN_FORCE.filter(source=Attendance.Source.SCAN))
    as_early_as_one_can = Q(at__lt=F("session__starts_at") + timedelta(minutes=1))
    agreed = Exists(IN_FORCE.filter(state=Attendance.State.PRESENT)) & as_early_as_one_can
    accepted = Q(~on_the_scan, verdict=Scan.Verdict.ACCEPTED) & ~agreed
    official = Case(
        When(verdict=Scan.Verdict.ACCEPTED, then=Subquery(IN_FORCE.values("state"))), output_field=CharField()
    )
    rows = scans.filter(accepted | Q(verdict=Scan.Verdict.FLAGGED), ~SETTLED).annotate(said=official)
    return _columns(rows, "at")


def _open_disputes(disputes: QuerySet[DisputedMark], recent) -> QuerySet:
    """What rolls that came late said otherwise than the mark: nothing more is compared."""
    rows = disputes.filter(~SETTLED, Exists(IN_FORCE.exclude(state=OuterRef("state"))), session__in=recent)
    return _columns(rows.annotate(said=Value(None, CharField())), "received_at")


def _columns(rows: QuerySet, at: str) -> QuerySet:
    return rows.order_by().values_list("session__cohort", "session__starts_at", "session__ends_at", at, "said")
