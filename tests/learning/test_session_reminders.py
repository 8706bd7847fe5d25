"""Reminders of sessions: by the rule of the cohort, once for a time, nothing of what was cancelled, moved or excused."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Message, Notice, Role
from accounts.services import outbox
from accounts.services.notice_settings import change_notice_settings
from cohorts.models import Trainee
from learning.services.leave import revoke_leave
from learning.services.reminders import remind_journals
from learning.services.session_reminders import COMING, change_session_reminder, remind_of_sessions
from learning.services.sessions import cancel_session, change_session, restore_session
from tests import make

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, WEDNESDAY = date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 9)
FRIDAY, SATURDAY = date(2026, 9, 11), date(2026, 9, 12)
USUAL = {"channels": [], "quiet_from": time(21), "quiet_until": time(8)}


@pytest.fixture
def anna(clock):
    clock.set(make.at(MONDAY, 9))
    cohort = make.cohort(name="Third", starts_on=MONDAY, journal_every="none")
    trainee = make.trainee(in_class=make.training_class(cohort))
    make.trainee_account(trainee, name="Anna")
    return Trainee.objects.select_related("person__user", "cohort").get(pk=trainee.pk)


def session_of(trainee, **fields):
    return make.session(
        trainee.cohort, classes=trainee.cohort.classes.all(), **{"title": "Leading", "place": "Hall 2"} | fields
    )


TICKS = ("00:30", "08:41", "11:01", "12:01", "17:31", "18:01", "18:31", "20:51", "22:00")


def live(clock, first: date, last: date):
    """What the clock of the office does, at some of its moments."""
    for n in range((last - first).days + 1):
        for hour, minute in (map(int, tick.split(":")) for tick in TICKS):
            moment = make.at(first + timedelta(days=n), hour, minute)
            if moment > clock.now:
                clock.set(moment)
                outbox.run(seconds=5)
                remind_journals()
                remind_of_sessions()
                clock.forward(seconds=31)
                outbox.run(seconds=5)


def told() -> list[str]:
    rows = Notice.objects.filter(kind=COMING, state="sent").order_by("message__checked_at", "pk")
    return [f"{timezone.localtime(at):%d %H:%M}" for at in rows.values_list("message__checked_at", flat=True)]


def test_the_evening_before_in_words_with_the_place(anna, clock):
    session_of(anna, on=WEDNESDAY)

    live(clock, MONDAY, WEDNESDAY)

    assert told() == ["08 18:01"]
    assert Message.objects.get().lines == [
        ["Third: “Leading”, 9 Sep Wednesday 09:00–12:00, Hall 2.", reverse("learning:my_sessions")]
    ]


@pytest.mark.parametrize(
    ("rule", "starts_at", "expected"),
    [
        ({"before": "day", "at": time(17, 30)}, make.at(WEDNESDAY), ["08 17:31"]),
        ({"before": "hours", "hours": 2}, make.at(WEDNESDAY, 14), ["09 12:01"]),
        ({"before": "hours", "hours": 2}, make.at(WEDNESDAY, 9), ["08 20:51"]),  # before the quiet hours
        ({"before": "day"}, make.at(SATURDAY), ["11 18:01"]),
        ({"before": "hours", "hours": 3}, make.at(SATURDAY, 14), ["11 11:01"]),  # not at the weekend
        ({"before": "none"}, make.at(WEDNESDAY), []),
    ],
)
def test_the_rule_of_the_cohort_says_when(anna, clock, rule, starts_at, expected):
    change_session_reminder(anna.cohort, **rule)
    session_of(anna, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))

    live(clock, MONDAY, SATURDAY)

    assert told() == expected


def test_sessions_and_journals_of_a_day_make_one_message(anna, clock):
    type(anna.cohort).objects.filter(pk=anna.cohort_id).update(journal_every="day", ends_on=FRIDAY)
    session_of(anna, starts_at=make.at(WEDNESDAY, 9), ends_at=make.at(WEDNESDAY, 11))
    session_of(anna, starts_at=make.at(WEDNESDAY, 14), ends_at=make.at(WEDNESDAY, 16))

    live(clock, TUESDAY, TUESDAY)

    assert [(len(each.lines), f"{timezone.localtime(each.checked_at):%H:%M}") for each in Message.objects.all()] == [
        (4, "08:41")
    ]


def test_a_session_cancelled_after_the_reminder_was_written_sends_nothing(anna, clock):
    session = session_of(anna, on=WEDNESDAY)
    live(clock, MONDAY, MONDAY)
    written = Notice.objects.filter(kind=COMING).values_list("state", flat=True).get()

    cancel_session(session, reason="storm")
    live(clock, TUESDAY, WEDNESDAY)

    assert written == "waiting"
    assert told() == []


def test_a_cancelled_session_that_takes_place_after_all_is_reminded_of(anna, clock):
    session = session_of(anna, on=WEDNESDAY)
    live(clock, MONDAY, MONDAY)
    restore_session(cancel_session(session, reason="storm"))

    live(clock, TUESDAY, WEDNESDAY)

    assert told() == ["08 18:01"]


def test_a_moved_session_is_reminded_of_at_its_new_time_alone(anna, clock):
    session = session_of(anna, on=WEDNESDAY)
    live(clock, MONDAY, MONDAY)
    later = {"starts_at": make.at(FRIDAY), "ends_at": make.at(FRIDAY, 12)}
    change_session(session, classes=session.classes.all(), **later)

    live(clock, TUESDAY, FRIDAY)

    assert told() == ["10 18:01"]


def test_a_new_room_is_told_as_a_change_and_not_reminded_of_twice(anna, clock):
    session = session_of(anna, on=WEDNESDAY)
    live(clock, MONDAY, TUESDAY)
    same = {"starts_at": session.starts_at, "ends_at": session.ends_at}
    change_session(session, classes=session.classes.all(), place="Hall 3", **same)

    live(clock, WEDNESDAY, WEDNESDAY)

    assert told() == ["08 18:01"]


def test_leave_silences_and_revoking_it_restores(anna, clock):
    session_of(anna, on=WEDNESDAY)
    leave = make.leave(anna, starts_at=make.at(WEDNESDAY, 8), ends_at=make.at(WEDNESDAY, 18), state="approved")
    live(clock, MONDAY, MONDAY)
    clock.set(make.at(TUESDAY, 18, 10))
    silenced = told()

    revoke_leave(leave, text="needed here", by=make.user(Role.ORGANIZER))
    live(clock, TUESDAY, WEDNESDAY)

    assert silenced == []
    assert told() == ["08 18:31"]


def test_whoever_is_away_before_is_reminded_before_that(anna, clock):
    session_of(anna, on=FRIDAY)
    change_notice_settings(anna.person.user, **USUAL, away_from=WEDNESDAY, away_until=FRIDAY - timedelta(days=1))

    live(clock, MONDAY, FRIDAY)

    assert told() == ["08 18:01"]


def test_whoever_switched_reminders_off_gets_none(anna, clock):
    session_of(anna, on=WEDNESDAY)
    change_notice_settings(anna.person.user, **USUAL, wants_reminders=False)

    live(clock, MONDAY, WEDNESDAY)

    assert Notice.objects.count() == 0


def test_the_switch_holds_for_what_is_written_already(anna, clock):
    session_of(anna, on=WEDNESDAY)
    live(clock, MONDAY, MONDAY)
    change_notice_settings(anna.person.user, **USUAL, wants_reminders=False)

    live(clock, TUESDAY, WEDNESDAY)

    assert told() == []


@pytest.mark.parametrize("people", [1, 4])
def test_planning_takes_the_same_queries_for_any_number_of_people(anna, clock, django_assert_num_queries, people):
    session = session_of(anna, on=WEDNESDAY)
    session_of(anna, on=FRIDAY)
    for _n in range(people - 1):
        make.trainee_account(make.trainee(in_class=session.classes.get()))
    clock.set(make.at(TUESDAY, 1))

    with django_assert_num_queries(14):
        remind_of_sessions()

    assert Notice.objects.filter(kind=COMING).count() == people


def test_an_organizer_changes_the_rule_of_the_own_cohort(anna, client):
    organizer = make.user(Role.ORGANIZER, anna.cohort.program)
    client.force_login(organizer)
    url = reverse("learning:session_reminder", kwargs={"cohort": anna.cohort_id})

    shown = client.get(url)
    refused = client.post(url, {"before": "day", "at": "23:00", "hours": "2"})
    saved = client.post(url, {"before": "hours", "at": "18:00", "hours": "3"})

    assert shown.status_code == 200
    assert "Most people are left alone at this time" in refused.content.decode()
    assert saved.status_code == 302
    anna.cohort.refresh_from_db()
    assert anna.cohort.session_reminder.hours == 3
    assert AuditEntry.objects.filter(action="learning.change_session_reminder").count() == 1
