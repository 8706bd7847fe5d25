"""Sessions that meet one another, for tests of conflicts."""

from datetime import date

from library.services import set_way
from tests import make

DAY = date(2026, 12, 8)  # a Tuesday to come


def facts(start: int = 9, end: int = 11, **changed):
    return {"title": "Strategy", "starts_at": make.at(DAY, start), "ends_at": make.at(DAY, end)} | changed


def other_class(of, **fields):
    return make.training_class(of.cohort, **fields)


def kinds(refusal) -> list[str]:
    return [each.kind for each in refusal.value.conflicts]


def two_places(of, minutes: int = 40):
    unit = of.cohort.program.unit
    here, there = make.venue(unit, name="Hall", place="Main house"), make.venue(unit, name="School", place="East gate")
    set_way(here, there, minutes=minutes)
    return here, there
