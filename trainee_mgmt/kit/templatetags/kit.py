from django import template

from trainee_mgmt.kit import access

register = template.Library()


@register.filter
def may(user, permission):
    """Whether to show a link at all: {% if request.user|may:"cohorts.change_trainee" %}."""
    return access.holds(user, permission)
