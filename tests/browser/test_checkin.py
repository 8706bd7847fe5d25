"""Check-in by code in a real browser: the screen turns, the phone that opens its address is in."""

import pytest
from django.urls import reverse

from accounts.models import Role, User
from learning.models import Scan
from learning.rules import codes
from tests import make
from tests.browser.test_offline_roll import faults
from tests.browser.test_roster import DESKTOP, PHONE, look, signed_in
from tests.learning.test_checkins import a_class, beginning, token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def _codes_last(monkeypatch):
    """How long a code is good is tested elsewhere, without a browser that may be slow."""
    monkeypatch.setattr(codes, "TOLERANCE", 60)


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "zh-hans"), (PHONE, "en")])
def test_the_screen_shows_the_next_code_by_itself(client, live_server, chromium_path, size, language):
    of, *_ = a_class(2)
    session = beginning(10, classes=[of], title="领导力工作坊（二）", place="创新中心 3 楼")
    officer = make.user(Role.OFFICER, of, language=language)

    with signed_in(client, officer, live_server, chromium_path, size) as tab:
        tab.goto(reverse("learning:checkin_screen", kwargs={"pk": session.pk}))
        look(tab, "screen")
        first = tab.locator(".qr").inner_html()
        tab.wait_for_function("was => document.querySelector('.qr').innerHTML !== was", arg=first)
        tab.context.set_offline(True)
        tab.wait_for_selector("[data-code] [role=alert]")
        shown_without_connection = tab.locator(".qr").count()
        tab.context.set_offline(False)
        tab.wait_for_selector(".qr")
        found = faults(tab)

    assert (found, shown_without_connection) == ([], 0)


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "zh-hans"), (PHONE, "en")])
@pytest.mark.usefixtures("_codes_last")
def test_a_phone_that_opens_the_code_is_in(client, live_server, chromium_path, size, language):
    of, _people, (account,) = a_class()
    session, later = beginning(10, classes=[of]), beginning(60, classes=[of])
    User.objects.update(language=language)
    account.refresh_from_db()

    with signed_in(client, account, live_server, chromium_path, size) as tab:
        for which, name in ((later, "early"), (session, "in")):
            tab.goto(reverse("learning:code_read", kwargs={"code": token(which)}))
            tab.wait_for_selector(".answer")
            look(tab, name)
        tab.goto(reverse("learning:check_in"))
        look(tab, "digits")
        found = tab.faults

    assert found == []
    assert list(Scan.objects.order_by("pk").values_list("verdict", flat=True)) == ["refused", "accepted"]
