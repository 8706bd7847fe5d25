from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.membership import (
    Stay,
    as_of,
    extend,
    faults,
    join,
    transfer,
    was_member_throughout,
    withdraw,
)
from trainee_mgmt.kit import formats
from trainee_mgmt.kit.errors import Refused

START = date(2026, 9, 1)
DAYS = [START + timedelta(days=n) for n in range(-5, 60)]


@pytest.fixture(autouse=True, scope="module")
def _english():
    with translation.override("en"):
        yield


def day(n):
    return START + timedelta(days=n)


def written(month, day_of_month):
    with translation.override("en"):
        return formats.day(date(2026, month, day_of_month))


class_of_each_day = st.sampled_from(["A", "B", "C"])
changes = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 40), class_of_each_day, st.none() | st.integers(1, 30)),
        st.tuples(st.just("transfer"), st.integers(0, 50), class_of_each_day),
        st.tuples(st.just("withdraw"), st.integers(0, 50)),
        st.tuples(st.just("extend"), st.none() | st.integers(0, 55)),
    ),
    max_size=8,
)


def change(stays, step):
    """The stays after one change, or as they were if a rule refused it."""
    try:
        match step:
            case ("join", n, place, length):
                return join(stays, place, on=day(n), until=None if length is None else day(n + length))
            case ("transfer", n, place):
                return transfer(stays, place, on=day(n))
            case ("withdraw", n):
                return withdraw(stays, on=day(n))
            case ("extend", n):
                return extend(stays, until=None if n is None else day(n))
    except Refused:
        return stays


def history(steps):
    stays = []
    for step in steps:
        stays = change(stays, step)
    return stays


def classes_by_day(stays):
    return [None if (stay := as_of(stays, one)) is None else stay.training_class for one in DAYS]


@given(changes)
def test_whatever_happens_there_is_at_most_one_class_on_any_day(steps):
    stays = history(steps)

    assert [sum(stay.holds_on(one) for stay in stays) for one in DAYS] == [
        int(as_of(stays, one) is not None) for one in DAYS
    ]
    assert faults(stays) == []
    assert stays == sorted(stays)


@given(changes, st.integers(0, 50), class_of_each_day)
def test_a_transfer_makes_no_gap_and_moves_only_days_from_its_own_on(steps, n, to):
    before = history(steps)
    after = change(before, ("transfer", n, to))
    moved = [one for one, old, new in zip(DAYS, classes_by_day(before), classes_by_day(after)) if old != new]

    assert [old is None for old in classes_by_day(before)] == [new is None for new in classes_by_day(after)]
    assert all(one >= day(n) for one in moved)
    if after != before:
        assert as_of(after, day(n)).training_class == to


@given(changes, st.integers(0, 50))
def test_no_duty_is_orphaned_or_doubled_by_a_history(steps, n):
    """Duties of a class fall to a trainee on the days of that class only, and all classes re-add to the membership."""
    stays = history(steps)
    duties = {place: [one for one in DAYS if (s := as_of(stays, one)) and s.training_class == place] for place in "ABC"}

    assert sum(len(days) for days in duties.values()) == sum(as_of(stays, one) is not None for one in DAYS)
    assert was_member_throughout(stays, day(n), day(n + 6)) == all(as_of(stays, day(n + k)) for k in range(7))


@given(changes, st.integers(0, 50))
def test_a_withdrawal_leaves_the_past_as_it_was_and_no_future(steps, n):
    before = history(steps)
    after = change(before, ("withdraw", n))

    if after != before:
        assert [after_day for one, after_day in zip(DAYS, classes_by_day(after)) if one >= day(n)] == [None] * sum(
            one >= day(n) for one in DAYS
        )
        assert [new for one, new in zip(DAYS, classes_by_day(after)) if one < day(n)] == [
            old for one, old in zip(DAYS, classes_by_day(before)) if one < day(n)
        ]


def test_join_late_starts_on_its_day():
    stays = join([], "新湖班", on=day(10))

    assert stays == [Stay(day(10), None, "新湖班")]
    assert as_of(stays, day(9)) is None


def test_a_return_after_a_withdrawal_is_a_second_stay():
    stays = join(withdraw(join([], "A", on=day(0)), on=day(5)), "A", on=day(20))

    assert stays == [Stay(day(0), day(5), "A"), Stay(day(20), None, "A")]


def test_a_transfer_on_the_first_day_replaces_the_class():
    assert transfer(join([], "A", on=day(0)), "B", on=day(0)) == [Stay(day(0), None, "B")]


def test_a_transfer_back_on_the_next_day_keeps_the_day_between():
    stays = transfer(transfer(join([], "A", on=day(0)), "B", on=day(3)), "A", on=day(4))

    assert stays == [Stay(day(0), day(3), "A"), Stay(day(3), day(4), "B"), Stay(day(4), None, "A")]


def test_a_transfer_keeps_a_later_one_that_was_planned():
    planned = transfer(join([], "A", on=day(0)), "B", on=day(20))

    assert transfer(planned, "C", on=day(10)) == [
        Stay(day(0), day(10), "A"),
        Stay(day(10), day(20), "C"),
        Stay(day(20), None, "B"),
    ]


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (lambda stays: join(stays, "B", on=day(5)), f"This trainee already belongs to a class on {written(9, 6)}."),
        (lambda stays: join(stays, "B", on=day(-3)), f"This trainee already belongs to a class on {written(9, 1)}."),
        (lambda stays: join([], "B", on=day(5), until=day(5)), "The last day lies before the first."),
        (lambda stays: transfer(stays, "A", on=day(5)), f"This trainee is in that class already on {written(9, 6)}."),
        (lambda stays: transfer(stays, "B", on=day(-1)), f"This trainee belongs to no class on {written(8, 31)}."),
        (lambda stays: withdraw(stays, on=day(30)), f"This trainee belongs to no class on {written(10, 1)}."),
        (
            lambda stays: withdraw(stays, on=day(0)),
            "This trainee joins on that very day and cannot leave before the next.",
        ),
        (lambda stays: extend(stays, until=day(29)), f"The new end must lie after {written(10, 1)}."),
        (lambda stays: extend([], until=day(9)), "This trainee belongs to no class yet."),
        (
            lambda stays: extend(extend(stays, until=None), until=day(50)),
            "This membership has no end that could be moved.",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(refused, sentence):
    stays = join([], "A", on=day(0), until=day(30))

    with pytest.raises(Refused) as refusal:
        refused(stays)

    assert str(refusal.value) == sentence


def test_faults_of_a_stored_list_are_named():
    assert faults([Stay(day(3), day(3), "A"), Stay(day(0), None, "B"), Stay(day(9), None, "C")]) == [
        f"A stay in a class ends before it starts ({written(9, 4)}).",
        f"Two classes hold on the same day ({written(9, 4)}).",
        # the empty stay covers no day, so the stay after it clashes with none of its days
    ]
