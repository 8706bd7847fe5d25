"""The roll call on a phone whose network comes and goes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from learning.models import DisputedMark, RollSheet
from learning.services import correct_mark
from tests import make
from tests.browser.test_roster import PHONE, look, signed_in
from tests.browsers import until
from tests.races import race

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
READY = """async () => { await navigator.serviceWorker.ready; return !!(await (await caches.open('pages')).match(location.pathname)) }"""


def a_session_today(size):
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30))
    of = make.training_class(cohort)
    people = [make.trainee(in_class=of) for _ in range(size)]
    start = timezone.now() - timedelta(minutes=20)
    session = make.session(
        classes=[of], starts_at=start, ends_at=start + timedelta(hours=2), title="领导力工作坊（二）"
    )
    return of, people, session, reverse("learning:roll_call", kwargs={"pk": session.pk})


def marks(session):
    return dict(session.attendances.filter(in_force=True).values_list("trainee", "state"))


def faults(tab):
    """What is broken, besides the requests that found no network."""
    return [fault for fault in tab.faults if "net::ERR_" not in str(fault)]


def wait_until_kept(tab):
    until(tab, READY)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_fifty_people_are_called_by_four_taps_without_a_network_and_sent_once_when_it_is_back(
    client, live_server, chromium_path, language
):
    of, people, session, url = a_session_today(50)
    officer = make.user(Role.OFFICER, of, language=language)

    with signed_in(client, officer, live_server, chromium_path, PHONE) as tab:
        tab.goto(url)
        wait_until_kept(tab)
        tab.context.set_offline(True)
        tab.goto(url)  # the page opens in the cellar too
        assert tab.locator(".roll > li").count() == 50
        tab.locator(".roll .state").nth(3).click()
        for _tap in range(2):
            tab.locator(".roll .state").nth(7).click()
        tab.locator(".dock .btn-primary").click()
        tab.wait_for_selector("[data-kept-here]")
        tab.set_viewport_size(PHONE | {"height": 4000})  # unrolled: the dock then lies over no name
        look(tab, "kept")
        tab.set_viewport_size(PHONE)
        tab.goto(url)  # closed and opened again: the marks wait
        tab.wait_for_selector("[data-kept-here]")
        waiting = tab.locator("select").nth(7).evaluate("node => node.value")
        (sheets_before,) = race(RollSheet.objects.count)  # in a thread: the browser holds this one
        tab.context.set_offline(False)
        tab.wait_for_url(f"**{session.get_absolute_url()}")
        tab.goto(url)
        kept = tab.evaluate("async () => await globalThis.kept.find(location.pathname) ?? null")
        found = faults(tab)

    assert found == []
    assert (waiting, sheets_before, kept) == ("absent", 0, None)
    assert marks(session) == {each.pk: "present" for each in people} | {people[3].pk: "late", people[7].pk: "absent"}
    assert (RollSheet.objects.count(), session.attendances.count()) == (1, 50)


def test_another_phone_that_was_faster_is_not_overwritten(client, live_server, chromium_path):
    of, (first, second), session, url = a_session_today(2)
    officer, faster = make.user(Role.OFFICER, of), make.user()

    with signed_in(client, officer, live_server, chromium_path, PHONE) as tab:
        tab.goto(url)
        wait_until_kept(tab)
        tab.context.set_offline(True)
        for _tap in range(2):
            tab.locator(".roll .state").first.click()
        tab.locator(".dock .btn-primary").click()
        tab.wait_for_selector("[data-kept-here]")
        race(lambda: correct_mark(session, first.pk, state="late", note="", by=faster))
        tab.context.set_offline(False)
        tab.wait_for_url(f"**{session.get_absolute_url()}")
        tab.goto(reverse("learning:attendance_differences", kwargs={"cohort": of.cohort_id}))
        difference = tab.locator(".difference").inner_text()

    assert marks(session) == {first.pk: "late", second.pk: "present"}
    assert DisputedMark.objects.get().state == "absent"
    assert first.person.name in difference


def test_an_online_roll_goes_straight_through(client, live_server, chromium_path):
    of, (first, second), session, url = a_session_today(2)
    officer = make.user(Role.OFFICER, of)

    with signed_in(client, officer, live_server, chromium_path, PHONE) as tab:
        tab.goto(url)
        tab.locator(".roll .state").first.click()
        tab.locator(".dock .btn-primary").click()
        tab.wait_for_url(f"**{session.get_absolute_url()}")
        found = faults(tab)

    assert (found, marks(session)) == ([], {first.pk: "late", second.pk: "present"})
    assert RollSheet.objects.get().was_kept is False


def test_nothing_of_a_person_is_kept_after_signing_out(client, live_server, chromium_path):
    of, people, _session, url = a_session_today(2)
    officer = make.user(Role.OFFICER, of)

    with signed_in(client, officer, live_server, chromium_path, PHONE) as tab:
        tab.goto(url)
        wait_until_kept(tab)
        tab.locator(".topbar .menu summary").last.click()
        tab.locator('form[action*="logout"] button').last.click()
        tab.wait_for_url("**/account/login/**")
        until(tab, "async () => !(await caches.has('pages'))")
        tab.context.set_offline(True)
        tab.goto(url)
        shown = tab.content()

    assert people[0].person.name not in shown
