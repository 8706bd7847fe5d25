"""Words for what is stored as a code."""

from django import template
from django.utils.translation import gettext

from accounts.rules.actions import in_words
from accounts.tables import role_in_words
from trainee_mgmt.kit.access import ANYONE

register = template.Library()
register.filter("action_words", in_words)


@register.filter
def role_words(role: str) -> str:
    return gettext("everybody who is signed in") if role == ANYONE else role_in_words(role)


@register.filter
def own_words(text: str) -> str:
    """A word that stands in the catalogue without a place in a source, such as the line of a row function."""
    return gettext(text) if text else ""
