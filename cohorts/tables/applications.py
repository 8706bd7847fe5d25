"""The applications of a cohort: who, from where, which state; numbers only as masks."""

from dataclasses import replace
from functools import partial

import django_filters
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Application, Person, ProfileField
from cohorts.rules.profile import in_words
from cohorts.selectors.people import secret_index
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

State, Origin = Application.State, Application.Origin
TAGS = {
    State.DRAFT: ("", "edit"),
    State.SUBMITTED: ("accent", ""),
    State.ACCEPTED: ("accent", "check"),
    State.RETURNED: ("warn", ""),
    State.CHOSEN: ("ok", ""),
    State.WAITING: ("warn", "clock"),
    State.DECLINED: ("", ""),
    State.WITHDRAWN: ("", ""),
}
HANDED_IN = [pair for pair in State.choices if pair[0] != State.DRAFT]


def application_tag(state: str) -> SafeString:
    kind, drawing = TAGS[State(state)]
    return status_tag(kind, State(state).label, drawing)


class ApplicationFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name, work unit, phone or ID number"), method="search")
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), empty_label=gettext_lazy("Any state"), choices=HANDED_IN
    )
    origin = django_filters.ChoiceFilter(
        label=gettext_lazy("How it came"), empty_label=gettext_lazy("However it came"), choices=Origin.choices
    )
    unit = django_filters.ChoiceFilter(
        label=gettext_lazy("Nominating unit"),
        empty_label=gettext_lazy("All units"),
        field_name="nominating_unit",
        choices=[],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["unit"].extra["choices"] = self.table.context["units"]

    def search(self, queryset, name, value):
        value = value.strip()
        if not value:
            return queryset
        if self.table.context["finds_numbers"] and (index := secret_index(value)):
            return queryset.filter(Q(phone_index=index) | Q(id_index=index))
        return queryset.filter(Q(name__icontains=value) | Q(work_unit__icontains=value))


class ApplicationTable(Table):
    name = gettext_lazy("Applications")
    columns = (
        Column("name", gettext_lazy("Name"), sort="name_key"),
        Column(
            "state",
            gettext_lazy("State"),
            source="state",
            text=lambda state: str(State(state).label),
            html=application_tag,
            sort="state",
        ),
        Column(
            "waiting_rank",
            gettext_lazy("Place on the waiting list"),
            number=True,
            sort="waiting_rank",
            on_screen=False,
        ),
        Column("work_unit", gettext_lazy("Works at"), sort="work_unit"),
        Column("position", gettext_lazy("Position")),
        Column("origin", gettext_lazy("How it came"), text=lambda origin: str(Origin(origin).label), sort="origin"),
        Column("unit", gettext_lazy("Nominating unit"), source="nominating_unit__name"),
        Column("submitted_at", pgettext_lazy("application", "Handed in"), sort="submitted_at"),
        Column("reason", gettext_lazy("Reason"), on_screen=False),
        Column("sex", gettext_lazy("Sex"), text=lambda s: str(Person.Sex(s).label) if s else "", on_screen=False),
        Column("born_on", gettext_lazy("Born"), on_screen=False),
        Column("phone", gettext_lazy("Phone"), source="phone_mask", on_screen=False),
        Column("id_number", gettext_lazy("ID number"), source="id_mask", on_screen=False),
    )
    tabs = (
        Tab("submitted", pgettext_lazy("applications", "To be read"), Q(state=State.SUBMITTED)),
        Tab("accepted", pgettext_lazy("applications", "In the screening"), Q(state=State.ACCEPTED)),
        Tab("chosen", pgettext_lazy("applications", "Chosen"), Q(state=State.CHOSEN)),
        Tab("waiting", pgettext_lazy("applications", "Waiting list"), Q(state=State.WAITING)),
        Tab("returned", pgettext_lazy("applications", "Sent back"), Q(state=State.RETURNED)),
        Tab("out", pgettext_lazy("applications", "Out"), Q(state__in=[State.DECLINED, State.WITHDRAWN])),
    )
    filterset_class = ApplicationFilters
    default_order = ("name_key",)
    row_url = "cohorts:application_detail"
    personal = True
    empty_title = gettext_lazy("No applications yet")
    empty_hint = gettext_lazy("People apply by the public link, units nominate, or a list is imported.")

    def __init__(self, queryset, params, **options):
        super().__init__(queryset, params, columns=tuple(self._answers(options["context"]["fields"])), **options)
        self.select = bool(self.bulk)
        if self.tab and self.tab.key == "waiting":
            self.default_order = ("waiting_rank",)
            self.columns = tuple(
                replace(each, on_screen=True) if each.key == "waiting_rank" else each for each in self.columns
            )

    @staticmethod
    def _answers(fields: list[ProfileField]):
        shown = [field for field in fields if not field.is_personal]
        for field in shown:
            text = partial(in_words, field.kind) if field.kind == ProfileField.Kind.YES_NO else None
            yield Column(f"answer_{field.key}", field.label, text=text, on_screen=False)

    def prepare(self, queryset):
        fields = (field for field in self.context["fields"] if not field.is_personal)
        return queryset.annotate(**{f"answer_{field.key}": KT(f"answers__{field.key}") for field in fields})


class NomineeFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name, work unit, phone or ID number"), method="search")
    search = ApplicationFilters.search


class NomineeTable(ApplicationTable):
    """The nominees of one unit, for the unit."""

    columns = tuple(each for each in ApplicationTable.columns if each.key not in ("origin", "unit"))
    tabs = (
        Tab("open", pgettext_lazy("applications", "Take a slot"), Q(state__in=Application.OPEN)),
        Tab("returned", pgettext_lazy("applications", "Sent back"), Q(state=State.RETURNED)),
        Tab("draft", pgettext_lazy("applications", "Not handed in"), Q(state=State.DRAFT)),
    )
    filterset_class = NomineeFilters
    row_url = "cohorts:nominee_detail"
    empty_title = gettext_lazy("Nobody nominated yet")
    empty_hint = gettext_lazy("Nominate one by one, or from a file.")


class QuotaTable(Table):
    """The quotas of my units: how many slots, how many used, until when."""

    name = gettext_lazy("Nominations")
    columns = (
        Column("cohort", gettext_lazy("Cohort"), source="round__cohort__name"),
        Column("program", gettext_lazy("Program"), source="round__cohort__program__name"),
        Column("unit", gettext_lazy("Unit"), source="unit__name", sort="unit__name"),
        Column("seats", pgettext_lazy("application", "Slots"), number=True),
        Column("taken", pgettext_lazy("application", "Used"), number=True),
        Column("free", pgettext_lazy("application", "Free"), number=True),
        Column("returned", pgettext_lazy("applications", "Sent back"), number=True),
        Column("closes_at", pgettext_lazy("application", "Closes"), source="round__closes_at", sort="round__closes_at"),
    )
    default_order = ("-round__closes_at", "unit__name")
    row_url = "cohorts:nomination_detail"
    empty_title = gettext_lazy("No quota for your unit")
    empty_hint = gettext_lazy("The office that runs a cohort gives it; you are told then.")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        nominated = Application.objects.filter(
            round=OuterRef("round"), nominating_unit=OuterRef("unit"), origin=Origin.NOMINATED
        ).order_by()
        taken = _count(nominated.filter(state__in=Application.OPEN))
        return queryset.annotate(
            taken=taken, free=F("seats") - taken, returned=_count(nominated.filter(state=State.RETURNED))
        )


def _count(rows: QuerySet) -> Coalesce:
    per_unit = rows.values("nominating_unit").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(per_unit, output_field=IntegerField()), 0)
