"""The dispatch meeting: its pack is built from data, minutes give actions, and the next pack opens with the unclosed ones."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from accounts.models import AuditEntry, ExportRecord, Role
from placements.models import DispatchAction, DispatchMeeting
from placements.services.dispatch import (
    add_action,
    change_meeting,
    close_action,
    plan_meeting,
    remove_meeting,
    reopen_action,
    reopen_meeting,
)
from placements.services.leads import move_lead
from reports.selectors.dispatch import Gathering
from reports.selectors.sections import Where
from reports.services import hold_dispatch
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def a_cohort():
    today = timezone.localdate()
    return make.cohort(starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=60))


def sections(meeting, user) -> dict:
    return {each.key: each for each in Gathering(meeting, timezone.now(), user).sections()}


def test_the_next_pack_opens_with_what_stayed_open():
    cohort, by, today = a_cohort(), make.user(Role.ORGANIZER), timezone.localdate()
    first = plan_meeting(cohort, held_on=today - timedelta(days=40))
    late = add_action(first, text="late", owner=by, due_on=today - timedelta(days=1))
    add_action(first, text="in time", owner=by, due_on=today)
    done = add_action(first, text="done", owner=by, due_on=today)
    close_action(done, state="done", result="It was done.", by=by)
    hold_dispatch(first, minutes="We met.", by=by)
    second = plan_meeting(cohort, held_on=today)

    pack = Gathering(second, timezone.now(), by)
    opening = pack.sections()[0]

    assert (pack.since, opening.key) == (first.held_on, "unclosed")
    assert [(line.cells[0], line.is_bad) for line in opening.lines] == [("late", True), ("in time", False)]
    assert opening.lines[0].opens == Where("reports:dispatch_action", {"pk": late.pk})


def test_the_pack_is_built_from_the_data_of_this_cohort_since_the_last_meeting():
    cohort, by, today = a_cohort(), make.user(Role.ORGANIZER), timezone.localdate()
    trainee = make.trainee(in_cohort=cohort)
    host = make.host(cohort.program.unit)
    placement = make.placement(trainee, at_offer=make.offer(cohort, at_host=host))
    for each in (trainee, make.trainee()):
        now = timezone.now()
        make.ticket(each, category="safety", due_at=now - timedelta(hours=1), opened_at=now - timedelta(days=1))
    make.visit(cohort, to=host, on=today - timedelta(days=2), visitor=by)
    lead = make.lead(trainee)
    move_lead(lead, stage="visited", on=today, text="We went.", by=by)
    scheme = make.scheme(cohort)
    make.score(make.indicator(scheme, name="Study"), trainee, by, points=80, entered_at=timezone.now())

    found = sections(plan_meeting(cohort, held_on=today), by)

    assert placement.seat.offer.post.host == host
    assert {key: section.count for key, section in found.items() if section.count} == {
        "safety": 1,
        "visits": 1,
        "coverage": 1,
        "tickets": 1,
        "scores": 1,
        "leads": 1,
    }
    assert (found["safety"].lines[0].cells[0], found["tickets"].late) == (trainee.person.name, 1)
    assert found["visits"].lines[0].cells[0] == host.name
    assert found["scores"].lines[0].cells == ("Study", "1", "1", "80.00")


def test_a_cohort_has_one_meeting_a_month_held_with_minutes_on_its_day():
    cohort, by, today = a_cohort(), make.user(), timezone.localdate()
    meeting = plan_meeting(cohort, held_on=today)

    with pytest.raises(Refused):
        plan_meeting(cohort, held_on=today.replace(day=1))
    with pytest.raises(Refused):
        hold_dispatch(meeting, minutes=" ", by=by)
    held = hold_dispatch(meeting, minutes="We met.", by=by)
    for refused in (lambda: change_meeting(held, held_on=today, place=""), lambda: remove_meeting(held)):
        with pytest.raises(Refused):
            refused()
    reopen_meeting(held, reason="a name was wrong")

    assert (DispatchMeeting.objects.get().state, DispatchMeeting.objects.get().minutes) == ("planned", "We met.")


def test_minutes_cannot_be_kept_before_the_day_of_the_meeting():
    meeting = plan_meeting(a_cohort(), held_on=timezone.localdate() + timedelta(days=1))

    with pytest.raises(Refused):
        hold_dispatch(meeting, minutes="We met.", by=make.user())


def test_an_action_is_closed_in_words_and_opened_again():
    by, today = make.user(), timezone.localdate()
    meeting = plan_meeting(a_cohort(), held_on=today)
    with pytest.raises(Refused):
        add_action(meeting, text="x", owner=by, due_on=today - timedelta(days=1))
    action = add_action(meeting, text="x", owner=by, due_on=today)

    with pytest.raises(Refused):
        close_action(action, state="done", result=" ", by=by)
    closed = close_action(action, state="done", result="done", by=by)
    with pytest.raises(Refused):
        close_action(closed, state="done", result="again", by=by)
    reopen_action(closed)

    log = AuditEntry.objects.filter(action__endswith="_action").order_by("pk").values_list("action", flat=True)
    assert list(log) == ["placements.add_action", "placements.close_action", "placements.reopen_action"]


def test_the_page_and_the_paper_say_the_same_and_the_file_is_recorded(client):
    cohort, today = a_cohort(), timezone.localdate()
    organizer = make.user(Role.ORGANIZER, cohort)
    meeting = plan_meeting(cohort, held_on=today)
    make.ticket(make.trainee(in_cohort=cohort), text="the shower is cold")
    client.force_login(organizer)

    page = client.get(meeting.get_absolute_url())
    file = client.post(reverse("reports:dispatch_file", kwargs={"pk": meeting.pk}))

    paper = Document(BytesIO(b"".join(file.streaming_content)))
    text = "\n".join(each.text for each in paper.paragraphs)
    assert [
        f"{n}. {each.section.title} ({each.section.count})" in text
        for n, each in enumerate(page.context["sections"], start=1)
    ] == [True] * 12
    assert ExportRecord.objects.get().kind == "docx"


def test_an_officer_in_charge_closes_the_own_action_and_sees_no_other(client):
    cohort, today = a_cohort(), timezone.localdate()
    training_class = make.training_class(cohort)
    officer = make.user(Role.OFFICER, training_class)
    meeting = plan_meeting(cohort, held_on=today)
    mine = add_action(meeting, text="mine", owner=officer, due_on=today)
    other = add_action(meeting, text="other", owner=make.user(), due_on=today)
    client.force_login(officer)

    seen = [client.get(each.get_absolute_url()).status_code for each in (mine, other, meeting)]
    home = client.get(reverse("reports:home")).content.decode()
    closed = client.post(
        reverse("reports:dispatch_action_close", kwargs={"pk": mine.pk}), {"state": "done", "result": "called them"}
    )

    assert (seen, closed.status_code, DispatchAction.objects.get(pk=mine.pk).state) == ([200, 404, 403], 302, "done")
    assert mine.get_absolute_url() in home


def test_the_pages_plan_a_meeting_add_an_action_and_keep_the_minutes(client):
    cohort, today = a_cohort(), timezone.localdate()
    organizer = make.user(Role.ORGANIZER, cohort)
    client.force_login(organizer)

    made = client.post(
        reverse("reports:dispatch_create", kwargs={"cohort": cohort.pk}), {"held_on": today, "place": "online"}
    )
    meeting = DispatchMeeting.objects.get()
    acted = client.post(
        reverse("reports:dispatch_action_create", kwargs={"pk": meeting.pk}),
        {"text": "Visit two hosts", "owner": organizer.pk, "due_on": today},
    )
    kept = client.post(reverse("reports:dispatch_minutes", kwargs={"pk": meeting.pk}), {"minutes": "We met."})

    assert [made.status_code, acted.status_code, kept.status_code] == [302, 302, 302]
    assert (DispatchMeeting.objects.get().state, DispatchAction.objects.get().owner) == ("held", organizer)


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_and_the_pack_need_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    cohort = a_cohort()
    organizer = make.user(Role.ORGANIZER, cohort)
    for n in range(items):
        meeting = plan_meeting(cohort, held_on=date(2026, 1 + n, 10))
        add_action(meeting, text="x", owner=make.user(), due_on=date(2026, 5, 1))
        make.ticket(make.trainee(in_cohort=cohort))
    last = plan_meeting(cohort, held_on=timezone.localdate())
    client.force_login(organizer)

    with django_assert_num_queries(4):
        client.get(reverse("reports:dispatch_list", kwargs={"cohort": cohort.pk}))
    with django_assert_num_queries(20):
        client.get(last.get_absolute_url())
