"""Applications from a file, by the office or by a unit; the chosen as trainees. Each is a stored plan, read before it is applied."""

from django.apps import apps
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.models import Plan
from accounts.services import make_plan, plan_payload
from accounts.services.exports import take_problems
from cohorts.forms.applications import ApplicationsFileForm
from cohorts.plans import EnrollPlan, ImportApplicationsPlan, ImportNomineesPlan, application_template
from cohorts.views.nominations import AboutQuota
from cohorts.views.rounds import MANAGED, RoundPage
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import FormPage, Page
from trainee_mgmt.kit.plans import KINDS
from trainee_mgmt.kit.sheets import problem_sheets
from trainee_mgmt.kit.uploads import download

PLANS = (ImportApplicationsPlan.name, ImportNomineesPlan.name)


class ApplicationsImport(RoundPage, FormPage):
    form_class = ApplicationsFileForm
    title = gettext_lazy("Import applications")
    template_name = "cohorts/application_import.html"

    def get_context_data(self, **kwargs):
        at = {"cohort": self.cohort.pk}
        return super().get_context_data(
            cancel_url=reverse("cohorts:application_list", kwargs=at),
            template_url=reverse("cohorts:applications_template", kwargs=at),
            **kwargs,
        )

    def save(self, form):
        title = _("Import of applications: %(cohort)s") % {"cohort": self.cohort}
        return begin(ImportApplicationsPlan, self.cohort, form, title)

    def get_success_url(self):
        return self.object.get_absolute_url()


class NomineesImport(AboutQuota, FormPage):
    form_class = ApplicationsFileForm
    title = gettext_lazy("Nominees from a file")
    template_name = "cohorts/application_import.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            cancel_url=self.quota.get_absolute_url(),
            template_url=reverse("cohorts:nominees_template", kwargs={"pk": self.quota.pk}),
            **kwargs,
        )

    def save(self, form):
        title = _("Nominees of %(unit)s: %(cohort)s") % {"unit": self.quota.unit.name, "cohort": self.round.cohort}
        return begin(ImportNomineesPlan, self.quota, form, title)

    def get_success_url(self):
        return self.object.get_absolute_url()


def begin(kind, subject, form, title: str) -> Plan:
    name = form.cleaned_data["file"].name
    return make_plan(kind.name, subject, given={"name": name}, source=form.source(), source_name=name, title=title)


class ApplicationsTemplate(Page, View):
    allow = "cohorts.manage_applications"
    inside = MANAGED

    def get(self, request, **kwargs):
        return template_file(self.cohort)


class NomineesTemplate(AboutQuota, Page, View):
    def get(self, request, **kwargs):
        return template_file(self.round.cohort)


def template_file(cohort) -> HttpResponse:
    return download(application_template(cohort), f"{_('Applications')}-{cohort.name}.xlsx")


class ApplicationProblems(Page, View):
    """The rows that are left out, as a workbook to be mended and sent again; who takes it is recorded."""

    allow = "accounts.view_plan"
    model = Plan
    http_method_names = ["post", "options"]

    def post(self, request, pk):
        plan = get_object_or_404(self.reachable(Plan).filter(kind__in=PLANS), pk=pk)
        subject = get_object_or_404(apps.get_model(plan.subject_type), pk=plan.subject_id)
        if not access.may(request.user, KINDS[plan.kind].allow, subject):
            raise Http404
        sheets = problem_sheets(plan_payload(plan))
        if not sheets:
            return HttpResponseRedirect(plan.get_absolute_url())
        return download(*take_problems(plan, sheets, told=_("problems of applications")))


class ApplicationsEnroll(Page, View):
    """The chosen as trainees: computes the plan that is read before it is applied."""

    allow = "cohorts.manage_applications"
    inside = MANAGED
    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        title = _("The chosen as trainees: %(cohort)s") % {"cohort": self.cohort}
        plan = make_plan(EnrollPlan.name, self.cohort, title=title)
        return HttpResponseRedirect(plan.get_absolute_url())
