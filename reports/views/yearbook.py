from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from accounts.models import Job
from accounts.services import live_progress
from reports.access import YEARBOOK
from reports.forms import YearbookForm
from reports.selectors.yearbook import first_and_last_day
from reports.services import YearbookWish, ask_for_yearbook, jobs_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import FormPage

SHOWN = 20  # earlier workbooks


class Yearbook(FormPage):
    """Asks for the year-end workbook; below, how the work stands and one's own earlier workbooks."""

    allow = "reports.take_yearbook"
    inside = YEARBOOK
    form_class = YearbookForm
    template_name = "reports/yearbook.html"
    title = gettext_lazy("Year-end workbook")

    @property
    def days(self):
        return first_and_last_day(self.cohort, timezone.localdate())

    def get_form_kwargs(self):
        first, last = self.days
        may = access.holds(self.request.user, "cohorts.see_secrets")
        return super().get_form_kwargs() | {"first": first, "last": last, "may_have_id_numbers": may}

    def get_initial(self):
        _first, today = self.days
        return {"day": min(today, self.cohort.ends_on), "language": get_language()}

    def save(self, form):
        data = form.cleaned_data
        wish = YearbookWish(
            purpose=data["purpose"],
            day=data["day"],
            language=data["language"],
            site=self.request.build_absolute_uri("/").rstrip("/"),
            with_id_numbers=data.get("with_id_numbers", False),
        )
        return ask_for_yearbook(self.cohort, wish, by=self.request.user)

    def get_success_url(self):
        return reverse("reports:yearbook", kwargs={"cohort": self.cohort.pk})

    def get_context_data(self, **kwargs):
        newest, *earlier = list(jobs_of(self.cohort, self.request.user)[: SHOWN + 1]) or [None]
        return super().get_context_data(
            job=live_progress(newest) if newest else None,
            earlier=[each for each in earlier if each.state == Job.State.DONE],
            job_url=self.get_success_url(),
            **kwargs,
        )
