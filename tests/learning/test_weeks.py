from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from learning.rules.weeks import Entry, Part, chosen_week, lay_out
from learning.services.rules_of_timetable import change_rule
from learning.services.sessions import make_session
from learning.views import weeks
from tests import make

MONDAY = date(2026, 9, 7)


@pytest.fixture
def of(db):
    return make.training_class(name="First")


def week(of, **asked):
    return reverse("learning:timetable_week", kwargs={"cohort": of.cohort.pk}), {"week": MONDAY.isoformat()} | asked


def titles(page) -> list[str]:
    return [entry.title for day in page.context["days"] for _part, entries in day.parts for entry in entries]


@pytest.mark.parametrize(
    ("asked", "monday"),
    [
        ("2026-09-10", MONDAY),
        ("2026-09-07", MONDAY),
        ("", date(2026, 9, 14)),
        ("nonsense", date(2026, 9, 14)),
        ("2026-02-30", date(2026, 9, 14)),
        ("0001-01-01", date(2026, 8, 31)),
        ("9999-12-31", date(2026, 11, 30)),
    ],
)
def test_the_week_that_is_asked_for_lies_in_the_cohort(asked, monday):
    assert chosen_week(asked, date(2026, 9, 16), date(2026, 9, 1), date(2026, 11, 30)) == monday


def test_sessions_stand_by_day_and_part_of_the_day_and_an_empty_weekend_is_left_out():
    def entry(n, day, hour):
        start = make.at(date(2026, 9, day), hour)
        return Entry(n, f"S{n}", start, start + timedelta(hours=1))

    days = lay_out([entry(1, 7, 18), entry(2, 7, 11), entry(3, 7, 12), entry(4, 12, 23)], MONDAY)

    assert [day.date.day for day in days] == [7, 8, 9, 10, 11, 12]
    assert [(part, [e.pk for e in entries]) for part, entries in days[0].parts] == [
        (Part.MORNING, [2]),
        (Part.AFTERNOON, [3]),
        (Part.EVENING, [1]),
    ]
    assert len(lay_out([], MONDAY)) == 5


def test_a_week_is_that_of_a_cohort_a_class_or_a_teacher(of, client):
    other = make.training_class(of.cohort)
    make.session(classes=[of], on=MONDAY, title="A", teacher_name="张三")
    make.session(classes=[other], on=MONDAY + timedelta(days=6), title="B", teacher_name="李四")
    make.session(classes=[of], on=MONDAY + timedelta(days=7), title="Next week")
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    assert titles(client.get(*week(of))) == ["A", "B"]
    assert titles(client.get(*week(of, in_class=of.pk))) == ["A"]
    assert titles(client.get(*week(of, teacher="李四"))) == ["B"]
    assert titles(client.get(*week(of, in_class="x", teacher="nobody"))) == ["A", "B"]


def test_drafts_stand_in_the_week_of_whoever_plans_only(of, client):
    change_rule(of.cohort, at_once=False)
    make_session(
        cohort=of.cohort, classes=[of], title="Draft", starts_at=make.at(MONDAY, 9), ends_at=make.at(MONDAY, 10)
    )

    seen = {}
    for role in (Role.ORGANIZER, Role.LEADER):
        client.force_login(make.user(role, of.cohort))
        seen[role] = titles(client.get(*week(of)))

    assert seen == {Role.ORGANIZER: ["Draft"], Role.LEADER: []}


def test_an_officer_of_one_class_sees_the_week_of_that_class(of, client):
    make.session(classes=[of], on=MONDAY, title="A")
    make.session(classes=[make.training_class(of.cohort)], on=MONDAY, title="B")
    client.force_login(make.user(Role.OFFICER, of))

    assert titles(client.get(*week(of))) == ["A"]


def test_the_own_week_holds_the_own_sessions(of, client, clock):
    user = make.trainee_account(make.trainee(in_class=of))
    make.session(classes=[of], on=MONDAY, title="A")
    make.session(classes=[make.training_class(of.cohort)], on=MONDAY, title="B")
    client.force_login(user)

    assert titles(client.get(reverse("learning:my_week"), {"week": "2026-09-07"})) == ["A"]


@pytest.mark.parametrize("sessions", [2, 200])
def test_a_week_needs_the_same_queries_for_two_sessions_and_for_two_hundred(
    of, client, django_assert_num_queries, sessions
):
    for n in range(sessions):
        make.session(classes=[of], on=MONDAY + timedelta(days=n % 7), title=f"S{n}")
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    with django_assert_num_queries(7):
        page = client.get(*week(of))

    assert page.context["count"] == sessions


def test_of_a_week_with_very_many_sessions_one_day_is_shown_page_by_page(of, client, monkeypatch):
    monkeypatch.setattr(weeks, "MANY", 4)
    monkeypatch.setattr(weeks, "A_PAGE", 2)
    thursday, other = MONDAY + timedelta(days=3), make.training_class(of.cohort)
    for n, (day, hour, whose) in enumerate(
        [(MONDAY, 9, of), (MONDAY, 14, of), (MONDAY, 19, other), (thursday, 9, of), (thursday, 9, other)]
    ):
        start = make.at(day, hour)
        make.session(classes=[whose], starts_at=start, ends_at=start + timedelta(hours=1), title=f"S{n}")
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    first = client.get(*week(of))

    assert (titles(first), first.context["count"]) == (["S0", "S1"], 5)
    assert [(day, number) for day, number, _url in first.context["day_links"]] == [(MONDAY, 3), (thursday, 2)]
    assert titles(client.get(f"{first.context['page_url']}2")) == ["S2"]
    assert titles(client.get(first.context["day_links"][1][2])) == ["S3", "S4"]
    assert titles(client.get(*week(of, day="nonsense", page="x"))) == ["S0", "S1"]
    assert titles(client.get(*week(of, in_class=of.pk))) == ["S0", "S1", "S3"]
