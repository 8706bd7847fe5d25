"""A mentor's phone: from the link to the thanks, counted in taps and fields; nothing chosen is lost before it is sent."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from placements.models import Feedback, FeedbackLink
from placements.services.feedback import reconcile
from placements.services.feedback_links import make_feedback_links
from placements.services.signed import address_of
from tests import make
from tests.browsers import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 740}
THREE_MINUTES = 180
# The keystroke-level model of Card, Moran and Newell (Communications of the ACM 23/7, 1980): to point, to press, to type one
# sign on keys that one does not know, to make up one's mind. People read 255 signs of Chinese or 228 words of English a minute
# (Trauzettel-Klosinski and Dietz, IReST, Investigative Ophthalmology 53/9, 2012).
POINT, PRESS, KEY, THINK = 1.1, 0.2, 1.2, 1.35
CHINESE, WORDS = 60 / 255, 60 / 228
UNUSED = 2  # a hand that is not used to it takes twice as long


class Hand:
    """Counts what a person does, on the pages as they are: signs read, choices made, taps, keys."""

    def __init__(self, page):
        self.page, self.taps, self.keys, self.reading = page, 0, 0, 0.0

    def tap(self, place):
        box = place.bounding_box()
        assert box["height"] >= 44, f"{place} is too small for a thumb"
        place.tap()
        self.taps += 1

    def type(self, place, text):
        place.fill(text)
        self.taps += 1
        self.keys += len(text)

    def read(self):
        """All that stands on the page, once."""
        text = self.page.locator("main").inner_text()
        self.reading += (
            len(re.findall(r"[\u4e00-\u9fff]", text)) * CHINESE + len(re.findall(r"[A-Za-z]+", text)) * WORDS
        )

    def seconds(self) -> float:
        """A choice goes before each tap."""
        return self.reading + UNUSED * (self.taps * (THINK + POINT + PRESS) + self.keys * KEY)


@pytest.fixture
def stay():
    made = make.stay(phone="13900001234")
    reconcile(made.trainee.cohort)
    make_feedback_links(made.trainee.cohort, [made], by=None)
    return made


@pytest.fixture
def phone(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def steps_of(page):
    return page.locator("fieldset:has(.ask-scale)")


def test_a_mentor_answers_in_less_than_three_minutes_on_a_phone(phone, stay):
    page = phone.new_page()
    page.goto(address_of(FeedbackLink.objects.get()))
    hand = Hand(page)

    hand.read()
    hand.type(page.locator("#digits"), "1234")
    hand.tap(page.locator("main button.btn-primary"))
    expect(page.locator("form.ask")).to_be_visible()
    hand.read()
    questions = page.locator("form.ask fieldset").count()
    for at in range(steps_of(page).count()):
        hand.tap(steps_of(page).nth(at).locator("label").first)
    hand.type(page.locator("form.ask textarea"), "下个月想换到生产岗位")
    sideways = page.evaluate("document.documentElement.scrollWidth")
    hand.tap(page.locator("form.ask button.btn-primary"))
    expect(page.locator(".note-ok")).to_be_visible()
    hand.read()

    assert (hand.taps, hand.keys, questions) == (9, 4 + 10, 6)
    assert hand.reading > 0
    assert hand.seconds() < THREE_MINUTES, hand.seconds()
    assert sideways <= PHONE["width"]
    assert Feedback.objects.get().request.placement == stay
    assert stay.arrivals.get().since == stay.starts_on


def test_what_was_chosen_is_there_again_after_the_page_was_closed_and_gone_once_it_was_sent(phone, stay):
    path = address_of(FeedbackLink.objects.get())
    page = phone.new_page()
    page.goto(path)
    page.locator("#digits").fill("1234")
    page.locator("main button.btn-primary").tap()
    expect(page.locator("form.ask")).to_be_visible()
    for at in range(steps_of(page).count()):
        steps_of(page).nth(at).locator("label").last.tap()
    page.locator("textarea").fill("下个月换岗")
    page.close()

    page = phone.new_page()
    page.goto(path)
    expect(page.locator("[data-kept]")).to_be_visible()
    chosen, words = page.locator("form.ask input:checked").count(), page.locator("textarea").input_value()
    page.locator("form.ask button.btn-primary").tap()
    expect(page.locator(".note-ok")).to_be_visible()
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('mentor:'))")

    assert (chosen, words) == (5, "下个月换岗")
    assert Feedback.objects.get().answers["note"] == "下个月换岗"


def test_the_office_copies_the_words_and_the_link_with_one_tap(chromium, live_server, stay, client):
    organizer = make.user("organizer", stay.trainee.cohort.program)
    client.force_login(organizer)
    context = chromium.new_context(base_url=live_server.url, permissions=["clipboard-read", "clipboard-write"])
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("placements:feedback_links", kwargs={"cohort": stay.trainee.cohort_id}))

    page.locator("[data-copy]").click()
    expect(page.locator("[data-copy]")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    context.close()

    assert copied.endswith(f"{live_server.url}{address_of(FeedbackLink.objects.get())}")
    assert stay.trainee.person.name in copied


def test_a_dead_link_is_a_page_that_says_what_to_do(phone, stay):
    FeedbackLink.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    page = phone.new_page()

    answer = page.goto(address_of(FeedbackLink.objects.get()))

    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("链接无法打开")
