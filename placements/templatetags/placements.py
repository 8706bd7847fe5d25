from decimal import Decimal

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from placements.tables import leads
from trainee_mgmt.kit.formats import EMPTY

register = template.Library()


@register.filter
def stage_tag(stage: str) -> SafeString:
    """The tag of a stage of an investment lead."""
    return leads.stage_tag(stage)


@register.filter
def money(amount: Decimal | None) -> str:
    """An amount, kept in 10,000 yuan, as it is said in the reader's language: ``12,000 万元``, ``CNY 120 million``."""
    if amount is None:
        return EMPTY
    unit = Decimal(pgettext("how many times 10,000 yuan are the unit in which amounts of money are said", "100"))
    return _("CNY %(amount)s million") % {"amount": f"{(amount / unit).normalize():,f}"}
