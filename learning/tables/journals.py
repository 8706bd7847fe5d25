"""Journals: those that are due, those of one trainee, and those that wait for an answer with who gives it."""

from datetime import date

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import ClassOfficer
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office
from learning.models import Journal
from learning.selectors.reviewing import overdue
from learning.tables.attendance import TRAINEE
from learning.tables.filters import ClassFilter
from trainee_mgmt.kit.formats import day, span, span_in_sheet
from trainee_mgmt.kit.kept import MANY
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

JOURNAL_TAGS = {"draft": "", "submitted": "accent", "returned": "warn", "accepted": "ok"}


def journal_state(state: str) -> str:
    return str(Journal.State(state).label)


def journal_tag(state: str) -> SafeString:
    return status_tag(JOURNAL_TAGS[state], journal_state(state))


# Journals due -----------------------------------------------------------------------------------------------------------


def was_handed_in(state: str | None) -> bool:
    """Also where it was returned since; a draft is its writer's alone."""
    return state not in (None, Journal.State.DRAFT)


def due_state(state: str | None) -> str:
    return journal_state(state) if was_handed_in(state) else gettext("not handed in")


def due_state_tag(state: str | None) -> SafeString:
    return journal_tag(state) if was_handed_in(state) else status_tag("warn", gettext("not handed in"))


class JournalDueRows(Table):
    """Days, weeks or months that asked for a journal, with what became of it. The text is not here."""

    name = _("Journals due")
    personal = True
    default_order = ("-first_on", "trainee__number")
    columns = (
        TRAINEE,
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column("period", _("Period"), source=("first_on", "last_on"), text=span_in_sheet, html=span, sort="first_on"),
        Column("due_on", _("Due"), sort="due_on"),
        Column("state", _("State"), text=due_state, html=due_state_tag),
        Column("submitted_at", _("Handed in at"), sort="submitted_at"),
    )
    empty_title = _("No row")
    empty_hint = _("The figure is 0: no row counts.")


# The journals of one trainee --------------------------------------------------------------------------------------------


class JournalTable(Table):
    """The journals of one trainee, the newest first."""

    name = _("Journals")
    columns = (
        Column(
            "period_start",
            _("Period"),
            source=("period_start", "last_on"),
            text=span_in_sheet,
            html=span,
            sort="period_start",
        ),
        Column("due_on", _("Due"), sort="due_on"),
        Column("state", _("State"), text=journal_state, html=journal_tag),
        Column("submitted_at", _("Handed in at"), sort="submitted_at"),
        Column("reviewed_by", _("Read by"), source="reviewed_by__name"),
    )
    personal = True
    default_order = ("-period_start",)
    row_url = "learning:journal_detail"
    empty_title = _("No journal handed in yet")
    empty_hint = _("Drafts are the trainee's own; what is handed in stands here.")


# Journals that wait for an answer ---------------------------------------------------------------------------------------


def answered_by(heads) -> str:
    """The head teachers of the class; without one the organizers answer."""
    return gettext(", ").join(heads or ()) or gettext("the organizers")


def due_words(due_on: date) -> str:
    days = (timezone.localdate() - due_on).days
    if days <= 0:
        return gettext("in time")
    return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}


def due_tag(due_on: date) -> SafeString:
    """Until when an answer is due, or for how long it was."""
    today = timezone.localdate()
    if due_on < today:
        return status_tag("bad", due_words(due_on))
    return status_tag("warn" if due_on == today else "", gettext("answer by %(day)s") % {"day": day(due_on)})


def due_cell(due_on: date) -> SafeString:
    return SafeString(f"{day(due_on)} {due_tag(due_on)}" if due_on <= timezone.localdate() else day(due_on))


POINTS = Column("points", _("Points"), number=True)  # of one trainee's journals, for whoever may score them


class WaitingFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    in_class = ClassFilter(
        lambda rows, classes: rows.filter(
            trainee__in=members_on(timezone.localdate()).filter(training_class__in=classes).values("trainee")
        )
    )

    def find(self, queryset, name, value):
        return queryset.filter(Q(trainee__person__name__icontains=value) | Q(trainee__number__icontains=value))


class WaitingTable(Table):
    name = _("Journals to answer")
    personal = True
    kept_beyond = MANY
    row_url = "learning:journal_detail"
    filterset_class = WaitingFilters
    default_order = ("review_due_on", "submitted_at")
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="class_name"),
        Column(
            "period",
            _("Period"),
            source=("period_start", "last_on"),
            text=span_in_sheet,
            html=span,
            sort="period_start",
        ),
        Column("submitted_at", _("Handed in at"), sort="submitted_at"),
        Column("due", _("To be answered by"), source="review_due_on", html=due_cell, sort="review_due_on"),
        Column("late", _("Overdue"), source="review_due_on", text=due_words, on_screen=False),
        Column("reviewer", _("Who answers"), source="heads", text=answered_by),
    )
    empty_title = _("No journal waits for an answer")
    empty_hint = _("Journals stand here from the day on which they are handed in until they are answered.")

    def prepare(self, queryset):
        today = timezone.localdate()
        stay = members_on(today).filter(trainee=OuterRef("trainee"))
        here = members_on(today).filter(trainee=OuterRef(OuterRef("trainee")))
        heads = in_office(today).filter(
            office=ClassOfficer.Office.HEAD_TEACHER, training_class__in=here.values("training_class")
        )
        return queryset.annotate(
            class_name=Subquery(stay.values("training_class__name")[:1]),
            heads=ArraySubquery(heads.order_by("pk").values("person__name")),
        )

    @property
    def tabs(self):
        today = timezone.localdate()
        return (
            Tab("overdue", _("Overdue"), overdue(today)),
            Tab("today", _("Due today"), Q(review_due_on=today)),
            Tab("later", _("Due later"), Q(review_due_on__gt=today)),
        )
