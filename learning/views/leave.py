from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.models import Cohort, Trainee
from learning.access.leave import decides_as
from learning.forms.leave import DecisionForm, LeaveForm, LeaveTypeForm
from learning.models import Leave, LeaveEvidence, LeaveType
from learning.selectors.leave import touched
from learning.services import (
    approve_leave,
    ask_again,
    ask_leave,
    change_leave_type,
    make_leave_type,
    make_usual_kinds,
    refuse_leave,
    return_leave,
    revoke_leave,
    withdraw_leave,
)
from learning.tables.leave import LeaveTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.evidence import evidence_response
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, Page, StaticPage

SHOWN = 60


class MyLeave(StaticPage):
    """My leave in all my cohorts, the newest first."""

    allow = "learning.ask_leave"
    model = Trainee
    template_name = "learning/my_leave.html"

    def get_context_data(self, **kwargs):
        mine = self.reachable(Trainee)
        places = mine.filter(
            status=Trainee.Status.ACTIVE, cohort__is_closed=False, cohort__leave_types__is_closed=False
        )
        leaves = Leave.objects.filter(trainee__in=mine).select_related("leave_type", "cohort")
        return super().get_context_data(
            places=places.select_related("cohort").distinct().order_by("-joined_on", "-pk"),
            leaves=list(leaves.order_by("-starts_at", "-pk")[:SHOWN]),
            **kwargs,
        )


class LeaveCreate(FormPage):
    allow = "learning.ask_leave"
    model = Trainee
    form_class = LeaveForm
    template_name = "learning/leave_form.html"
    title = gettext_lazy("Ask for leave")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.trainee = get_object_or_404(self.reachable(Trainee).select_related("cohort", "person"), pk=kwargs["pk"])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.trainee.cohort}

    def get_initial(self):
        return LeaveForm.suggested()

    def get_context_data(self, **kwargs):
        return super().get_context_data(trainee=self.trainee, **kwargs)

    def save(self, form):
        return ask_leave(self.trainee, form.request(), by=self.request.user)

    def get_success_message(self):
        return _("Your request went to: %(level)s.") % {"level": self.object.get_level_display()}

    def get_success_url(self):
        return reverse("learning:my_leave")


class LeaveUpdate(FormPage):
    """A returned request, changed and sent again."""

    allow = "learning.change_own_leave"
    model = Leave
    form_class = LeaveForm
    template_name = "learning/leave_form.html"
    title = gettext_lazy("Change the request")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.leave = self.find(Leave, kwargs["pk"], related=("cohort",))

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.leave.cohort}

    def get_initial(self):
        names = ("leave_type", "starts_at", "ends_at", "reason")
        return {name: getattr(self.leave, name) for name in names}

    def get_context_data(self, **kwargs):
        return super().get_context_data(last=self.leave.history.order_by("-pk").first(), **kwargs)

    def save(self, form):
        return ask_again(self.leave, form.request(), by=self.request.user)

    def get_success_message(self):
        return _("Your request went to: %(level)s.") % {"level": self.object.get_level_display()}

    def get_success_url(self):
        return self.leave.get_absolute_url()


class LeaveWithdraw(ActionPage):
    allow = "learning.change_own_leave"
    model = Leave

    def act(self, leave):
        withdraw_leave(leave, by=self.request.user)
        return _("The request is withdrawn.")


class LeaveDetail(StaticPage):
    """What was asked for, said and decided, and the sessions that it touches."""

    allow = "learning.view_leave"
    model = Leave
    template_name = "learning/leave_detail.html"

    def get_context_data(self, **kwargs):
        related = ("trainee__person", "training_class", "leave_type", "cohort__program")
        leave = self.find(Leave, self.kwargs["pk"], related=related)
        user = self.request.user
        level = decides_as(user, leave) if access.holds(user, "learning.decide_leave") else None
        is_mine = leave.trainee.person.user_id == user.pk
        evidence = LeaveEvidence.objects.filter(access.rows(user, "learning.view_evidence"), leave=leave)
        return super().get_context_data(
            leave=leave,
            cohort=None if is_mine else leave.cohort,
            is_mine=is_mine,
            history=list(leave.history.select_related("by").order_by("pk")),
            evidence=list(evidence.order_by("pk")) if access.holds(user, "learning.view_evidence") else [],
            touched=touched(leave),
            steps=[Leave.Level(step).label for step in leave.steps],
            can_decide=level is not None and leave.state == Leave.State.WAITING and level >= leave.level,
            can_revoke=level is not None and leave.state == Leave.State.APPROVED and level >= leave.level,
            **kwargs,
        )


class LeaveDecide(ActionPage):
    """POST ``do`` (approve, refuse, return, revoke) with ``text``."""

    allow = "learning.decide_leave"
    model = Leave

    def act(self, leave):
        form = DecisionForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("do must be approve, refuse, return or revoke; text has 500 signs at most")
        do, text = form.cleaned_data["do"], form.cleaned_data["text"]
        decide, words = {
            "approve": (approve_leave, _("Approved.")),
            "refuse": (refuse_leave, _("Refused; the trainee reads your reason.")),
            "return": (return_leave, _("Returned with your words.")),
            "revoke": (revoke_leave, _("Revoked; the sessions count again as before.")),
        }[do]
        decided = decide(leave, text=text, by=self.request.user)
        if do == "approve" and decided.state == Leave.State.WAITING:
            return _("You agreed; it went on to: %(level)s.") % {"level": decided.get_level_display()}
        return words


class LeaveList(TablePage):
    allow = "learning.list_leave"
    inside = COHORT
    model = Leave
    table_class = LeaveTable
    template_name = "learning/leave_list.html"
    title = gettext_lazy("Leave")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table_options(self):
        return {"context": self.cohort}


class EvidenceShow(Page, View):
    """A picture is shown, a PDF is only handed out as a download."""

    allow = "learning.view_evidence"
    model = LeaveEvidence

    def get(self, request, pk):
        evidence = self.find(LeaveEvidence, pk)
        is_pdf = evidence.kind == LeaveEvidence.Kind.PDF
        return evidence_response(evidence.file, is_pdf=is_pdf, name=f"evidence-{evidence.pk}")


class LeaveTypeList(StaticPage):
    """The kinds of leave of a cohort, each with its rule in words."""

    allow = "learning.list_leave"
    inside = COHORT
    model = Leave
    template_name = "learning/leavetype_list.html"

    def get_context_data(self, **kwargs):
        kinds = [(each, _in_words(each)) for each in self.cohort.leave_types.order_by("is_closed", "pk")]
        return super().get_context_data(kinds=kinds, **kwargs)


def _in_words(kind: LeaveType) -> list[str]:
    officer, head = kind.officer_days.normalize(), kind.head_teacher_days.normalize()
    found = []
    if officer:
        found.append(_("Up to %(days)s days a class officer decides.") % {"days": f"{officer:f}"})
    if head > officer:
        found.append(_("Up to %(days)s days the head teacher decides.") % {"days": f"{head:f}"})
    found.append(_("Longer leave goes by the head teacher to the organizer."))
    found.append(_("A picture or PDF must be attached.") if kind.needs_evidence else _("No evidence is asked for."))
    if kind.after_days:
        words = ngettext(
            "It may be asked for up to %(n)s day after it began.",
            "It may be asked for up to %(n)s days after it began.",
            kind.after_days,
        )
        found.append(words % {"n": kind.after_days})
    else:
        found.append(_("It must be asked for before it begins."))
    return found


class _Kind:
    def get_success_url(self):
        return reverse("learning:leavetype_list", kwargs={"cohort": self.cohort.pk})


class LeaveTypeCreate(_Kind, FormPage):
    allow = "learning.change_leave_type"
    inside = MANAGED_COHORT
    model = LeaveType
    form_class = LeaveTypeForm
    title = gettext_lazy("New kind of leave")
    success_message = gettext_lazy("Trainees can ask for it from now on.")

    def get_initial(self):
        return {"officer_days": 0, "head_teacher_days": 1, "after_days": 0}

    def save(self, form):
        return make_leave_type(self.cohort, **form.cleaned_data)


class LeaveTypeUpdate(_Kind, EditPage):
    allow = "learning.change_leave_type"
    model = LeaveType
    form_class = LeaveTypeForm
    title = gettext_lazy("Change this kind of leave")
    success_message = gettext_lazy("It holds for what is asked for from now on.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.cohort = self.object.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.cohort, **kwargs)

    def save(self, form):
        return change_leave_type(self.object, **form.cleaned_data)


class LeaveTypeUsual(ActionPage):
    """The usual kinds for a cohort that has none."""

    allow = "cohorts.change_cohort"
    model = Cohort

    def act(self, cohort):
        count = make_usual_kinds(cohort)
        return _("%(count)s kinds of leave stand in the list; change them as you need.") % {"count": count}

    def get_success_url(self, cohort):
        return reverse("learning:leavetype_list", kwargs={"cohort": cohort.pk})
