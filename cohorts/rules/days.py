"""Which day a page about a cohort speaks of, and how far a cohort has come."""

from datetime import date

PLANNED, RUNNING, FINISHED = "planned", "running", "finished"


def shown_day(starts_on: date, ends_on: date, today: date) -> date:
    """Today, or the nearest day of the cohort: before it starts its lists show the first day, afterwards the last."""
    return min(max(today, starts_on), ends_on)


def stage(starts_on: date, ends_on: date, today: date, *, is_closed: bool = False) -> str:
    """Planned before the first day; finished after the last, or when closed."""
    if is_closed or today > ends_on:
        return FINISHED
    return PLANNED if today < starts_on else RUNNING
