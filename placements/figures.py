"""Figures of tickets and visits; the dispatch pack and the pages ask for them by name."""

from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort
from placements.models import Category, Host, Ticket, Visit
from trainee_mgmt.kit.figures import Base, Scope, Split, distribution, figure

COHORT = Split("cohort", gettext_lazy("cohort"), "cohort", Cohort)
HOST = Split("host", gettext_lazy("host enterprise"), "host", Host)
IN_TIME = Q(closed_at__isnull=False, closed_at__lte=F("due_at"))


def _tickets(scope: Scope):
    """With whether their time was over at that moment; a clock that stands is not overdue."""
    return Ticket.objects.filter(cohort__in=scope.cohorts, opened_at__lte=scope.at).annotate_late(scope.at)


TICKETS = Base(
    "placements.tickets",
    unit=pgettext_lazy("unit", "tickets"),
    rows_of=_tickets,
    permission="placements.view_ticket",
    table="placements.tables.tickets.TicketTable",
    splits=(COHORT, HOST),
    on_board=False,
)
VISITS = Base(
    "placements.visits",
    unit=pgettext_lazy("unit", "visits"),
    rows_of=lambda scope: Visit.objects.filter(cohort__in=scope.cohorts, planned_on__lte=scope.today).exclude(
        state=Visit.State.CALLED_OFF
    ),
    permission="placements.view_visit",
    table="placements.tables.visits.VisitTable",
    splits=(COHORT, HOST),
    on_board=False,
)
TICKETS_OPEN = figure(
    "placements.tickets_open",
    label=gettext_lazy("Open tickets"),
    definition=gettext_lazy("Tickets without an answer, of all that were opened."),
    base=TICKETS,
    hit=Q(closed_at=None),
    rest_label=pgettext_lazy("tickets", "answered"),
)
TICKETS_OVERDUE = figure(
    "placements.tickets_overdue",
    label=gettext_lazy("Overdue tickets"),
    definition=gettext_lazy(
        "Tickets without an answer whose time is over, of all that are open; a stopped clock is not overdue."
    ),
    base=TICKETS,
    known=Q(closed_at=None),
    hit=Q(is_late=True),
    missing_label=pgettext_lazy("tickets", "answered"),
)
TICKETS_IN_TIME = figure(
    "placements.tickets_in_time",
    label=gettext_lazy("Tickets answered in time"),
    definition=gettext_lazy("Tickets answered before their time was over, of all that were answered or are overdue."),
    base=TICKETS,
    known=Q(closed_at__isnull=False) | Q(is_late=True),
    hit=IN_TIME,
    missing_label=gettext_lazy("still within their time"),
    rest_label=gettext_lazy("late"),
)
SATISFACTION = figure(
    "placements.ticket_satisfaction",
    label=gettext_lazy("Satisfaction with tickets"),
    definition=gettext_lazy("Mean of the ratings from 1 to 5 that trainees gave to answered tickets."),
    base=TICKETS,
    known=Q(satisfaction__isnull=False),
    missing_label=gettext_lazy("not rated"),
    measure="satisfaction",
)
BY_CATEGORY = distribution(
    "placements.ticket_categories",
    label=gettext_lazy("Tickets by category"),
    definition=gettext_lazy("All tickets that were opened, by what they are about."),
    base=TICKETS,
    key="category",
    words=lambda key: capfirst(str(Category(key).label)),
    order=tuple(Category.values),
)
VISITS_DONE = figure(
    "placements.visits_done",
    label=gettext_lazy("Visits that took place"),
    definition=gettext_lazy(
        "Visits that took place, of all planned for a day until now; those called off are left out."
    ),
    base=VISITS,
    hit=Q(state=Visit.State.DONE),
    rest_label=gettext_lazy("overdue or planned for today"),
)
