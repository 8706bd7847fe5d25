from dataclasses import replace
from datetime import date, timedelta

import pytest

from learning.rules.appeals import may_object
from learning.rules.states import DEFAULT

MARKED_ON = date(2026, 9, 1)
WEEK = replace(DEFAULT, appeal_days=7)


@pytest.mark.parametrize(
    ("mark", "limits", "days_later", "answer"),
    [
        ("absent", WEEK, 0, True),
        ("absent", WEEK, 7, True),
        ("absent", WEEK, 8, False),
        ("excused", WEEK, 7, True),
        ("present", WEEK, 0, False),
        ("absent", replace(WEEK, appeal_days=0), 0, False),
    ],
)
def test_a_mark_but_present_may_be_objected_to_up_to_the_last_day(mark, limits, days_later, answer):
    assert may_object(mark, MARKED_ON, limits, today=MARKED_ON + timedelta(days=days_later)) is answer
