"""What trainees think of their hosts: said without a name, read from three answers on."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from placements.forms.opinions import OpinionForm
from placements.models import Host, Placement
from placements.rules.opinions import ENOUGH
from placements.selectors.opinions import answered, opinions_of
from placements.services.opinions import give_opinion
from placements.tables.opinions import OpinionTable
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage


class OpinionList(TablePage):
    """Hosts with what their trainees thought of them, over all cohorts."""

    allow = "placements.view_opinions"
    model = Host
    table_class = OpinionTable
    title = gettext_lazy("What trainees think of hosts")


class OpinionDetail(StaticPage):
    """One host: means and words of those answers that came out together."""

    allow = "placements.view_opinions"
    model = Host
    template_name = "placements/opinion_detail.html"

    def get_context_data(self, **kwargs):
        host = get_object_or_404(self.reachable(Host).select_related("unit"), pk=self.kwargs["pk"])
        return super().get_context_data(host=host, opinions=opinions_of(host.pk), enough=ENOUGH, **kwargs)


class OpinionCreate(FormPage):
    allow = "placements.give_opinion"
    model = Placement
    form_class = OpinionForm
    template_name = "placements/opinion_form.html"
    title = gettext_lazy("How was your host?")
    success_message = gettext_lazy("Thank you. It is shown together with at least two others, without names or dates.")

    @cached_property
    def placement(self):
        return self.find(Placement, self.kwargs["pk"], related=("seat__offer__post__host", "trainee"))

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.is_told = answered(self.placement).exists()

    def get_context_data(self, **kwargs):
        return super().get_context_data(placement=self.placement, is_told=self.is_told, **kwargs)

    def save(self, form):
        return give_opinion(self.placement, given=form.cleaned_data, today=timezone.localdate())

    def get_success_url(self):
        return reverse("placements:my_placement")
