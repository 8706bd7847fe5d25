"""A stay is not begun, there, over, ended early or called off, by its days."""

from datetime import date

import pytest

from placements.rules.stages import Stage, stage_of

FIRST, LAST = date(2026, 9, 1), date(2026, 11, 30)


@pytest.mark.parametrize(
    ("state", "today", "stage"),
    [
        ("standing", date(2026, 8, 31), Stage.COMING),
        ("standing", FIRST, Stage.NOW),
        ("standing", LAST, Stage.NOW),
        ("standing", date(2026, 12, 1), Stage.OVER),
        ("ended_early", LAST, Stage.NOW),
        ("ended_early", date(2026, 12, 1), Stage.ENDED_EARLY),
        ("called_off", date(2026, 8, 31), Stage.CALLED_OFF),
    ],
)
def test_a_stay_is_as_far_as_its_days_say(state, today, stage):
    assert stage_of(state, FIRST, LAST, today) == stage
