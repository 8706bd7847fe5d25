from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from cohorts.services.cohorts import edit_cohort
from learning.models import Session
from learning.services import (
    call_roll,
    cancel_session,
    change_session,
    correct_mark,
    make_session,
    repeat_weekly,
)
from learning.tables.sessions import SessionTable
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 8)


def facts(**changed):
    return {"title": "Strategy", "starts_at": make.at(DAY, 9), "ends_at": make.at(DAY, 11)} | changed


def test_a_session_belongs_to_classes_of_its_own_cohort():
    cohort, foreign = make.cohort(), make.training_class()

    with pytest.raises(Refused):
        make_session(cohort=cohort, classes=[foreign], **facts())

    assert Session.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": make.at(DAY, 9)},
        {"ends_at": make.at(DAY, 8)},
        {"ends_at": make.at(DAY + timedelta(days=2), 9)},
        {"starts_at": make.at(date(2026, 8, 31), 9), "ends_at": make.at(date(2026, 8, 31), 11)},
    ],
)
def test_a_session_takes_time_within_its_cohort(wrong):
    of = make.training_class()

    with pytest.raises(Refused):
        make_session(cohort=of.cohort, classes=[of], **facts(**wrong))


def test_repeating_makes_the_same_hour_in_the_next_weeks():
    of = make.training_class()
    session = make_session(cohort=of.cohort, classes=[of], **facts())

    made = repeat_weekly(session, times=2)

    assert [each.starts_at for each in made] == [
        make.at(DAY + timedelta(weeks=1), 9),
        make.at(DAY + timedelta(weeks=2), 9),
    ]
    assert [list(each.classes.all()) for each in made] == [[of], [of]]


def test_a_session_that_was_held_cannot_be_cancelled(clock):
    clock.set(make.at(DAY, 10))
    of = make.training_class()
    trainee = make.trainee(in_class=of)
    session = make.session(classes=[of], on=DAY)
    call_roll(session, exceptions={trainee.pk: "late"}, by=make.user())

    with pytest.raises(Refused):
        cancel_session(session, reason="storm")


def test_the_days_of_a_cohort_do_not_shrink_past_a_session_that_stands():
    of = make.training_class()
    session = make.session(classes=[of], title="Visit", on=DAY)

    with pytest.raises(Refused, match="“Visit”"):
        edit_cohort(of.cohort, starts_on=DAY + timedelta(days=1))
    cancel_session(session, reason="storm")
    edit_cohort(of.cohort, starts_on=DAY + timedelta(days=1))

    of.cohort.refresh_from_db()
    assert of.cohort.starts_on == DAY + timedelta(days=1)


@pytest.mark.parametrize("mark", ["the roll", "one mark"])
def test_a_session_at_which_somebody_was_marked_keeps_its_time_and_classes(mark):
    of = make.training_class()
    trainee = make.trainee(in_class=of)
    session, by = make.session(classes=[of]), make.user()
    if mark == "the roll":
        call_roll(session, exceptions={}, by=by)
    else:
        correct_mark(session, trainee.pk, state="present", note="", by=by)
    same = {"title": "Visit", "starts_at": session.starts_at, "ends_at": session.ends_at}

    with pytest.raises(Refused):
        change_session(session, classes=[of, make.training_class(of.cohort)], **same)
    with pytest.raises(Refused):
        change_session(session, classes=[of], **same | {"ends_at": session.ends_at + timedelta(hours=1)})
    change_session(session, classes=[of], **same)

    session.refresh_from_db()
    assert (session.title, session.classes.count()) == ("Visit", 1)


def test_the_form_makes_a_session_with_one_audit_entry(client):
    of = make.training_class()
    organizer = make.user(Role.ORGANIZER, of.cohort)
    client.force_login(organizer)

    typed = {
        "title": "Strategy",
        "on": DAY.isoformat(),
        "start": "09:00",
        "end": "11:30",
        "classes": [of.pk],
        "mode": "on_site",
    }
    response = client.post(reverse("learning:session_create", kwargs={"cohort": of.cohort.pk}), typed)

    session = Session.objects.get()
    assert response.url == session.get_absolute_url()
    assert session.starts_at == make.at(DAY, 9)
    assert AuditEntry.objects.filter(action="learning.make_session", role=Role.ORGANIZER).count() == 1


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_sessions(client, django_assert_num_queries, items):
    of = make.training_class()
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    for _ in range(items):
        make.session(classes=[of], on=DAY)

    with django_assert_num_queries(6):
        client.get(reverse("learning:session_list", kwargs={"cohort": of.cohort.pk}))


def test_the_list_opens_with_today_and_each_view_with_what_is_nearest(client, monkeypatch):
    monkeypatch.setattr(SessionTable, "per_page", 2)
    today = timezone.localdate()
    of = make.training_class(make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30)))
    for days in (-4, -3, -2, -1, 0, 1, 2):
        make.session(classes=[of], on=today + timedelta(days=days), title=f"Day {days}")
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    address = reverse("learning:session_list", kwargs={"cohort": of.cohort.pk})

    def shown(query=""):
        table = client.get(address + query).context["table"]
        titles = table.ordered.values_list("title", flat=True)
        return table.page, list(titles[table.first - 1 : table.last])

    assert shown() == (3, ["Day 0", "Day 1"])
    assert shown("?page=1") == (1, ["Day -4", "Day -3"])
    assert shown("?sort=-starts_at") == (1, ["Day 2", "Day 1"])
    assert shown("?view=past&q=Day+-")[1] == ["Day -1", "Day -2"]


def test_an_officer_sees_marks_of_the_own_class_alone(client):
    of = make.training_class()
    other = make.training_class(of.cohort)
    session = make.session(classes=[of, other], on=DAY)
    mine, theirs = make.trainee(in_class=of), make.trainee(in_class=other)
    make.mark(session, mine, "late")
    make.mark(session, theirs, "late")
    client.force_login(make.user(Role.OFFICER, of))

    page = client.get(reverse("learning:attendance_list", kwargs={"cohort": of.cohort.pk}))

    assert page.context["table"].count == 1
    assert (mine.person.name in page.content.decode(), theirs.person.name in page.content.decode()) == (True, False)


def test_the_list_says_how_many_came_also_after_a_correction(client):
    of = make.training_class()
    first, _second = make.trainee(in_class=of), make.trainee(in_class=of)
    session, by = make.session(classes=[of], on=DAY), make.user()
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    page = reverse("learning:session_list", kwargs={"cohort": of.cohort.pk})

    def marked():
        (row,) = client.get(page).context["table"].sheet_rows()
        return row[-1]

    seen = [marked()]
    call_roll(session, exceptions={}, by=by)
    seen.append(marked())
    correct_mark(session, first.pk, state="absent", note="", by=by)
    seen += [marked(), marked()]

    assert seen == ["", "2 / 2", "1 / 2", "1 / 2"]


def test_the_marks_of_a_cohort_are_one_click_from_its_sessions(client):
    of = make.training_class()
    make.mark(make.session(classes=[of], on=DAY), make.trainee(in_class=of), "late")
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    marks = reverse("learning:attendance_list", kwargs={"cohort": of.cohort.pk})

    sessions = client.get(reverse("learning:session_list", kwargs={"cohort": of.cohort.pk})).content.decode()

    assert f'href="{marks}"' in sessions
    assert client.get(marks).context["table"].count == 1


def test_a_session_that_is_over_today_shows_the_own_mark(client):
    of = make.training_class(make.cohort(starts_on=timezone.localdate(), ends_on=timezone.localdate()))
    trainee = make.trainee(in_class=of, joined_on=timezone.localdate())
    now = timezone.now()
    over = make.session(classes=[of], starts_at=now - timedelta(minutes=2), ends_at=now - timedelta(minutes=1))
    going_on = make.session(classes=[of], starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(minutes=9))
    make.mark(over, trainee, "late")
    client.force_login(make.trainee_account(trainee))

    page = client.get(reverse("learning:my_sessions"))

    assert page.context["held"] == [(over, "late")]
    assert page.context["coming"] == [going_on]
