from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from learning.tables.journals import due_state, due_state_tag
from tests import make

MONDAY = date(2026, 9, 7)


@pytest.fixture
def of_class(db):
    return make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31)))


def shown(client, name, of, **asked):
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    page = client.get(reverse(f"learning:{name}", kwargs={"cohort": of.cohort_id}), asked)
    return list(page.context["table"].ordered)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "not handed in"),
        ("draft", "not handed in"),
        ("submitted", "handed in"),
        ("returned", "returned"),
        ("accepted", "accepted"),
    ],
)
def test_behind_a_figure_a_draft_is_not_handed_in(state, words):
    assert due_state(state) == words
    assert words in due_state_tag(state)


def test_leave_that_ends_at_midnight_is_not_of_the_next_day(client, of_class):
    trainee = make.trainee(in_class=of_class)
    leave = make.leave(trainee, starts_at=make.at(MONDAY, 9), ends_at=make.at(MONDAY + timedelta(days=1), 0))

    on = {day: shown(client, "leave_list", of_class, day=MONDAY + timedelta(days=day)) for day in (-1, 0, 1)}

    assert on == {-1: [], 0: [leave], 1: []}


def test_a_day_of_the_list_of_sessions_is_a_day_of_our_time_zone(client, of_class):
    early = make.session(classes=[of_class], on=MONDAY, starts_at=make.at(MONDAY, 0), ends_at=make.at(MONDAY, 1))
    late = make.session(
        classes=[of_class], on=MONDAY, starts_at=make.at(MONDAY, 23), ends_at=make.at(MONDAY, 23) + timedelta(hours=2)
    )

    on = [shown(client, "session_list", of_class, day=MONDAY + timedelta(days=day)) for day in (-1, 0, 1)]

    assert on == [[], [early, late], []]


@pytest.mark.parametrize("name", ["session_list", "leave_list", "rate_list", "journal_waiting"])
def test_lists_ask_for_one_class_of_the_cohort_and_no_other(client, of_class, name):
    other, foreign = make.training_class(of_class.cohort), make.training_class()
    rows = {}
    for each in (of_class, other):
        trainee = make.trainee(in_class=each)
        rows[each] = {
            "session_list": make.session(classes=[each]),
            "leave_list": make.leave(trainee, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1)),
            "rate_list": trainee,
            "journal_waiting": make.journal(trainee, state="submitted"),
        }

    assert shown(client, name, of_class, in_class=other.pk) == [rows[other][name]]
    assert len(shown(client, name, of_class, in_class=foreign.pk)) == 2  # a senseless value asks for nothing
