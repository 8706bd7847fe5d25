from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.services import make_plan, record_export
from assessments.forms import ScoreImportForm
from assessments.models import Rater
from assessments.plans import ScorePlan, template_book
from trainee_mgmt.kit.pages import FormPage, Page
from trainee_mgmt.kit.tables import ExportRequest
from trainee_mgmt.kit.uploads import download


class ScoreImport(FormPage):
    """Points of a sheet: first a plan to read, then exactly that plan."""

    allow = "assessments.enter_scores"
    model = Rater
    form_class = ScoreImportForm
    template_name = "assessments/score_import.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.rater = get_object_or_404(
            self.reachable(Rater).select_related("scheme__cohort__program", "user"), pk=kwargs["pk"]
        )

    def get_title(self):
        if self.rater.user_id == self.request.user.pk:
            return _("Import points from a sheet")
        return _("Import points of %(name)s from a sheet") % {"name": self.rater.user.name}

    def get_context_data(self, **kwargs):
        scheme = self.rater.scheme
        return super().get_context_data(
            rater=self.rater, scheme=scheme, cohort=scheme.cohort, cancel_url=self.rater.get_absolute_url(), **kwargs
        )

    def save(self, form):
        name = form.cleaned_data["file"].name
        return make_plan(
            ScorePlan.name,
            self.rater,
            given={"name": name},
            source=form.source(),
            source_name=name,
            title=str(self.get_title()),
        )

    def get_success_url(self):
        return self.object.get_absolute_url()


class ScoreTemplate(Page, View):
    """The sheet to fill in, with numbers and names and what is typed already."""

    allow = "assessments.enter_scores"
    model = Rater

    def get(self, request, pk):
        rater = get_object_or_404(self.reachable(Rater).select_related("scheme__cohort", "user"), pk=pk)
        book, people = template_book(rater)
        record_export(ExportRequest(_("points to fill in"), rater.user.name, people, "", "xlsx"))
        return download(book, f"{rater.scheme.name}.xlsx")
