"""Wishes: the trainee's own on the phone, those of hosts as the organizer writes them down, the demand for each post."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, Trainee
from placements.access import MATCHED_COHORT
from placements.forms.wishes import HostWishesForm, OwnWishesForm, WindowForm
from placements.models import HostDraft, MatchPlan, Offer, Wish, WishWindow
from placements.selectors.wishes import offers_to_wish, own_windows
from placements.services import wishes as services
from placements.services.host_wishes import write_host_wishes
from placements.tables.wishes import DemandTable, WishTable
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage


class MyWishes(StaticPage):
    """My wishes in each cohort that asks for them, with the window of each."""

    allow = "placements.write_own_wishes"
    model = Trainee
    template_name = "placements/my_wishes.html"

    def get_context_data(self, **kwargs):
        places = own_windows(self.reachable(Trainee), at=timezone.now())
        return super().get_context_data(places=places, **kwargs)


class OwnWishes(FormPage):
    """What a trainee wishes and refuses, written as a whole."""

    allow = "placements.write_own_wishes"
    model = Trainee
    form_class = OwnWishesForm
    template_name = "placements/own_wishes.html"
    title = gettext_lazy("Where I would like to go")
    success_message = gettext_lazy("Your wishes are kept; change them as often as you like until the window closes.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.trainee = get_object_or_404(self.reachable(Trainee).select_related("cohort"), pk=kwargs["pk"])
        self.window = get_object_or_404(WishWindow, cohort=self.trainee.cohort)
        self.offers = offers_to_wish(self.trainee.cohort)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"offers": self.offers, "window": self.window}

    def get_initial(self):
        mine = Wish.objects.filter(side=Wish.Side.TRAINEE, trainee=self.trainee).order_by("rank", "pk")
        return OwnWishesForm.filled_by(list(mine))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            offers=self.offers,
            window=self.window,
            is_open=self.window.is_open(Wish.Side.TRAINEE, timezone.now()),
            **kwargs,
        )

    def save(self, form):
        services.write_wishes(self.trainee, form.said, by=self.request.user)

    def get_success_url(self):
        return reverse("placements:my_wishes")


class WishList(TablePage):
    """Every wish and refusal of a cohort, of both sides."""

    allow = "placements.view_wishes"
    inside = MATCHED_COHORT
    model = Wish
    table_class = WishTable
    template_name = "placements/wish_list.html"
    title = gettext_lazy("Wishes")

    def get_rows(self):
        return super().get_rows().filter(trainee__cohort=self.cohort)

    def get_context_data(self, **kwargs):
        return super().get_context_data(window=WishWindow.objects.filter(cohort=self.cohort).first(), **kwargs)


class WishDemand(TablePage):
    """Each post: seats against wishes and refusals."""

    allow = "placements.change_host_wishes"
    inside = MATCHED_COHORT
    model = Offer
    table_class = DemandTable
    template_name = "placements/wish_demand.html"
    title = gettext_lazy("Demand for posts")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_context_data(self, **kwargs):
        wishing = Wish.objects.filter(side=Wish.Side.TRAINEE, trainee__cohort=self.cohort)
        active = Trainee.objects.active().filter(cohort=self.cohort)
        said = active.filter(pk__in=wishing.values("trainee")).count()
        return super().get_context_data(
            window=WishWindow.objects.filter(cohort=self.cohort).first(), said=said, active=active.count(), **kwargs
        )


class WindowUpdate(FormPage):
    """When wishes are taken, and how many."""

    allow = "placements.plan_matching"
    inside = MATCHED_COHORT
    model = Cohort
    form_class = WindowForm
    title = gettext_lazy("Window of wishes")
    success_message = gettext_lazy("Wishes are taken in this time.")

    def get_form_kwargs(self):
        window = WishWindow.objects.filter(cohort=self.cohort).first() or WishWindow(cohort=self.cohort)
        return super().get_form_kwargs() | {"instance": window}

    def save(self, form):
        return services.set_window(self.cohort, **form.cleaned_data)

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.get_success_url(), **kwargs)

    def get_success_url(self):
        return reverse("placements:wish_demand", kwargs={"cohort": self.cohort.pk})


class HostWishes(FormPage):
    """What a host says of one post: whom it would like, whom it cannot take."""

    allow = "placements.change_host_wishes"
    model = Offer
    form_class = HostWishesForm
    template_name = "placements/host_wishes.html"
    success_message = gettext_lazy("What the host says is kept.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.offer = self.find(Offer, kwargs["pk"], related=("post__host", "cohort__program"))
        self.cohort = self.offer.cohort

    def get_title(self):
        return _("Wishes for %(post)s") % {"post": self.offer.post}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        theirs = Wish.objects.filter(side=Wish.Side.HOST, offer=self.offer).select_related("trainee__person")
        return HostWishesForm.filled_by(list(theirs.order_by("rank", "trainee__number", "pk")))

    def get_context_data(self, **kwargs):
        wishes = Wish.objects.filter(side=Wish.Side.TRAINEE, offer=self.offer).select_related("trainee__person")
        is_over = MatchPlan.objects.filter(
            cohort=self.cohort, starts_on=self.offer.starts_on, state=MatchPlan.State.PUBLISHED
        )
        return super().get_context_data(
            offer=self.offer,
            cohort=self.cohort,
            seats=self.offer.seats.count(),
            wishes=list(wishes.order_by("rank", "trainee__number", "pk")),
            is_over=is_over.exists(),
            answers=self.offer.host_answers.select_related("link__contact", "entered_by").order_by("-pk")[:10],
            draft=HostDraft.objects.filter(offer=self.offer).first(),
            **kwargs,
        )

    def save(self, form):
        write_host_wishes(self.offer, form.said, by=self.request.user)

    def get_success_url(self):
        return reverse("placements:wish_demand", kwargs={"cohort": self.cohort.pk})
