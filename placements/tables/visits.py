import django_filters
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from placements.models import Visit, VisitTask
from trainee_mgmt.kit.choosing import RowFilter
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

KINDS = {Visit.State.PLANNED: "accent", Visit.State.DONE: "ok", Visit.State.CALLED_OFF: ""}


def state_of(state, planned_on) -> tuple[str, str]:
    """(kind of tag, words) of a visit today."""
    if state == Visit.State.PLANNED and planned_on < timezone.localdate():
        return "bad", gettext("overdue")
    return KINDS[state], str(Visit.State(state).label)


class VisitFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Host, visitor or notes"), method="search")
    host = RowFilter(label=_("Host"), field_name="host", empty_label=_("All hosts"))

    def search(self, queryset, name, value):
        return queryset.filter(
            Q(host__name__icontains=value) | Q(visitor__name__icontains=value) | Q(notes__icontains=value)
        )


class VisitTable(Table):
    name = _("Visits")
    columns = (
        Column("host", _("Host enterprise"), source="host__name", sort="host__name"),
        Column("planned_on", _("Planned for"), sort="planned_on"),
        Column("done_on", _("Visited on"), sort="done_on"),
        Column("visitor", _("Who goes"), source="visitor__name", sort="visitor__name_key"),
        Column("companions", _("Went along"), on_screen=False),
        Column("notes", _("Notes"), on_screen=False),
        Column("open_tasks", _("Open tasks"), sort="open_tasks", number=True),
        Column(
            "state",
            _("State"),
            source=("state", "planned_on"),
            text=lambda *facts: state_of(*facts)[1],
            html=lambda *facts: status_tag(*state_of(*facts)),
        ),
    )
    filterset_class = VisitFilters
    default_order = ("-planned_on",)
    row_url = "placements:visit_detail"
    empty_title = _("No visit yet")
    empty_hint = _("Plan one, or let the product propose days for the hosts that are due.")

    @property
    def tabs(self):
        today = timezone.localdate()
        return (
            Tab("planned", pgettext_lazy("visits", "Planned"), Q(state=Visit.State.PLANNED)),
            Tab("overdue", _("Overdue"), Q(state=Visit.State.PLANNED, planned_on__lt=today)),
            Tab("done", _("Took place"), Q(state=Visit.State.DONE)),
            Tab("tasks", _("With open tasks"), Q(open_tasks__gt=0)),
        )

    def prepare(self, queryset):
        tasks = VisitTask.objects.filter(visit=OuterRef("pk"), done_at=None).order_by().values("visit")
        return queryset.annotate(open_tasks=Coalesce(Subquery(tasks.annotate(n=Count("pk")).values("n")), 0))
