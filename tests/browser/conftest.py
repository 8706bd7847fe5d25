import pytest
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from tests.browser.visitor import CHROMIUM
from tests.browsers import PATIENCE

pytest.register_assert_rewrite("tests.browser.walk")
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def chromium(chromium_path, monkeypatch):
    """The browser's loop runs in this thread; the database is looked at between its steps, never within one."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=CHROMIUM)
        yield browser
        browser.close()
        connections.close_all()  # that of the loop; outside it there is another
