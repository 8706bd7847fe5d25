"""The ledger of credit hours, a year of many people, and the tables of rules."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import CreditEntry, HourRule
from learning.rules.hours import in_measure, plain
from learning.selectors.hours import tables_of
from trainee_mgmt.kit.kept import MANY
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, KeyFilter, Tab, Table, TableFilters


def form_of(name, source) -> str:
    return name or str(CreditEntry.Source(source).label)


def source_of(source) -> str:
    return str(CreditEntry.Source(source).label)


def how_much(quantity, measure) -> str:
    return in_measure(measure, abs(quantity)) if measure else ""


def state_of(in_force, reverse_of) -> tuple[str, str]:
    """(kind of tag, word) of a row of the ledger."""
    if in_force:
        return "ok", gettext("counts")
    return ("", gettext("reverse row")) if reverse_of else ("warn", gettext("reversed"))


class CreditFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    form = django_filters.ChoiceFilter(label=_("Form"), field_name="rule__name", empty_label=_("All forms"))
    year = KeyFilter(label=_("Year"), field_name="year")
    source = django_filters.ChoiceFilter(
        label=_("Source"), choices=CreditEntry.Source.choices, empty_label=_("All sources")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rules = HourRule.objects.filter(table__in=tables_of(self.table.context.program.unit))
        names = rules.order_by("name").values_list("name", flat=True).distinct()
        self.filters["form"].extra["choices"] = [(name, name) for name in names]

    def find(self, queryset, name, value):
        return queryset.filter(Q(trainee__person__name__icontains=value) | Q(trainee__number__icontains=value))


class CreditTable(Table):
    """Every row of the ledger; the hours of all rows re-add to the balance."""

    name = _("Credit hours")
    personal = True
    filterset_class = CreditFilters
    row_url = "learning:credit_detail"
    default_order = ("-happened_on", "-pk")
    tabs = (Tab("counts", _("Counts"), Q(in_force=True)), Tab("back", _("Reversed"), Q(in_force=False)))
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("form", _("Form of study"), source=("rule__name", "source"), text=form_of, sort="rule__name"),
        Column("happened_on", _("Day"), sort="happened_on"),
        Column("quantity", _("Quantity"), source=("quantity", "rule__measure"), text=how_much),
        Column("raw_hours", _("Hours by the rule"), html=plain, number=True),
        Column("hours", _("Hours"), html=plain, sort="hours", number=True),
        Column("source", _("Source"), text=source_of),
        Column("evidence", _("Evidence")),
        Column("version", _("Version of the rules"), source="table__version", number=True, on_screen=False),
        Column("entered_by", _("Entered by"), source="entered_by__name", on_screen=False),
        Column("entered_at", _("Entered at"), on_screen=False),
        Column(
            "state",
            _("State"),
            source=("in_force", "reverse_of"),
            text=lambda *values: state_of(*values)[1],
            html=lambda *values: status_tag(*state_of(*values)),
        ),
    )
    empty_title = _("No hours yet")
    empty_hint = _(
        "Hours come from the roll of sessions that are over, from files, or are entered with their evidence."
    )


class OwnCredits(CreditTable):
    """Of one trainee, without the columns that name the trainee."""

    filterset_class = None
    columns = tuple(column for column in CreditTable.columns if column.key not in ("trainee", "number"))


class YearFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or work unit"), method="find")

    def find(self, queryset, name, value):
        return queryset.filter(Q(person__name__icontains=value) | Q(work_unit__icontains=value))


class YearTable(Table):
    """A year of many people: what each has and what is missing."""

    name = _("Hours of the year")
    personal = True
    filterset_class = YearFilters
    tabs_ask = True
    kept_beyond = MANY
    default_order = ("person__name_key",)
    row_url = "learning:trainee_hours"
    tabs = (Tab("missing", _("Hours missing"), Q(is_met=False)), Tab("met", _("Year complete"), Q(is_met=True)))
    columns = (
        Column("name", _("Name"), source="person__name", sort="person__name_key"),
        Column("number", _("Number"), sort="number"),
        Column("work_unit", _("Works at"), sort="work_unit"),
        Column("hours", _("Hours in all"), source="year_hours", html=plain, sort="year_hours", number=True),
        Column("required", _("Required hours"), source="required_year_hours", html=plain, sort="required_year_hours", number=True),
        Column("hours_missing", _("Missing in all"), html=plain, sort="hours_missing", number=True),
        Column("required_missing", _("Missing required"), html=plain, sort="required_missing", number=True),
        Column(
            "state",
            _("State"),
            source="is_met",
            text=lambda met: gettext("complete") if met else gettext("hours missing"),
            html=lambda met: status_tag("ok", gettext("complete")) if met else status_tag("warn", gettext("hours missing")),
        ),
    )  # fmt: skip
    empty_title = _("Nobody here yet")


def table_state(released_at, is_followed) -> tuple[str, str]:
    if released_at is None:
        return "warn", gettext("draft")
    return ("", gettext("followed by another version")) if is_followed else ("ok", gettext("in use"))


class HourTables(Table):
    name = _("Tables of hours")
    row_url = "learning:hour_table_detail"
    default_order = ("unit__path", "-version")
    columns = (
        Column("name", _("Table"), sort="name"),
        Column("unit", _("Unit"), source="unit__name", sort="unit__path"),
        Column("version", _("Version"), number=True),
        Column("starts_on", _("Counts from"), sort="starts_on"),
        Column("total", _("Hours a year"), source="total_hours", html=plain, number=True),
        Column(
            "state",
            _("State"),
            source=("released_at", "is_followed"),
            text=lambda *values: table_state(*values)[1],
            html=lambda *values: status_tag(*table_state(*values)),
        ),
    )
    empty_title = _("No table of hours yet")
    empty_hint = _("A table says how many hours each form of study gives, with its caps, and what a year asks for.")

    def prepare(self, queryset):
        later = queryset.model.objects.filter(
            unit=OuterRef("unit"), released_at__isnull=False, version__gt=OuterRef("version")
        )
        return queryset.annotate(is_followed=Exists(later))
