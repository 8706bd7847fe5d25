"""Credit hours from a file: sent, read as a plan, and the rows that are left out handed back."""

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
from learning.access.hours import ENTERED_COHORT
from learning.forms.hours import CreditImportForm
from learning.plans import CreditPlan, credit_template
from trainee_mgmt.kit.pages import FormPage, Page
from trainee_mgmt.kit.sheets import problem_sheets
from trainee_mgmt.kit.uploads import download


class CreditImport(FormPage):
    allow = "learning.enter_hours"
    inside = ENTERED_COHORT
    form_class = CreditImportForm
    template_name = "learning/credit_import.html"
    title = gettext_lazy("Import credit hours")

    def get_context_data(self, **kwargs):
        back = reverse("learning:credit_list", kwargs={"cohort": self.cohort.pk})
        return super().get_context_data(cancel_url=back, **kwargs)

    def save(self, form):
        name = form.cleaned_data["file"].name
        return make_plan(
            CreditPlan.name,
            self.cohort,
            given={"name": name},
            source=form.source(),
            source_name=name,
            title=_("Import of credit hours: %(cohort)s") % {"cohort": self.cohort},
        )

    def get_success_url(self):
        return self.object.get_absolute_url()


class CreditTemplate(Page, View):
    """A sheet with the columns and the forms of study of the table in use."""

    allow = "learning.enter_hours"
    inside = ENTERED_COHORT

    def get(self, request, **kwargs):
        return download(credit_template(self.cohort), _("Credit hours") + ".xlsx")


class LeftOutRows(Page, View, abstract=True):
    """The rows that a plan left out, as a workbook to be mended and sent again; who takes it is recorded."""

    allow = "accounts.view_plan"
    model = Plan
    kind = ""
    told = ""  # the name of the file in the record
    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        mine = self.reachable(Plan).filter(kind=self.kind, subject_id=self.cohort.pk)
        plan = get_object_or_404(mine, pk=kwargs["pk"])
        sheets = problem_sheets(plan_payload(plan))
        if not sheets:
            return HttpResponseRedirect(plan.get_absolute_url())
        return download(*take_problems(plan, sheets, told=str(self.told)))


class CreditProblems(LeftOutRows):
    inside = ENTERED_COHORT
    kind = CreditPlan.name
    told = gettext_lazy("problems of credit hours")
