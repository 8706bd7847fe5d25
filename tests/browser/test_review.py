"""Journals answered by keyboard alone, in a real browser."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role
from learning.models import Journal, JournalNote, JournalScore
from tests import make
from tests.browsers import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
JOURNALS = 46


def opened(chromium, live_server, **settings):
    """The page of a reviewer on which the journals of a class of 46 wait."""
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30), **settings)
    of = make.training_class(cohort)
    week = today - timedelta(days=14 + today.weekday())
    for _n in range(JOURNALS):
        make.journal(make.trainee(in_class=of), week=week, state="submitted", body="Seen, learned, asked. " * 60)
    client = Client()
    client.force_login(make.user(Role.ORGANIZER, cohort))
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(reverse("learning:journal_review", kwargs={"cohort": cohort.pk}))
    return page


def settled(page, count):
    """So many journals were answered and none is on its way."""
    expect(page.locator("[data-journal-item]:not(:has([data-key=a]))")).to_have_count(count)


def test_46_journals_are_scored_and_accepted_by_keyboard_on_one_page(chromium, live_server):
    page = opened(chromium, live_server, journal_score="points")
    shown = page.locator("[data-journal-item]").count()

    page.keyboard.press("j")
    for number in range(JOURNALS):
        page.keyboard.type(str(50 + number))
        page.keyboard.press("Enter")
        settled(page, number + 1)

    assert shown == JOURNALS
    assert set(Journal.objects.values_list("state", flat=True)) == {"accepted"}
    given = JournalScore.objects.order_by("pk").values_list("points", flat=True)
    assert list(given) == [Decimal(50 + number) for number in range(JOURNALS)]


def test_a_grade_is_chosen_by_its_digit_and_words_are_written_in_between(chromium, live_server):
    page = opened(chromium, live_server, journal_score="grades", journal_scale="good 85\nfair 70")

    page.keyboard.press("j")
    page.keyboard.press("2")
    page.keyboard.press("r")
    page.keyboard.type("Which supplier, and a joke about 1 of them?")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    settled(page, 1)
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("1")
    page.keyboard.press("a")
    settled(page, 2)

    assert list(JournalScore.objects.order_by("pk").values_list("grade", flat=True)) == ["fair", "good"]
    assert JournalNote.objects.exclude(text="").get().text == "Which supplier, and a joke about 1 of them?"


def test_words_sent_and_a_journal_returned_by_keyboard_stay_on_the_page_and_go_on(chromium, live_server):
    page = opened(chromium, live_server)
    address = page.url
    items = page.locator("[data-journal-item]")

    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("Which supplier?")
    page.keyboard.press("Control+Enter")
    expect(items.nth(0)).to_contain_text("Which supplier?")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("Please say more.")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(items.nth(2)).to_be_focused()

    assert page.url == address
    assert list(Journal.objects.filter(state="returned").values_list("notes__text", flat=True)) == ["Please say more."]
