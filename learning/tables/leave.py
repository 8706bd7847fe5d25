import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models import Leave
from trainee_mgmt.kit.formats import moment
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

LEAVE_TAGS = {
    "waiting": "accent", "returned": "warn", "approved": "ok", "refused": "bad", "withdrawn": "", "revoked": "warn",
}  # fmt: skip


def leave_tag(state: str) -> str:
    return status_tag(LEAVE_TAGS[state], str(Leave.State(state).label))


def span(starts_at, ends_at) -> str:
    return f"{moment(starts_at)} – {moment(ends_at)}"


def _span_in_sheet(starts_at, ends_at) -> str:
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    return f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"


class LeaveFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    in_class = django_filters.ChoiceFilter(label=_("Class"), method="of_class", empty_label=_("All classes"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), method="of_kind", empty_label=_("All kinds"))
    day = django_filters.DateFilter(label=_("Day"), method="on_day")

    class Meta:
        model = Leave
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        cohort = self.table.context
        classes = cohort.classes.order_by("number", "pk").values_list("pk", "name")
        self.filters["in_class"].extra["choices"] = list(classes)
        self.filters["kind"].extra["choices"] = list(cohort.leave_types.order_by("pk").values_list("pk", "name"))

    def find(self, queryset, name, value):
        return queryset.filter(Q(trainee__person__name__icontains=value) | Q(trainee__number__icontains=value))

    def of_class(self, queryset, name, value):
        return queryset.filter(training_class=value)

    def of_kind(self, queryset, name, value):
        return queryset.filter(leave_type=value)

    def on_day(self, queryset, name, value):
        return queryset.filter(starts_at__date__lte=value, ends_at__date__gte=value)


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
        Column("when", _("Time"), source=("starts_at", "ends_at"), text=_span_in_sheet, html=span, sort="starts_at"),
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
