"""Credit hours from a file: sent, read as a plan, and the rows that are left out handed back."""

from io import BytesIO

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.models import Plan
from accounts.services import make_plan, record_export
from accounts.services.plans import plan_payload
from learning.access.hours import ENTERED_COHORT
from learning.forms.hours import CreditImportForm
from learning.plans import CreditPlan, credit_template
from trainee_mgmt.kit.pages import FormPage, Page
from trainee_mgmt.kit.sheets import XLSX, problem_book, problem_sheets
from trainee_mgmt.kit.tables import ExportRequest
from trainee_mgmt.kit.uploads import content_disposition


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
        headers = {"Content-Disposition": content_disposition(_("Credit hours") + ".xlsx")}
        return HttpResponse(credit_template(self.cohort), content_type=XLSX, headers=headers)


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
        count = sum(len(sheet.rows) for sheet in sheets)
        purpose = _("rows of an import to be mended")
        header = [str(cell or "") for cell in sheets[0].header]
        record_export(
            ExportRequest(str(self.told), plan.source_name, count, purpose, "xlsx", header),
            unmasked=True,
        )
        name = f"{_('Rows with problems')}-{timezone.localdate():%Y%m%d}.xlsx"
        headers = {"Content-Disposition": content_disposition(name)}
        return FileResponse(BytesIO(problem_book(sheets)), content_type=XLSX, headers=headers)


class CreditProblems(LeftOutRows):
    inside = ENTERED_COHORT
    kind = CreditPlan.name
    told = gettext_lazy("problems of credit hours")
