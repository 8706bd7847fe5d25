"""Whether a stay may be changed as somebody asks, and what its days are then. Values in, values out."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day as day_words

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """First and last day, both included."""

    first: date
    last: date

    def to_json(self) -> list[str]:
        return [self.first.isoformat(), self.last.isoformat()]


def extended(stay: Days, until: date, *, cohort: Days) -> Days:
    """The same stay until a later day of its cohort."""
    if until <= stay.last:
        raise Refused(_("The stay lasts until %(day)s already. Choose a later day.") % {"day": day_words(stay.last)})
    if until > cohort.last:
        raise Refused(
            _("The cohort ends on %(day)s. Choose a day until then, or let the cohort last longer with it.")
            % {"day": day_words(cohort.last)}
        )
    return Days(stay.first, until)


def ended(stay: Days, last: date) -> Days | None:
    """The stay up to an earlier last day; None where it ends before it begins: then it is called off."""
    if last >= stay.last:
        raise Refused(_("The stay ends on %(day)s anyway. Choose an earlier last day.") % {"day": day_words(stay.last)})
    return Days(stay.first, last) if last >= stay.first else None


def moved(stay: Days, on: date, *, offered: Days) -> tuple[Days | None, Days]:
    """What is left of the old stay (None: nothing), and the new one from ``on`` to the old last day."""
    if not stay.first <= on <= stay.last:
        raise Refused(
            _("The stay lasts from %(first)s to %(last)s. Choose one of its days.")
            % {"first": day_words(stay.first), "last": day_words(stay.last)}
        )
    if on < offered.first or stay.last > offered.last:
        raise Refused(
            _("The other post is offered from %(first)s to %(last)s only. Choose another, or change the offer first.")
            % {"first": day_words(offered.first), "last": day_words(offered.last)}
        )
    return (Days(stay.first, on - DAY) if on > stay.first else None), Days(on, stay.last)
