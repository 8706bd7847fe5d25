"""What needs a person now: each line says what and how many, why or whose, and leads to where it is solved."""

from reports.rules import When
from reports.selectors.needs import hosting, lessons, office, people, scores, waiting
from reports.selectors.needs.asked import Asked, Need

__all__ = ["Asked", "Need", "needs"]

# In this order where two are as urgent.
TOPICS = (
    lessons.rolls,
    lessons.conflicts,
    lessons.leaves,
    waiting.answers,
    hosting.hosting,
    lessons.differences,
    lessons.journals,
    hosting.mentors,
    people.applications,
    people.nominations,
    people.screenings,
    scores.grids,
    office.plans,
    people.rosters,
    scores.raters,
    office.office,
)


def needs(asked: Asked) -> list[Need]:
    """All lines, the most urgent first. The number of queries depends on the roles alone."""
    order = list(When)
    return sorted((need for topic in TOPICS for need in topic(asked)), key=lambda need: order.index(need.when))
