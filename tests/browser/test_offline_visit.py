"""The notes of a visit on a phone without a network."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import AuditEntry, Role
from tests import make
from tests.browser.test_offline_roll import faults, wait_until_kept
from tests.browser.test_roster import PHONE, look, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "住宿已落实，班车时间需要协调。"


def test_notes_that_were_refused_or_typed_without_a_network_stay_on_the_page_and_are_stored_once(
    client, live_server, chromium_path
):
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30))
    visit = make.visit(cohort, on=today)
    url = reverse("placements:visit_note", kwargs={"pk": visit.pk})

    with signed_in(client, make.user(Role.ORGANIZER, cohort), live_server, chromium_path, PHONE) as tab:
        notes, day, waits = tab.locator("[name=notes]"), tab.locator("[name=done_on]"), tab.locator("[data-keep-note]")
        tab.goto(url)
        wait_until_kept(tab)
        notes.fill(WORDS)
        day.fill((today + timedelta(days=1)).isoformat())
        tab.locator(".form-save .btn-primary").click()
        expect(tab.locator(".errors")).to_be_visible()
        expect(notes).to_have_value(WORDS)
        day.fill(today.isoformat())
        tab.context.set_offline(True)
        tab.locator(".form-save .btn-primary").click()
        expect(waits).to_be_visible()
        tab.goto(url)  # closed and opened again: the notes wait
        expect(waits).to_be_visible()
        expect(notes).to_have_value(WORDS)
        look(tab, "kept")
        tab.context.set_offline(False)
        tab.wait_for_url(f"**{visit.get_absolute_url()}")
        expect(tab.get_by_text(WORDS)).to_be_visible()
        tab.goto(url)
        left = tab.evaluate("async () => await globalThis.kept.find(location.pathname) ?? null")
        found = [fault for fault in faults(tab) if "status of 422" not in str(fault)]

    visit.refresh_from_db()
    assert (found, left) == ([], None)
    assert (visit.notes, visit.done_on) == (WORDS, today)
    assert AuditEntry.objects.filter(action="placements.note_visit").count() == 1


KEEP = """([urls, words]) => Promise.all(urls.map((url, nth) => globalThis.kept.keep({ url, title: url, at: nth + 1, data: [
  ["done_on", words[0]], ["companions", ""], ["notes", words[1]]] })))"""


def test_notes_of_a_visit_that_went_out_of_reach_say_so_and_hold_back_no_others(client, live_server, chromium_path):
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30))
    gone, visit = make.visit(make.cohort(), on=today), make.visit(cohort, on=today)
    urls = [reverse("placements:visit_note", kwargs={"pk": each.pk}) for each in (gone, visit)]

    with signed_in(client, make.user(Role.ORGANIZER, cohort), live_server, chromium_path, PHONE) as tab:
        tab.goto(reverse("accounts:me"))
        tab.evaluate(KEEP, [urls, [today.isoformat(), WORDS]])
        tab.reload()
        expect(tab.locator("[data-kept] li")).to_have_count(1)
        expect(tab.locator("[data-kept] [data-error]")).not_to_be_empty()
        expect(tab.locator("[data-kept] [data-title]")).to_have_text(urls[0])

    visit.refresh_from_db()
    assert visit.notes == WORDS
