"""What people are told. Services of all apps call ``notify`` and ``cancel_notices`` inside their own transaction.

Nothing is sent here and no task is queued: the rows are the queue. ``accounts.services.outbox`` sends what is due; it
runs every few seconds, so a lost message of the broker or a dead worker costs seconds, never a notice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Message, Notice, NoticeSettings, User
from accounts.rules.timing import Hours, IsWorkingDay, next_allowed, next_digest
from accounts.services.calendar import working_days
from trainee_mgmt.kit.notices import KINDS, Kind, Urgency

GATHER = timedelta(seconds=30)  # a notice waits so long for others, so that five acts in a row make one message
OPEN = (Notice.State.WAITING, Notice.State.MERGED)


@dataclass(frozen=True)
class Telling:
    """One person is told one thing; see ``notify`` for the fields.

    ``at`` is the moment that whoever tells has planned. Without it a notice goes as soon as its kind allows.
    """

    user: int
    key: str
    about: tuple[str, int | None] = ("", None)  # label of the model, key of the row
    params: dict[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None
    expires_at: datetime | None = None
    at: datetime | None = None


def notify(
    kind: str,
    users: Iterable[User | int],
    *,
    about: models.Model | None = None,
    key: str,
    params: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Tell each of these people one thing, in the transaction of whoever calls.

    ``key`` names the fact within its kind: who was told it, or will be, is not told again, however often this runs. A
    fact that comes anew (a time that changed twice) needs a key of its own (a version, a moment). ``about`` is the row
    that ``cancel_notices`` will name. ``params`` is what the sentence needs, as JSON. ``not_before`` and ``expires_at``
    bound the time; quiet hours, weekends and holidays are seen to here.
    """
    row = (about._meta.label, about.pk) if about is not None else ("", None)
    people = {user if isinstance(user, int) else user.pk for user in users}
    notify_each(kind, [Telling(person, key, row, params or {}, not_before, expires_at) for person in people])


def notify_each(kind: str, tellings: Iterable[Telling]) -> None:
    """The same for many people of whom each is told something else of one kind; three queries for any number."""
    tellings = sorted(tellings, key=lambda each: (each.user, each.key))  # so that two writers never wait for each other
    if tellings:
        _write(KINDS[kind], tellings, Planner({each.user for each in tellings}, timezone.now()))


@transaction.atomic
def plan_notices(kind: str, tellings: Iterable[Telling], plan: "Planner") -> int:
    """What should be told against what is planned: what is missing is written, what waits gets its new time and words,
    and what was dropped comes back. What was told or cancelled stays. Run it as often as you like.

    Answers how many were written or changed; three queries for any number.
    """
    tellings = sorted(tellings, key=lambda each: (each.user, each.key))
    if not tellings:
        return 0
    rows = Notice.objects.filter(kind=kind, user__in={each.user for each in tellings})
    known = set(rows.values_list("user", "key"))
    changed = _corrected(kind, [each for each in tellings if (each.user, each.key) in known], plan)
    missing = [each for each in tellings if (each.user, each.key) not in known]
    return changed + len(_write(KINDS[kind], missing, plan))


def _write(kind: Kind, tellings: list[Telling], plan: "Planner") -> list[Notice]:
    wanted = [each for each in tellings if plan.wants(kind, each.user)]
    rows = [
        Notice(
            user_id=each.user,
            kind=kind.name,
            key=each.key,
            about_type=each.about[0],
            about_id=each.about[1],
            params=each.params,
            not_before=each.not_before,
            expires_at=each.expires_at,
            due_at=plan.first(kind, each),
        )
        for each in wanted
    ]
    return Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


CHANGES_WITH_THE_PLAN = ("state", "due_at", "expires_at", "params")


def _corrected(kind: str, tellings: list[Telling], plan: "Planner") -> int:
    """Rows are locked, so that none is changed that the outbox has just put into a message."""
    by_key = {(each.user, each.key): each for each in tellings if plan.wants(KINDS[kind], each.user)}
    found = Notice.objects.select_for_update(skip_locked=True).filter(
        kind=kind,
        user__in={user for user, _key in by_key},
        key__in={key for _user, key in by_key},
        state__in=[Notice.State.WAITING, Notice.State.DROPPED],
    )
    changed = []
    for notice in found.order_by("pk"):
        if (telling := by_key.get((notice.user_id, notice.key))) is None:
            continue
        now = (Notice.State.WAITING, plan.first(KINDS[kind], telling), telling.expires_at, telling.params)
        is_late = notice.state == Notice.State.WAITING and notice.due_at <= plan.now
        if not is_late and now != tuple(getattr(notice, name) for name in CHANGES_WITH_THE_PLAN):
            for name, value in zip(CHANGES_WITH_THE_PLAN, now, strict=True):
                setattr(notice, name, value)
            changed.append(notice)
    return Notice.objects.bulk_update(changed, CHANGES_WITH_THE_PLAN, batch_size=500)


def cancel_notices(*, kind: str | None = None, about: models.Model | None = None, key: str | None = None) -> int:
    """Whatever was not sent yet is not sent any more: about a row, of a kind, or both. Answers how many."""
    if about is None and kind is None:
        raise ValueError("say what to cancel: kind, about, or both")
    chosen = Notice.objects.filter(state__in=OPEN)
    if kind is not None:
        chosen = chosen.filter(kind=kind)
    if about is not None:
        chosen = chosen.filter(about_type=about._meta.label, about_id=about.pk)
    if key is not None:
        chosen = chosen.filter(key=key)
    return chosen.update(state=Notice.State.CANCELLED)


class Planner:
    """When each of these people may be told something; two queries for any number of them."""

    def __init__(self, people: Iterable[int], now: datetime):
        self.now = timezone.localtime(now)
        self.rows = {row.user_id: row for row in NoticeSettings.objects.filter(user__in=list(people))}
        self.hours: dict[int, Hours] = {user: row.hours for user, row in self.rows.items()}
        self.is_working_day: IsWorkingDay = working_days(self.now.date())

    def wants(self, kind: Kind, person: int) -> bool:
        """Whether the person wants to be told this kind at all."""
        return not kind.is_optional or person not in self.rows or self.rows[person].wants_reminders

    def first(self, kind: Kind, telling: Telling) -> datetime:
        """When a new notice is due."""
        start = self.now + GATHER
        for bound in (telling.at, telling.not_before):
            start = max(start, timezone.localtime(bound)) if bound else start
        if kind.urgency == Urgency.NOW:
            return start
        hours = self.hours_of(telling.user)
        if kind.urgency == Urgency.DIGEST and telling.at is None:
            return next_digest(start, hours, self.is_working_day)
        allowed = next_allowed(start, hours, self.is_working_day)
        return self._in_time(kind, start, hours, telling.expires_at) or allowed if allowed > start else allowed

    def _in_time(self, kind: Kind, start: datetime, hours: Hours, expires_at: datetime | None) -> datetime | None:
        """On a day off for everybody, outside quiet hours and own dates: for what would be over by the next working day
        (a session of tomorrow, a Saturday, is cancelled). None where that is not so."""
        if kind.urgency != Urgency.SOON or expires_at is None:
            return None
        if next_allowed(start, hours, self.is_working_day) < expires_at:
            return None
        moment = next_allowed(start, hours, lambda day: True)
        return moment if moment < expires_at else None

    def later(
        self, kind: Kind, person: int, *, expires_at: datetime | None, is_away: bool, had_digest: bool
    ) -> datetime | None:
        """The moment to which a notice that is due now must be put off; None if it may go."""
        if kind.urgency == Urgency.NOW:
            return None
        hours = self.hours_of(person)
        allowed = self.allowed(person)
        not_today = is_away or (had_digest and kind.urgency == Urgency.DIGEST)
        if not not_today and allowed <= self.now:
            return None
        if not is_away and (moment := self._in_time(kind, self.now, hours, expires_at)):
            return moment if moment > self.now else None
        if not_today:
            tomorrow = self.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            allowed = max(allowed, next_allowed(tomorrow, hours, self.is_working_day))
        return next_digest(allowed, hours, self.is_working_day) if kind.urgency == Urgency.DIGEST else allowed

    def allowed(self, person: int) -> datetime:
        """From when on this person may be disturbed without urgency; now or earlier means yes."""
        return next_allowed(self.now, self.hours_of(person), self.is_working_day)

    def hours_of(self, person: int) -> Hours:
        return self.hours.get(person, DEFAULT_HOURS)


DEFAULT_HOURS = Hours()


def mark_read(user: User, messages: models.QuerySet[Message] | None = None) -> int:
    """One's own messages were seen. What is read is nobody's business: this writes no audit entry."""
    chosen = Message.objects.filter(user=user) if messages is None else messages.filter(user=user)
    return chosen.filter(read_at=None).update(read_at=timezone.now())
