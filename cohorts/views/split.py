"""Dividing the trainees into classes: choose how, read the split, apply it."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.models import Plan
from accounts.services import discard_plan, make_plan, plan_given, plan_payload, recompute_plan, start_apply
from accounts.services.jobs import live_progress
from cohorts.forms.split import OWN_LABELS, SplitForm, typed_again
from cohorts.plans import SplitPlan
from cohorts.selectors.cohorts import members_on
from cohorts.services.split import BALANCED, BY, NEW, WITHOUT
from cohorts.tables.split import SplitReader
from trainee_mgmt.kit.pages import ButtonPage, FormPage, Inside, Page, StaticPage

SPLITTING = Inside("cohorts.Cohort", "cohorts.split_classes", "cohort", related=("program",))
FOUND = 12


class SplitCreate(FormPage):
    allow = "cohorts.split_classes"
    inside = SPLITTING
    form_class = SplitForm
    template_name = "cohorts/split_create.html"
    title = gettext_lazy("Split into classes")

    def get_form_kwargs(self):
        people = self.cohort.trainees.active().order_by("number").values_list("pk", "number", "person__name")
        placed = members_on(self.cohort.starts_on).filter(training_class__cohort=self.cohort).values("trainee")
        self.free = self.cohort.trainees.active().exclude(pk__in=placed).count()
        return super().get_form_kwargs() | {"cohort": self.cohort, "people": people, "free": self.free}

    def get_initial(self):
        initial = {
            "who": WITHOUT,
            "mode": BY,
            "starts_on": self.cohort.starts_on,
            "into": NEW,
            "count": 10,
            "weights": ["sex", "age_band"],
            "keep_hand_set": True,
            "renumber": True,
        }
        if again := self._earlier_plan():
            initial |= typed_again(plan_given(again))
        return initial

    def _earlier_plan(self) -> Plan | None:
        asked = self.request.GET.get("plan", "")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 12):
            return None
        mine = self.reachable(Plan, "accounts.view_plan").filter(kind=SplitPlan.name, subject_id=self.cohort.pk)
        return mine.filter(pk=asked).first()

    def save(self, form):
        return make_plan(SplitPlan.name, self.cohort, given=form.given())

    def get_success_url(self):
        return self.object.get_absolute_url()


class SplitPeople(Page, View):
    """Trainees whose number or name fits what is typed, to be put into a rule."""

    allow = "cohorts.split_classes"
    inside = SPLITTING

    def get(self, request, **kwargs):
        asked = request.GET.get("q", "").strip()[:40]
        fits = Q(number__startswith=asked) | Q(person__name__contains=asked)
        rows = self.cohort.trainees.active().filter(fits).order_by("number") if asked else self.cohort.trainees.none()
        found = [f"{number} {name}" for number, name in rows.values_list("number", "person__name")[:FOUND]]
        return render(request, "cohorts/_split_people.html", {"found": found, "asked": asked})


class OneSplit:
    """A page of one split: of those that I made, in a cohort that I may divide."""

    allow = "accounts.view_plan"
    inside = SPLITTING
    model = Plan

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        mine = self.reachable(Plan).filter(kind=SplitPlan.name, subject_id=self.cohort.pk).select_related("job")
        self.plan = get_object_or_404(mine, pk=kwargs["pk"])

    def address(self, name: str) -> str:
        return reverse(f"cohorts:{name}", kwargs={"cohort": self.cohort.pk, "pk": self.plan.pk})


class SplitPlanDetail(OneSplit, StaticPage):
    template_name = "cohorts/split_plan.html"

    def get(self, request, *args, **kwargs):
        is_busy = self.plan.is_busy
        if request.headers.get("HX-Request") and not is_busy:
            return HttpResponse(headers={"HX-Redirect": self.address("split_plan")})
        if is_busy:
            self.template_name = "cohorts/split_progress.html"
        elif self.plan.state not in (Plan.State.READY, Plan.State.APPLIED):
            self.template_name = "cohorts/split_stopped.html"
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        again = f"{reverse('cohorts:split_create', kwargs={'cohort': self.cohort.pk})}?plan={self.plan.pk}"
        kwargs |= {"plan": self.plan, "again_url": again}
        if self.template_name == "cohorts/split_progress.html":
            kwargs["job"] = live_progress(self.plan.job)
        elif self.template_name == "cohorts/split_stopped.html":
            kwargs["why"] = self.plan.job.error if self.plan.job else ""
        else:
            page = self.request.GET.get("page", "")
            number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
            labels = dict(self.cohort.profile_fields.values_list("key", "label"))
            own = {name: str(label) for name, label in OWN_LABELS.items()}
            kwargs["reader"] = SplitReader(plan_payload(self.plan), own | labels, number)
            kwargs["is_done"] = self.plan.state == Plan.State.APPLIED
            kwargs["why"] = self.plan.job.error if self.plan.job and not kwargs["is_done"] else ""
            kwargs["is_balanced"] = plan_given(self.plan).get("mode") == BALANCED
        return super().get_context_data(**kwargs)


class SplitAction(OneSplit, ButtonPage, abstract=True):
    def get_success_url(self) -> str:
        return self.address("split_plan")


class SplitApply(SplitAction):
    def act(self):
        start_apply(self.plan, digest=self.request.POST.get("digest", ""))


class SplitAgain(SplitAction):
    """The same choices for the cohort as it is now."""

    def act(self):
        recompute_plan(self.plan, given=plan_given(self.plan))


class SplitDiscard(SplitAction):
    def act(self):
        discard_plan(self.plan)
        messages.success(self.request, _("The split was given up. Nothing was written."))

    def get_success_url(self):
        return reverse("cohorts:split_create", kwargs={"cohort": self.cohort.pk})
