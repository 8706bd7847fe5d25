import django_filters
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from placements.models import DispatchAction, DispatchMeeting
from trainee_mgmt.kit.choosing import RowFilter, SinceFilter
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


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
        Column("decided", pgettext_lazy("meeting", "Actions"), number=True, sort="decided"),
        Column("still_open", pgettext_lazy("actions", "Still open"), number=True, sort="still_open"),
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
        return (
            Tab("planned", pgettext_lazy("meetings", "Planned"), Q(state="planned")),
            Tab("held", pgettext_lazy("meetings", "Held"), Q(state="held")),
        )


def action_state(state: str, due_on) -> tuple[str, str]:
    """(kind of tag, words) of an action today."""
    if state == DispatchAction.State.OPEN and due_on < timezone.localdate():
        return "bad", gettext("overdue")
    return "accent" if state == DispatchAction.State.OPEN else "ok", str(DispatchAction.State(state).label)


class ActionFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Words"), field_name="text", lookup_expr="icontains")
    owner = RowFilter(label=_("In charge"), field_name="owner", empty_label=_("Whoever is in charge"))
    before = SinceFilter(label=_("Of meetings before"), method="of_meetings_before")

    def of_meetings_before(self, queryset, name, value):
        return queryset.filter(meeting__held_on__lt=value)


class ActionTable(Table):
    """What the dispatch meetings of a cohort decided."""

    name = _("Actions of dispatch meetings")
    row_url = "reports:dispatch_action"
    filterset_class = ActionFilters
    default_order = ("due_on",)
    columns = (
        Column("text", _("What is to be done")),
        Column("owner", _("In charge"), source="owner__name", sort="owner__name_key"),
        Column("due_on", _("Due by"), sort="due_on"),
        Column("meeting", _("Meeting"), source="meeting__month", text=lambda on: f"{on:%Y-%m}", sort="meeting__month"),
        Column(
            "state",
            _("State"),
            source=("state", "due_on"),
            text=lambda *facts: action_state(*facts)[1],
            html=lambda *facts: status_tag(*action_state(*facts)),
        ),
        Column("result", _("What was done")),
    )
    empty_title = _("No action yet")
    empty_hint = _("They are entered on the page of a meeting and stand in every later pack until they are closed.")

    @property
    def tabs(self):
        is_open, state = Q(state="open"), DispatchAction.State
        return (
            Tab("open", pgettext_lazy("actions", "Still open"), is_open),
            Tab("late", _("Overdue"), is_open & Q(due_on__lt=timezone.localdate())),
            Tab("done", state.DONE.label, Q(state=state.DONE)),
            Tab("dropped", state.DROPPED.label, Q(state=state.DROPPED)),
        )
