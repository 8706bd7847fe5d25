import re
from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from learning.models import Attendance
from learning.tables.attendance import AttendanceTable
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
    assert shown(client, name, of_class, in_class=foreign.pk) == []


class FewMarks(AttendanceTable):
    per_page = 4


class FewMarksKept(FewMarks):
    kept_beyond = 5


def marks_of_three_sessions(of_class):
    """Three sessions, two of them at one time, with 2, 3 and 2 marks."""
    people = [make.trainee(in_class=of_class) for _person in range(3)]
    times = [{"starts_at": make.at(MONDAY, hour), "ends_at": make.at(MONDAY, hour + 1)} for hour in (9, 14, 14)]
    sessions = [make.session(classes=[of_class], on=MONDAY, **time) for time in times]
    for session, marked in zip(sessions, (people[:2], people, people[1:]), strict=True):
        for each in marked:
            make.mark(session, each, "present")
    return Attendance.objects.filter(session__in=sessions)


def test_pages_of_a_long_list_hold_the_same_rows_as_the_whole(of_class):
    rows = marks_of_three_sessions(of_class)
    tables = [FewMarks(rows, QueryDict(f"page={number}"), path="/") for number in (1, 2)]

    pages = [re.findall(r"[^<>]+(?=</th>)", table.body) for table in tables]

    whole = [str(values[0]) for values in tables[0].sheet_rows()]
    assert (pages[0] + pages[1], [table.count for table in tables]) == (whole, [7, 7])
    assert (len(pages[0]), len(pages[1])) == (4, 3)


def test_how_many_rows_a_long_list_has_is_kept_for_its_reader_and_counted_anew_on_demand(of_class):
    rows = marks_of_three_sessions(of_class)

    def seen(query="", reader="one") -> tuple:
        table = FewMarksKept(rows, QueryDict(query), path="/")
        table.reader = (reader, of_class.pk)
        return table.count, table.counted_at is None

    before = seen()
    make.mark(make.session(classes=[of_class], on=MONDAY), rows[0].trainee, "late")
    rows = Attendance.objects.filter(session__cohort=of_class.cohort)

    assert [before, seen(), seen(reader="another"), seen("page=2&anew=1"), seen("page=2")] == [
        (7, False), (7, False), (8, False), (8, False), (8, False)
    ]  # fmt: skip


def test_how_many_rows_a_short_list_has_is_counted_each_time(of_class):
    table = FewMarks(marks_of_three_sessions(of_class), QueryDict(""), path="/")
    table.reader = ("one",)

    assert (table.count, table.counted_at) == (7, None)
