"""What a check-in by code must know, what its screen shows, and where scans and rolls differ."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject, TruncDate
from django.utils import timezone

from cohorts.models import Trainee
from learning.models import CAME, Attendance, AttendanceRules, DisputedMark, PersonTime, RollSheet, Scan, Session
from learning.rules.checkins import do_differ
from learning.rules.states import Limits, arrival
from learning.selectors.roll import expected_memberships
from learning.selectors.rules import AS_JSON, Version, versions_from_json
from trainee_mgmt.kit.prepared import Prepared


@dataclass(frozen=True)
class Place:
    """A person's place at a session: as whom, and when the own check-in was accepted, if it was."""

    trainee_id: int
    number: str
    name: str
    accepted_at: datetime | None


OF_SESSION = ("id", "cohort_id", "title", "starts_at", "ends_at", "cancelled_at")


def _desk(*, session: int, user: int) -> QuerySet[Session]:
    accepted = Q(trainee__scans__session=session, trainee__scans__verdict=Scan.Verdict.ACCEPTED)
    place = (
        expected_memberships(session, OuterRef("day"))
        .filter(trainee__person__user=user)
        .annotate(accepted=FilteredRelation("trainee__scans", condition=accepted))
        .order_by("trainee_id")
        .values(found=JSONObject(**{name: f"trainee__{path}" for name, path in OF_PLACE.items()}, at="accepted__at"))
    )
    rules = AttendanceRules.objects.filter(cohort=OuterRef("cohort")).order_by("from_on", "pk")
    return (
        Session.objects.filter(pk=session, is_draft=False)
        .annotate(day=TruncDate("starts_at"))
        .values_list(*OF_SESSION, Subquery(place[:1]), ArraySubquery(rules.values(rule=AS_JSON)))
    )


OF_PLACE = {"trainee_id": "id", "number": "number", "name": "person__name"}
_desk_of = Prepared(_desk)


@dataclass(frozen=True)
class Desk:
    """All that a check-in stands on: the session, the place of the person (None for whoever is not expected), and the
    rules of the cohort."""

    session: Session
    place: Place | None
    versions: list[Version]


def desk_of(session: int, user: int, *, hold: tuple[str, tuple]) -> Desk | None:
    """``hold`` is a statement that keeps the session as it is, sent before in the same breath: what is read here is what
    was there when it was held. None where there is no such session, or only a draft."""
    row = _desk_of.one(session=session, user=user, first=hold)
    if row is None:
        return None
    *values, place, rules = row
    held = Session.from_db("default", OF_SESSION, values)
    return Desk(held, _place(**place) if place else None, versions_from_json(rules))


def _place(*, at: str | None, **facts) -> Place:
    return Place(**facts, accepted_at=datetime.fromisoformat(at) if at else None)


def stranger_of(session: Session, user: int) -> Place | None:
    """Somebody of the same cohort who is not expected at the session."""
    mine = Trainee.objects.filter(cohort=session.cohort_id, person__user=user).order_by("pk")
    row = mine.values_list("pk", "number", "person__name").first()
    return Place(*row, None) if row else None


def own_sessions_around(user: int, *, now: datetime, before: timedelta, days: int = 7) -> list[Session]:
    """The sessions at which somebody is expected that run, or begin within these days, by time."""
    return list(
        Session.objects.filter(
            pk__in=PersonTime.objects.filter(trainee__person__user=user).values("session"),
            ends_at__gt=now,
            starts_at__lte=now + before + timedelta(days=days),
            cancelled_at=None,
        ).order_by("starts_at", "pk")[:20]
    )


def wrong_digits_since(user: int, since: datetime) -> int:
    """How many wrong codes somebody typed since then."""
    return Scan.objects.filter(
        trainee__person__user=user,
        verdict=Scan.Verdict.REFUSED,
        reasons__contains=[Scan.Reason.WRONG_DIGITS],
        at__gte=since,
    ).count()


def people_in(session: int) -> tuple[int, int]:
    """How many checked in by themselves, and how many are expected."""
    scans = Scan.objects.filter(session=session, verdict=Scan.Verdict.ACCEPTED)
    return scans.count(), PersonTime.objects.filter(session=session).count()


@dataclass(frozen=True)
class Difference:
    """A scan and the official mark that do not tell the same, or a scan that somebody must look at."""

    session_id: int
    title: str
    starts_at: datetime
    trainee_id: int
    name: str
    number: str
    scanned_at: datetime
    scanned: str  # the mark that the scan stands for
    state: str  # the official mark, empty if there is none
    marked_by: str
    reasons: list[str]
    phone: int = 0  # 1, 2, … : the same number is the same phone
    roll_of: str = ""  # the other source is a roll that came late, called by this person, or a sheet that was keyed
    is_paper: bool = False
    is_decided: bool = False  # stands beside a scan that waits, and was settled itself


IN_FORCE = Attendance.objects.filter(session=OuterRef("session"), trainee=OuterRef("trainee"), in_force=True)
DECIDED = (Attendance.Source.OFFICE, Attendance.Source.APPEAL)  # somebody looked at this very mark
SETTLED = Exists(IN_FORCE.filter(source__in=DECIDED, marked_at__gte=OuterRef("received_at")))
BY_OTHERS = (Attendance.Source.ROLL, Attendance.Source.PAPER)
MOST_ROWS = 200


def differences(scans: QuerySet[Scan], limits: Callable[[date], Limits]) -> list[Difference]:
    """Accepted scans of people whose official mark tells something else, and was not decided since; the newest first."""
    on_the_scan = Exists(IN_FORCE.filter(source=Attendance.Source.SCAN))
    as_early_as_one_can = Q(at__lt=F("session__starts_at") + timedelta(minutes=1))
    agreed = Exists(IN_FORCE.filter(state=Attendance.State.PRESENT)) & as_early_as_one_can
    rows = scans.filter(~on_the_scan, ~SETTLED, verdict=Scan.Verdict.ACCEPTED, session__cancelled_at=None).exclude(
        agreed
    )
    found = [each for each in _lines(rows, limits) if not each.state or do_differ(each.state, each.scanned)]
    return found[:MOST_ROWS]


def disputed(marks: QuerySet[DisputedMark]) -> list[Difference]:
    """What rolls that came late and sheets that were keyed say otherwise than the marks of others, until somebody decides."""
    official = IN_FORCE.values(json=JSONObject(state="state", by="marked_by__name"))
    rows = marks.filter(~SETTLED, Exists(IN_FORCE.exclude(state=OuterRef("state")))).order_by("-received_at", "-pk")
    return [
        Difference(
            session, title, start, trainee, name, number, stated_at or received_at, state, said["state"], said["by"], [],
            roll_of=by, is_paper=kind == RollSheet.Kind.PAPER,
        )
        for session, title, start, trainee, name, number, stated_at, received_at, state, by, kind, said in rows.annotate(
            official=Subquery(official)
        ).values_list(
            "session", "session__title", "session__starts_at", "trainee", "trainee__person__name", "trainee__number",
            "sheet__stated_at", "received_at", "state", "sheet__called_by__name", "sheet__kind", "official",
        )[:MOST_ROWS]
    ]  # fmt: skip


def flagged(scans: QuerySet[Scan], limits: Callable[[date], Limits]) -> list[Difference]:
    """Scans that wait for somebody to look at them, with the one that was accepted from the same phone; by phone."""
    waiting = scans.filter(~SETTLED, verdict=Scan.Verdict.FLAGGED, session__cancelled_at=None)
    shared = waiting.filter(reasons__contains=[Scan.Reason.SHARED_DEVICE]).values("session", "device")
    first = Exists(shared.filter(session=OuterRef("session"), device=OuterRef("device")))
    rows = scans.filter(Q(pk__in=waiting.values("pk")) | Q(first, verdict=Scan.Verdict.ACCEPTED))
    return _lines(rows, limits, order=("-session__starts_at", "session", "device", "pk"))[:MOST_ROWS]


def refused(scans: QuerySet[Scan], *, since: datetime) -> QuerySet[Scan]:
    """Attempts since then that somebody may want to know of: old codes, and people who are not expected."""
    telling = Q(reasons__overlap=[Scan.Reason.OLD_CODE, Scan.Reason.NOT_EXPECTED, Scan.Reason.WRONG_DIGITS])
    rows = scans.filter(telling, verdict=Scan.Verdict.REFUSED, at__gte=since)
    return rows.select_related("session", "trainee__person").order_by("-at", "-pk")[:50]


def scanned_only(session: int, scans: QuerySet[Scan]) -> list[tuple[int, str, str]]:
    """Who is in by the own scan and was seen by nobody: key, name, number."""
    rows = scans.filter(Exists(IN_FORCE.filter(source=Attendance.Source.SCAN)), session=session, verdict="accepted")
    return list(rows.order_by("trainee").values_list("trainee", "trainee__person__name", "trainee__number"))


def not_scanned(marks: QuerySet[Attendance], sessions: list[int]) -> dict[int, list[str]]:
    """By session: the names of those who came by the roll and did not scan, where others did."""
    own = Scan.objects.filter(session=OuterRef("session"), trainee=OuterRef("trainee")).exclude(verdict="refused")
    rows = marks.filter(
        ~Exists(own), session__in=sessions, in_force=True, state__in=CAME, source__in=BY_OTHERS
    ).order_by("session", "trainee__number")
    found: dict[int, list[str]] = {}
    for session, name in rows.values_list("session", "trainee__person__name"):
        found.setdefault(session, []).append(name)
    return found


def _lines(
    rows: QuerySet[Scan], limits: Callable[[date], Limits], order=("-session__starts_at", "-pk")
) -> list[Difference]:
    mark = IN_FORCE.values(json=JSONObject(state="state", by="marked_by__name"))
    found, phones = [], {}
    for session, title, start, end, trainee, name, number, at, device, reasons, official, is_decided in (
        rows.annotate(official=Subquery(mark), is_decided=SETTLED)
        .order_by(*order)
        .values_list(
            "session", "session__title", "session__starts_at", "session__ends_at", "trainee", "trainee__person__name",
            "trainee__number", "at", "device", "reasons", "official", "is_decided",
        )[: 10 * MOST_ROWS]
    ):  # fmt: skip
        said = official or {}
        scanned = arrival(at, start, end, limits(timezone.localdate(start)))
        phone = phones.setdefault((session, device), len(phones) + 1)
        found.append(
            Difference(
                session, title, start, trainee, name, number, at, scanned.value, said.get("state", ""),
                said.get("by", ""), [str(Scan.Reason(each).label) for each in reasons], phone, is_decided=is_decided,
            )
        )  # fmt: skip
    return found
