"""The state of an office notice as a tag."""

from django import template

from cohorts.tables.announcements import announcement_tag as tag

register = template.Library()


@register.filter
def announcement_tag(state):
    return tag(state)
