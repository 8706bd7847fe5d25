"""The journals that wait for an answer: whose, until when, and who answers them."""

from datetime import date

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import ClassMembership, ClassOfficer
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office
from learning.models import Journal
from learning.selectors.reviewing import overdue
from trainee_mgmt.kit.formats import day, span
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


def answered_by(heads) -> str:
    """The head teachers of the class; without one the organizers answer."""
    return "、".join(heads or ()) or gettext("the organizers")


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


def _period_in_sheet(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"


POINTS = Column("points", _("Points"), number=True)  # of one trainee's journals, for whoever may score them


class WaitingFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    in_class = django_filters.ChoiceFilter(label=_("Class"), method="of_class", empty_label=_("All classes"))

    class Meta:
        model = Journal
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        classes = self.table.context.classes.order_by("number", "pk").values_list("pk", "name")
        self.filters["in_class"].extra["choices"] = list(classes)

    def find(self, queryset, name, value):
        return queryset.filter(Q(trainee__person__name__icontains=value) | Q(trainee__number__icontains=value))

    def of_class(self, queryset, name, value):
        members = members_on(timezone.localdate()).filter(training_class=value)
        return queryset.filter(trainee__in=members.values("trainee"))


class WaitingTable(Table):
    name = _("Journals to answer")
    personal = True
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
            text=_period_in_sheet,
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
        here = ClassMembership.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=today), trainee=OuterRef(OuterRef("trainee")), starts_on__lte=today
        )
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
