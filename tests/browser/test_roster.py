"""From a roster file to classes and papers in a real browser: scripts, accessibility and both widths."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import sync_playwright

from accounts.models import Role
from cohorts.models import ClassMembership, Trainee
from tests import make
from tests.browsers import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILES = Path(__file__).parent.parent / "files"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@contextmanager
def signed_in(client, user, live_server, chromium_path, size):
    """A tab in which the user is signed in; ``tab.faults`` collects what axe, the width and the console complain about."""
    client.force_login(user)
    cookies = [{"name": name, "value": one.value, "url": live_server.url} for name, one in client.cookies.items()]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        context = browser.new_context(viewport=size, base_url=live_server.url)
        context.add_cookies(cookies)
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.faults = []
        tab.on("console", lambda said: tab.faults.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: tab.faults.append(str(error)))
        yield tab
        browser.close()


def look(tab, name):
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")  # the bar of actions then covers no row
    for fault in Axe().run(tab, options=RULES).response["violations"]:
        tab.faults.append((name, fault["id"], fault["nodes"][0]["target"]))
    if (sideways := tab.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        tab.faults.append((name, "wider than the screen by", sideways))


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "zh-hans"), (PHONE, "en")])
def test_a_roster_becomes_classes_and_papers(client, live_server, chromium_path, size, language):
    cohort = make.cohort(name="2026 年第一期")
    user = make.user(Role.ORGANIZER, cohort.program, name="何静姝", language=language)
    url = {
        name: reverse(f"cohorts:{name}", kwargs={"cohort": cohort.pk})
        for name in ("roster_import", "split_create", "document_list")
    }

    with signed_in(client, user, live_server, chromium_path, size) as tab:
        tab.goto(url["roster_import"])
        look(tab, "import")
        tab.set_input_files("input[type=file]", FILES / "street-roster-450.xlsx")
        tab.click("form[enctype] .btn-primary")
        tab.wait_for_selector("[data-columns]")
        assert tab.locator("[data-new-field]").first.is_hidden()
        look(tab, "columns")
        tab.click(".actionbar .btn-primary")
        tab.wait_for_selector(".figs")
        look(tab, "plan")
        tab.locator(".actionbar .btn-primary").click()
        tab.wait_for_selector("#done")
        look(tab, "done")
        tab.goto(url["split_create"])
        assert tab.locator("#find").is_hidden()
        look(tab, "split by")
        tab.check("[name=mode][value=balanced]")
        tab.fill("#find", "王")
        tab.locator("[data-person]").first.click()
        assert tab.locator("[name=together]").input_value().startswith("2600-")
        look(tab, "split balanced")
        tab.fill("[name=together]", "")
        tab.check("[name=mode][value=by]")
        tab.click(".form-save .btn-primary")
        tab.wait_for_selector(".actionbar")
        look(tab, "split plan")
        tab.click(".actionbar .btn-primary")
        tab.wait_for_url("**/split/*/")
        tab.goto(url["document_list"])
        look(tab, "papers")
        tab.fill("[name=purpose]", "报到")
        with tab.expect_download() as download:
            tab.click("[value='check_in:docx']")
        assert download.value.suggested_filename.endswith(".docx")
        faults = tab.faults

    assert faults == []
    assert Trainee.objects.count() == 450
    assert ClassMembership.objects.values("training_class").distinct().count() == 10
