from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from accounts.models import AuditEntry, Notice, Role
from placements.models import Visit, VisitPicture, VisitTask
from placements.rules.coverage import Mark, Stay, due_on, mark_of
from placements.rules.visit_plan import proposed_days
from placements.selectors.visits import coverage, overdue_visits, uncovered_hosts
from placements.services import visits as services
from tests import make
from trainee_mgmt.kit.days import bounds
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.notices import KINDS

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
DAY = timedelta(days=1)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.fixture
def cohort():
    return make.cohort(starts_on=TODAY - 60 * DAY, ends_on=TODAY + 60 * DAY)


@pytest.fixture
def organizer(client, cohort):
    user = make.user(Role.ORGANIZER, cohort)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _the_same_day(monkeypatch):
    """Midnight may pass between the reading of this file and its tests."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def a_host(cohort, **fields):
    """A host with one trainee of the cohort, from its first to its last day."""
    host = make.host(cohort.program.unit, **fields)
    make.placement(at_offer=make.offer(cohort, at_host=host))
    return host


def url(name, pk):
    return reverse(f"placements:{name}", kwargs={"pk": pk})


def of_cohort(name, cohort):
    return reverse(f"placements:{name}", kwargs={"cohort": cohort.pk})


@given(DAYS, st.integers(0, 200), st.none() | st.integers(0, 200), st.integers(1, 12))
def test_a_host_is_due_within_the_weeks_or_not_again_before_everybody_leaves(first, length, visited, weeks):
    last = first + length * DAY
    stay = Stay(first, last, first + visited * DAY if visited is not None else None, None)

    due = due_on(stay, weeks)

    if due is None:
        assert stay.visited_on + timedelta(weeks=weeks) > last
    else:
        assert due <= last
        assert due - max(first, stay.visited_on or first) <= timedelta(weeks=weeks)


@given(DAYS, DAYS)
def test_a_host_is_red_from_the_day_after_it_was_due(first, today):
    stay = Stay(first, first + 365 * DAY, None, None)

    assert (mark_of(stay, 4, today) == Mark.LATE) == (today > first + timedelta(weeks=4))


@given(st.integers(0, 40), st.integers(1, 5))
def test_a_proposal_has_a_working_day_for_each_host_and_no_day_too_many(count, a_day):
    days = proposed_days([TODAY] * count, today=TODAY, a_day=a_day, is_working=lambda day: day.weekday() < 5)

    assert len(days) == count
    assert all(day > TODAY and day.weekday() < 5 for day in days)
    assert all(days.count(day) <= a_day for day in days)
    assert days == sorted(days)


def test_a_host_that_nobody_visited_for_the_weeks_of_the_cohort_is_red(client, cohort, organizer):
    never, seen, planned = (a_host(cohort, name=name) for name in ("never", "seen", "planned"))
    make.visit(cohort, to=seen, on=TODAY - 10 * DAY, done_on=TODAY - 10 * DAY)
    make.visit(cohort, to=planned, on=TODAY - 30 * DAY, done_on=TODAY - 30 * DAY)
    make.visit(cohort, to=planned, on=TODAY + 3 * DAY)
    services.set_visit_rule(cohort, weeks=5)

    lines = {each.name: each.mark for each in coverage(cohort, TODAY)}
    page = client.get(of_cohort("visit_coverage", cohort))

    assert lines == {"never": Mark.LATE, "seen": Mark.OPEN, "planned": Mark.PLANNED}
    assert [each.host for each in uncovered_hosts(cohort, TODAY)] == [never.pk]
    assert (page.context["late"], page.context["waiting"]) == (1, 2)


def test_hosts_of_another_cohort_and_of_people_who_left_are_not_due(cohort):
    a_host(make.cohort(program=cohort.program, starts_on=cohort.starts_on, ends_on=cohort.ends_on))
    gone = make.host(cohort.program.unit)
    make.placement(at_offer=make.offer(cohort, at_host=gone), ends_on=TODAY - 5 * DAY)

    assert coverage(cohort, TODAY) == []


def test_days_are_proposed_for_the_hosts_that_are_due_and_planned_as_they_were_read(client, cohort, organizer):
    first, second = a_host(cohort, name="A"), a_host(cohort, name="B")
    form = client.get(of_cohort("visit_propose", cohort)).context["form"]
    day = form[f"day_{first.pk}"].value()

    client.post(
        of_cohort("visit_propose", cohort), {"visitor": organizer.pk, f"day_{first.pk}": day, f"day_{second.pk}": ""}
    )

    visit = Visit.objects.get()
    assert (visit.host, visit.planned_on, visit.visitor) == (first, day, organizer)
    assert AuditEntry.objects.get().action == "placements.plan_visits"


def test_a_visit_is_planned_once_a_day_and_only_where_somebody_is(client, cohort, organizer):
    host, other = a_host(cohort), make.host(cohort.program.unit)
    typed = {"host": host.pk, "visitor": organizer.pk, "planned_on": TODAY}

    client.post(of_cohort("visit_create", cohort), typed)
    again = client.post(of_cohort("visit_create", cohort), typed)

    assert again.status_code == 422
    with pytest.raises(Refused, match="Nobody of this cohort is placed"):
        services.plan_visit(cohort, other, visitor=organizer, planned_on=TODAY)
    assert Visit.objects.count() == 1


def test_notes_say_when_it_took_place_and_the_same_again_changes_nothing(client, cohort, organizer):
    visit = make.visit(cohort, to=a_host(cohort), on=TODAY - DAY)
    typed = {"done_on": TODAY, "notes": "All well.", "companions": "the union"}

    future = client.post(url("visit_note", visit.pk), typed | {"done_on": TODAY + DAY})
    for _twice in range(2):
        client.post(url("visit_note", visit.pk), typed | {"kept": "1"})

    visit.refresh_from_db()
    assert future.status_code == 422
    assert (visit.state, visit.done_on, visit.notes) == (Visit.State.DONE, TODAY, "All well.")
    assert AuditEntry.objects.filter(action="placements.note_visit").count() == 1


def test_notes_that_came_meanwhile_are_read_before_they_are_replaced(client, cohort, organizer):
    visit = make.visit(cohort, to=a_host(cohort))
    url = reverse("placements:visit_note", kwargs={"pk": visit.pk})
    services.note_visit(visit, done_on=TODAY, notes="By bus.", today=TODAY)
    visit.refresh_from_db()
    client.force_login(organizer)
    mine = {"done_on": TODAY.isoformat(), "notes": "By train.", "companions": ""}

    late = client.post(url, mine | {"seen": ""})

    assert late.status_code == 422
    assert "By bus." in late.content.decode()
    assert f'name="seen" value="{visit.mark}"' in late.content.decode()
    assert client.post(url, mine | {"seen": late.context["form"]["seen"].value()}).status_code == 302
    assert client.post(url, mine | {"seen": ""}).status_code == 302  # the same again, as a phone sends it twice
    visit.refresh_from_db()
    assert visit.notes == "By train."


def test_a_visit_is_called_off_for_a_reason(client, cohort, organizer):
    visit = make.visit(cohort, on=TODAY - DAY)
    late = list(overdue_visits(cohort, TODAY))

    client.post(url("visit_call_off", visit.pk), {"text": " "})
    client.post(url("visit_call_off", visit.pk), {"text": "flood"})

    visit.refresh_from_db()
    assert late == [visit]
    assert (visit.state, visit.end_reason) == (Visit.State.CALLED_OFF, "flood")
    assert client.post(url("visit_note", visit.pk), {"done_on": TODAY}).status_code == 422


def test_a_task_has_an_owner_and_a_day_and_its_owner_is_told_and_does_it(client, cohort, organizer):
    of_class = make.training_class(cohort)
    officer = make.user(Role.OFFICER, of_class)
    visit = make.visit(cohort, to=a_host(cohort), done_on=TODAY)
    client.post(
        url("visittask_create", visit.pk), {"text": "a fan for the room", "owner": officer.pk, "due_on": TODAY - DAY}
    )
    task = VisitTask.objects.get()

    client.force_login(officer)
    page = client.get(visit.get_absolute_url())
    client.post(url("visittask_finish", task.pk), {"text": "bought"})

    task.refresh_from_db()
    assert page.status_code == 200
    assert (task.result, bool(task.done_at)) == ("bought", True)
    assert set(Notice.objects.values_list("user", "kind", "state")) == {
        (officer.pk, kind, "cancelled") for kind in (services.TASK.given, services.TASK.due, services.TASK.overdue)
    }


def test_the_owner_hears_the_day_after_of_a_task_that_is_still_open_and_of_no_other(cohort, organizer):
    visit, officer = make.visit(cohort, to=a_host(cohort), done_on=TODAY), make.user()
    is_open, done, moved = (
        services.add_task(visit, text=text, owner=officer, due_on=TODAY) for text in ("a fan", "a lamp", "a key")
    )
    told = list(Notice.objects.filter(kind=services.TASK.overdue).order_by("pk"))
    VisitTask.objects.filter(pk=done.pk).update(done_at=timezone.now())
    VisitTask.objects.filter(pk=moved.pk).update(due_on=TODAY + DAY)

    assert {each.not_before for each in told} == {bounds(TODAY)[1]}
    assert [each.about_id for each in KINDS[services.TASK.overdue].still_true(told)] == [is_open.pk]
    with translation.override("en"):
        assert "“a fan” was due on" in KINDS[services.TASK.overdue].line(told[0]).text


def test_an_opened_task_is_told_when_it_is_due_and_not_as_new(cohort, organizer, clock):
    visit, officer = make.visit(cohort, to=a_host(cohort), done_on=TODAY), make.user()
    task = services.add_task(visit, text="a fan", owner=officer, due_on=clock.now.date() + DAY)
    services.finish_task(task, result="bought")
    clock.forward(minutes=1)

    services.reopen_task(task)

    waiting = Notice.objects.filter(state="waiting").values_list("kind", flat=True)
    assert set(waiting) == {services.TASK.due, services.TASK.overdue}


def test_an_officer_sees_no_visit_without_a_task_of_their_own(client, cohort):
    visit = make.visit(cohort)
    client.force_login(make.user(Role.OFFICER, make.training_class(cohort)))

    assert client.get(visit.get_absolute_url()).status_code == 404
    assert client.get(url("visit_note", visit.pk)).status_code == 403


def test_pictures_are_encoded_anew_and_shown_to_those_who_see_the_visit(client, cohort, organizer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    visit = make.visit(cohort)
    file = BytesIO()
    Image.new("RGB", (60, 40), "red").save(file, "PNG")

    client.post(url("visit_pictures", visit.pk), {"pictures": SimpleUploadedFile("a.png", file.getvalue())})
    wrong = client.post(url("visit_pictures", visit.pk), {"pictures": SimpleUploadedFile("a.png", b"%PDF-1.4 x")})
    picture = VisitPicture.objects.get()
    shown = b"".join(client.get(url("visitpicture_show", picture.pk)).streaming_content)

    assert wrong.status_code == 422
    assert shown[:2] == b"\xff\xd8"
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))
    assert client.get(url("visitpicture_show", picture.pk)).status_code == 404


@pytest.mark.parametrize("items", [1, 3])
def test_pages_need_the_same_queries_for_any_number_of_rows(
    client, cohort, organizer, items, django_assert_num_queries
):
    for _n in range(items):
        visit = make.visit(cohort, to=a_host(cohort), on=TODAY - _n * DAY)
        VisitTask.objects.create(visit=visit, text="x", owner=organizer, due_on=TODAY)
    client.get(of_cohort("visit_list", cohort))

    with django_assert_num_queries(5):
        client.get(of_cohort("visit_list", cohort))
    with django_assert_num_queries(5):
        client.get(of_cohort("visit_coverage", cohort))
    with django_assert_num_queries(5):
        client.get(visit.get_absolute_url())
