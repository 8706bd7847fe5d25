from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.rules.feedback import (
    Kind,
    Milestone,
    Question,
    Rules,
    When,
    clean_answers,
    mean_score,
    schedule,
    usual_rules,
)
from trainee_mgmt.kit.errors import Refused

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
milestones = st.builds(
    lambda when, weeks: Milestone(when, 0 if when == When.MIDDLE else weeks), st.sampled_from(When), st.integers(1, 52)
)
rule_sets = st.builds(
    lambda found, days: Rules(tuple({each.key: each for each in found}.values()), usual_rules().questions, days),
    st.lists(milestones, min_size=1, max_size=6),
    st.integers(1, 60),
)


def test_a_stay_of_thirteen_weeks_is_asked_about_after_two_weeks_in_the_middle_and_in_the_last_week():
    found = schedule(usual_rules(), date(2026, 9, 7), date(2026, 12, 6))

    assert [(due.key, due.opens_on, due.due_on, due.closes_on) for due in found] == [
        ("after-2", date(2026, 9, 21), date(2026, 9, 28), date(2026, 10, 19)),
        ("middle", date(2026, 10, 22), date(2026, 10, 29), date(2026, 11, 19)),
        ("before_end-1", date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 28)),
    ]


def test_a_short_stay_is_not_asked_about_twice_at_once():
    found = schedule(usual_rules(), date(2026, 9, 7), date(2026, 9, 21))

    assert [due.key for due in found] == ["middle", "after-2"]


@given(rules=rule_sets, starts_on=DAYS, length=st.integers(0, 400))
def test_every_request_lies_inside_the_stay_in_order_and_apart(rules, starts_on, length):
    ends_on = starts_on + timedelta(days=length)

    found = schedule(rules, starts_on, ends_on)

    opens = [due.opens_on for due in found]
    assert opens == sorted(set(opens))
    assert all(starts_on <= day <= ends_on for day in opens)
    assert all(due.opens_on < due.due_on <= due.closes_on for due in found)
    assert all((later - earlier).days >= rules.answer_days for earlier, later in pairwise(opens))
    assert len({due.key for due in found}) == len(found)


@given(rules=rule_sets)
def test_rules_are_the_same_after_they_were_kept(rules):
    assert Rules.from_json(rules.to_json()) == rules


QUESTIONS = (
    Question("work", Kind.SCALE, "How good?"),
    Question("again", Kind.CHOICE, "Again?", ("yes", "no")),
    Question("note", Kind.TEXT, "What else?"),
)


def test_answers_are_kept_as_given_and_own_words_may_be_left_out():
    assert clean_answers(QUESTIONS, {"work": "4", "again": "yes", "more": "x"}) == {"work": 4, "again": "yes"}


@pytest.mark.parametrize(
    "answers",
    [
        {"again": "yes"},
        {"work": "6", "again": "yes"},
        {"work": "0", "again": "yes"},
        {"work": "٣", "again": "yes"},
        {"work": "3", "again": "perhaps"},
        {"work": "3"},
    ],
)
def test_what_fits_no_question_is_refused(answers):
    with pytest.raises(Refused):
        clean_answers(QUESTIONS, answers)


def test_the_mean_is_of_the_scale_only_and_half_up():
    questions = tuple(Question(f"q{n}", Kind.SCALE, "?") for n in range(8)) + QUESTIONS[1:]
    answers = {f"q{n}": value for n, value in enumerate((5, 4, 4, 4, 4, 4, 4, 4))} | {"again": "no"}

    assert mean_score(questions, answers) == Decimal("4.13")
    assert mean_score(QUESTIONS[1:], {"again": "no"}) is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Milestone(When.AFTER, 0),
        lambda: Milestone(When.BEFORE_END, 53),
        lambda: Question("a", Kind.CHOICE, "?", ("one",)),
        lambda: Question("a", Kind.CHOICE, "?", ("one", "one")),
        lambda: Question("a", Kind.SCALE, " "),
        lambda: Rules((), QUESTIONS),
        lambda: Rules((Milestone(When.MIDDLE), Milestone(When.MIDDLE)), QUESTIONS),
        lambda: Rules((Milestone(When.MIDDLE),), QUESTIONS[1:]),
        lambda: Rules((Milestone(When.MIDDLE),), QUESTIONS, 0),
    ],
)
def test_rules_without_sense_are_refused(make):
    with pytest.raises(Refused):
        make()
