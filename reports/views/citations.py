"""A finding from a journal becomes an investment lead that cites its words."""

from django.utils import timezone
from django.utils.translation import gettext_lazy

from learning.models import Finding
from placements.forms.leads import NewLeadForm
from placements.services.leads import Source, enter_lead
from reports.selectors.citations import FINDING
from trainee_mgmt.kit.pages import FormPage


class FindingLead(FormPage):
    """The writer of the journal has the credit, whoever enters it."""

    allow = "reports.make_lead"
    model = Finding
    form_class = NewLeadForm
    template_name = "reports/finding_lead.html"
    title = gettext_lazy("Make it an investment lead")
    success_message = gettext_lazy("The lead is entered and cites the journal.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("journal__trainee__cohort__program", "journal__trainee__person")
        self.finding = self.find(Finding, kwargs["pk"], related=related)

    def get_initial(self):
        written = min(self.finding.journal.last_on, timezone.localdate())
        return {"what": self.finding.text or self.finding.quote, "found_on": written}

    def get_context_data(self, **kwargs):
        trainee = self.finding.journal.trainee
        return super().get_context_data(finding=self.finding, writer=trainee.person, cohort=trainee.cohort, **kwargs)

    def save(self, form):
        source = Source(FINDING, self.finding.pk, self.finding.quote)
        return enter_lead([self.finding.journal.trainee], source=source, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()
