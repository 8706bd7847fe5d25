"""Reminders of journals: one each, to those who owe it, on working days, in one message a day."""

from collections import Counter
from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import Message, Notice, Role, User
from accounts.services import outbox
from accounts.services.calendar import fill_calendar, is_weekday, set_day, working_days
from accounts.services.notice_settings import change_notice_settings
from accounts.services.notices import notify
from cohorts.models import Cohort
from learning.services.leave import revoke_leave
from learning.services.reminders import DUE, OVERDUE, remind_journals
from learning.services.sessions import cancel_session
from tests import make

pytestmark = pytest.mark.django_db


def days(first: date, last: date):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def live_through(clock, first: date, last: date, *, each_day=lambda day: None):
    """Each day: reminders are planned in the night and by day, the outbox runs at three hours."""
    for day in days(first, last):
        clock.set(make.at(day, 1))
        remind_journals()
        for hour, minute in ((8, 41), (12, 0), (22, 0)):
            clock.set(make.at(day, hour, minute))
            outbox.run(seconds=5)
        each_day(day)
        remind_journals()


def told() -> list[tuple[str, date]]:
    rows = Message.objects.order_by("checked_at", "pk").values_list("user__name", "checked_at")
    return [(name, timezone.localdate(at)) for name, at in rows]


def writer(cohort, name, **fields):
    trainee = make.trainee(cohort, **fields)
    make.trainee_account(trainee, name=name)
    return trainee


def test_a_journal_due_on_sunday_is_reminded_of_on_friday_and_on_monday_if_still_open(clock):
    cohort = make.cohort(name="Third", starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 13))
    writer(cohort, "Anna")

    live_through(clock, date(2026, 9, 7), date(2026, 9, 30))

    assert told() == [("Anna", date(2026, 9, 11)), ("Anna", date(2026, 9, 14))]
    assert [line for lines in Message.objects.order_by("pk").values_list("lines", flat=True) for line, _path in lines] == [
        "Third: your journal for 7 Sep to 13 Sep is due on 13 Sep.",
        "Third: your journal for 7 Sep to 13 Sep was due on 13 Sep and is still open.",
    ]  # fmt: skip


def test_whoever_hands_in_meanwhile_hears_nothing(clock):
    cohort = make.cohort(starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 13))
    anna = writer(cohort, "Anna")
    clock.set(make.at(date(2026, 9, 8)))
    remind_journals()

    make.journal(anna, week=date(2026, 9, 7), state="submitted")
    live_through(clock, date(2026, 9, 8), date(2026, 9, 20))

    assert told() == []
    assert list(Notice.objects.values_list("state", flat=True)) == ["dropped"]


def test_nobody_is_reminded_of_what_is_not_asked_for(clock):
    with_journals = make.cohort(starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 20))
    without = make.cohort(starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 20), journal_every=Cohort.JournalEvery.NONE)
    closed = make.cohort(starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 20), is_closed=True)
    writer(without, "Without")
    writer(closed, "Closed")
    writer(with_journals, "Left", ended_on=date(2026, 9, 9), status="withdrawn")
    make.trainee(with_journals)  # without an account
    make.user(name="Nobody")

    live_through(clock, date(2026, 9, 7), date(2026, 9, 30))

    assert told() == []


def test_whoever_leaves_after_the_reminder_was_planned_is_left_alone(clock):
    cohort = make.cohort(starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 20))
    anna = writer(cohort, "Anna")
    clock.set(make.at(date(2026, 9, 8)))
    planned = remind_journals()

    type(anna).objects.filter(pk=anna.pk).update(ended_on=date(2026, 9, 10), status="withdrawn")
    live_through(clock, date(2026, 9, 9), date(2026, 9, 30))

    assert planned > 0
    assert told() == []


def test_a_simulated_term_has_no_reminder_for_what_was_done_or_on_a_day_off_and_one_message_a_day(clock):
    """Four months with the holidays of 2026: a diligent one, a late one, one of two cohorts, one who is away, one who leaves."""
    fill_calendar(2026)
    term = {"starts_on": date(2026, 9, 7), "ends_on": date(2026, 12, 31)}
    first, second = make.cohort(**term), make.cohort(**term)
    diligent, late, leaver = writer(first, "Diligent"), writer(first, "Late"), writer(first, "Leaver")
    double = writer(first, "Double")
    make.trainee(second, of=double.person)
    is_working_day = {day: working_days(day)(day) for day in days(date(2026, 9, 1), date(2027, 1, 31))}

    def each_day(day):
        monday = day - timedelta(days=day.weekday())
        if day == monday and day <= term["ends_on"]:
            make.journal(diligent, week=monday, state="submitted")
        if day.weekday() == 2 and monday > term["starts_on"] and monday <= term["ends_on"] + timedelta(days=7):
            make.journal(late, week=monday - timedelta(days=7), state="submitted")
        if day == date(2026, 10, 9):
            type(leaver).objects.filter(pk=leaver.pk).update(ended_on=day, status="withdrawn")

    live_through(clock, date(2026, 9, 7), date(2027, 1, 20), each_day=each_day)

    messages = told()
    assert [each for each in messages if each[0] == "Diligent"] == []
    assert [day for _name, day in messages if not is_working_day[day]] == []
    assert max(Counter(messages).values()) == 1
    assert max((day for name, day in messages if name == "Leaver"), default=date.min) < date(2026, 10, 9)
    weeks = 17
    assert Notice.objects.filter(user__name="Late", state="sent", kind=DUE).count() == weeks
    assert Notice.objects.filter(user__name="Double", state="sent", kind=OVERDUE).count() == 2 * weeks
    assert len([each for each in messages if each[0] == "Double"]) <= 2 * weeks


def on_leave(trainee, first: date, last: date, *, of=8, to=18, **fields):
    """Approved leave from the first day, eight o'clock, to the last day."""
    return make.leave(trainee, starts_at=make.at(first, of), ends_at=make.at(last, to), state="approved", **fields)


SEP = {n: date(2026, 9, n) for n in range(1, 31)}


@pytest.mark.parametrize(
    ("every", "leave", "reminded"),
    [
        ("day", (SEP[9], SEP[10]), [SEP[7], SEP[8], SEP[11], SEP[14]]),  # that of the 8th waits for the 11th
        ("day", (SEP[7], SEP[11]), []),
        ("week", (SEP[13], SEP[13]), []),  # the day on which it is due
        ("week", (SEP[10], SEP[11]), [SEP[9], SEP[14]]),  # before the leave, and after it was due
        ("week", (SEP[7], SEP[11]), []),  # every working day of it
        ("month", (SEP[13], SEP[13]), []),
        ("month", (SEP[10], SEP[10]), [SEP[11], SEP[14]]),
    ],
)
def test_leave_excuses_the_journals_that_are_due_in_it_or_whose_days_it_fills(clock, every, leave, reminded):
    cohort = make.cohort(starts_on=SEP[7], ends_on=SEP[13], journal_every=every)
    anna = writer(cohort, "Anna")
    on_leave(anna, *leave)

    live_through(clock, SEP[7], SEP[18])

    assert [day for _name, day in told()] == reminded


def test_half_a_day_of_leave_excuses_no_journal(clock):
    cohort = make.cohort(starts_on=SEP[7], ends_on=SEP[7], journal_every="day")
    on_leave(writer(cohort, "Anna"), SEP[7], SEP[7], of=13)

    live_through(clock, SEP[7], SEP[7])

    assert told() == [("Anna", SEP[7])]


def test_leave_of_one_cohort_excuses_nothing_in_another(clock):
    first, second = (make.cohort(name=name, starts_on=SEP[7], ends_on=SEP[13]) for name in ("First", "Second"))
    anna = writer(first, "Anna")
    make.trainee(second, of=anna.person)
    on_leave(anna, SEP[12], SEP[13])

    live_through(clock, SEP[7], SEP[18])

    assert told() == [("Anna", SEP[11]), ("Anna", SEP[14])]
    assert {line[0][:6] for lines in Message.objects.values_list("lines", flat=True) for line in lines} == {"Second"}


def test_leave_that_comes_after_the_reminder_was_written_silences_it_and_revoked_leave_restores_it(clock):
    cohort = make.cohort(starts_on=SEP[7], ends_on=SEP[13])
    anna = writer(cohort, "Anna")
    live_through(clock, SEP[7], SEP[10])
    leave = on_leave(anna, SEP[11], SEP[13])
    clock.set(make.at(SEP[11], 9))
    outbox.run(seconds=5)
    silenced = told()

    revoke_leave(leave, text="needed here", by=make.user(Role.ORGANIZER))
    live_through(clock, SEP[11], SEP[18])

    reminders = Notice.objects.filter(kind__in=[DUE, OVERDUE], state="sent").order_by("pk")
    assert silenced == []
    assert [(each.kind, timezone.localdate(each.message.checked_at)) for each in reminders] == [
        (DUE, SEP[11]), (OVERDUE, SEP[14]),
    ]  # fmt: skip


def test_own_dates_and_a_holiday_of_the_office_bring_the_reminder_forward(clock):
    cohort = make.cohort(starts_on=SEP[7], ends_on=SEP[13])
    writer(cohort, "Anna"), writer(cohort, "Ben")
    clock.set(make.at(SEP[7], 1))
    remind_journals()
    set_day(SEP[11], is_working=False)
    away = {"away_from": SEP[9], "away_until": SEP[30]}
    change_notice_settings(User.objects.get(name="Ben"), channels=[], quiet_from=time(21), quiet_until=time(8), **away)

    live_through(clock, SEP[8], date(2026, 10, 9))

    assert told() == [("Ben", SEP[8]), ("Anna", SEP[10]), ("Anna", SEP[14]), ("Ben", date(2026, 10, 1))]


def test_whoever_wants_no_reminders_hears_of_what_is_overdue_alone(clock):
    cohort = make.cohort(starts_on=SEP[7], ends_on=SEP[13])
    writer(cohort, "Anna")
    change_notice_settings(
        User.objects.get(name="Anna"), channels=[], quiet_from=time(21), quiet_until=time(8), wants_reminders=False
    )

    live_through(clock, SEP[7], SEP[18])

    assert told() == [("Anna", SEP[14])]


@pytest.mark.parametrize("people", [1, 4])
def test_planning_takes_the_same_queries_for_any_number_of_people(clock, django_assert_num_queries, people):
    cohort = make.cohort(starts_on=date(2026, 8, 31), ends_on=date(2026, 9, 20))
    for n in range(people):
        writer(cohort, f"{n}")

    with django_assert_num_queries(16):
        remind_journals()


def test_a_cancelled_session_takes_its_notices_along(kinds, clock):
    session = make.session()
    notify("test.soon", [make.user()], key="1", about=session)

    cancel_session(session, reason="storm")

    assert Notice.objects.get().state == "cancelled"


def test_weekdays_are_the_rule_where_no_calendar_says_otherwise():
    assert [is_weekday(date(2026, 9, 7) + timedelta(days=n)) for n in range(7)] == [True] * 5 + [False] * 2
