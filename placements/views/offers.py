from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.models import Cohort
from placements.forms.hosts import OfferForm
from placements.models import Offer, Post
from placements.services import offers as services
from placements.tables.hosts import OfferTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, FormPage


class OfferList(TablePage):
    """The posts that are offered to a cohort, with their seats."""

    allow = "placements.view_offer"
    inside = COHORT
    model = Offer
    table_class = OfferTable
    title = gettext_lazy("Offered posts")
    template_name = "placements/offer_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table(self, params):
        table = super().get_table(params)
        if not access.holds(self.request.user, "placements.change_offer"):
            table.row_url = ""
        return table


class OfferCreate(FormPage):
    """A post is offered to a cohort."""

    allow = "placements.change_post"
    model = Post
    form_class = OfferForm
    title = gettext_lazy("Offer this post")
    template_name = "placements/host_form.html"
    success_message = gettext_lazy("The seats are offered to the cohort.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.post_row = self.find(Post, kwargs["pk"], related=("host",))

    def get_form_kwargs(self):
        cohorts = Cohort.objects.filter(access.rows(self.request.user, "placements.create_offer"), is_closed=False)
        return super().get_form_kwargs() | {"cohorts": cohorts.select_related("program").order_by("-starts_on", "pk")}

    def get_initial(self):
        return {"seats": 1}

    def get_context_data(self, **kwargs):
        return super().get_context_data(host=self.post_row.host, form_note=self.post_row.name, **kwargs)

    def save(self, form):
        given = dict(form.cleaned_data)
        cohort = given.pop("cohort")
        given["starts_on"] = given["starts_on"] or cohort.starts_on
        given["ends_on"] = given["ends_on"] or cohort.ends_on
        return services.make_offer(self.post_row, cohort, **given)

    def get_success_url(self):
        return self.post_row.host.get_absolute_url()


class OfferUpdate(FormPage):
    allow = "placements.change_offer"
    model = Offer
    form_class = OfferForm
    template_name = "placements/offer_form.html"
    success_message = gettext_lazy("The offer was saved.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.offer = self.find(Offer, kwargs["pk"], related=("cohort__program", "post__host"))

    def get_title(self):
        return str(self.offer.post)

    def get_initial(self):
        offer = self.offer
        days = {"starts_on": offer.starts_on, "ends_on": offer.ends_on}
        return {"seats": offer.seats.count(), "is_required": offer.is_required, **days}

    def get_context_data(self, **kwargs):
        held = self.offer.seats.filter(placements__isnull=False).distinct().count()
        return super().get_context_data(offer=self.offer, cohort=self.offer.cohort, held=held, **kwargs)

    def save(self, form):
        return services.change_offer(self.offer, **form.cleaned_data)

    def get_success_url(self):
        return _list_url(self.offer)


class OfferWithdraw(ActionPage):
    allow = "placements.change_offer"
    model = Offer

    def get_rows(self):
        return super().get_rows().select_related("post__host")

    def act(self, offer):
        services.withdraw_offer(offer)
        return _("The post is no longer offered to this cohort.")

    def get_success_url(self, offer):
        return _list_url(offer)


def _list_url(offer) -> str:
    return reverse("placements:offer_list", kwargs={"cohort": offer.cohort_id})
