"""Tickets as a trainee opens and follows them, on a phone."""

from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Trainee
from placements.forms.tickets import RateForm, SaidForm, TicketForm
from placements.models import Category, Ticket
from placements.services import tickets as services
from placements.tables.tickets import category_choices, state_of
from trainee_mgmt.kit.pages import ActionPage, FormPage, StaticPage
from trainee_mgmt.kit.pieces import status_tag

SHOWN = 60


class MyTickets(StaticPage):
    """The four categories, each one tap from being sent; below them what was asked."""

    allow = "placements.open_ticket"
    model = Trainee
    template_name = "placements/my_tickets.html"

    def get_context_data(self, **kwargs):
        mine = self.reachable(Trainee)
        places = mine.filter(status=Trainee.Status.ACTIVE, cohort__is_closed=False, cohort__offers__isnull=False)
        tickets = Ticket.objects.filter(trainee__in=mine).select_related("cohort")
        return super().get_context_data(
            places=places.select_related("cohort").distinct().order_by("-joined_on", "-pk"),
            categories=category_choices(),
            tickets=[(each, _tag(each)) for each in tickets.order_by("-opened_at", "-pk")[:SHOWN]],
            **kwargs,
        )


class TicketOpen(FormPage):
    """``?category=`` says which; words are optional."""

    allow = "placements.open_ticket"
    model = Trainee
    form_class = TicketForm
    template_name = "placements/ticket_open.html"
    success_message = gettext_lazy("Sent. You are told as soon as there is an answer.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.trainee = get_object_or_404(self.reachable(Trainee).select_related("cohort", "person"), pk=kwargs["pk"])
        asked = request.POST.get("category") or request.GET.get("category", "")
        self.category = Category(asked) if asked in Category.values else Category.OTHER

    def get_title(self):
        return _("Ask for help: %(category)s") % {"category": self.category.label}

    def get_initial(self):
        return {"category": self.category}

    def save(self, form):
        return services.open_ticket(self.trainee, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return reverse("placements:my_tickets")


class MyTicket(StaticPage):
    allow = "placements.see_own_ticket"
    model = Ticket
    template_name = "placements/my_ticket.html"

    def get_context_data(self, **kwargs):
        ticket = self.find(Ticket, self.kwargs["pk"], related=("owner", "host"))
        return super().get_context_data(
            ticket=ticket,
            tag=_tag(ticket),
            history=list(ticket.history.select_related("by").order_by("pk")),
            marks=_marks(),
            **kwargs,
        )


class MyTicketRate(ActionPage):
    """POST ``satisfaction`` from 1 to 5, and ``text`` if one likes."""

    allow = "placements.see_own_ticket"
    model = Ticket

    def act(self, ticket):
        form = RateForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("satisfaction is 1 to 5; text has 500 signs at most")
        services.rate_ticket(ticket, by=self.request.user, **form.cleaned_data)
        return _("Thank you.")

    def get_success_url(self, ticket):
        return reverse("placements:my_ticket", kwargs={"pk": ticket.pk})


class MyTicketReopen(ActionPage):
    """POST ``text``: what is still missing."""

    allow = "placements.see_own_ticket"
    model = Ticket

    def act(self, ticket):
        form = SaidForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("text has 500 signs at most")
        services.reopen_ticket(ticket, reason=form.cleaned_data["text"], by=self.request.user)
        return _("It is open again. You are told as soon as there is an answer.")

    def get_success_url(self, ticket):
        return reverse("placements:my_ticket", kwargs={"pk": ticket.pk})


def _tag(ticket: Ticket):
    """A trainee is told that it is overdue as well: nothing is hidden."""
    return status_tag(*state_of(ticket.closed_at, ticket.stopped_at, ticket.due_at))


def _marks() -> list[tuple[int, str]]:
    return [(1, _("not solved")), (2, _("poor")), (3, _("so-so")), (4, _("good")), (5, _("very good"))]
