"""The state of an application as a tag."""

from django import template

from cohorts.tables.applications import application_tag as tag

register = template.Library()


@register.filter
def application_tag(state):
    return tag(state)
