"""Lists of findings: of a cohort, and of one's own journals."""

from datetime import date

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import Finding
from trainee_mgmt.kit.formats import span, span_in_sheet
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters, show

SHORT = 40


def kind_words(kind: str) -> str:
    return str(Finding.Kind(kind).label)


def state_words(state: str, due_on: date | None) -> str:
    if state == Finding.State.OPEN and due_on and due_on < timezone.localdate():
        return gettext("overdue")
    return str(Finding.State(state).label)


def finding_tag(state: str, due_on: date | None) -> SafeString:
    is_late = state == Finding.State.OPEN and due_on is not None and due_on < timezone.localdate()
    return status_tag(
        "bad" if is_late else {"open": "accent", "done": "ok", "dropped": ""}[state], state_words(state, due_on)
    )


def short(text: str) -> str:
    return show(Truncator(text).chars(SHORT))


class FindingFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Words, name or number"), method="find")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Finding.Kind.choices, empty_label=_("All kinds"))

    def find(self, queryset, name, value):
        words = Q(title__icontains=value) | Q(quote__icontains=value) | Q(text__icontains=value)
        return queryset.filter(
            words | Q(journal__trainee__person__name__icontains=value) | Q(journal__trainee__number__icontains=value)
        )


TITLE = Column("title", _("In a few words"), sort="title")
KIND = Column("kind", _("Kind"), text=kind_words, sort="kind", short=True)
PERIOD = Column(
    "period",
    _("Period"),
    source=("journal__period_start", "journal__last_on"),
    text=span_in_sheet,
    html=span,
    sort="journal__period_start",
    short=True,
)
QUOTE = Column("quote", _("Cited words"), html=short, text=str)
STATE = Column("state", _("State"), source=("state", "due_on"), text=state_words, html=finding_tag, sort="state")
OUTCOME = Column("outcome", _("What became of it"), on_screen=False)


class FindingTable(Table):
    """What was made of the journals of a cohort."""

    name = _("Findings from journals")
    personal = True
    row_url = "learning:finding_detail"
    filterset_class = FindingFilters
    default_order = ("-made_at",)
    columns = (
        TITLE,
        KIND,
        Column("writer", _("From the journal of"), source="journal__trainee__person__name",
               sort="journal__trainee__person__name_key", short=True),
        PERIOD,
        QUOTE,
        Column("text", _("More about it"), on_screen=False),
        Column("owner", _("In charge"), source="owner__name", sort="owner__name_key", short=True),
        Column("due_on", _("Due by"), sort="due_on", short=True),
        STATE,
        OUTCOME,
        Column("made_by", _("Chosen by"), source="made_by__name", on_screen=False),
        Column("made_at", _("Chosen at"), on_screen=False, sort="made_at"),
    )  # fmt: skip
    empty_title = _("Nothing was made of a journal yet")
    empty_hint = _(
        "Open a journal, choose words in it, and make them a finding, a question, a suggestion, a case or a lead."
    )

    @property
    def tabs(self):
        is_open = Q(state=Finding.State.OPEN)
        return (
            Tab("open", _("Open"), is_open),
            Tab("overdue", _("Overdue"), is_open & Q(due_on__lt=timezone.localdate())),
            Tab("done", _("Acted upon"), Q(state=Finding.State.DONE)),
            Tab("dropped", _("Not taken up"), Q(state=Finding.State.DROPPED)),
        )


class MyFindingTable(Table):
    """What was made of my own journals, by me or by those who read them."""

    name = _("From my journals")
    row_url = "learning:finding_detail"
    default_order = ("-made_at",)
    columns = (TITLE, KIND, PERIOD, QUOTE, STATE, Column("outcome", _("What became of it"), html=short, text=str))
    empty_title = _("Nothing was made of your journals yet")
    empty_hint = _(
        "Open a journal that you handed in and choose the words that are worth more: a lead, a question, a suggestion."
    )
