"""Everything that people can do, from an empty database, in both languages, at 1440 and at 360 px."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.product import running
from tests.browser.visitor import CHROMIUM
from tests.browser.walk import COHORT, HOSTING, Walk

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(params=["zh-hans", "en"])
def walk(request, folder, chromium_path):
    with running(folder / "var") as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM)
        yield Walk(browser, product, folder, language=request.param)
        browser.close()


@pytest.mark.parametrize("story", [COHORT, HOSTING], ids=["cohort", "hosting"])
def test_an_office_does_its_work_from_the_first_day_to_the_last(walk, story):
    for step in story:
        try:
            step(walk)
        except Exception as stopped:
            stopped.add_note(f"{step.__name__}; faults until then: {walk.faults}")
            raise
        assert (step.__name__, walk.faults) == (step.__name__, [])
