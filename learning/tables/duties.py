"""Weekly duties that were due, and who has spoken how often."""

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cohorts.models import Trainee
from cohorts.selectors.cohorts import members_on
from learning.models import DutyDue, DutySpeaker
from learning.rules.duties import Standing, standing
from learning.tables.attendance import TRAINEE, only_name
from learning.tables.filters import ClassFilter
from trainee_mgmt.kit.formats import EMPTY, day
from trainee_mgmt.kit.kept import MANY
from trainee_mgmt.kit.pages import is_key
from trainee_mgmt.kit.pieces import link, status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

WORDS = {Standing.HELD: _("held"), Standing.MISSING: _("missing"), Standing.OPEN: _("still open")}
TAGS = {Standing.HELD: "ok", Standing.MISSING: "bad", Standing.OPEN: ""}


def standing_tag(stands: Standing) -> SafeString:
    return status_tag(TAGS[stands], str(WORDS[stands]))


def _standing(record, last_on) -> Standing:
    return standing(last_on, is_held=record is not None, today=timezone.localdate())


def evidence_link(evidence: str | None) -> str | SafeString:
    """An address opens in a new page; anything else is text."""
    if evidence and evidence.startswith(("https://", "http://")):
        return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', evidence, evidence[:60])
    return evidence or EMPTY


def _class_link(name: str, pk: int) -> SafeString:
    return link(reverse("learning:duty_class", kwargs={"pk": pk}), name)


def _reachable(context):
    """The classes of which one may see the duties."""
    return context[1]


def _of_members(rows, classes):
    members = members_on(timezone.localdate()).filter(training_class__in=classes)
    return rows.filter(pk__in=members.values("trainee"))


class _OfClass(TableFilters):
    in_class = ClassFilter(lambda rows, classes: rows.filter(training_class__in=classes), classes_of=_reachable)
    kind = django_filters.ChoiceFilter(label=_("Duty"), method="of_kind", empty_label=_("All duties"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        cohort, _classes = self.table.context
        self.filters["kind"].extra["choices"] = list(
            cohort.duty_kinds.order_by("order", "pk").values_list("pk", "name")
        )

    def of_kind(self, queryset, name, value):
        return queryset.filter(kind=value)


class DutyFilters(_OfClass):
    class Meta:
        model = DutyDue
        fields = []


class DutyTable(Table):
    """One row for each duty of each week of each class or group, held or not."""

    name = _("Weekly duties")
    filterset_class = DutyFilters
    default_order = ("-monday", "training_class__number", "group__number", "kind__order", "nth")
    columns = (
        Column("week", _("Week from"), source="monday", sort="monday", html=day),
        Column(
            "class",
            _("Class"),
            source=("training_class__name", "training_class"),
            text=only_name,
            html=_class_link,
            sort="training_class__number",
        ),
        Column("group", _("Group"), source="group__name"),
        Column("kind", _("Duty"), source="kind__name", sort="kind__order"),
        Column(
            "state",
            _("State"),
            source=("record", "last_on"),
            text=lambda *values: str(WORDS[_standing(*values)]),
            html=lambda *values: standing_tag(_standing(*values)),
        ),
        Column("held_on", _("Held on"), source="record__held_on", sort="record__held_on"),
        Column("topic", _("What it was about"), source="record__topic"),
        Column("speakers", _("Who spoke"), text=lambda names: "、".join(names or ())),
        Column("session", _("Session"), source="record__session__title", on_screen=False),
        Column("evidence", _("Evidence"), source="record__evidence", html=evidence_link),
        Column("recorded_by", _("Recorded by"), source="record__recorded_by__name", on_screen=False),
    )
    personal = True
    empty_title = _("No weekly duty is due")
    empty_hint = _("Once the cohort has weekly duties, each of their weeks stands here, held or not.")

    def prepare(self, queryset):
        names = DutySpeaker.objects.filter(record=OuterRef("record")).order_by("trainee__number")
        return queryset.annotate(speakers=ArraySubquery(names.values("trainee__person__name")))

    @property
    def tabs(self):
        today = timezone.localdate()
        return (
            Tab("missing", _("Not held"), Q(record=None, last_on__lt=today)),
            Tab("held", _("Was held"), Q(record__isnull=False)),
            Tab("open", _("Still open"), Q(record=None, last_on__gte=today)),
        )


class DutyRows(DutyTable):
    """The same without filters; the figure has chosen them."""

    filterset_class = None
    tabs = ()


class SpeakerFilters(_OfClass):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    in_class = ClassFilter(_of_members, classes_of=_reachable)
    field_order = ("q", "in_class", "kind")

    class Meta:
        model = Trainee
        fields = []

    def find(self, queryset, name, value):
        return queryset.filter(Q(person__name__icontains=value) | Q(number__icontains=value))

    def of_kind(self, queryset, name, value):
        return queryset  # counted in ``SpeakerTable.prepare``


class SpeakerTable(Table):
    """Everybody in training with the number of times that he or she spoke, of one duty or of all of them."""

    name = _("Speakers of weekly duties")
    personal = True
    filterset_class = SpeakerFilters
    tabs_ask = True
    kept_beyond = MANY
    default_order = ("times", "last_on", "number")
    columns = (
        Column(
            "trainee",
            _("Trainee"),
            source=("person__name", "pk"),
            text=TRAINEE.text,
            html=TRAINEE.html,
            sort="person__name_key",
        ),
        Column("number", _("Number"), sort="number"),
        Column("class", _("Class"), source="class_name"),
        Column("times", _("Times spoken"), number=True, sort="times"),
        Column("last_on", _("Last on"), sort="last_on"),
    )
    empty_title = _("Nobody here")
    empty_hint = _("Everybody in training stands here with the number of times spoken.")
    tabs = (
        Tab("never", _("Never spoken"), Q(times=0)),
        Tab("spoken", _("Has spoken"), Q(times__gt=0)),
    )

    def prepare(self, queryset):
        asked = self.params.get("kind", "")
        spoken = DutySpeaker.objects.filter(trainee=OuterRef("pk"), record__in_force=True)
        if is_key(asked):
            spoken = spoken.filter(record__kind=asked)
        spoken = spoken.order_by().values("trainee")
        stay = members_on(timezone.localdate()).filter(trainee=OuterRef("pk"))
        return queryset.annotate(
            times=Coalesce(Subquery(spoken.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
            last_on=Subquery(spoken.annotate(last=Max("record__held_on")).values("last")),
            class_name=Subquery(stay.values("training_class__name")[:1]),
        )


class SpeakerRows(SpeakerTable):
    """The same without filters; the figure has chosen them."""

    filterset_class = None
    tabs = ()
