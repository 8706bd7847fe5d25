"""Leave: how long it is, who has to say yes, and which sessions it touches. Values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused

HALF_DAY = timedelta(hours=4)
LONGEST = timedelta(days=184)


class Level(IntEnum):
    """Who decides; a higher one may stand in for a lower."""

    OFFICER = 1
    HEAD_TEACHER = 2
    ORGANIZER = 3


class State(StrEnum):
    WAITING = "waiting"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Act(StrEnum):
    ASK = "asked"
    APPROVE = "approved"
    FORWARD = "forwarded"  # approved here, and now the next level's
    REFUSE = "refused"
    RETURN = "returned"
    WITHDRAW = "withdrawn"
    REVOKE = "revoked"


# Which state each act needs, and which it makes.
MOVES = {
    Act.ASK: ({State.RETURNED}, State.WAITING),
    Act.APPROVE: ({State.WAITING}, State.APPROVED),
    Act.FORWARD: ({State.WAITING}, State.WAITING),
    Act.REFUSE: ({State.WAITING}, State.REFUSED),
    Act.RETURN: ({State.WAITING}, State.RETURNED),
    Act.WITHDRAW: ({State.WAITING, State.RETURNED}, State.WITHDRAWN),
    Act.REVOKE: ({State.APPROVED}, State.REVOKED),
}


def move(state: str, act: Act) -> State:
    """The state after the act; refuses an act that comes too late or twice."""
    before, after = MOVES[act]
    if state not in before:
        raise Refused(_("This leave was decided or changed in the meantime. Look at it again."))
    return after


@dataclass(frozen=True)
class Limits:
    """Up to how many days a class officer, and a head teacher, may say the last word; beyond that the organizer does.

    ``after_days``: so many days after its beginning leave may still be asked for; 0: in advance only.
    """

    officer_days: Decimal
    head_teacher_days: Decimal
    after_days: int


def days(starts_at: datetime, ends_at: datetime) -> Decimal:
    """The length in days: of each day touched, up to four hours are half a day, more are one. Local times."""
    total, day = Decimal(0), starts_at.date()
    while day <= ends_at.date():
        begins = datetime.combine(day, time.min, tzinfo=starts_at.tzinfo)
        covered = min(ends_at, begins + timedelta(days=1)) - max(starts_at, begins)
        if covered > timedelta(0):
            total += Decimal("0.5") if covered <= HALF_DAY else 1
        day += timedelta(days=1)
    return total


def chain(length: Decimal, limits: Limits) -> tuple[Level, ...]:
    """Who has to agree, one after the other. Short leave is the class officer's, longer the head teacher's, and the
    longest goes by the head teacher to the organizer."""
    if length <= limits.officer_days:
        return (Level.OFFICER,)
    if length <= limits.head_teacher_days:
        return (Level.HEAD_TEACHER,)
    return (Level.HEAD_TEACHER, Level.ORGANIZER)


def next_level(steps: Sequence[int], decided_by: Level) -> Level | None:
    """Who is next after somebody of this level agreed; None: nobody. Whoever stands higher decides for those below."""
    return next((Level(step) for step in steps if step > decided_by), None)


def check_span(starts_at: datetime, ends_at: datetime, *, first: date, last: date) -> None:
    """Refuses leave that takes no time, is longer than half a year or lies outside the cohort."""
    if ends_at <= starts_at:
        raise Refused(_("Leave ends after it begins."))
    if ends_at - starts_at > LONGEST:
        raise Refused(_("Leave lasts half a year at most."))
    if starts_at.date() > last or (ends_at - timedelta(microseconds=1)).date() < first:
        raise Refused(_("This time lies outside the cohort; no leave is needed."))


def check_times(
    starts_at: datetime, ends_at: datetime, *, first: date, last: date, now: datetime, limits: Limits
) -> None:
    """Refuses leave that takes no time, is longer than half a year, lies outside the cohort or comes too late."""
    check_span(starts_at, ends_at, first=first, last=last)
    latest = starts_at + timedelta(days=limits.after_days)
    if now > latest and limits.after_days:
        raise Refused(
            _("This kind of leave can be asked for up to %(days)s days after it began. Speak to your head teacher.")
            % {"days": limits.after_days}
        )
    if now > latest:
        raise Refused(_("This kind of leave must be asked for before it begins. Speak to your head teacher."))


def overlaps(starts_at: datetime, ends_at: datetime, begins: datetime, ends: datetime) -> bool:
    """Whether two half-open intervals share a moment; leave that ends when a session begins does not touch it."""
    return starts_at < ends and begins < ends_at


def free_parts(
    starts_at: datetime, ends_at: datetime, taken: Iterable[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """What half-open intervals leave of [starts_at, ends_at), in order."""
    free, begins = [], starts_at
    for first, last in sorted(taken):
        if first > begins:
            free.append((begins, min(first, ends_at)))
        begins = max(begins, last)
    if begins < ends_at:
        free.append((begins, ends_at))
    return [(first, last) for first, last in free if first < last]
