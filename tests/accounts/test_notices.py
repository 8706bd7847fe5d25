"""The outbox inside: who is told what, once, when, and what becomes of it when the world changes meanwhile."""

from datetime import date, time, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import INBOX, CalendarDay, Delivery, Message, Notice, NoticeSettings
from accounts.services import outbox
from accounts.services.notices import GATHER, cancel_notices, notify
from tests import make
from tests.races import race
from trainee_mgmt.kit.notices import AWAY, KINDS, Kind, Urgency

pytestmark = pytest.mark.django_db


def states(**filters) -> list[str]:
    return list(Notice.objects.filter(**filters).order_by("pk").values_list("state", flat=True))


def due(**filters):
    return timezone.localtime(Notice.objects.get(**filters).due_at).strftime("%Y-%m-%d %H:%M")


def test_the_same_fact_is_told_once(kinds, clock):
    anna = make.user()

    for _time in range(3):
        notify("test.soon", [anna], key="1")
    clock.forward(minutes=1)
    outbox.run(seconds=5)
    notify("test.soon", [anna], key="1")
    clock.forward(minutes=1)
    outbox.run(seconds=5)

    assert states() == ["sent"]
    assert Message.objects.values_list("user", "subject", "lines", "state").get() == (
        anna.pk, "Test soon", [["Told: 1", "/about/1/"]], "sent",
    )  # fmt: skip
    assert list(Delivery.objects.values_list("channel", "state")) == [(INBOX, "sent")]


def test_five_notices_make_one_message_and_the_urgent_one_stands_first(kinds, clock):
    anna, ben = make.user(), make.user()

    for key in "abcd":
        notify("test.soon", [anna, ben], key=key)
    notify("test.now", [anna], key="e")
    clock.forward(seconds=31)
    outbox.run(seconds=5)

    told = dict(Message.objects.values_list("user", "lines"))
    assert [line[0] for line in told[anna.pk]] == ["Told: e", "Told: a", "Told: b", "Told: c", "Told: d"]
    assert Message.objects.get(user=anna).subject == "5 notices"
    assert len(told[ben.pk]) == 4


def test_a_rolled_back_act_tells_nobody(kinds, clock):
    with transaction.atomic():
        notify("test.soon", [make.user()], key="1")
        transaction.set_rollback(True)

    assert Notice.objects.count() == 0


def test_a_condition_that_no_longer_holds_is_dropped(kinds, clock):
    anna = make.user()
    notify("test.soon", [anna], key="1")
    notify("test.soon", [anna], key="2")
    kinds.add("1")
    clock.forward(minutes=1)

    outbox.run(seconds=5)

    assert states() == ["dropped", "sent"]
    assert Message.objects.get().lines == [["Told: 2", "/about/2/"]]


def test_cancelling_names_the_row_and_leaves_the_others(kinds, clock):
    anna, about, other = make.user(), make.unit(), make.unit()
    notify("test.soon", [anna], key="1", about=about)
    notify("test.soon", [anna], key="2", about=other)

    cancelled = cancel_notices(about=about)
    clock.forward(minutes=1)
    outbox.run(seconds=5)

    assert cancelled == 1
    assert states() == ["cancelled", "sent"]


def test_what_is_over_and_who_may_not_sign_in_is_left_out(kinds, clock):
    anna, gone = make.user(), make.user(is_active=False)
    notify("test.soon", [anna], key="1", expires_at=clock.now + timedelta(seconds=40))
    notify("test.soon", [gone], key="2")
    clock.forward(minutes=1)

    outbox.run(seconds=5)

    assert states() == ["dropped", "dropped"]
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "now", "planned"),
    [
        ("test.now", (date(2026, 9, 8), 23), "2026-09-08 23:00"),
        ("test.soon", (date(2026, 9, 8), 10), "2026-09-08 10:00"),
        ("test.soon", (date(2026, 9, 8), 22), "2026-09-09 08:00"),
        ("test.soon", (date(2026, 9, 8), 3), "2026-09-08 08:00"),
        ("test.soon", (date(2026, 9, 5), 10), "2026-09-07 08:00"),  # a Saturday
        ("test.digest", (date(2026, 9, 8), 10), "2026-09-09 08:40"),
        ("test.digest", (date(2026, 9, 8), 7), "2026-09-08 08:40"),
        ("test.digest", (date(2026, 9, 4), 10), "2026-09-07 08:40"),  # a Friday
        ("test.digest", (date(2026, 9, 30), 10), "2026-10-08 08:40"),  # before the holiday
        ("test.soon", (date(2026, 10, 10), 10), "2026-10-10 10:00"),  # a Saturday that is worked
    ],
)
def test_quiet_hours_weekends_and_holidays_put_off_what_is_not_urgent(kinds, clock, kind, now, planned):
    for day in range(1, 8):
        CalendarDay.objects.create(day=date(2026, 10, day), is_working=False, name="国庆节")
    CalendarDay.objects.create(day=date(2026, 10, 10), is_working=True, name="国庆节")
    clock.set(make.at(*now))

    notify(kind, [make.user()], key="1")

    assert due() == planned


def test_own_quiet_hours_and_days_away_are_kept(kinds, clock):
    anna = make.user()
    NoticeSettings.objects.create(
        user=anna, quiet_from=time(12), quiet_until=time(14), away_from=date(2026, 9, 9), away_until=date(2026, 9, 10)
    )

    notify("test.soon", [anna], key="1", not_before=make.at(date(2026, 9, 8), 13))
    notify("test.soon", [anna], key="2", not_before=make.at(date(2026, 9, 9), 10))

    assert due(key="1") == "2026-09-08 14:00"
    assert due(key="2") == "2026-09-11 00:00"


def test_quiet_hours_chosen_later_put_off_what_was_planned(kinds, clock):
    anna = make.user()
    notify("test.soon", [anna], key="1")
    NoticeSettings.objects.create(user=anna, quiet_from=time(9), quiet_until=time(15))
    clock.forward(minutes=1)

    outbox.run(seconds=5)

    assert states() == ["waiting"]
    assert due() == "2026-09-08 15:00"


def test_whoever_is_on_leave_gets_the_digest_when_back(kinds, clock):
    anna, ben = make.user(), make.user()
    away = [lambda people, day: {anna.pk} if day == date(2026, 9, 9) else set()]
    notify("test.digest", [anna, ben], key="1")

    AWAY.extend(away)
    clock.set(make.at(date(2026, 9, 9), 8, 41))
    outbox.run(seconds=5)
    on_leave = states(user=anna), due(user=anna)
    clock.set(make.at(date(2026, 9, 10), 8, 41))
    outbox.run(seconds=5)
    AWAY.remove(away[0])

    assert on_leave == (["waiting"], "2026-09-10 08:40")
    assert states() == ["sent", "sent"]
    assert [timezone.localdate(each) for each in Message.objects.order_by("pk").values_list("checked_at", flat=True)] == [
        date(2026, 9, 9), date(2026, 9, 10),
    ]  # fmt: skip


def test_a_kind_that_breaks_holds_up_no_other(kinds, clock, caplog):
    def broken(_notices):
        return 1 / 0

    KINDS["test.now"] = Kind("test.now", "Broken", KINDS["test.now"].line, broken, Urgency.NOW)
    anna = make.user()
    notify("test.now", [anna], key="1")
    notify("test.soon", [anna], key="2")
    clock.forward(minutes=1)

    outbox.run(seconds=5)

    assert states() == ["waiting", "sent"]
    assert due(key="1") == "2026-09-08 10:11"
    assert "cannot say what still holds" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_make_one_message_for_each_person(kinds, clock):
    people = [make.user() for _ in range(20)]
    for key in "abc":
        notify("test.soon", people, key=key)
    clock.forward(minutes=1)

    race(*[lambda: outbox.run(seconds=5)] * 4)
    outbox.run(seconds=5)

    assert sorted(Message.objects.values_list("user", flat=True)) == sorted(user.pk for user in people)
    assert {len(lines) for lines in Message.objects.values_list("lines", flat=True)} == {3}


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_the_same_fact_make_one_notice_each(kinds):
    people = [make.user() for _ in range(30)]

    race(*[lambda: notify("test.soon", people, key="1")] * 4)

    assert Notice.objects.count() == 30


@pytest.mark.parametrize("people", [1, 30])
def test_telling_takes_the_same_queries_for_any_number_of_people(kinds, clock, django_assert_num_queries, people):
    told = [make.user() for _ in range(people)]

    with django_assert_num_queries(3):
        notify("test.soon", told, key="1")
    clock.forward(minutes=1)
    with django_assert_num_queries(17):
        outbox.merge_due()


def test_the_time_to_gather_is_short():
    assert timedelta(0) < GATHER <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "expires_at", "planned"),
    [
        (
            (date(2026, 9, 11), 22),
            (date(2026, 9, 12), 12),
            "2026-09-12 08:00",
        ),  # a session of Saturday, on Friday night
        ((date(2026, 9, 12), 10), (date(2026, 9, 12), 12), "2026-09-12 10:00"),
        ((date(2026, 9, 11), 22), (date(2026, 9, 14), 12), "2026-09-14 08:00"),  # Monday is early enough
        ((date(2026, 9, 11), 22), (date(2026, 9, 12), 7), "2026-09-14 08:00"),  # not at night
    ],
)
def test_what_would_be_over_by_the_next_working_day_comes_on_a_day_off(kinds, clock, now, expires_at, planned):
    clock.set(make.at(*now))
    notify("test.soon", [make.user()], key="1", expires_at=make.at(*expires_at))

    assert due() == planned


def test_on_a_day_off_the_channels_do_not_wait_for_monday(kinds, clock):
    clock.set(make.at(date(2026, 9, 12), 10))
    anna = make.user()
    notify("test.soon", [anna], key="1", expires_at=make.at(date(2026, 9, 12), 12))
    notify("test.digest", [anna], key="2", expires_at=make.at(date(2026, 9, 12), 12))
    clock.forward(minutes=1)

    outbox.merge_due()

    message = Message.objects.get()
    assert (len(message.lines), message.is_urgent) == (1, True)
