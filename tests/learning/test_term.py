"""A whole term, day by day: people, leave, holidays and sessions drawn at random, and what each was reminded of.

Each message is judged at the moment it goes out, by rows of the database that the reminders do not ask; at the end each
duty that nobody excused must have been told once.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import CalendarDay, Message, Notice, Role
from accounts.services import outbox
from accounts.services.calendar import fill_calendar, set_day
from accounts.services.notice_settings import change_notice_settings, notice_settings
from cohorts.models import Cohort
from learning.models import JournalDue, Leave, Session
from learning.services.given_leave import give_leave
from learning.services.leave import revoke_leave
from learning.services.reminders import DUE, OVERDUE, remind_journals
from learning.services.session_reminders import COMING, change_session_reminder, remind_of_sessions
from learning.services.sessions import cancel_session, change_session
from tests import make

pytestmark = pytest.mark.django_db

FIRST, LAST, AFTER = date(2026, 9, 14), date(2026, 11, 20), date(2026, 12, 8)
SETTLED = timedelta(days=3)  # what was decided so long before is known to everybody
REMINDERS = (DUE, OVERDUE, COMING)
TICKS = ((8, 41), (11, 1), (16, 51), (18, 1), (20, 51), (22, 0))  # of the outbox; it runs every 20 seconds otherwise


@dataclass(frozen=True)
class Told:
    user: int
    at: datetime
    kind: str
    key: str


class Term:
    def __init__(self, clock, seed: int):
        self.clock, self.chance = clock, random.Random(seed)
        self.office = make.user(Role.ORGANIZER)
        self.told: list[Told] = []
        self.seen = 0
        self.moved_at: dict[int, datetime] = {}
        fill_calendar(2026)
        self._people()
        self._sessions()
        self.given: list[Leave] = []

    def _people(self):
        every = Cohort.JournalEvery
        self.cohorts = [
            make.cohort(name=name, starts_on=FIRST, ends_on=LAST, journal_every=each, journal_due_in=due_in)
            for name, each, due_in in (("daily", every.DAY, 0), ("weekly", every.WEEK, 1), ("monthly", every.MONTH, 3))
        ]
        self.places = []  # trainees, with their account
        for cohort in self.cohorts:
            in_class = make.training_class(cohort)
            make.officer(in_class, office="head_teacher")
            for _n in range(8):
                trainee = make.trainee(in_class=in_class)
                trainee.account = make.trainee_account(trainee)
                self.places.append(trainee)
        of_two = make.trainee(in_class=self.cohorts[2].classes.get(), of=self.places[0].person)
        of_two.account = self.places[0].account
        self.places.append(of_two)
        self.by_night, self.without, self.on_a_journey = (self.places[n].account for n in (2, 11, 19))
        usual = {"channels": [], "quiet_from": time(21), "quiet_until": time(8)}
        change_notice_settings(self.by_night, channels=[], quiet_from=time(17), quiet_until=time(10, 30))
        change_notice_settings(self.without, **usual, wants_reminders=False)
        change_notice_settings(self.on_a_journey, **usual, away_from=date(2026, 10, 19), away_until=date(2026, 10, 25))

    def _sessions(self):
        """Two or three a week for each class, some on a Saturday; and one rule for each cohort."""
        change_session_reminder(self.cohorts[0], before="hours", at=time(18), hours=3)
        change_session_reminder(self.cohorts[1], before="day", at=time(16, 50), hours=2)
        for cohort in self.cohorts:
            for day in days(FIRST, LAST):
                if day.weekday() in self.chance.choice(((0, 2), (1, 3, 5), (1, 4))):
                    start = make.at(day, self.chance.choice((9, 14)))
                    classes = list(cohort.classes.all())
                    make.session(cohort, classes=classes, starts_at=start, ends_at=start + timedelta(hours=2))

    # What happens -----------------------------------------------------------------------------------------------------

    def live(self):
        for day in days(FIRST, AFTER):
            self.at(day, 0, 30)
            self._morning(day)
            self.plan()
            for hour, minute in TICKS:
                if hour == 16:
                    self._afternoon(day)
                    self.plan()
                self.at(day, hour, minute)
                outbox.run(seconds=20)
                self._judge()

    def at(self, day, hour, minute):
        self.clock.set(make.at(day, hour, minute))

    def plan(self):
        remind_journals()
        remind_of_sessions()

    def _morning(self, day):
        for trainee in self.places:
            if self.chance.random() < 0.03 and day < LAST:
                self._take_leave(trainee, day + timedelta(days=self.chance.randint(3, 8)))
        for leave in self.given:
            if leave.state == "approved" and self.chance.random() < 0.02 and leave.ends_at > timezone.now():
                leave.state = revoke_leave(leave, text="needed here", by=self.office).state
        if day == date(2026, 10, 20):  # everybody of a cohort visits another city; some have leave already
            weekly = self.cohorts[1]
            kind = make.leave_type(weekly)
            span = {"starts_at": make.at(date(2026, 10, 28), 8), "ends_at": make.at(date(2026, 10, 31), 0)}
            people = weekly.trainees.select_related("person")
            given = give_leave(weekly, people, leave_type=kind, **span, reason="visit", by=self.office)
            assert given.people >= 6
        if day == date(2026, 11, 5):  # the office moves a working day
            set_day(date(2026, 11, 11), is_working=False, name="office day")
            set_day(date(2026, 11, 14), is_working=True, name="instead")

    def _take_leave(self, trainee, first):
        length = self.chance.choice((0, 0, 1, 2, 4, 9))
        start, end = make.at(first, 8), make.at(first + timedelta(days=length), 18)
        mine = Leave.objects.filter(trainee=trainee, state="approved", starts_at__lt=end, ends_at__gt=start)
        if not mine.exists() and first <= LAST:
            facts = {"state": "approved", "level": 3, "asked_at": timezone.now()}
            self.given.append(make.leave(trainee, starts_at=start, ends_at=end, **facts))

    def _afternoon(self, day):
        """Reminders of tomorrow are written down by now: some of these sessions are cancelled or moved."""
        coming = Session.objects.filter(
            cancelled_at=None, starts_at__range=(make.at(day, 18), make.at(day, 18) + 2 * SETTLED)
        )
        for session in coming.select_related("cohort").order_by("pk"):
            if self.chance.random() < 0.06:
                cancel_session(session, reason="storm")
            elif self.chance.random() < 0.06 and session.starts_at.astimezone(make.SHANGHAI).hour == 9:
                later = {
                    "starts_at": session.starts_at + timedelta(hours=1),
                    "ends_at": session.ends_at + timedelta(hours=1),
                }
                change_session(session, classes=session.classes.all(), accept=True, **later)
                self.moved_at[session.pk] = timezone.localtime()
        owed = JournalDue.objects.filter(first_on__lte=day, due_on__gte=day, state=None).order_by("pk")
        for row in owed.select_related("trainee__person"):
            if self.chance.random() < 0.25:
                make.journal(
                    row.trainee, week=row.period_start, last_on=row.last_on, due_on=row.due_on, state="submitted",
                    submitted_at=timezone.now(),
                )  # fmt: skip

    # What is judged ---------------------------------------------------------------------------------------------------

    def _judge(self):
        """Everything that went out since the last time, against the world of this moment."""
        now = timezone.localtime()
        fresh = Notice.objects.filter(kind__in=REMINDERS, message__pk__gt=self.seen).select_related("user")
        for notice in fresh.order_by("pk"):
            self.told.append(Told(notice.user_id, now, notice.kind, self._duty(notice)))
            assert self.may_be_disturbed(notice.user, now), (notice, now)
            assert self._is_open(notice, now), (notice.kind, notice.params, now)
        self.seen = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def _duty(self, notice) -> str:
        """What the reminder is about: a session at a time, or the period of a journal."""
        given = notice.params
        if notice.kind == COMING:
            return f"{given['session']} {datetime.fromisoformat(given['starts_at']).timestamp():.0f}"
        return f"{given['trainee']} {given['period']}"

    def may_be_disturbed(self, user, now) -> bool:
        hours = notice_settings(user)
        begin, end = hours.quiet_from, hours.quiet_until
        is_quiet = now.time() >= begin or now.time() < end
        is_away = bool(hours.away_from) and hours.away_from <= now.date() <= hours.away_until
        noon = make.at(now.date(), 12)
        on_leave = (
            leave_in_force(now).filter(trainee__person__user=user, starts_at__lte=noon, ends_at__gt=noon).exists()
        )
        return is_worked(now.date()) and not is_quiet and not is_away and not on_leave

    def _is_open(self, notice, now) -> bool:
        given = notice.params
        if notice.kind == COMING:
            session = Session.objects.get(pk=given["session"])
            is_same = session.starts_at == datetime.fromisoformat(given["starts_at"]) > now
            return is_same and session.cancelled_at is None and is_free(given["trainee"], session, now)
        row = JournalDue.objects.get(trainee=given["trainee"], period_start=given["period"])
        return row.state is None and not is_excused(row)

    def messages_by_day(self) -> Counter:
        messages = {(each.user, each.at) for each in self.told}
        return Counter((user, at.date()) for user, at in messages)

    # What should have been told ---------------------------------------------------------------------------------------

    def unreminded_sessions(self) -> list:
        """Sessions that took place, with whoever was expected, had no leave and could have been told before."""
        counted = Counter((each.user, each.key) for each in self.told if each.kind == COMING)
        found = []
        for trainee in self.places:
            if trainee.account == self.without:
                continue
            for session in Session.objects.filter(cohort=trainee.cohort_id, cancelled_at=None):
                key = f"{session.pk} {session.starts_at.timestamp():.0f}"
                if not counted[trainee.account.pk, key] and self.had_an_occasion(trainee, session):
                    found.append((trainee.account.name, session.title, str(timezone.localtime(session.starts_at))))
        return found

    def had_an_occasion(self, trainee, session) -> bool:
        """Whether somebody without leave could have been told of this time, in a message of a day, before it came."""
        if not is_free(trainee.pk, session, session.starts_at):
            return False
        known = self.known_at(trainee, session)
        gone = {each.at.date() for each in self.told if each.user == trainee.account.pk and each.at <= known}
        return any(
            self.may_be_disturbed(trainee.account, make.at(day, *tick))
            for day in days(known.date(), session.starts_at.date())
            for tick in TICKS
            if known < make.at(day, *tick) < session.starts_at and day not in gone
        )

    def known_at(self, trainee, session) -> datetime:
        """Since when it is so: the session was moved here, leave that excused it was revoked, and leave of the
        person on the days before it, on which he would have been told, was asked for."""
        early = make.at(max(FIRST, session.starts_at.date() - timedelta(days=10)))
        revoked = leaves_of(trainee.pk, session).filter(state="revoked").values_list("decided_at", flat=True)
        just_before = {"starts_at__lt": session.starts_at, "ends_at__gt": session.starts_at - SETTLED}
        asked = Leave.objects.filter(trainee__person=trainee.person, **just_before).values_list("asked_at", flat=True)
        return timezone.localtime(max(early, self.moved_at.get(session.pk, early), *revoked, *asked))

    def unreminded_journals(self) -> list[tuple[str, JournalDue]]:
        """Journals of people who were here all the time, that were open when the reminder should have come."""
        counted = Counter((each.user, each.kind, each.key) for each in self.told)
        found = []
        for trainee in self.places:
            tick = (11, 1) if trainee.account == self.by_night else (8, 41)
            for row in JournalDue.objects.filter(trainee=trainee):
                if not self.is_here_around(trainee, row):
                    continue
                key = f"{trainee.pk} {row.period_start.isoformat()}"
                before = next(day for day in reversed(days(FIRST - SETTLED, row.due_on)) if is_worked(day))
                after = next(day for day in days(row.due_on + timedelta(days=1), AFTER) if is_worked(day))
                for kind, day in ((DUE, before), (OVERDUE, after)):
                    was_open = row.submitted_at is None or row.submitted_at > make.at(day, *tick)
                    is_wanted = kind == OVERDUE or trainee.account != self.without
                    if was_open and is_wanted and day >= row.first_on and not counted[trainee.account.pk, kind, key]:
                        found.append((kind, row))
        return found

    def is_here_around(self, trainee, row) -> bool:
        if trainee.account == self.on_a_journey:
            return False
        around = {"starts_at__lt": make.at(row.due_on + 3 * SETTLED), "ends_at__gt": make.at(row.due_on - 5 * SETTLED)}
        return not Leave.objects.filter(trainee__person=trainee.person, **around).exists()


def days(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def is_worked(day) -> bool:
    row = CalendarDay.objects.filter(day=day).first()
    return row.is_working if row else day.weekday() < 5


def leave_in_force(at):
    """Leave as it stood at a moment: what was given by then, and not yet revoked."""
    return Leave.objects.filter(Q(state="approved") | Q(state="revoked", decided_at__gt=at), asked_at__lte=at)


def leaves_of(trainee: int, session):
    return Leave.objects.filter(trainee=trainee, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)


def is_free(trainee: int, session, at) -> bool:
    return not leaves_of(trainee, session).filter(pk__in=leave_in_force(at).values("pk")).exists()


def leave_days(trainee) -> set[date]:
    found = set()
    for start, end in Leave.objects.filter(trainee=trainee, state="approved").values_list("starts_at", "ends_at"):
        found |= {
            day for day in days(timezone.localdate(start), timezone.localdate(end)) if start <= make.at(day, 12) < end
        }
    return found


def is_excused(row) -> bool:
    leave = leave_days(row.trainee_id)
    return row.due_on in leave or all(day in leave for day in days(row.first_on, row.last_on) if is_worked(day))


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.drill) for n in (2, 3, 4, 5))])
def test_nobody_is_reminded_of_what_is_excused_and_everybody_once_of_the_rest(clock, seed):
    clock.set(make.at(FIRST - timedelta(days=1), 12))
    term = Term(clock, seed)

    term.live()

    counted = Counter((each.user, each.kind, each.key) for each in term.told)
    assert [each for each, count in counted.items() if count > 1] == []
    assert max(term.messages_by_day().values()) == 1
    assert {each.kind for each in term.told if each.user == term.without.pk} <= {OVERDUE}
    assert term.unreminded_sessions() == []
    assert term.unreminded_journals() == []
    assert len(term.told) > 500
