"""What trainees say about a host, and when others may see it. Values in, values out."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import half_up

ENOUGH = 3  # answers that are shown together; fewer stay closed to everybody
ASKED_FROM = timedelta(days=7)  # before the last day
ASKED_UNTIL = timedelta(days=60)  # after it
LONGEST = 500
ASPECTS = {
    "work": gettext_lazy("Work worth doing"),
    "mentor": gettext_lazy("Care of the mentor"),
    "insight": gettext_lazy("Insight into the enterprise"),
    "living": gettext_lazy("Housing, meals, safety"),
}


def is_asked(ends_on: date, today: date) -> bool:
    """Whether a trainee is asked on that day about a stay with this last day."""
    return ends_on - ASKED_FROM <= today <= ends_on + ASKED_UNTIL


def are_shown(waiting: int) -> bool:
    """Whether so many answers that nobody has seen yet are enough to be shown, all at once."""
    return waiting >= ENOUGH


def clean_opinion(given: Mapping[str, str]) -> dict[str, int]:
    """Each aspect from 1 to 5."""
    points = {}
    for key, label in ASPECTS.items():
        value = str(given.get(key) or "")
        if value not in {"1", "2", "3", "4", "5"}:
            raise Refused(_("Please answer: %(question)s") % {"question": label})
        points[key] = int(value)
    return points


def mean(total: int, count: int) -> Decimal | None:
    """One decimal, half up."""
    return half_up(Fraction(total, count), 1) if count else None


def means(points: Collection[Mapping[str, int]]) -> dict[str, Decimal | None]:
    """The mean of each aspect."""
    return {key: mean(sum(each[key] for each in points), len(points)) for key in ASPECTS}
