"""Investment leads: entered on the phone, moved with evidence, shared and put together."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from cohorts.access import COHORT
from cohorts.models import Trainee
from placements.access import LEAD_COHORT
from placements.forms.leads import LeadDayForm, LeadEntryForm, LeadForm, LeadMoveForm, LeadNoteForm, NewLeadForm
from placements.models import Lead, LeadFile, LeadStep
from placements.rules.lead_days import next_stage
from placements.selectors import leads as selectors
from placements.services import leads as services
from placements.tables.leads import LeadTable, MyLeadTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.evidence import evidence_response
from trainee_mgmt.kit.formats import day as in_words
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import EditPage, FormPage, Page, StaticPage


class LeadList(TablePage):
    """The leads of a cohort; those that name one company stand under a tab of their own."""

    allow = "placements.list_lead"
    inside = COHORT
    model = Lead
    table_class = LeadTable
    template_name = "placements/lead_list.html"
    title = gettext_lazy("Investment leads")

    def get_rows(self):
        return super().get_rows().standing().filter(cohort=self.cohort)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            may_run=access.may(self.request.user, "placements.run_leads", self.cohort),
            **kwargs,
        )


class LeadCreate(FormPage):
    """By the office, for trainees named by their numbers."""

    allow = "placements.run_leads"
    inside = LEAD_COHORT
    form_class = LeadEntryForm
    title = gettext_lazy("New investment lead")
    success_message = gettext_lazy("The lead is entered.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            cancel_url=reverse("placements:lead_list", kwargs={"cohort": self.cohort.pk}), **kwargs
        )

    def save(self, form):
        given = dict(form.cleaned_data)
        return services.enter_lead(given.pop("numbers"), by=self.request.user, **given)

    def get_success_url(self):
        return self.object.get_absolute_url()


class MyLeads(TablePage):
    """My leads of all my cohorts, those that are over too."""

    allow = "placements.see_own_lead"
    model = Lead
    table_class = MyLeadTable
    template_name = "placements/my_leads.html"
    title = gettext_lazy("My leads")

    def get_rows(self):
        return super().get_rows().standing()

    def get_context_data(self, **kwargs):
        places = self.reachable(Trainee, "placements.enter_lead").select_related("cohort").order_by("-joined_on", "-pk")
        return super().get_context_data(places=list(places), **kwargs)


class MyLeadCreate(FormPage):
    """A company and a sentence; also after the training."""

    allow = "placements.enter_lead"
    model = Trainee
    form_class = NewLeadForm
    title = gettext_lazy("New investment lead")
    success_message = gettext_lazy("The lead is entered. The office goes on with it and you see how far it comes.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.trainee = self.find(Trainee, kwargs["pk"], related=("cohort__program", "person"))

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.trainee.cohort, cancel_url=reverse("placements:my_leads"), **kwargs)

    def save(self, form):
        return services.enter_lead([self.trainee], by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class LeadDetail(StaticPage):
    """What is known of a company, how far it came and by whose evidence, who has credit, and what may be the same company."""

    allow = "placements.view_lead"
    model = Lead
    template_name = "placements/lead_detail.html"

    def get_context_data(self, **kwargs):
        user, rows = (
            self.request.user,
            self.reachable(Lead).select_related("cohort__program", "entered_by", "merged_into"),
        )
        lead = get_object_or_404(rows, pk=self.kwargs["pk"])
        is_standing = lead.merged_into_id is None
        may_change = is_standing and access.may(user, "placements.change_lead", lead)
        credits = (
            lead.credits.filter(in_force=True)
            .select_related("trainee__person", "trainee__cohort")
            .order_by("-share", "pk")
        )
        return super().get_context_data(
            lead=lead,
            cohort=lead.cohort,
            credits=[(each.trainee, (each.share * 100).normalize(), each.reason) for each in credits],
            steps=selectors.steps_of(lead),
            cited=selectors.cited(user, lead),
            same=selectors.perhaps_one(lead, self.reachable(Lead, "placements.change_lead")) if may_change else [],
            merges=list(lead.merges.filter(undone_at=None).select_related("other", "by").order_by("pk")),
            may_change=may_change,
            may_edit=is_standing and access.may(user, "placements.edit_lead", lead),
            may_list=access.holds(user, "placements.list_lead"),
            note_form=LeadNoteForm() if is_standing and access.may(user, "placements.note_lead", lead) else None,
            **kwargs,
        )


class _OfLead(FormPage, abstract=True):
    """A form about one lead, found by ``pk``."""

    model = Lead
    template_name = "placements/lead_form.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.lead = self.find(Lead, kwargs["pk"], related=("cohort__program",))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            cohort=self.lead.cohort, lead=self.lead, cancel_url=self.get_success_url(), **kwargs
        )

    def get_success_url(self):
        return self.lead.get_absolute_url()


class LeadUpdate(EditPage):
    allow = "placements.edit_lead"
    model = Lead
    form_class = LeadForm
    success_message = gettext_lazy("The lead was changed.")

    def get_queryset(self):
        return super().get_queryset().select_related("cohort__program")

    def get_title(self):
        return self.object.company

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, cancel_url=self.get_success_url(), **kwargs)

    def save(self, form):
        return services.change_lead(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class LeadMove(_OfLead):
    allow = "placements.change_lead"
    form_class = LeadMoveForm
    title = gettext_lazy("Another stage")
    success_message = gettext_lazy("The stage and its evidence are kept.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"lead": self.lead}

    def get_initial(self):
        return {"stage": next_stage(selectors.path_of(self.lead))}

    def save(self, form):
        return services.move_lead(self.lead, by=self.request.user, **form.cleaned_data)


class LeadDay(_OfLead):
    """The right day of a stage that still holds."""

    allow = "placements.edit_lead"
    form_class = LeadDayForm
    title = gettext_lazy("Correct a day")
    success_message = gettext_lazy("The day is corrected; the former one stays beside it.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = LeadStep.objects.with_day().filter(lead=self.lead, kind=LeadStep.Kind.STAGE)
        self.step = get_object_or_404(rows, pk=kwargs["step"])

    def get_initial(self):
        return {"on": self.step.day}

    def get_context_data(self, **kwargs):
        so_far = {"stage": self.step.get_stage_display(), "day": in_words(self.step.day)}
        note = _("“%(stage)s” was on %(day)s so far.") % so_far
        return super().get_context_data(form_note=note, **kwargs)

    def save(self, form):
        services.correct_day(self.step, by=self.request.user, **form.cleaned_data)


class LeadNote(_OfLead):
    allow = "placements.note_lead"
    form_class = LeadNoteForm
    title = gettext_lazy("What is new?")
    success_message = gettext_lazy("It stands with the lead.")

    def save(self, form):
        return services.add_note(self.lead, by=self.request.user, **form.cleaned_data)


class LeadFileShow(Page, View):
    """A picture is shown, a PDF is only handed out as a download."""

    allow = "placements.view_lead_file"
    model = LeadFile

    def get(self, request, pk):
        file = self.find(LeadFile, pk)
        return evidence_response(file.file, is_pdf=file.kind == LeadFile.Kind.PDF, name=f"lead-{file.pk}")
