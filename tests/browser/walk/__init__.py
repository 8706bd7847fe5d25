"""Two stories, each from an empty database: an office carries a cohort to the year-end workbook; another one chooses people
and sends them to host enterprises.

Each step is one paragraph of what the product promises, done by the people whom it is for, each in a browser of his own.
"""

from tests.browser.walk import (
    between,
    figures,
    hosting,
    office,
    paper,
    points,
    presence,
    roster,
    study,
    timetable,
    weeks,
)
from tests.browser.walk.walk import Walk

COHORT = (
    *office.STEPS,
    *roster.STEPS,
    *between.STEPS,
    *timetable.STEPS,
    *presence.STEPS,
    *paper.STEPS,
    *study.STEPS,
    *weeks.STEPS,
    *points.STEPS,
    *figures.STEPS,
)
HOSTING = (office.administrator_sets_up, *hosting.STEPS)

__all__ = ["COHORT", "HOSTING", "Walk"]
