"""The applications of a cohort as the office sees them: the list and one of them."""

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from cohorts.access import COHORT
from cohorts.models import Application, ApplicationRound
from cohorts.selectors.applications import asked_fields
from cohorts.tables.applications import ApplicationTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import StaticPage


class ApplicationList(TablePage):
    allow = "cohorts.view_application"
    inside = COHORT
    model = Application
    table_class = ApplicationTable
    template_name = "cohorts/application_list.html"
    title = gettext_lazy("Applications")

    def get_rows(self):
        return super().get_rows().filter(round__cohort=self.cohort)

    def get_table_options(self):
        named = Unit.objects.filter(nominations__round__cohort=self.cohort).order_by("name", "pk").distinct()
        context = {
            "fields": asked_fields(self.cohort.pk),
            "units": [(str(pk), name) for pk, name in named.values_list("pk", "name")],
            "finds_numbers": access.holds(self.request.user, "cohorts.change_application"),
        }
        return {"context": context}

    def get_context_data(self, **kwargs):
        round = ApplicationRound.objects.filter(cohort=self.cohort).first()
        return super().get_context_data(
            round=round,
            stage=round and round.stage(timezone.now()),
            manages=access.holds(self.request.user, "cohorts.manage_applications"),
            **kwargs,
        )


class ApplicationDetail(StaticPage):
    allow = "cohorts.view_application"
    model = Application
    template_name = "cohorts/application_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("round__cohort__program", "nominating_unit", "person", "trainee")
        self.application = self.find(Application, kwargs["pk"], related=related, without=("id_number", "phone"))
        self.cohort = self.application.round.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(application=self.application, cohort=self.cohort, **kwargs)
