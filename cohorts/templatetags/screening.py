"""Outcomes of a screening as tags."""

from django import template

from cohorts.tables.screening import outcome_tag as tag

register = template.Library()


@register.filter
def outcome_tag(outcome):
    return tag(outcome)


@register.filter
def outcome_by_hand(outcome):
    return tag(outcome, outcome)
