"""States of the outbox as tags."""

from django import template

from accounts.rules.states import DELIVERY_TAGS
from accounts.tables.notices import message_tag as tag_of_message
from trainee_mgmt.kit.pieces import status_tag

register = template.Library()


@register.filter
def message_tag(state):
    return tag_of_message(state)


@register.filter
def delivery_state(delivery):
    kind, drawing = DELIVERY_TAGS[delivery.state]
    return status_tag(kind, delivery.get_state_display(), drawing)
