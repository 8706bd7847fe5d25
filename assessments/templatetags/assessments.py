"""Small words of scores: points without needless zeros, limits, the indentation of a tree."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from assessments.models import Indicator
from assessments.rules.points import plain
from trainee_mgmt.kit.formats import EMPTY, day

register = template.Library()
INDENTS = ("", "ps-4", "ps-5", "ps-5 ms-4")


@register.filter
def points(value: Decimal | None) -> str:
    """2.50 is 2.5, 100.00 is 100; nothing is a dash."""
    return EMPTY if value is None else plain(Decimal(value))


@register.filter
def indent(depth: int) -> str:
    """The class that moves a line of a tree to the right."""
    return INDENTS[min(depth, len(INDENTS) - 1)]


@register.filter
def limits(indicator: Indicator) -> str:
    """What limits an indicator, in words."""
    words = []
    if indicator.cap is not None:
        words.append(_("at most %(cap)s") % {"cap": plain(indicator.cap)})
    if indicator.floor is not None:
        words.append(_("at least %(floor)s") % {"floor": plain(indicator.floor)})
    if indicator.counts_from:
        words.append(_("from %(day)s") % {"day": day(indicator.counts_from)})
    if indicator.counts_until:
        words.append(_("until %(day)s") % {"day": day(indicator.counts_until)})
    return " · ".join(words)
