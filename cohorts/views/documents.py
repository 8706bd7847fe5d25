"""Papers to print: one page with all of them; each file is recorded before it leaves."""

from io import BytesIO

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.services.exports import record_export
from cohorts.documents import DOCUMENTS, FORMATS, Wish, make_document
from cohorts.forms.documents import DocumentForm
from cohorts.models import TrainingClass
from cohorts.rules.days import shown_day
from cohorts.selectors.documents import OPEN, class_papers
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import FormPage, Inside
from trainee_mgmt.kit.tables import ExportRequest
from trainee_mgmt.kit.uploads import content_disposition

PRINTING = Inside("cohorts.Cohort", "cohorts.print_documents", "cohort", related=("program",))


class DocumentList(FormPage):
    allow = "cohorts.print_documents"
    inside = PRINTING
    form_class = DocumentForm
    template_name = "cohorts/document_list.html"
    title = gettext_lazy("Lists to print")

    def get_form_kwargs(self):
        classes = self.reachable(TrainingClass, "cohorts.view_class").filter(cohort=self.cohort)
        runs_cohort = access.may(self.request.user, "cohorts.import_roster", self.cohort)
        return super().get_form_kwargs() | {
            "cohort": self.cohort,
            "documents": DOCUMENTS,
            "formats": FORMATS,
            "classes": list(classes.order_by("number", "pk")),
            "with_rest": runs_cohort,
            "may_open": runs_cohort and access.holds(self.request.user, "cohorts.see_secrets"),
        }

    def get_initial(self):
        asked = self.request.GET
        today = shown_day(self.cohort.starts_on, self.cohort.ends_on, timezone.localdate())
        return {
            "day": today,
            "blanks": 4,
            "training_class": asked.get("training_class", ""),
            "title": asked.get("title", "")[:80],
            "dates": asked.get("dates", "")[:200],
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(documents=DOCUMENTS.values(), **kwargs)

    def form_valid(self, form):
        key, kind = form.cleaned_data["make"]
        wish = Wish(**form.wish())
        papers = class_papers(
            self.cohort,
            form.chosen,
            wish.day,
            phones=form.phones,
            with_id_numbers=wish.with_id_numbers,
            with_rest=form.takes_rest,
        )
        made = make_document(self.cohort, papers, DOCUMENTS[key], wish, kind)
        query = f"cohort={self.cohort.pk}&class={form.cleaned_data['training_class']}&day={wish.day}"
        record_export(
            ExportRequest(key, query, made.people, form.cleaned_data["purpose"], kind, made.columns),
            unmasked=form.phones == OPEN or wish.with_id_numbers,
        )
        headers = {"Content-Disposition": content_disposition(made.name)}
        return FileResponse(BytesIO(made.content), content_type=made.content_type, headers=headers)
