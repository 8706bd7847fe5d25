"""The list of journals that share passages."""

import django_filters
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import CopySignal
from learning.selectors.copies import IS_OPEN, RELATIONS, with_relation
from trainee_mgmt.kit.formats import span, span_in_sheet
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

TAGS = {"open": "accent", "fine": "ok", "talked": "ok"}


def state_words(state: str) -> str:
    return str(CopySignal.State(state).label)


def signal_tag(state: str) -> SafeString:
    return status_tag(TAGS[state], state_words(state))


def relation_words(relation: str) -> str:
    return str(RELATIONS[relation])


def source_words(name: str, is_readable: bool) -> str:
    return name if is_readable else gettext("somebody of another class")


class CopySignalFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    relation = django_filters.ChoiceFilter(
        label=_("Shared with"), choices=list(RELATIONS.items()), empty_label=_("Shared with anything")
    )

    def find(self, queryset, name, value):
        return queryset.filter(
            Q(journal__trainee__person__name__icontains=value) | Q(journal__trainee__number__icontains=value)
        )


class CopySignalTable(Table):
    """``context``: the person who looks."""

    name = _("Shared passages")
    personal = True
    row_url = "learning:copysignal_detail"
    filterset_class = CopySignalFilters
    default_order = ("-found_at",)
    columns = (
        Column("writer", _("Journal of"), source="journal__trainee__person__name", sort="journal__trainee__person__name_key"),
        Column("number", _("Number"), source="journal__trainee__number", sort="journal__trainee__number"),
        Column("period", _("Period"), source=("journal__period_start", "journal__last_on"), text=span_in_sheet, html=span,
               sort="journal__period_start"),
        Column("relation", _("Shared with"), text=relation_words),
        Column("source", _("Written by"), source=("source__trainee__person__name", "is_readable"), text=source_words),
        Column("signs", _("Characters"), number=True, sort="signs"),
        Column("state", _("State"), text=state_words, html=signal_tag, sort="state"),
        Column("found_at", _("Found at"), sort="found_at"),
        Column("note", _("Note"), on_screen=False),
    )  # fmt: skip
    empty_title = _("No journals share passages")
    empty_hint = _(
        "Each journal is compared when it is handed in: with the writer's own earlier ones, with this cohort and with earlier ones."
    )

    def prepare(self, queryset):
        return with_relation(queryset, self.context)

    @property
    def tabs(self):
        return (Tab("open", _("To be looked at"), IS_OPEN), Tab("settled", _("Settled"), ~IS_OPEN))
