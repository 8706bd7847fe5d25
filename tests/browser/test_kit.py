"""The style guide in a real browser: every piece, both widths, light and dark, under our content security policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.browser.visitor import RULES
from tests.browsers import PATIENCE
from tests.kit import frame_urls
from trainee_mgmt import guide

pytestmark = pytest.mark.browser
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}


@pytest.fixture(autouse=True)
def _some_pages(settings, monkeypatch):
    frame_urls.set_up(monkeypatch, settings)
    yield
    frame_urls.forget()


@pytest.fixture
def page(live_server, chromium_path):
    """A tab that keeps what the console complains about in ``page.complaints``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        tab = browser.new_page(viewport=DESKTOP, base_url=live_server.url)
        tab.set_default_timeout(PATIENCE)
        tab.complaints = []
        tab.on("console", lambda said: tab.complaints.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        yield tab
        browser.close()


@pytest.mark.parametrize(
    ("size", "wearing"),
    [(DESKTOP, "theme=light"), (DESKTOP, "theme=dark"), (PHONE, "theme=light"), (PHONE, "theme=dark&text=large")],
)
def test_every_piece_is_accessible_and_fits(page, size, wearing):
    page.set_viewport_size(size)
    found = {}
    for name in guide.PAGES:
        page.goto(f"/kit/{name}/?{wearing}&toast=1")
        faults = [
            (fault["id"], fault["nodes"][0]["target"])
            for fault in Axe().run(page, options=RULES).response["violations"]
        ]
        sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if faults or sideways > 0:
            found[name] = (faults, sideways)

    assert found == {}
    assert page.complaints == []


def test_rows_are_chosen_and_counted(page):
    page.goto("/kit/list/")
    bar = page.locator("[data-bulk-bar]")
    hidden_at_first = bar.is_hidden()

    page.locator("input[name=pk]").nth(1).check()
    page.locator("input[name=pk]").nth(3).check()

    assert (hidden_at_first, bar.locator("[data-count]").inner_text()) == (True, "2")
    page.locator("[data-pick-all]").click()
    assert (bar.locator("[data-count]").inner_text(), page.locator("input[name=all]").input_value()) == ("450", "1")
    page.locator("[data-pick-none]").click()
    assert bar.is_hidden()


def test_filters_keep_their_place_in_the_address_and_the_typing(page):
    page.goto("/kit/list/")

    page.keyboard.press("/")
    with page.expect_response(lambda response: "q=abc" in response.url):
        page.keyboard.type("abc")
    page.wait_for_url("**q=abc**")

    assert page.evaluate("[document.activeElement.name, document.activeElement.value]") == ["q", "abc"]


def test_nothing_is_done_before_the_confirmation(page):
    page.goto("/kit/pieces/")
    page.evaluate("document.querySelector('.btn-danger').addEventListener('click', () => { window.done = true; })")

    page.locator("main .btn-danger").click()
    dialog = page.locator("#confirm")
    asked = (
        dialog.locator("h2").inner_text(),
        dialog.locator("[value=yes]").inner_text(),
        page.evaluate("!!window.done"),
    )
    page.keyboard.press("Escape")
    after_escape = page.evaluate("!!window.done")
    page.locator("main .btn-danger").click()
    dialog.locator("[value=yes]").click()
    page.wait_for_function("window.done")

    assert asked == ("删除 3 份草稿", "删除 3 份", False)
    assert after_escape is False


def test_a_menu_closes_by_escape_and_gives_the_focus_back(page):
    page.goto("/kit/pieces/")
    summary = page.locator(".topbar > .menu > summary")

    summary.click()
    page.keyboard.press("Escape")

    assert page.locator("details[data-menu][open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_errors_take_the_focus_and_lead_to_their_fields(page):
    page.goto("/kit/form/?wrong=1")
    first_focus = page.evaluate("document.activeElement.className")

    page.locator(".errors a").first.click()

    assert first_focus == "errors"
    assert page.evaluate("document.activeElement.name") == "name"
    described = page.locator("#id_name").get_attribute("aria-describedby")
    assert page.locator(f"#{described}").inner_text() != ""


def test_a_lost_connection_loses_nothing_typed(page):
    page.goto("/kit/form/")
    page.locator("#id_name").fill("战略思维")
    page.context.set_offline(True)

    page.locator(".form-save .btn-primary").click()
    page.locator("[data-offline]").wait_for()

    assert page.locator("#id_name").input_value() == "战略思维"


def test_the_whole_navigation_opens_on_a_phone_and_rests_the_page(page):
    page.set_viewport_size(PHONE)
    page.goto("/kit/pieces/")

    page.locator(".bottombar a").last.click()
    expect(page.locator("#side")).to_be_visible()
    expect(page.locator("main")).to_have_js_property("inert", True)
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()


def test_it_works_without_scripts(live_server, chromium_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        tab = browser.new_context(java_script_enabled=False, viewport=PHONE, base_url=live_server.url).new_page()

        tab.goto("/kit/list/")
        tab.locator(".topbar > .menu > summary").click()
        menu = tab.locator(".topbar > .menu > .menu-list").is_visible()
        tab.locator(".topbar > .menu > summary").click()
        tab.locator(".bottombar a").last.click()

        expect(tab.locator("#side")).to_be_visible()
        assert (menu, tab.locator("[data-bulk-bar]").is_visible()) == (True, True)
        assert tab.locator(".filters .no-js").is_visible()
        browser.close()
