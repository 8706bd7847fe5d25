"""An office carries a cohort from an empty database to the year-end workbook.

Each step is one paragraph of what the product promises, done by the people whom it is for, each in a browser of his own.
"""

from tests.browser.walk import between, figures, office, paper, points, presence, roster, study, timetable, weeks
from tests.browser.walk.walk import Walk

STEPS = (
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

__all__ = ["STEPS", "Walk"]
