"""Many sessions at once: from a sheet, or from another week. First a plan to read, then exactly that plan."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.services import make_plan
from learning.access.sessions import PLANNED_COHORT
from learning.forms import CopyWeekForm, SessionImportForm
from learning.plans import CopyPlan, ImportPlan, template_book
from learning.rules.weeks import chosen_week
from trainee_mgmt.kit.pages import FormPage, Page
from trainee_mgmt.kit.uploads import download


class SessionImport(FormPage):
    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    form_class = SessionImportForm
    template_name = "learning/session_import.html"
    title = gettext_lazy("Import sessions from a sheet")

    def get_context_data(self, **kwargs):
        back = reverse("learning:session_list", kwargs={"cohort": self.cohort.pk})
        return super().get_context_data(cancel_url=back, **kwargs)

    def save(self, form):
        name = form.cleaned_data["file"].name
        return make_plan(
            ImportPlan.name,
            self.cohort,
            given={"name": name},
            source=form.source(),
            source_name=name,
            title=_("Import of sessions: %(cohort)s") % {"cohort": self.cohort},
        )

    def get_success_url(self):
        return self.object.get_absolute_url()


class SessionTemplate(Page, View):
    """A sheet with the columns, and two lines that show how."""

    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT

    def get(self, request, **kwargs):
        return download(template_book(self.cohort), _("Sessions") + ".xlsx")


class WeekCopy(FormPage):
    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    form_class = CopyWeekForm
    template_name = "learning/week_copy.html"
    title = gettext_lazy("Copy a week")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        today, cohort = timezone.localdate(), self.cohort
        monday = chosen_week(self.request.GET.get("week", ""), today, cohort.starts_on, cohort.ends_on)
        return {"week": max(monday, cohort.starts_on), "to": min(monday + timedelta(weeks=1), cohort.ends_on)}

    def get_context_data(self, **kwargs):
        back = reverse("learning:timetable_week", kwargs={"cohort": self.cohort.pk})
        return super().get_context_data(cancel_url=back, **kwargs)

    def save(self, form):
        given = {name: form.cleaned_data[name].isoformat() for name in ("week", "to")}
        title = _("Copy of the week of %(week)s into that of %(to)s: %(cohort)s") % {**given, "cohort": self.cohort}
        return make_plan(CopyPlan.name, self.cohort, given=given, title=title)

    def get_success_url(self):
        return self.object.get_absolute_url()
