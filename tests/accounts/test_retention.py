"""Old notices are deleted when they are over, and counted."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Delivery, Message, Notice
from accounts.services.retention import delete_old_notices
from tests import make

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=401)


def message(*, state: str, ago: timedelta) -> Message:
    """With its notice and its delivery."""
    ended = None if state == "checked" else timezone.now() - ago
    return make.message(make.user(), state=state, finished_at=ended)


def alone(*, state: str, ago: timedelta) -> Notice:
    notice, at = make.notice(make.user()), timezone.now() - ago
    Notice.objects.filter(pk=notice.pk).update(state=state, made_at=at, due_at=at)
    return notice


def test_what_was_delivered_or_given_up_long_ago_goes_and_is_counted(clock):
    clock.set(make.at(date(2026, 9, 8)))
    for state in ("sent", "failed", "cancelled"):
        message(state=state, ago=LONG_AGO)
    alone(state="dropped", ago=LONG_AGO)
    kept = message(state="sent", ago=timedelta(days=399))

    answers = [delete_old_notices(), delete_old_notices()]

    assert answers == [4, 0]
    assert (list(Message.objects.all()), Notice.objects.get().message, Delivery.objects.get().message) == (
        [kept], kept, kept
    )  # fmt: skip
    assert AuditEntry.objects.get(action="accounts.delete_old_notices").after == {
        "messages": 3, "notices": 4, "before": "2025-08-04"
    }  # fmt: skip


def test_what_still_waits_stays_however_old_it_is():
    on_its_way, waiting = message(state="checked", ago=LONG_AGO), alone(state="waiting", ago=LONG_AGO)

    assert delete_old_notices() == 0
    assert Message.objects.get() == on_its_way
    assert set(Notice.objects.values_list("pk", flat=True)) == {waiting.pk, on_its_way.notices.get().pk}


def test_the_days_are_a_setting(settings):
    settings.NOTICE_KEEP_DAYS = 60
    message(state="sent", ago=timedelta(days=61))

    assert delete_old_notices() == 1
