import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


class VenueFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name, place or unit"), method="search")
    seats = django_filters.NumberFilter(
        label=_("Seats at least"), field_name="capacity", lookup_expr="gte", min_value=0, max_value=1_000_000
    )

    def search(self, queryset, name, value):
        return queryset.filter(Q(name__icontains=value) | Q(place__icontains=value) | Q(unit__name__icontains=value))


def state_of(closed_on) -> tuple[str, str]:
    """(kind of tag, word) of a venue."""
    if closed_on is None:
        return "ok", gettext("in use")
    if closed_on > timezone.localdate():
        return "warn", gettext("closes on %(day)s") % {"day": day(closed_on)}
    return "", gettext("out of use")


class VenueTable(Table):
    name = _("Venues")
    columns = (
        Column("name", _("Venue"), sort="name"),
        Column("place", _("Where it is"), sort="place"),
        Column("capacity", _("Capacity"), sort="capacity", number=True),
        Column("unit", _("Kept by"), source="unit__name", sort="unit__name"),
        Column(
            "state",
            _("State"),
            source="closed_on",
            text=lambda closed_on: state_of(closed_on)[1],
            html=lambda closed_on: status_tag(*state_of(closed_on)),
        ),
    )
    tabs = (
        Tab("open", _("In use"), Q(closed_on=None)),
        Tab("closed", _("Out of use"), Q(closed_on__isnull=False)),
    )
    filterset_class = VenueFilters
    default_order = ("name",)
    row_url = "library:venue_detail"
    empty_title = _("No venue yet")
    empty_hint = _("A venue is a room or hall with a capacity. Sessions book it, and nobody else can at that time.")
