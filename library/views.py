from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from accounts.models import Unit
from library import services
from library.forms import CloseForm, VenueForm, WayForm
from library.models import Venue
from library.selectors import ways_of
from library.tables import VenueTable, state_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, Page


class VenueList(TablePage):
    allow = "library.view_venue"
    model = Venue
    table_class = VenueTable
    title = gettext_lazy("Venues")
    template_name = "library/venue_list.html"


class VenueDetail(Page, DetailView):
    allow = "library.view_venue"
    model = Venue
    template_name = "library/venue_detail.html"

    def get_queryset(self):
        return super().get_queryset().select_related("unit")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            state=state_of(self.object.closed_on),
            ways=ways_of(self.object),
            can_change=access.may(self.request.user, "library.change_venue", self.object),
            **kwargs,
        )


class VenueCreate(FormPage):
    allow = "library.create_venue"
    form_class = VenueForm
    title = gettext_lazy("New venue")
    template_name = "library/venue_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"units": self.reachable(Unit).filter(closed_on=None).order_by("path")}

    def save(self, form):
        return services.create_venue(**form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class VenueUpdate(EditPage):
    allow = "library.change_venue"
    model = Venue
    form_class = VenueForm
    title = gettext_lazy("Edit the venue")
    template_name = "library/venue_form.html"
    success_message = gettext_lazy("The venue was saved.")

    def get_form_kwargs(self):
        units = self.reachable(Unit, "library.create_venue").filter(closed_on=None)
        mine = Unit.objects.filter(pk=self.object.unit_id)
        return super().get_form_kwargs() | {"units": (units | mine).distinct().order_by("path")}

    def save(self, form):
        return services.edit_venue(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class VenueClose(FormPage):
    allow = "library.change_venue"
    model = Venue
    form_class = CloseForm
    title = gettext_lazy("Close this venue")
    template_name = "library/venue_form.html"
    success_message = gettext_lazy(
        "The venue is closed from that day. What is booked in it stands among the conflicts."
    )

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.venue = self.find(Venue, kwargs["pk"])

    def get_initial(self):
        return {"on": timezone.localdate()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(object=self.venue, **kwargs)

    def save(self, form):
        services.close_venue(self.venue, on=form.cleaned_data["on"])

    def get_success_url(self):
        return self.venue.get_absolute_url()


class VenueWay(FormPage):
    """How long it takes from this venue to another; ``?to=`` says which one is meant."""

    allow = "library.change_venue"
    model = Venue
    form_class = WayForm
    title = gettext_lazy("Way to another venue")
    template_name = "library/venue_form.html"
    success_message = gettext_lazy("The way was saved. Timetables count with it from now on.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.venue = self.find(Venue, kwargs["pk"])

    def get_form_kwargs(self):
        others = self.reachable(Venue, "library.view_venue").exclude(pk=self.venue.pk)
        return super().get_form_kwargs() | {"venues": others.select_related("unit").order_by("name", "pk")}

    def get_initial(self):
        to = self.request.GET.get("to", "")
        known = next((way for way in ways_of(self.venue) if str(way.venue) == to), None)
        return {"to": known.venue, "minutes": known.minutes} if known else {}

    def get_context_data(self, **kwargs):
        return super().get_context_data(object=self.venue, **kwargs)

    def save(self, form):
        services.set_way(self.venue, form.cleaned_data["to"], minutes=form.cleaned_data["minutes"])

    def get_success_url(self):
        return self.venue.get_absolute_url()


class VenueReopen(ActionPage):
    allow = "library.change_venue"
    model = Venue

    def act(self, venue):
        services.reopen_venue(venue)
        return _("The venue is in use again.")


class VenueDelete(DeletePage):
    allow = "library.change_venue"
    model = Venue
    success_message = gettext_lazy("The venue was deleted.")

    def delete(self, venue):
        services.delete_venue(venue)

    def get_list_url(self, venue):
        return reverse("library:venue_list")
