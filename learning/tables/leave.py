import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models import Leave
from learning.tables.filters import ClassFilter
from trainee_mgmt.kit.days import bounds
from trainee_mgmt.kit.formats import from_to, from_to_in_sheet
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

LEAVE_TAGS = {
    "waiting": "accent", "returned": "warn", "approved": "ok", "refused": "bad", "withdrawn": "", "revoked": "warn",
}  # fmt: skip


def leave_tag(state: str) -> str:
    return status_tag(LEAVE_TAGS[state], str(Leave.State(state).label))


class LeaveFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    in_class = ClassFilter(lambda rows, classes: rows.filter(training_class__in=classes))
    kind = django_filters.ChoiceFilter(label=_("Kind"), field_name="leave_type", empty_label=_("All kinds"))
    day = django_filters.DateFilter(label=_("Day"), method="on_day")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = self.table.context.leave_types.order_by("pk").values_list("pk", "name")
        self.filters["kind"].extra["choices"] = list(kinds)

    def find(self, queryset, name, value):
        return queryset.filter(Q(trainee__person__name__icontains=value) | Q(trainee__number__icontains=value))

    def on_day(self, queryset, name, value):
        start, end = bounds(value)
        return queryset.filter(starts_at__lt=end, ends_at__gt=start)


class LeaveTable(Table):
    name = "leave"
    personal = True
    row_url = "learning:leave_detail"
    filterset_class = LeaveFilters
    default_order = ("-starts_at",)
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column("kind", _("Kind"), source="leave_type__name"),
        Column(
            "when", _("Time"), source=("starts_at", "ends_at"), text=from_to_in_sheet, html=from_to, sort="starts_at"
        ),
        Column("days", _("Days"), text=lambda days: f"{days.normalize():f}", number=True, sort="days"),
        Column("state", _("State"), text=lambda state: str(Leave.State(state).label), html=leave_tag),
        Column(
            "level",
            _("Waits for"),
            source=("state", "level"),
            text=lambda state, level: str(Leave.Level(level).label) if state == Leave.State.WAITING else "",
        ),
        Column("asked_at", _("Requested at"), sort="asked_at"),
        Column("reason", _("Reason"), on_screen=False),
    )
    empty_title = _("No leave yet")
    empty_hint = _("Trainees ask for it on their phones; what waits for you stands on your first page.")

    @property
    def tabs(self):
        now = timezone.now()
        return (
            Tab("waiting", _("To decide"), Q(state=Leave.State.WAITING)),
            Tab("now", _("Away now"), Q(state=Leave.State.APPROVED, starts_at__lte=now, ends_at__gt=now)),
            Tab("coming", _("Away later"), Q(state=Leave.State.APPROVED, starts_at__gt=now)),
            Tab("approved", _("Approved"), Q(state=Leave.State.APPROVED)),
            Tab("closed", _("Refused, withdrawn, revoked"), Q(state__in=["refused", "withdrawn", "revoked"])),
        )
