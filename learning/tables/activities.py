"""The activities of a cohort, and who signed up."""

import django_filters
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import Activity, Signup
from trainee_mgmt.kit.formats import from_to, from_to_in_sheet
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


def mode_of(mode) -> str:
    return str(Activity.Mode(mode).label)


def seats(signed, capacity) -> str:
    return f"{signed} / {capacity}" if capacity else f"{signed}"


def state_of(cancelled_at, opens_at, closes_at, ends_at) -> tuple[str, str]:
    """(kind of tag, word) of an activity."""
    now = timezone.now()
    if cancelled_at:
        return "", gettext("cancelled")
    if ends_at <= now:
        return "ok", gettext("over")
    if now < opens_at:
        return "", gettext("sign-up not begun")
    return ("accent", gettext("sign-up open")) if now < closes_at else ("", gettext("sign-up closed"))


class ActivityFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Title or place"), method="find")
    platform = django_filters.ChoiceFilter(label=_("Platform"), field_name="platform", empty_label=_("All platforms"))
    mode = django_filters.ChoiceFilter(
        label=_("How"), choices=Activity.Mode.choices, empty_label=_("Online and in person")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        platforms = self.table.context.platforms.order_by("order", "pk").values_list("pk", "name")
        self.filters["platform"].extra["choices"] = list(platforms)

    def find(self, queryset, name, value):
        return queryset.filter(Q(title__icontains=value) | Q(place__icontains=value))


class ActivityTable(Table):
    name = _("Activities")
    row_url = "learning:activity_detail"
    filterset_class = ActivityFilters
    default_order = ("starts_at",)
    columns = (
        Column("title", _("Activity"), sort="title"),
        Column("platform", _("Platform"), source="platform__name", sort=("platform__order", "platform__name")),
        Column(
            "when", _("Time"), source=("starts_at", "ends_at"), text=from_to_in_sheet, html=from_to, sort="starts_at"
        ),
        Column("mode", _("How"), text=mode_of, sort="mode"),
        Column("place", _("Place")),
        Column("seats", _("Signed up / seats"), source=("signed", "capacity"), text=seats, number=True),
        Column("waiting", _("On the waiting list"), number=True),
        Column("came", _("Took part"), number=True),
        Column(
            "state",
            _("State"),
            source=("cancelled_at", "opens_at", "closes_at", "ends_at"),
            text=lambda *values: state_of(*values)[1],
            html=lambda *values: status_tag(*state_of(*values)),
        ),
    )
    empty_title = _("No activity yet")
    empty_hint = _("An activity stands under a platform and has a time, perhaps seats, and days to sign up.")

    def prepare(self, queryset):
        rows = Signup.objects.filter(activity=OuterRef("pk")).order_by().values("activity")

        def count(condition: Q) -> Coalesce:
            counted = rows.annotate(n=Count("pk", filter=condition)).values("n")
            return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

        return queryset.annotate(
            signed=count(Q(state="signed")),
            waiting=count(Q(state__in=("waiting", "offered"))),
            came=count(Q(attended=True)),
        )

    @property
    def tabs(self):
        now = timezone.now()
        queued = Signup.objects.filter(state=Signup.State.WAITING).values("activity")
        return (
            Tab("coming", _("Still to come"), Q(ends_at__gt=now, cancelled_at=None)),
            Tab("waiting", _("With a waiting list"), Q(pk__in=queued, starts_at__gt=now, cancelled_at=None)),
            Tab("past", _("Already over"), Q(ends_at__lte=now, cancelled_at=None)),
            Tab("cancelled", _("Cancelled"), Q(cancelled_at__isnull=False)),
        )


class ActivityRows(ActivityTable):
    """Activities without filters; the figure has chosen them."""

    filterset_class = None
    tabs = ()
