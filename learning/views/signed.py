"""Signed sheets: sent, looked at, replaced, removed."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from cohorts.models import TrainingClass
from learning.forms.paper import SignedSheetForm, SpanForm
from learning.models import Session, SheetPage, SignedSheet
from learning.selectors.weeks import of_class
from learning.services.signed import remove_signed, replace_signed, send_signed
from trainee_mgmt.kit import access
from trainee_mgmt.kit.evidence import evidence_response
from trainee_mgmt.kit.pages import ActionPage, FormPage, Page, StaticPage

MOST_SESSIONS = 16


class SignedSheetCreate(FormPage):
    """For one session of a class, or for all of a day: the address says which, as on the grid."""

    allow = "learning.key_sheets"
    model = TrainingClass
    form_class = SignedSheetForm
    template_name = "learning/signed_sheet_form.html"
    title = gettext_lazy("Send a signed sheet")
    success_message = gettext_lazy("The signed sheet is kept as evidence on its sessions.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.training_class = self.find(TrainingClass, kwargs["pk"], related=("cohort__program",))
        span = SpanForm(request.GET)
        rows = of_class(Session.objects.filter(cancelled_at=None), self.training_class.pk)
        self.sessions = list(span.chosen_of(rows)[:MOST_SESSIONS]) if span.is_valid() else []

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            training_class=self.training_class, cohort=self.training_class.cohort, sessions=self.sessions, **kwargs
        )

    def save(self, form):
        return send_signed(self.training_class, self.sessions, form.cleaned_data["files"], by=self.request.user)

    def get_success_url(self):
        return self.object.get_absolute_url()


class SignedSheetDetail(StaticPage):
    allow = "learning.view_signed_sheet"
    model = SignedSheet
    template_name = "learning/signed_sheet_detail.html"

    def get_context_data(self, **kwargs):
        sheet = self.find(SignedSheet, self.kwargs["pk"], related=("training_class__cohort__program", "sent_by"))
        return super().get_context_data(
            sheet=sheet,
            cohort=sheet.training_class.cohort,
            sessions=list(sheet.sessions.order_by("starts_at", "pk")),
            pages=list(sheet.pages.order_by("pk")),
            may_change=access.may(self.request.user, "learning.change_signed_sheet", sheet),
            **kwargs,
        )


class SignedSheetReplace(FormPage):
    allow = "learning.change_signed_sheet"
    model = SignedSheet
    form_class = SignedSheetForm
    template_name = "learning/signed_sheet_form.html"
    title = gettext_lazy("Replace the signed sheet")
    success_message = gettext_lazy("The new pages are kept; the old ones are gone.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.sheet = self.find(SignedSheet, kwargs["pk"], related=("training_class__cohort__program",))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            sheet=self.sheet,
            training_class=self.sheet.training_class,
            cohort=self.sheet.training_class.cohort,
            sessions=list(self.sheet.sessions.order_by("starts_at", "pk")),
            **kwargs,
        )

    def save(self, form):
        return replace_signed(self.sheet, form.cleaned_data["files"], by=self.request.user)

    def get_success_url(self):
        return self.sheet.get_absolute_url()


class SignedSheetRemove(ActionPage):
    allow = "learning.change_signed_sheet"
    model = SignedSheet
    is_gone = False

    def get_rows(self):
        return super().get_rows().select_related("training_class")

    def act(self, sheet):
        self.cohort_key = sheet.training_class.cohort_id
        remove_signed(sheet)
        self.is_gone = True
        return _("The signed sheet is removed. The log says who sent it and who removed it.")

    def get_success_url(self, sheet):
        if not self.is_gone:
            return sheet.get_absolute_url()
        return reverse("learning:sheet_list", kwargs={"cohort": self.cohort_key})


class SheetPageShow(Page, View):
    """A picture is shown, a PDF is only handed out as a download."""

    allow = "learning.view_sheet_page"
    model = SheetPage

    def get(self, request, pk):
        page = self.find(SheetPage, pk)
        return evidence_response(page.file, is_pdf=page.kind == SheetPage.Kind.PDF, name=f"sheet-{page.pk}")
