"""Who has done what is asked of a cohort."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


class CompletionFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")

    def find(self, queryset, name, value):
        return queryset.filter(Q(person__name__icontains=value) | Q(number__icontains=value))


def completion_words(is_complete) -> str:
    return gettext("all done") if is_complete else gettext("something missing")


class CompletionTable(Table):
    """The columns of the demands come from the rule of the cohort."""

    name = _("Completion")
    personal = True
    filterset_class = CompletionFilters
    row_url = "learning:trainee_completion"
    default_order = ("number",)
    tabs = (
        Tab("missing", _("Something missing"), Q(is_complete=False)),
        Tab("complete", _("All done"), Q(is_complete=True)),
    )
    columns = (
        Column("name", _("Name"), source="person__name", sort="person__name_key"),
        Column("number", _("Number"), sort="number"),
        Column("work_unit", _("Works at"), sort="work_unit"),
        Column(
            "is_complete",
            _("State"),
            text=completion_words,
            html=lambda done: status_tag("ok" if done else "warn", completion_words(done)),
        ),
    )
    empty_title = _("Nobody here yet")


def part_column(at: int, label: str, asked: int) -> Column:
    return Column(f"part{at}", label, html=lambda done: f"{done} / {asked}", sort=f"part{at}", number=True)
