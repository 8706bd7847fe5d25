"""Tickets as the service team sees them."""

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.selectors.charge import people_in_charge
from placements.access import TICKETS_COHORT
from placements.forms.tickets import AssignForm, SaidForm, TicketRulesForm
from placements.models import Ticket
from placements.selectors.tickets import month_picture, office_of, rules_of
from placements.services import tickets as services
from placements.tables.tickets import CATEGORIES, TicketTable, month_of, state_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, FormPage, StaticPage
from trainee_mgmt.kit.pieces import status_tag


class TicketList(TablePage):
    allow = "placements.view_ticket"
    inside = COHORT
    model = Ticket
    table_class = TicketTable
    title = gettext_lazy("Tickets")
    template_name = "placements/ticket_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)


class TicketMonth(StaticPage):
    """How many of each category at each host in a month; every number opens its rows."""

    allow = "placements.view_ticket"
    inside = COHORT
    model = Ticket
    template_name = "placements/ticket_month.html"

    def get_context_data(self, **kwargs):
        asked = self.request.GET.get("month", "")
        month = asked if month_of(asked) else f"{timezone.localdate():%Y-%m}"
        starts_at, ends_at = month_of(month)
        mine = self.reachable(Ticket).filter(cohort=self.cohort)
        return super().get_context_data(
            month=month,
            first_on=timezone.localdate(starts_at),
            picture=month_picture(mine, starts_at, ends_at),
            categories=CATEGORIES,
            **kwargs,
        )


class TicketDetail(StaticPage):
    """What was asked, what was done, and what may be done next."""

    allow = "placements.view_ticket"
    model = Ticket
    template_name = "placements/ticket_detail.html"

    def get_context_data(self, **kwargs):
        related = ("trainee__person", "cohort__program", "host", "owner")
        ticket, user = self.find(Ticket, self.kwargs["pk"], related=related), self.request.user
        may_answer = access.may(user, "placements.answer_ticket", ticket)
        people = people_in_charge(ticket.cohort, day=timezone.localdate()).order_by("name", "pk")
        return super().get_context_data(
            ticket=ticket,
            cohort=ticket.cohort,
            tag=status_tag(*state_of(ticket.closed_at, ticket.stopped_at, ticket.due_at)),
            history=list(ticket.history.select_related("by", "owner").order_by("pk")),
            may_answer=may_answer,
            people=people.exclude(pk=ticket.owner_id) if may_answer and not ticket.closed_at else (),
            **kwargs,
        )


class _TicketAct(ActionPage, abstract=True):
    """POST with ``text``."""

    allow = "placements.answer_ticket"
    model = Ticket

    @property
    def text(self) -> str:
        form = SaidForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("text has 500 signs at most")
        return form.cleaned_data["text"]


class TicketAnswer(_TicketAct):
    def act(self, ticket):
        services.answer_ticket(ticket, answer=self.text, by=self.request.user)
        return _("Answered. The trainee is told and may rate it.")


class TicketStop(_TicketAct):
    def act(self, ticket):
        services.stop_clock(ticket, reason=self.text, by=self.request.user)
        return _("The clock stands until you start it again.")


class TicketStart(_TicketAct):
    def act(self, ticket):
        services.start_clock(ticket, by=self.request.user)
        return _("The clock runs again.")


class TicketReopen(_TicketAct):
    def act(self, ticket):
        services.reopen_ticket(ticket, reason=self.text, by=self.request.user)
        return _("The ticket is open again.")


class TicketAssign(_TicketAct):
    """POST ``owner``."""

    def get_rows(self):
        return super().get_rows().filter(Q(closed_at=None)).select_related("cohort__program")

    def act(self, ticket):
        form = AssignForm(self.request.POST, people=people_in_charge(ticket.cohort, day=timezone.localdate()))
        if not form.is_valid():
            raise BadRequest("owner must be somebody in charge of the cohort")
        services.assign_ticket(ticket, owner=form.cleaned_data["owner"], by=self.request.user)
        return _("%(name)s answers it from now on and is told.") % {"name": form.cleaned_data["owner"].name}

    def get_success_url(self, ticket):
        back = reverse("placements:ticket_list", kwargs={"cohort": ticket.cohort_id})
        still_mine = access.may(self.request.user, "placements.view_ticket", ticket)
        return ticket.get_absolute_url() if still_mine else back


class TicketRules(FormPage):
    """Who answers, and within how many hours."""

    allow = "placements.change_ticket_rules"
    inside = TICKETS_COHORT
    form_class = TicketRulesForm
    title = gettext_lazy("Who answers tickets, and by when")
    template_name = "placements/ticket_rules.html"
    success_message = gettext_lazy("It holds for tickets opened from now on.")

    def get_form_kwargs(self):
        people = people_in_charge(self.cohort, day=timezone.localdate()).order_by("name", "pk")
        return super().get_form_kwargs() | {
            "people": people,
            "rules": rules_of(self.cohort),
            "office": office_of(self.cohort),
        }

    def save(self, form):
        services.set_ticket_rules(self.cohort, form.rules(), form.office())

    def get_success_url(self):
        return reverse("placements:ticket_list", kwargs={"cohort": self.cohort.pk})
