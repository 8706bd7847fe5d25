"""Hosts, posts and seats from a file: sent, read as a plan, and the rows that are left out handed back."""

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.models import Plan
from accounts.services import make_plan
from accounts.services.exports import take_problems
from accounts.services.plans import plan_payload
from placements.access import HOSTING_COHORT
from placements.forms.hosts import HostImportForm
from placements.plans import HostPlan, host_template
from trainee_mgmt.kit.pages import FormPage, Page
from trainee_mgmt.kit.sheets import problem_sheets
from trainee_mgmt.kit.uploads import download


class HostImport(FormPage):
    allow = "placements.import_hosts"
    inside = HOSTING_COHORT
    form_class = HostImportForm
    template_name = "placements/host_import.html"
    title = gettext_lazy("Import hosts and posts")

    def get_context_data(self, **kwargs):
        back = reverse("placements:offer_list", kwargs={"cohort": self.cohort.pk})
        return super().get_context_data(cancel_url=back, **kwargs)

    def save(self, form):
        name = form.cleaned_data["file"].name
        return make_plan(
            HostPlan.name,
            self.cohort,
            given={"name": name},
            source=form.source(),
            source_name=name,
            title=_("Import of hosts: %(cohort)s") % {"cohort": self.cohort},
        )

    def get_success_url(self):
        return self.object.get_absolute_url()


class HostTemplate(Page, View):
    """A sheet with the columns."""

    allow = "placements.import_hosts"
    inside = HOSTING_COHORT

    def get(self, request, **kwargs):
        return download(host_template(), _("Host enterprises") + ".xlsx")


class HostProblems(Page, View):
    """The rows that are left out, as a workbook to be mended and sent again; who takes it is recorded."""

    allow = "accounts.view_plan"
    inside = HOSTING_COHORT
    model = Plan
    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        mine = self.reachable(Plan).filter(kind=HostPlan.name, subject_id=self.cohort.pk)
        plan = get_object_or_404(mine, pk=kwargs["pk"])
        sheets = problem_sheets(plan_payload(plan))
        if not sheets:
            return HttpResponseRedirect(plan.get_absolute_url())
        return download(*take_problems(plan, sheets, told=_("problems of hosts")))
