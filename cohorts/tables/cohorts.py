from datetime import date

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Trainee, TrainingClass
from cohorts.rules import days
from cohorts.selectors.cohorts import counted
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, KeyFilter, Tab, Table, TableFilters

STAGES = {
    days.PLANNED: ("accent", gettext_lazy("planned")),
    days.RUNNING: ("ok", gettext_lazy("running")),
    days.FINISHED: ("", gettext_lazy("finished")),
}


def stage_words(starts_on: date, ends_on: date, is_closed: bool) -> str:
    return _("closed") if is_closed else str(STAGES[days.stage(starts_on, ends_on, timezone.localdate())][1])


def stage_tag(starts_on: date, ends_on: date, is_closed: bool):
    if is_closed:
        return status_tag("", _("closed"), "lock")
    kind, words = STAGES[days.stage(starts_on, ends_on, timezone.localdate())]
    return status_tag(kind, words, "done" if kind == "" else "")


class CohortFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name, program or theme"), method="search")
    program = KeyFilter(field_name="program", label=gettext_lazy("Program"))

    def search(self, queryset, name, value):
        fits = Q(name__icontains=value) | Q(program__name__icontains=value) | Q(program__theme__icontains=value)
        return queryset.filter(fits) if value else queryset


class CohortTable(Table):
    name = gettext_lazy("Cohorts")
    columns = (
        Column("name", gettext_lazy("Cohort"), sort="name"),
        Column("program", gettext_lazy("Program"), source="program__name", sort="program__name"),
        Column("starts_on", gettext_lazy("From"), sort="starts_on"),
        Column("ends_on", gettext_lazy("Until"), sort="ends_on"),
        Column("classes", gettext_lazy("Classes"), source="class_count", number=True),
        Column("trainees", gettext_lazy("In training"), source="trainee_count", number=True),
        Column(
            "stage",
            gettext_lazy("State"),
            source=("starts_on", "ends_on", "is_closed"),
            text=stage_words,
            html=stage_tag,
        ),
    )
    filterset_class = CohortFilters
    default_order = ("-starts_on", "name")
    row_url = "cohorts:cohort_detail"
    row_key = "cohort"
    empty_title = gettext_lazy("No cohort yet")
    empty_hint = gettext_lazy("A cohort is one run of a program, with its dates, classes and people.")

    @property
    def tabs(self):
        today = timezone.localdate()
        is_open = Q(is_closed=False)
        return (
            Tab("running", gettext_lazy("Running"), is_open & Q(starts_on__lte=today, ends_on__gte=today)),
            Tab("planned", gettext_lazy("Not begun"), is_open & Q(starts_on__gt=today)),
            Tab("finished", gettext_lazy("Finished"), Q(is_closed=True) | Q(ends_on__lt=today)),
        )

    def prepare(self, queryset: QuerySet) -> QuerySet:
        return queryset.annotate(
            class_count=counted(TrainingClass.objects.all(), "cohort"),
            trainee_count=counted(Trainee.objects.active(), "cohort"),
        )
