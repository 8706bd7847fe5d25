from decimal import Decimal

from django import template

from learning.rules.hours import plain

register = template.Library()


@register.filter
def hours(value: Decimal) -> str:
    """``6.00`` is ``6``."""
    return plain(value)
