"""Stored plans and background work of the person who asked for them."""

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts import services
from accounts.models import Job, Plan
from accounts.tables import JobTable, PlanTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, Page, StaticPage
from trainee_mgmt.kit.plans import KINDS
from trainee_mgmt.kit.uploads import file_name

READABLE = (Plan.State.READY, Plan.State.STALE)


class PlanList(TablePage):
    allow = "accounts.view_plan"
    model = Plan
    table_class = PlanTable
    title = gettext_lazy("Stored plans")


class PlanDetail(StaticPage):
    """Where a plan stands, what it will write, and the buttons. A kind with pages of its own is shown there."""

    allow = "accounts.view_plan"
    template_name = "accounts/plan_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.plan = get_object_or_404(self.reachable(Plan).select_related("job").defer("source"), pk=kwargs["pk"])

    def get(self, request, *args, **kwargs):
        if (own_page := self.plan.get_absolute_url()) != request.path:
            return HttpResponseRedirect(own_page)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        plan, kind = self.plan, KINDS.get(self.plan.kind)
        subject = subject_of(self.request.user, plan)
        payload = services.plan_payload(plan) if plan.state in READABLE and kind and subject else {}
        return super().get_context_data(
            plan=plan,
            kind=kind,
            subject=subject,
            payload=payload,
            job=services.live_progress(plan.job) if plan.job else None,
            is_busy=plan.is_busy,
            **(kind.context(subject, payload) if payload else {}),
            **kwargs,
        )


class PlanAction(ActionPage, abstract=True):
    """Only while the person still has the right over what the plan is about."""

    model = Plan

    def get_rows(self):
        rows = super().get_rows()
        plan = rows.filter(pk=self.kwargs["pk"]).defer("source", "given", "payload").first()
        if plan is not None and subject_of(self.request.user, plan) is None:
            raise Http404
        return rows


class PlanApply(PlanAction):
    """Exactly the plan that was read: its digest comes with the button."""

    allow = "accounts.view_plan"

    def act(self, plan):
        services.start_apply(plan, digest=self.request.POST.get("digest", ""))


class PlanRecompute(PlanAction):
    allow = "accounts.view_plan"

    def act(self, plan):
        services.recompute_plan(plan, given=services.plan_given(plan))


class PlanDiscard(PlanAction):
    allow = "accounts.view_plan"

    def act(self, plan):
        services.discard_plan(plan)
        return _("The plan was given up. Nothing was written, and the file was erased.")


class JobList(TablePage):
    allow = "accounts.view_job"
    model = Job
    table_class = JobTable
    title = gettext_lazy("Background work")


class JobDetail(StaticPage):
    """Asked once a second while the work goes on; at its end the page that waits is sent to the result."""

    allow = "accounts.view_job"
    template_name = "accounts/job_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.job = services.live_progress(get_object_or_404(self.reachable(Job), pk=kwargs["pk"]))

    def get(self, request, *args, **kwargs):
        if request.htmx and self.job.is_finished and self.job.result_url and not self.job.result_file:
            return HttpResponse(headers={"HX-Redirect": self.job.result_url})
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(job=self.job, **kwargs)


class JobFile(Page, View):
    """The file that the work made, for whoever asked for it."""

    allow = "accounts.view_job"

    def get(self, request, pk):
        job = get_object_or_404(self.reachable(Job).exclude(result_file=""), pk=pk)
        name = job.result_name or job.result_file.name.rsplit("/", 1)[-1]
        try:
            opened = job.result_file.open()
        except FileNotFoundError as error:
            raise Http404 from error
        return FileResponse(opened, as_attachment=True, filename=file_name(name))


def subject_of(user, plan: Plan):
    """What the plan is about, if the person still has the right over it."""
    kind = KINDS.get(plan.kind)
    if kind is None or not access.holds(user, kind.allow):
        return None
    model = access.GRANTS[kind.allow].model
    return model._default_manager.filter(access.rows(user, kind.allow), pk=plan.subject_id).first()
