"""Which role may be given over what, and for how long. Roles and kinds of scope by their stored names."""

from datetime import date

WIDE = frozenset({"all", "unit", "program", "cohort"})
SCOPES = {
    "admin": WIDE,
    "organizer": WIDE,
    "leader": WIDE | {"training_class"},
    "officer": frozenset({"cohort", "training_class"}),
    "evaluator": frozenset({"program", "cohort", "training_class"}),
    "trainee": frozenset({"cohort"}),
    "mentor": frozenset({"cohort"}),
}
GIVEN_BY_HAND = ("admin", "organizer", "leader", "officer", "evaluator")  # the others come with a place or a link
DELEGABLE = frozenset({"admin", "organizer", "officer", "leader"})  # a score or a place of one's own is not lent


def is_within(start: date, end: date | None, outer_start: date, outer_end: date | None) -> bool:
    """Whether a time lies within another; an end of None is open."""
    return start >= outer_start and (outer_end is None or (end is not None and end <= outer_end))
