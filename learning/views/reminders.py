from django.urls import reverse
from django.utils.translation import gettext_lazy

from learning.access.sessions import PLANNED_COHORT
from learning.forms.reminders import SessionReminderForm
from learning.services.session_reminders import change_session_reminder, reminder_of
from trainee_mgmt.kit.pages import FormPage


class SessionReminderUpdate(FormPage):
    """When the people of a cohort are reminded of their sessions."""

    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    form_class = SessionReminderForm
    template_name = "learning/session_reminder.html"
    title = gettext_lazy("Reminders of sessions")
    success_message = gettext_lazy("Saved. What is planned already moves within half an hour.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": reminder_of(self.cohort)}

    def save(self, form):
        return change_session_reminder(self.cohort, **form.values())

    def get_success_url(self):
        return reverse("learning:session_reminder", kwargs={"cohort": self.cohort.pk})
