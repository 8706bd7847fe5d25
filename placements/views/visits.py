"""Visits: which hosts are due, the plan, the notes and what they gave to do."""

from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from accounts.services.calendar import working_days
from cohorts.access import COHORT
from cohorts.selectors.charge import people_in_charge
from placements.access import VISITED_COHORT
from placements.forms.tickets import SaidForm
from placements.forms.visits import NoteForm, PicturesForm, ProposalForm, TaskForm, VisitForm, VisitRuleForm
from placements.models import Host, Visit, VisitPicture, VisitTask
from placements.rules.coverage import Mark
from placements.rules.visit_plan import proposed_days
from placements.selectors.visits import coverage, weeks_of
from placements.services import visits as services
from placements.tables.visits import VisitTable, state_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.evidence import evidence_response
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, Page, StaticPage
from trainee_mgmt.kit.pieces import status_tag

FORM = "placements/visit_form.html"
A_DAY = 2  # so many hosts are proposed for one day
TAGS = {Mark.LATE: "bad", Mark.PLANNED: "accent", Mark.OPEN: "warn", Mark.COVERED: "ok"}
VIEWS = {"late": {Mark.LATE}, "waiting": {Mark.LATE, Mark.OPEN}}
WORDS = {
    Mark.LATE: gettext_lazy("overdue"),
    Mark.PLANNED: gettext_lazy("a visit is planned"),
    Mark.OPEN: gettext_lazy("to be planned"),
    Mark.COVERED: gettext_lazy("covered"),
}


class VisitList(TablePage):
    allow = "placements.view_visit"
    inside = COHORT
    model = Visit
    table_class = VisitTable
    title = gettext_lazy("Visits")
    template_name = "placements/visit_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)


class VisitCoverage(StaticPage):
    """Every host with people, and whether somebody was there in time; ``?view=`` late, or waiting for a plan."""

    allow = "placements.view_coverage"
    inside = COHORT
    template_name = "placements/visit_coverage.html"

    def get_context_data(self, **kwargs):
        lines = coverage(self.cohort, timezone.localdate())
        asked = self.request.GET.get("view", "")
        shown = [each for each in lines if each.mark in VIEWS.get(asked, Mark)]
        return super().get_context_data(
            lines=[(each, status_tag(TAGS[each.mark], WORDS[each.mark])) for each in shown],
            view=asked if asked in VIEWS else "",
            hosts=len(lines),
            late=sum(each.mark in VIEWS["late"] for each in lines),
            waiting=sum(each.mark in VIEWS["waiting"] for each in lines),
            weeks=weeks_of(self.cohort),
            may_plan=access.holds(self.request.user, "placements.plan_visits"),
            **kwargs,
        )


class _InCohort(FormPage, abstract=True):
    """A form about the visits of a cohort."""

    allow = "placements.plan_visits"
    inside = VISITED_COHORT
    template_name = FORM

    def people(self):
        return people_in_charge(self.cohort, day=timezone.localdate()).order_by("name", "pk")

    def get_success_url(self):
        return reverse("placements:visit_coverage", kwargs={"cohort": self.cohort.pk})


class VisitCreate(_InCohort):
    """``?host=`` says which one is meant."""

    form_class = VisitForm
    title = gettext_lazy("Plan a visit")
    success_message = gettext_lazy("The visit stands in the plan.")

    def get_form_kwargs(self):
        hosts = Host.objects.filter(posts__offers__seats__placements__trainee__cohort=self.cohort)
        return super().get_form_kwargs() | {"people": self.people(), "hosts": hosts.distinct().order_by("name", "pk")}

    def get_initial(self):
        return {"host": self.request.GET.get("host", ""), "visitor": self.request.user.pk}

    def save(self, form):
        return services.plan_visit(self.cohort, **form.cleaned_data)


class VisitPropose(_InCohort):
    """Days for all hosts that are due and have none, to be read and changed before they are planned."""

    form_class = ProposalForm
    title = gettext_lazy("Proposed visits")
    template_name = "placements/visit_propose.html"

    def get_form_kwargs(self):
        today = timezone.localdate()
        due = [each for each in coverage(self.cohort, today) if each.mark in (Mark.LATE, Mark.OPEN)]
        days = proposed_days([each.due_on for each in due], today=today, a_day=A_DAY, is_working=working_days(today))
        proposed = list(zip(due, days, strict=True))
        return super().get_form_kwargs() | {"people": self.people(), "proposed": proposed}

    def get_initial(self):
        return {"visitor": self.request.user.pk}

    def save(self, form):
        days = form.days()
        hosts = Host.objects.in_bulk([host for host, _day in days])
        visitor = form.cleaned_data["visitor"]
        return services.plan_visits(self.cohort, [(hosts[host], day) for host, day in days], visitor=visitor)

    def get_success_message(self):
        count = len(self.object)
        return ngettext("%(n)s visit stands in the plan.", "%(n)s visits stand in the plan.", count) % {"n": count}


class VisitRuleUpdate(_InCohort):
    form_class = VisitRuleForm
    title = gettext_lazy("How often hosts are visited")
    success_message = gettext_lazy("It holds from now on.")

    def get_initial(self):
        return {"weeks": weeks_of(self.cohort)}

    def save(self, form):
        services.set_visit_rule(self.cohort, weeks=form.cleaned_data["weeks"])


class VisitDetail(StaticPage):
    allow = "placements.view_visit"
    model = Visit
    template_name = "placements/visit_detail.html"

    def get_context_data(self, **kwargs):
        related = ("host", "cohort__program", "visitor")
        visit, user = self.find(Visit, self.kwargs["pk"], related=related), self.request.user
        may_change = access.may(user, "placements.change_visit", visit)
        tasks = visit.tasks.select_related("owner").order_by("done_at", "due_on", "pk")
        today = timezone.localdate()
        return super().get_context_data(
            visit=visit,
            cohort=visit.cohort,
            tag=status_tag(*state_of(visit.state, visit.planned_on)),
            tasks=[(each, each.done_at is None and each.due_on < today, may_change or each.owner_id == user.pk) for each in tasks],
            pictures=list(visit.pictures.order_by("pk")),
            may_change=may_change,
            **kwargs,
        )  # fmt: skip


class _OfVisit(FormPage, abstract=True):
    """A form about one visit."""

    allow = "placements.change_visit"
    model = Visit
    template_name = FORM

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.visit = self.find(Visit, kwargs["pk"], related=("host", "cohort__program", "visitor"))

    def people(self):
        return people_in_charge(self.visit.cohort, day=timezone.localdate()).order_by("name", "pk")

    def get_context_data(self, **kwargs):
        return super().get_context_data(visit=self.visit, cohort=self.visit.cohort, **kwargs)

    def get_success_url(self):
        return self.visit.get_absolute_url()


class VisitUpdate(_OfVisit):
    form_class = VisitForm
    title = gettext_lazy("Change the visit")
    success_message = gettext_lazy("The visit was saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"people": self.people()}

    def get_initial(self):
        return {"visitor": self.visit.visitor_id, "planned_on": self.visit.planned_on}

    def save(self, form):
        return services.change_visit(self.visit, **form.cleaned_data)


class VisitNote(_OfVisit):
    """Notes on a phone; without a network they wait on it (kept.js) and are sent once."""

    form_class = NoteForm
    template_name = "placements/visit_note.html"
    success_message = gettext_lazy("The notes are kept.")

    def get_title(self):
        return _("Visit to %(host)s") % {"host": self.visit.host.name}

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response.headers["X-Kept-For"] = str(request.user.pk)  # the service worker keeps a copy for this person
        return response

    def form_valid(self, form):
        response = super().form_valid(form)
        is_script = "application/json" in self.request.headers.get("Accept", "")
        return JsonResponse({"url": response.url}) if is_script and response.status_code == 302 else response

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.visit}

    def get_initial(self):
        return {"seen": self.visit.mark} | ({} if self.visit.done_on else {"done_on": timezone.localdate()})

    def save(self, form):
        return services.note_visit(self.visit, today=timezone.localdate(), **form.cleaned_data)

    def refused(self, form, refusal):
        """Whatever came meanwhile was read in the refusal."""
        form.data = form.data.copy()
        form.data["seen"] = self.visit.mark
        return super().refused(form, refusal)


class VisitCallOff(ActionPage):
    """POST ``text``: why."""

    allow = "placements.change_visit"
    model = Visit

    def act(self, visit):
        form = SaidForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("text has 500 signs at most")
        services.call_off_visit(visit, reason=form.cleaned_data["text"])
        return _("The visit is called off.")


class PictureAdd(_OfVisit):
    form_class = PicturesForm
    title = gettext_lazy("Pictures of the visit")
    success_message = gettext_lazy("The pictures are kept with the visit.")

    def save(self, form):
        return services.add_pictures(self.visit, form.cleaned_data["pictures"])


class PictureShow(Page, View):
    allow = "placements.view_visitpicture"
    model = VisitPicture

    def get(self, request, pk):
        picture = self.find(VisitPicture, pk)
        return evidence_response(picture.file, is_pdf=False, name=f"visit-{picture.pk}")


class PictureRemove(ActionPage):
    allow = "placements.remove_visitpicture"
    model = VisitPicture

    def get_rows(self):
        return super().get_rows().select_related("visit")

    def act(self, picture):
        services.remove_picture(picture)
        return _("The picture was removed.")

    def get_success_url(self, picture):
        return picture.visit.get_absolute_url()


# Tasks ----------------------------------------------------------------------------------------------------------------


class TaskCreate(_OfVisit):
    form_class = TaskForm
    title = gettext_lazy("New task")
    success_message = gettext_lazy("The task was entered; its owner is told.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"people": self.people()}

    def save(self, form):
        return services.add_task(self.visit, **form.cleaned_data)


class TaskUpdate(EditPage):
    allow = "placements.change_visittask"
    model = VisitTask
    form_class = TaskForm
    title = gettext_lazy("Change the task")
    template_name = FORM
    success_message = gettext_lazy("The task was saved.")

    def get_queryset(self):
        return super().get_queryset().select_related("visit__host", "visit__cohort__program")

    def get_form_kwargs(self):
        people = people_in_charge(self.object.visit.cohort, day=timezone.localdate()).order_by("name", "pk")
        return super().get_form_kwargs() | {"people": people}

    def get_context_data(self, **kwargs):
        return super().get_context_data(visit=self.object.visit, cohort=self.object.visit.cohort, **kwargs)

    def save(self, form):
        return services.change_task(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class _TaskAct(ActionPage, abstract=True):
    allow = "placements.do_visittask"
    model = VisitTask

    def get_rows(self):
        return super().get_rows().select_related("visit")


class TaskFinish(_TaskAct):
    """POST ``text``: what came of it."""

    def act(self, task):
        form = SaidForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("text has 500 signs at most")
        services.finish_task(task, result=form.cleaned_data["text"])
        return _("The task is done.")


class TaskReopen(_TaskAct):
    def act(self, task):
        services.reopen_task(task)
        return _("The task is open again.")


class TaskRemove(_TaskAct):
    allow = "placements.change_visittask"

    def act(self, task):
        services.remove_task(task)
        return _("The task was removed.")
