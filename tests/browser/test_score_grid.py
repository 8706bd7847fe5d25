"""The score grid in a real browser, where answers of the server come late."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from assessments.models import Score
from tests.assessments.world import Panel
from tests.browsers import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_typed_while_a_save_is_on_its_way_is_saved_after_it(chromium, live_server):
    panel, client, held = Panel(), Client(), []
    client.force_login(panel.rater)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(reverse("assessments:score_grid", kwargs={"cohort": panel.cohort.pk}))
    page.route("**/*", lambda route: held.append(route) if is_first_save(route.request, held) else route.continue_())
    box, keyboard = page.locator("td.c input").first, page.keyboard

    box.focus()
    keyboard.type("28")
    with page.expect_request(lambda request: request.method == "POST"):
        keyboard.press("Enter")
    keyboard.press("ArrowUp")
    keyboard.type("28.5")
    keyboard.press("Enter")
    with page.expect_response(lambda answer: "points=28.5" in (answer.request.post_data or "")):
        held[0].continue_()

    expect(box).to_have_value("28.5")
    assert Score.objects.get(in_force=True).points == Decimal("28.5")
    context.close()


def is_first_save(request, held) -> bool:
    return request.method == "POST" and not held
