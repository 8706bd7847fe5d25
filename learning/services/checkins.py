"""Checking in by oneself: what the phone showed is judged and kept as a scan; an accepted one marks whoever has no mark."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import AuditEntry, User
from accounts.services import entry_of, record
from learning.models import Attendance, Scan, Session
from learning.rules import checkins as rules
from learning.rules import codes
from learning.rules.states import arrival
from learning.selectors.checkins import (
    Desk,
    Place,
    desk_of,
    own_sessions_around,
    stranger_of,
    wrong_digits_since,
)
from learning.services.rules import KEPT, use_version
from trainee_mgmt.kit.crypto import blind_index
from trainee_mgmt.kit.once import IfNew, KeyOf, insert_in_turn, insert_once
from trainee_mgmt.kit.prepared import Statement

TICKET_SECONDS = 15 * 60  # to find one's password and sign in after the code was read
SALT = "learning.check_in"
IN, ALREADY, FLAGGED, REFUSED = "in", "already", "flagged", "refused"
UNKNOWN, NONE_OPEN, TOO_MANY = "unknown", "none_open", "too_many"
Reason, Verdict, Source = Scan.Reason, Scan.Verdict, Scan.Source
HOLDING = KEPT % {"expressions": "cohort_id"}
HOLD = Statement(
    " ".join(("SELECT", HOLDING, "FROM learning_session WHERE id = %s AND NOT is_draft FOR KEY SHARE")), ("bigint",)
)


@dataclass(frozen=True)
class Answer:
    """What the person is told: ``outcome``, for a refusal the ``reason``, and the facts of the session."""

    outcome: str
    reason: str = ""
    title: str = ""
    starts_at: datetime | None = None
    at: datetime | None = None
    mark: str = ""
    opens_at: datetime | None = None


def code_key() -> bytes:
    """The key of all codes; it follows SECRET_KEY, so that a new one only ends the codes of the moment."""
    return salted_hmac(SALT, "codes", secret=settings.SECRET_KEY, algorithm="sha256").digest()


def device_key(cookie: str) -> str:
    """What is kept of a phone: nothing that leads back to the cookie, or from one installation to another."""
    return blind_index("device", cookie) if cookie else ""


def make_ticket(code: codes.Code, text: str, *, at: datetime, device: str) -> str:
    """The proof that this phone read the code at that moment, for the time in which its owner signs in."""
    return signing.dumps([text, at.timestamp(), device[:16]], salt=SALT)


def read_ticket(ticket: str, *, now: datetime) -> tuple[codes.Code, datetime, str] | None:
    """Code, moment and phone of a ticket; None for what we did not make. One kept too long counts as read just now."""
    try:
        text, seconds, device = signing.loads(ticket, salt=SALT)
    except signing.BadSignature:
        return None
    code = codes.read_token(code_key(), text)
    if code is None:
        return None
    at = datetime.fromtimestamp(seconds, tz=now.tzinfo)
    is_kept_too_long = (now - at).total_seconds() > TICKET_SECONDS
    return code, (now if is_kept_too_long else at), device


@transaction.atomic
def check_in(user: User, code: codes.Code, *, at: datetime, device: str, read_by: str) -> Answer:
    """One person shows a genuine code that was read at that moment. The same request any number of times is one row.

    ``device`` is the phone that asks, ``read_by`` the beginning of the one that read the code.
    """
    desk = _desk(code.session, user)
    if desk is None:
        return Answer(UNKNOWN)
    place, refusal = _place(desk, user, at)
    if place is None:
        return Answer(REFUSED, Reason.NOT_EXPECTED)
    if place.accepted_at:
        return _already(desk.session, place)
    if not refusal and not code.is_fresh(at):
        refusal = Reason.OLD_CODE
    doubts = [] if device and device[:16] == read_by else [Reason.OTHER_DEVICE]
    facts = {"at": at, "window": code.window, "device": device, "source": Source.CODE}
    return _judge(desk, place, user, facts, refusal=refusal, doubts=doubts)


@transaction.atomic
def check_in_by_digits(user: User, typed: str, *, device: str) -> Answer:
    """One person types the six digits from the screen of one of the own sessions. Guessing ends after five wrong ones."""
    _one_at_a_time(user)
    now = timezone.now()
    around = own_sessions_around(user.pk, now=now, before=rules.OPENS_BEFORE)
    near = [each for each in around if not rules.opening(each.starts_at, each.ends_at).is_early(now)]
    if wrong_digits_since(user.pk, now - rules.WRONG_WITHIN) >= rules.MOST_WRONG:
        return Answer(TOO_MANY)
    if not near:
        return _none_open(around)
    digits = codes.clean_digits(typed)
    shown = [each for each in near if digits and codes.are_digits_fresh(code_key(), each.pk, digits, now)]
    desk = _desk((shown or near)[0].pk, user)
    if desk is None:  # taken back this moment
        return Answer(NONE_OPEN)
    place, refusal = _place(desk, user, now)
    if place is None:
        return Answer(REFUSED, Reason.NOT_EXPECTED)
    if place.accepted_at:
        return _already(desk.session, place)
    if not refusal and not shown:
        refusal = Reason.WRONG_DIGITS
    window = codes.window_of(now, codes.DIGITS_WINDOW)
    facts = {"at": now, "window": window, "device": device, "source": Source.DIGITS}
    return _judge(desk, place, user, facts, refusal=refusal, doubts=[] if device else [Reason.OTHER_DEVICE])


def _desk(session: int, user: User) -> Desk | None:
    """The released session, held so that neither it nor the rules of its cohort change while a scan is written; scans
    hold it together."""
    return desk_of(session, user.pk, hold=HOLD.ready(session))


def _place(desk: Desk, user: User, at: datetime) -> tuple[Place | None, str]:
    """As whom somebody comes, and what speaks against it."""
    session, place = desk.session, desk.place
    opening = rules.opening(session.starts_at, session.ends_at)
    if place is None:
        place = stranger_of(session, user.pk)
        if place is None:
            record("learning.check_in", label=session.title, outcome=AuditEntry.Outcome.DENIED)
        return place, Reason.NOT_EXPECTED
    if session.cancelled_at:
        return place, Reason.CANCELLED
    if opening.is_early(at):
        return place, Reason.EARLY
    return place, Reason.OVER if opening.is_over(at) else ""


def _judge(desk: Desk, place: Place, user: User, facts: dict[str, Any], *, refusal: str, doubts: list[str]) -> Answer:
    session = desk.session
    if refusal:
        _keep(session, place, facts, Verdict.REFUSED, [refusal])
        opens_at = rules.opening(session.starts_at, session.ends_at).opens_at
        return Answer(REFUSED, refusal, session.title, session.starts_at, facts["at"], opens_at=opens_at)
    if not doubts:
        version = use_version(session, desk.versions)
        mark = arrival(facts["at"], session.starts_at, session.ends_at, version.limits)
        if _let_in(session, place, facts, _mark(session, place, user, mark, version.number)):
            return Answer(IN, "", session.title, session.starts_at, facts["at"], mark)
        accepted = Scan.objects.filter(session=session.pk, trainee=place.trainee_id, verdict=Verdict.ACCEPTED).first()
        if accepted:  # the same request a moment ago
            return Answer(ALREADY, "", session.title, session.starts_at, accepted.at)
        doubts = [Reason.SHARED_DEVICE]
    _keep(session, place, facts, Verdict.FLAGGED, doubts)
    return Answer(FLAGGED, doubts[0], session.title, session.starts_at, facts["at"])


def _let_in(session: Session, place: Place, facts: dict[str, Any], mark: Attendance) -> bool:
    """Scan, mark and the record of the act in one statement; whether the scan is the first."""
    scan = _scan(session, place, facts, Verdict.ACCEPTED, [])
    entry = entry_of("learning.check_in", scan, label=_label(session, place))
    entry.object_id, entry.after = KeyOf(0), IfNew(1, _said(scan, mark.state), _said(scan, ""))
    return insert_in_turn(scan, mark, entry)[0]


def _mark(session: Session, place: Place, user: User, mark: str, version: int) -> Attendance:
    """The official mark; it is not written where there is one: a roll that was called stands."""
    return Attendance(
        session_id=session.pk,
        trainee_id=place.trainee_id,
        state=mark,
        source=Attendance.Source.SCAN,
        rule_version=version,
        marked_by=user,
        marked_at=timezone.now(),
    )


def _keep(session: Session, place: Place, facts: dict[str, Any], verdict: str, reasons: list[str]) -> None:
    scan = _scan(session, place, facts, verdict, reasons)
    same = Scan.objects.filter(session=session.pk, trainee=place.trainee_id, verdict=verdict, window=scan.window)
    if verdict == Verdict.FLAGGED and same.exists():  # digits of one window, sent again
        return
    if insert_once(scan):
        _record(scan, session, place)


def _scan(session: Session, place: Place, facts: dict[str, Any], verdict: str, reasons: list[str]) -> Scan:
    return Scan(
        session_id=session.pk,
        trainee_id=place.trainee_id,
        received_at=timezone.now(),
        verdict=verdict,
        reasons=[str(each) for each in reasons],
        **facts,
    )


def _record(scan: Scan, session: Session, place: Place) -> None:
    record("learning.check_in", scan, after=_said(scan, ""), label=_label(session, place))


def _said(scan: Scan, mark: str) -> dict[str, Any]:
    return {"verdict": str(scan.verdict), "reasons": scan.reasons, "source": str(scan.source), "mark": str(mark)}


def _label(session: Session, place: Place) -> str:
    return f"{session.title} {place.number} {place.name}"


def _already(session: Session, place: Place) -> Answer:
    return Answer(ALREADY, "", session.title, session.starts_at, place.accepted_at)


def _none_open(around: list) -> Answer:
    if not around:
        return Answer(NONE_OPEN)
    following = around[0]
    opens_at = rules.opening(following.starts_at, following.ends_at).opens_at
    return Answer(NONE_OPEN, Reason.EARLY, following.title, following.starts_at, opens_at=opens_at)


def _one_at_a_time(user: User) -> None:
    """Guesses of one person are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"learning.digits:{user.pk}"])
