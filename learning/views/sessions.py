from datetime import datetime, time

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT, MANAGED_COHORT
from learning.access import classes_on_roll
from learning.forms import CancelForm, RepeatForm, SessionForm
from learning.models import Attendance, Session
from learning.rules.attendance import tally
from learning.selectors import roll
from learning.services import cancel_session, change_session, make_session, repeat_weekly, restore_session
from learning.tables import SessionTable, session_state
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, StaticPage


class SessionList(TablePage):
    allow = "learning.view_session"
    inside = COHORT
    model = Session
    table_class = SessionTable
    template_name = "learning/session_list.html"
    title = gettext_lazy("Sessions")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table_options(self):
        return {"context": self.cohort}


class SessionCreate(FormPage):
    allow = "learning.change_session"
    inside = MANAGED_COHORT
    model = Session
    form_class = SessionForm
    title = gettext_lazy("New session")
    success_message = gettext_lazy("The session stands in the list.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "cohort": self.cohort,
            "classes": self.cohort.classes.order_by("number", "pk"),
        }

    def get_initial(self):
        classes = list(self.cohort.classes.values_list("pk", flat=True)[:2])
        return {"on": timezone.localdate(), "start": time(9), "end": time(11, 30)} | (
            {"classes": classes} if len(classes) == 1 else {}
        )

    def save(self, form):
        return make_session(cohort=self.cohort, **form.values())

    def get_success_url(self):
        return self.object.get_absolute_url()


class SessionUpdate(EditPage):
    allow = "learning.change_session"
    model = Session
    form_class = SessionForm
    title = gettext_lazy("Change the session")

    def get_form_kwargs(self):
        cohort = self.object.cohort
        return super().get_form_kwargs() | {"cohort": cohort, "classes": cohort.classes.order_by("number", "pk")}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, **kwargs)

    def save(self, form):
        return change_session(self.object, **form.values())

    def get_success_message(self):
        return _("The session was changed.")

    def get_success_url(self):
        return self.object.get_absolute_url()


class SessionDetail(StaticPage):
    allow = "learning.view_session"
    model = Session
    template_name = "learning/session_detail.html"

    def get_context_data(self, **kwargs):
        session = get_object_or_404(
            self.reachable(Session).select_related("cohort__program", "rolled_by"), pk=self.kwargs["pk"]
        )
        classes = list(session.classes.order_by("number", "pk"))
        lines = roll(session, of_classes=classes_on_roll(self.request.user, self.allow, session))
        return super().get_context_data(
            session=session,
            cohort=session.cohort,
            classes=classes,
            lines=lines,
            tally=tally(line.state or None for line in lines),
            state=session_state(session.cancelled_at, session.rolled_at, session.starts_at, session.ends_at),
            can_call=access.may(self.request.user, "learning.call_roll", session) and not session.cancelled_at,
            can_change=access.may(self.request.user, "learning.change_session", session),
            **kwargs,
        )


class _OneSession(FormPage, abstract=True):
    allow = "learning.change_session"
    model = Session

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.session = get_object_or_404(self.reachable(Session).select_related("cohort__program"), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(session=self.session, cohort=self.session.cohort, **kwargs)

    def get_success_url(self):
        return self.session.get_absolute_url()


class SessionCancel(_OneSession):
    form_class = CancelForm
    title = gettext_lazy("Cancel this session")
    success_message = gettext_lazy("The session is cancelled. It stays in the list with its reason.")

    def save(self, form):
        cancel_session(self.session, reason=form.cleaned_data["reason"])


class SessionRepeat(_OneSession):
    form_class = RepeatForm
    title = gettext_lazy("Repeat every week")

    def save(self, form):
        self.made = repeat_weekly(self.session, times=form.cleaned_data["times"])

    def get_success_message(self):
        return _("%(count)s more sessions stand in the list.") % {"count": len(self.made)}

    def get_success_url(self):
        return reverse("learning:session_list", kwargs={"cohort": self.session.cohort_id})


class SessionRestore(ActionPage):
    allow = "learning.change_session"
    model = Session

    def act(self, session):
        restore_session(session)
        return _("The session takes place again.")


class MySessions(StaticPage):
    """A trainee's sessions: today, coming, held with the own mark."""

    allow = "learning.attend"
    model = Session
    template_name = "learning/my_sessions.html"

    def get_context_data(self, **kwargs):
        mine = self.reachable(Session).order_by("starts_at", "pk")
        start = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
        coming = list(mine.filter(starts_at__gte=start)[:60])
        held = list(mine.filter(starts_at__lt=start).order_by("-starts_at", "-pk")[:60])
        return super().get_context_data(coming=coming, held=_with_marks(held, self.request.user), **kwargs)


def _with_marks(sessions, user):
    marks = dict(
        Attendance.objects.filter(session__in=sessions, trainee__person__user=user, in_force=True).values_list(
            "session_id", "state"
        )
    )
    return [(session, marks.get(session.pk, "")) for session in sessions]
