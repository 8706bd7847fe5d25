from datetime import time

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.models import TrainingClass
from learning.access.sessions import classes_on_roll
from learning.forms import CancelForm, RepeatForm, SessionForm
from learning.models import Attendance, Session
from learning.rules.attendance import tally
from learning.rules.conflict_words import when_words
from learning.selectors import roll
from learning.selectors.paper import signed_sheets
from learning.services import (
    Conflicting,
    cancel_session,
    change_session,
    discard_draft,
    make_session,
    repeat_weekly,
    restore_session,
)
from learning.services.conflicts import standing_of
from learning.tables.sessions import SessionTable, session_state
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, StaticPage


class SessionList(TablePage):
    allow = "learning.view_session"
    inside = COHORT
    model = Session
    table_class = SessionTable
    template_name = "learning/session_list.html"
    title = gettext_lazy("Sessions")

    def get_rows(self):
        """Whoever changes sessions sees the coming state, with drafts; everybody else what is released."""
        rows = Session.everything.filter(access.rows(self.request.user, self.allow), cohort=self.cohort)
        plans = access.may(self.request.user, "learning.schedule_sessions", self.cohort)
        return rows.filter(is_superseded=False) if plans else rows.filter(is_draft=False)

    def get_table_options(self):
        return {"context": self.cohort}


class ConflictForm(FormPage, abstract=True):
    """A form whose service may find conflicts: both sides are named, free times offered, and what the rule only warns
    of may be saved with a tick."""

    template_name = "learning/session_form.html"
    conflicting: Conflicting | None = None

    def refused(self, form, refusal):
        if not isinstance(refusal, Conflicting):
            return super().refused(form, refusal)
        self.conflicting = refusal
        return self.form_invalid(form)

    def get_context_data(self, **kwargs):
        if self.conflicting:
            kwargs["slots"] = [
                (f"{start.isoformat()}/{end.isoformat()}", when_words(start, end))
                for start, end in self.conflicting.slots
            ]
        return super().get_context_data(conflicting=self.conflicting, **kwargs)


class SessionCreate(ConflictForm):
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

    def get_success_message(self):
        if self.object.is_draft:
            return _("The session is a draft. People see it after the next release.")
        return self.success_message

    def get_success_url(self):
        return self.object.get_absolute_url()


def with_drafts(user, permission: str) -> QuerySet[Session]:
    """The sessions that the permission reaches; drafts only for whoever changes them."""
    mine = access.rows(user, "learning.change_session")
    return Session.everything.filter(access.rows(user, permission)).filter(Q(is_draft=False) | mine)


class SessionUpdate(EditPage, ConflictForm):
    allow = "learning.change_session"
    model = Session
    form_class = SessionForm
    title = gettext_lazy("Change the session")

    def get_queryset(self):
        rows = with_drafts(self.request.user, self.allow)
        return rows.select_related("cohort__program__unit", "venue", "next_state__venue")

    def get_object(self, queryset=None):
        found = super().get_object(queryset)
        return found.next_state if found.is_superseded else found

    def get(self, request, *args, **kwargs):
        """``?conflict``: with what stands against the session as it is, and times that are free."""
        if "conflict" in request.GET:
            self.conflicting = standing_of(self.object)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self):
        cohort = self.object.cohort
        return super().get_form_kwargs() | {"cohort": cohort, "classes": cohort.classes.order_by("number", "pk")}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, session=self.object, **kwargs)

    def save(self, form):
        return change_session(self.object, **form.values())

    def get_success_message(self):
        if self.object.is_draft:
            return _("The change is a draft. People see it after the next release.")
        return _("The session was changed.")

    def get_success_url(self):
        return self.object.get_absolute_url()


class SessionDetail(StaticPage):
    allow = "learning.view_session"
    model = Session
    template_name = "learning/session_detail.html"

    def get_context_data(self, **kwargs):
        rows = with_drafts(self.request.user, self.allow).select_related(
            "cohort__program", "rolled_by", "venue", "replaces", "next_state"
        )
        session = get_object_or_404(rows, pk=self.kwargs["pk"])
        classes = list(session.classes.order_by("number", "pk"))
        lines = roll(session, of_classes=classes_on_roll(self.request.user, self.allow, session))
        can_change = access.may(self.request.user, "learning.change_session", session)
        sheet_classes = self._sheet_classes(session, classes)
        return super().get_context_data(
            session=session,
            cohort=session.cohort,
            classes=classes,
            lines=lines,
            tally=tally(line.state or None for line in lines),
            state=session_state(
                session.cancelled_at, session.rolled_at, session.starts_at, session.ends_at, session.is_draft
            ),
            can_call=access.holds(self.request.user, "learning.call_roll")
            and not (session.cancelled_at or session.is_draft),
            can_change=can_change,
            sheet_classes=sheet_classes,
            signed=signed_sheets(session, sheet_classes) if sheet_classes else [],
            next_state=session.next_state if can_change and session.is_superseded else None,
            **kwargs,
        )

    def _sheet_classes(self, session, classes):
        """The classes whose sheets one may print and key in; none of a session that nobody sees."""
        user = self.request.user
        if session.cancelled_at or session.is_draft or not access.holds(user, "learning.key_sheets"):
            return []
        mine = set(
            self.reachable(TrainingClass, "learning.key_sheets")
            .filter(pk__in=[each.pk for each in classes])
            .values_list("pk", flat=True)
        )
        return [each for each in classes if each.pk in mine]


class _OneSession(FormPage, abstract=True):
    allow = "learning.change_session"
    model = Session

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = with_drafts(request.user, self.allow).select_related("cohort__program", "venue")
        self.session = get_object_or_404(rows, pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(session=self.session, cohort=self.session.cohort, **kwargs)

    def get_success_url(self):
        return self.session.get_absolute_url()


class SessionCancel(_OneSession):
    form_class = CancelForm
    title = gettext_lazy("Cancel this session")

    def save(self, form):
        return cancel_session(self.session, reason=form.cleaned_data["reason"])

    def get_success_message(self):
        if self.object is None:
            return _("The draft was given up; nobody had seen it.")
        if self.object.is_draft:
            return _("The change is a draft. People see it after the next release.")
        return _("The session is cancelled. It stays in the list with its reason.")

    def get_success_url(self):
        if self.object is None:
            return reverse("learning:session_list", kwargs={"cohort": self.session.cohort_id})
        return self.object.get_absolute_url()


class SessionRepeat(_OneSession, ConflictForm):
    form_class = RepeatForm
    title = gettext_lazy("Repeat every week")

    def save(self, form):
        self.made = repeat_weekly(self.session, **form.cleaned_data)

    def get_success_message(self):
        return _("%(count)s more sessions stand in the list.") % {"count": len(self.made)}

    def get_success_url(self):
        return reverse("learning:session_list", kwargs={"cohort": self.session.cohort_id})


class SessionRestore(ActionPage):
    allow = "learning.change_session"
    model = Session

    def get_rows(self):
        return with_drafts(self.request.user, self.allow)

    def act(self, session):
        self.written = restore_session(session)
        return _("The session takes place again.")

    written: Session | None = None

    def get_success_url(self, session):
        return (self.written or session).get_absolute_url()


class DraftDiscard(DeletePage):
    """Give a draft up; what is released stays."""

    allow = "learning.change_session"
    model = Session

    def get_rows(self):
        return with_drafts(self.request.user, self.allow).select_related("replaces").filter(is_draft=True)

    success_message = gettext_lazy("The draft was given up. What is released stays as it is.")

    def delete(self, session):
        discard_draft(session)

    def get_list_url(self, session):
        if session.replaces:
            return session.replaces.get_absolute_url()
        return reverse("learning:session_list", kwargs={"cohort": session.cohort_id})


class MySessions(StaticPage):
    """A trainee's sessions: those that are not over, and those held with the own mark."""

    allow = "learning.attend"
    model = Session
    template_name = "learning/my_sessions.html"

    def get_context_data(self, **kwargs):
        mine = self.reachable(Session).select_related("venue").order_by("starts_at", "pk")
        now = timezone.now()
        coming = list(mine.filter(ends_at__gt=now)[:60])
        held = list(mine.filter(ends_at__lte=now).order_by("-starts_at", "-pk")[:60])
        return super().get_context_data(coming=coming, held=_with_marks(held, self.request.user), **kwargs)


def _with_marks(sessions, user):
    marks = dict(
        Attendance.objects.filter(session__in=sessions, trainee__person__user=user, in_force=True).values_list(
            "session_id", "state"
        )
    )
    return [(session, marks.get(session.pk, "")) for session in sessions]
