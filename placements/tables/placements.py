"""Placements of a cohort: for the office, and for officers those of their class."""

from datetime import date

import django_filters
from django.db.models import DateField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cohorts.models import ClassMembership
from placements.models import Placement, PlacementChange
from placements.rules.stages import STAGE_NAMES, Stage, stage_of
from placements.tables.plans import post_cell
from trainee_mgmt.kit.choosing import SinceFilter
from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

STAGE_TAGS = {
    Stage.COMING: "accent",
    Stage.NOW: "ok",
    Stage.OVER: "",
    Stage.ENDED_EARLY: "warn",
    Stage.CALLED_OFF: "bad",
}
# How far a stay is, its days tell; these are the two ways in which it does not go as planned.
TURNS = [each for each in Placement.State.choices if each[0] != Placement.State.STANDING]


def stage_words(state: str, starts_on: date, ends_on: date) -> str:
    return str(STAGE_NAMES[stage_of(state, starts_on, ends_on, timezone.localdate())])


def stage_tag(state: str, starts_on: date, ends_on: date) -> SafeString:
    stage = stage_of(state, starts_on, ends_on, timezone.localdate())
    return status_tag(STAGE_TAGS[stage], str(STAGE_NAMES[stage]))


def its_class(field: str) -> Subquery:
    """A field of the class in which the trainee is today, or will be when the stay begins; of the last one after that."""
    day = Greatest(OuterRef("starts_on"), Value(timezone.localdate()), output_field=DateField())
    members = ClassMembership.objects.filter(trainee=OuterRef("trainee"), starts_on__lte=day)
    return Subquery(members.order_by("-starts_on").values(field)[:1])


class PlacementFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Trainee, host or post"), method="find")
    in_class = django_filters.ChoiceFilter(label=_("Class"), method="of_class", empty_label=_("All classes"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=TURNS, empty_label=_("All states"))
    since = SinceFilter(label=_("Changed since"), method="changed_since")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["in_class"].extra["choices"] = list(self.table.context)

    def find(self, queryset, name, value):
        return queryset.filter(
            Q(trainee__person__name__icontains=value)
            | Q(trainee__number__icontains=value)
            | Q(seat__offer__post__name__icontains=value)
            | Q(seat__offer__post__host__name__icontains=value)
        )

    def changed_since(self, queryset, name, value):
        changed = PlacementChange.objects.filter(at__gte=midnight(value))
        return queryset.filter(pk__in=changed.values("placement"))

    def of_class(self, queryset, name, value):
        return queryset.alias(class_id=its_class("training_class")).filter(class_id=value)


class PlacementTable(Table):
    name = _("Placements")
    row_url = "placements:placement_detail"
    personal = True
    filterset_class = PlacementFilters
    default_order = ("trainee__number", "starts_on")
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="class_name", sort="class_name"),
        Column(
            "place",
            _("Host and post"),
            source=("seat__offer__post__host__name", "seat__offer__post__name"),
            text=lambda host, post: f"{host} · {post}",
            html=post_cell,
            sort=("seat__offer__post__host__name", "seat__offer__post__name"),
        ),
        Column("address", _("Address"), source="seat__offer__post__host__address", on_screen=False),
        Column("mentor", _("Mentor"), source="mentor__name", sort="mentor__name"),
        Column("starts_on", _("First day"), sort="starts_on"),
        Column("ends_on", _("Last day"), sort="ends_on"),
        Column(
            "state",
            _("State"),
            source=("state", "starts_on", "ends_on"),
            text=stage_words,
            html=stage_tag,
            sort="state",
        ),
    )
    empty_title = _("No placement yet")
    empty_hint = _("They stand here from the moment a matching plan is published.")

    @property
    def tabs(self):
        today = timezone.localdate()
        standing = ~Q(state=Placement.State.CALLED_OFF)
        return (
            Tab("now", _("Under way"), standing & Q(starts_on__lte=today, ends_on__gte=today)),
            Tab("coming", _("Not begun yet"), standing & Q(starts_on__gt=today)),
            Tab("over", _("Over already"), standing & Q(ends_on__lt=today)),
        )

    def prepare(self, queryset):
        return queryset.annotate(class_name=its_class("training_class__name"))
