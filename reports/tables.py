from django.db.models import Count, Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from placements.models import DispatchMeeting
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table


def state_words(state: str) -> str:
    return str(DispatchMeeting.State(state).label)


def state_tag(state: str) -> SafeString:
    return status_tag("ok" if state == DispatchMeeting.State.HELD else "accent", state_words(state))


class DispatchTable(Table):
    """Dispatch meetings with their actions: all, still open, overdue."""

    name = _("Dispatch meetings")
    row_url = "reports:dispatch_detail"
    default_order = ("-month",)
    columns = (
        Column("month", _("Month"), text=lambda month: f"{month:%Y-%m}", sort="month"),
        Column("held_on", _("Day"), sort="held_on"),
        Column("place", _("Place or link")),
        Column("state", _("State"), text=state_words, html=state_tag, sort="state"),
        Column("decided", _("Actions"), number=True, sort="decided"),
        Column("still_open", _("Still open"), number=True, sort="still_open"),
        Column("late", _("Overdue"), number=True, sort="late"),
    )
    empty_title = _("No dispatch meeting yet")
    empty_hint = _(
        "Plan the meeting of a month: its pack is built from visits, tickets, scores and what earlier meetings left open."
    )

    def prepare(self, queryset):
        is_open = Q(actions__state="open")
        return queryset.annotate(
            decided=Count("actions"),
            still_open=Count("actions", filter=is_open),
            late=Count("actions", filter=is_open & Q(actions__due_on__lt=timezone.localdate())),
        )

    @property
    def tabs(self):
        return (Tab("planned", _("Planned"), Q(state="planned")), Tab("held", _("Held"), Q(state="held")))
