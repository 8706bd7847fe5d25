import django_filters
from django.db.models import Count, IntegerField, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


class ProgramFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name, unit or theme"), method="search")

    def search(self, queryset, name, value):
        fits = Q(name__icontains=value) | Q(unit__name__icontains=value) | Q(theme__icontains=value)
        return queryset.filter(fits) if value else queryset


def state(closed_on):
    return status_tag("", _("closed")) if closed_on else status_tag("ok", _("in use"))


class ProgramTable(Table):
    name = gettext_lazy("Programs")
    columns = (
        Column("name", gettext_lazy("Program"), sort="name"),
        Column("unit", gettext_lazy("Run by"), source="unit__name", sort="unit__name"),
        Column("theme", gettext_lazy("Theme"), sort="theme_key"),
        Column("cohorts", gettext_lazy("Cohorts"), source="cohort_count", number=True),
        Column(
            "state",
            gettext_lazy("State"),
            source="closed_on",
            text=lambda closed_on: _("closed") if closed_on else _("in use"),
            html=state,
        ),
    )
    tabs = (
        Tab("open", gettext_lazy("In use"), Q(closed_on=None)),
        Tab("closed", gettext_lazy("Closed"), Q(closed_on__isnull=False)),
    )
    filterset_class = ProgramFilters
    default_order = ("name",)
    row_url = "programs:program_detail"
    empty_title = gettext_lazy("No program yet")
    empty_hint = gettext_lazy("A program is what your office runs again and again; each run is a cohort (期).")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        return queryset.annotate(cohort_count=Count("cohorts", output_field=IntegerField()))
