from django import template
from django.utils.safestring import SafeString

from placements.tables import leads

register = template.Library()


@register.filter
def stage_tag(stage: str) -> SafeString:
    """The tag of a stage of an investment lead."""
    return leads.stage_tag(stage)
