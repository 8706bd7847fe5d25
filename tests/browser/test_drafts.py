"""A draft of a journal in a real browser: it survives whatever happens to the phone, and no text is lost between two."""

import os
import signal
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from learning.models import Journal, JournalVersion
from tests import make
from tests.browser.test_offline_roll import wait_until_kept
from tests.browsers import PATIENCE, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 780}
DRAFTS = "/static/learning/drafts.js"


class Writer:
    """A trainee with a journal of this week; ``device`` gives the pages of a browser in which he is signed in."""

    def __init__(self, chromium, address):
        today = timezone.localdate()
        cohort = make.cohort(
            starts_on=today - timedelta(days=20), ends_on=today + timedelta(days=20), journal_prompts="上下游？\n风险？"
        )
        self.trainee = make.trainee(cohort)
        self.user = make.trainee_account(self.trainee)
        monday: date = today - timedelta(days=today.weekday())
        self.url = reverse("learning:journal_write", kwargs={"pk": self.trainee.pk, "period": monday.isoformat()})
        self.chromium, self.address = chromium, address

    def sign_in(self, context, user=None):
        client = Client()
        client.force_login(user or self.user)
        value = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": value, "url": self.address}])

    @contextmanager
    def device(self, **fields):
        """Without the service worker, through which a request outlives its tab: what is tested is the draft."""
        fields = {"service_workers": "block"} | fields
        context = self.chromium.new_context(base_url=self.address, viewport=PHONE, **fields)
        context.set_default_timeout(PATIENCE)
        self.sign_in(context)
        yield context
        context.close()

    def opened(self, context):
        page = context.new_page()
        page.goto(self.url)
        return page

    @property
    def body(self):
        return Journal.objects.values_list("body", flat=True).first()


@pytest.fixture
def writer(chromium, live_server):
    return Writer(chromium, live_server.url)


def text(page):
    return page.locator("textarea[name=body]")


def said(page, words):
    expect(page.locator("[data-saved]")).to_contain_text(words)


def kept(page):
    """How many drafts this browser keeps of the person who is signed in."""
    return page.evaluate("address => import(address).then((it) => it.drafts()).then((all) => all.length)", DRAFTS)


def synced(page):
    """The page has sent what it found when it was opened, and what it would send now."""
    page.evaluate("address => import(address).then((it) => it.sync())", DRAFTS)


def close(page):
    """The tab is gone, and nothing that its end sets off reaches the server: a page that is being hidden sends its draft."""
    page.evaluate("() => { globalThis.fetch = () => Promise.reject(new TypeError('closed')); }")
    page.close()


def test_a_draft_typed_without_a_network_survives_the_closed_tab_and_seven_days(writer):
    with writer.device() as phone:
        page = writer.opened(phone)
        phone.set_offline(True)
        text(page).fill("typed in a tunnel")
        said(page, "kept in this device")
        close(page)
        left_behind = phone.storage_state(indexed_db=True)
    before = Journal.objects.count()

    with writer.device(storage_state=left_behind) as seven_days_later:
        page = writer.opened(seven_days_later)
        said(page, "saved at")
        found, drafts = text(page).input_value(), kept(page)

    assert (before, found, drafts, writer.body) == (0, "typed in a tunnel", 0, "typed in a tunnel")


def test_a_draft_survives_a_battery_that_dies(writer, chromium_path, tmp_path):
    """The browser is killed in the middle; what was typed lies on the disk."""

    def switched_on():
        phone = writer.chromium.browser_type.launch_persistent_context(
            str(tmp_path),
            executable_path=chromium_path,
            args=["--no-sandbox"],
            base_url=writer.address,
            viewport=PHONE,
            service_workers="block",
        )
        phone.set_default_timeout(PATIENCE)
        writer.sign_in(phone)
        return phone

    phone = switched_on()
    page = writer.opened(phone)
    phone.set_offline(True)
    text(page).fill("typed at two per cent")
    said(page, "kept in this device")
    for process in processes_of(tmp_path):
        os.kill(process, signal.SIGKILL)
    before = Journal.objects.exclude(body="").count()

    phone = switched_on()
    page = writer.opened(phone)
    said(page, "saved at")
    found = text(page).input_value()
    phone.close()

    assert (before, found, writer.body) == (0, "typed at two per cent", "typed at two per cent")


def processes_of(profile) -> list[int]:
    """The processes of the browser that writes into this folder."""
    found, named = [], f"--user-data-dir={profile}".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended in the meantime
            if named in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def test_a_draft_is_sent_once_from_whichever_page_is_opened_first(writer):
    with writer.device() as phone:
        page = writer.opened(phone)
        phone.set_offline(True)
        text(page).fill("typed in a tunnel")
        said(page, "kept in this device")
        close(page)
        phone.set_offline(False)
        sent = []
        page = phone.new_page()
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.goto(reverse("learning:my_journals"))
        until(page, "address => import(address).then((it) => it.drafts()).then((all) => !all.length)", DRAFTS)
        page.reload()
        synced(page)

    assert (len(sent), writer.body) == (1, "typed in a tunnel")


def test_two_devices_show_both_texts_side_by_side_and_the_other_one_stays(writer):
    with writer.device() as phone, writer.device() as desk:
        on_phone, on_desk = writer.opened(phone), writer.opened(desk)
        text(on_phone).fill("from the phone")
        said(on_phone, "saved at")
        text(on_desk).fill("from the desk")
        clash = on_desk.locator("[data-clash]")
        expect(clash).to_be_visible()
        shown = (clash.locator("[data-mine]").inner_text(), clash.locator("[data-theirs]").inner_text())
        stored = writer.body
        clash.locator("[data-take=mine]").click()
        said(on_desk, "saved at")

    assert shown == ("from the desk", "from the phone")
    assert (stored, writer.body) == ("from the phone", "from the desk")
    assert sorted(JournalVersion.objects.values_list("body", flat=True)) == ["from the desk", "from the phone"]


def test_a_session_that_ended_loses_nothing(writer):
    with writer.device() as phone:
        page = writer.opened(phone)
        phone.clear_cookies()
        text(page).fill("after the session ended")
        said(page, "signed out")
        expect(page.locator("[data-sign-in]")).to_be_visible()
        page.close()
        writer.sign_in(phone)
        page = writer.opened(phone)
        said(page, "saved at")
        found = text(page).input_value()

    assert (found, writer.body) == ("after the session ended", "after the session ended")


def test_the_next_person_on_the_same_phone_neither_sees_nor_sends_the_draft(writer):
    other = make.trainee_account(make.trainee(writer.trainee.cohort))
    with writer.device() as phone:
        page = writer.opened(phone)
        phone.set_offline(True)
        text(page).fill("a private thought")
        said(page, "kept in this device")
        close(page)
        phone.set_offline(False)
        phone.clear_cookies()
        writer.sign_in(phone, other)
        page = phone.new_page()
        page.goto(reverse("learning:my_journals"))
        synced(page)
        seen_by_other, stored = kept(page), writer.body
        phone.clear_cookies()
        writer.sign_in(phone)
        page = writer.opened(phone)
        said(page, "saved at")

    assert (seen_by_other, stored, writer.body) == (0, None, "a private thought")


def test_signing_out_sends_the_draft_first(writer):
    with writer.device() as phone:
        page = writer.opened(phone)
        phone.set_offline(True)
        text(page).fill("typed before signing out")
        said(page, "kept in this device")
        close(page)
        page = phone.new_page()
        phone.set_offline(False)
        page.route("**/my/journals/**", lambda route: route.abort())
        with page.expect_event("requestfailed", lambda request: request.method == "POST"):
            page.goto(reverse("accounts:me"))
        until(page, "() => navigator.locks.query().then((all) => !all.held.length)")
        before = Journal.objects.exclude(body="").exists()
        page.unroute("**/my/journals/**")
        page.clock.install()  # signing out waits five seconds for the draft; here they do not pass
        page.clock.pause_at(timezone.now() + timedelta(minutes=1))
        with page.expect_navigation():
            page.locator("form[data-sign-out] button").click()

    assert (before, writer.body) == (False, "typed before signing out")


def test_a_question_is_put_into_the_text_and_nothing_is_forced(writer):
    with writer.device() as phone:
        page = writer.opened(phone)
        text(page).fill("Seen today.")
        page.locator("[data-insert]").first.click()
        page.keyboard.type("Two suppliers.")
        page.locator("form[data-journal] .dock button").click()
        with page.expect_navigation():
            page.locator("#confirm [value=yes]").click()

    assert writer.body == "Seen today.\n\n上下游？\nTwo suppliers."
    assert Journal.objects.get().state == "submitted"


def test_the_journal_opens_without_a_network_and_what_is_typed_then_arrives_later(writer):
    with writer.device(service_workers="allow") as phone:
        page = writer.opened(phone)
        wait_until_kept(page)
        phone.set_offline(True)
        page.goto(writer.url)
        text(page).fill("begun in a tunnel")
        said(page, "kept in this device")
        page.goto(writer.url)
        expect(text(page)).to_have_value("begun in a tunnel")
        phone.set_offline(False)
        said(page, "saved at")

    assert writer.body == "begun in a tunnel"
