from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.forms.groups import AppointForm, EndForm
from cohorts.models import ClassOfficer
from cohorts.services import officers as services
from cohorts.tables.groups import OfficerTable
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage


class OfficerList(TablePage):
    allow = "cohorts.view_officer"
    inside = COHORT
    model = ClassOfficer
    table_class = OfficerTable
    title = gettext_lazy("Class officers")
    template_name = "cohorts/officer_list.html"

    def get_rows(self):
        return super().get_rows().filter(training_class__cohort=self.cohort)

    def get_table_options(self):
        return {"context": list(self.cohort.classes.order_by("number", "pk").values_list("pk", "name"))}


class OfficerCreate(FormPage):
    allow = "cohorts.change_officer"
    inside = MANAGED_COHORT
    form_class = AppointForm
    title = gettext_lazy("Appoint an officer")
    template_name = "cohorts/officer_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        given = {key: self.request.GET[key] for key in ("training_class", "who", "office") if key in self.request.GET}
        starts_on = max(timezone.localdate(), self.cohort.starts_on)
        return {"starts_on": starts_on, "office": ClassOfficer.Office.HEAD_TEACHER} | given

    def save(self, form):
        return services.appoint(form.cleaned_data["training_class"], **form.values)

    def get_success_message(self):
        words = {"name": self.object.person.name, "office": self.object.get_office_display()}
        if self.object.person.user_id:
            return _("%(name)s was appointed: %(office)s.") % words
        return _("%(name)s was appointed: %(office)s. The rights come with an account, which is not open yet.") % words

    def get_success_url(self):
        return reverse("cohorts:officer_list", kwargs={"cohort": self.cohort.pk})


class AboutOfficer:
    """Loads one reachable office as ``officer`` and its cohort."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = self.reachable(ClassOfficer).select_related("person", "training_class__cohort__program", "grant")
        self.officer = get_object_or_404(rows.defer("person__phone", "person__id_number"), pk=kwargs["pk"])
        self.cohort = self.officer.training_class.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(officer=self.officer, cohort=self.cohort, **kwargs)


class OfficerDetail(AboutOfficer, StaticPage):
    allow = "cohorts.view_officer"
    template_name = "cohorts/officer_detail.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(today=timezone.localdate(), **kwargs)


class OfficerEnd(AboutOfficer, FormPage):
    allow = "cohorts.change_officer"
    form_class = EndForm
    template_name = "cohorts/officer_end.html"

    def get_title(self):
        return _("End the term of %(name)s") % {"name": self.officer.person.name}

    def get_initial(self):
        return {"on": max(timezone.localdate(), self.officer.starts_on)}

    def save(self, form):
        services.end_office(self.officer, on=form.cleaned_data["on"])

    def get_success_message(self):
        return _("The term of %(name)s ends; so does the right over the class.") % {"name": self.officer.person.name}

    def get_success_url(self):
        return reverse("cohorts:officer_list", kwargs={"cohort": self.cohort.pk})
