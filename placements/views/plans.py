"""Plans of a cohort: made, read, solved again, compared, thrown away."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services import live_progress
from cohorts.models import Cohort
from placements.access import MATCHED_COHORT
from placements.forms.plans import PlanForm
from placements.models import MatchPair, MatchPlan
from placements.selectors.explain import Explainer
from placements.selectors.matching import days_of_offers, latest_rules
from placements.selectors.plans import changes_between, summary
from placements.services import match_plans as services
from placements.services.publication import overtaken_words
from placements.tables.plans import PairTable, PlanTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, FormPage, StaticPage


class MatchPlanList(TablePage):
    allow = "placements.view_plan"
    inside = MATCHED_COHORT
    model = MatchPlan
    table_class = PlanTable
    template_name = "placements/match_plan_list.html"
    title = gettext_lazy("Matching plans")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_context_data(self, **kwargs):
        return super().get_context_data(has_rules=latest_rules(self.cohort) is not None, **kwargs)


class MatchPlanCreate(FormPage):
    """The best plan of what is known now."""

    allow = "placements.plan_matching"
    inside = MATCHED_COHORT
    model = Cohort
    form_class = PlanForm
    template_name = "placements/match_plan_form.html"
    title = gettext_lazy("New matching plan")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"days": days_of_offers(self.cohort)}

    def get_initial(self):
        days = days_of_offers(self.cohort)
        return {"starts_on": days[-1].isoformat() if days else ""}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            rules=latest_rules(self.cohort),
            days=days_of_offers(self.cohort),
            cancel_url=reverse("placements:match_plan_list", kwargs={"cohort": self.cohort.pk}),
            **kwargs,
        )

    def save(self, form):
        return services.make_plan(self.cohort, starts_on=form.cleaned_data["starts_on"], by=self.request.user)

    def get_success_message(self):
        return said_of(self.object)

    def get_success_url(self):
        return self.object.get_absolute_url()


def said_of(plan: MatchPlan) -> str:
    match plan.state:
        case MatchPlan.State.SOLVED:
            return _("%(placed)s of %(people)s have a place. Nobody but you sees it until you publish.") % {
                "placed": plan.placed, "people": plan.people
            }  # fmt: skip
        case MatchPlan.State.INFEASIBLE:
            return _("Some rules clash; the page names those that do.")
    return _("The plan is being solved; this page shows how far it is.")


class OfPlan:
    """A page about one plan: its cohort stands in the frame."""

    allow = "placements.view_plan"
    model = MatchPlan

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.plan = self.find(
            MatchPlan, kwargs["pk"], related=("cohort__program", "rules", "after", "job", "published_by")
        )
        self.cohort = self.plan.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(plan=self.plan, cohort=self.cohort, **kwargs)


class MatchPlanDetail(OfPlan, TablePage):
    """The pairs of a plan with its sums; or which rules clash; or how far the solver is."""

    allow = "placements.view_plan"
    model = MatchPlan
    table_class = PairTable
    template_name = "placements/match_plan_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.title = _("%(cohort)s · matching plan %(number)s") % {
            "cohort": self.cohort.name,
            "number": self.plan.number,
        }

    def get_rows(self):
        reach = access.rows(self.request.user, "placements.view_pair")
        return MatchPair.objects.filter(reach, plan=self.plan)

    def get_context_data(self, **kwargs):
        plan = self.plan
        is_infeasible = plan.state == MatchPlan.State.INFEASIBLE
        clash, is_smallest = Explainer(plan).clash() if is_infeasible else ([], True)
        return super().get_context_data(
            overtaken=overtaken_words(plan.overtaken_by) if plan.is_open and plan.overtaken_by else "",
            sums=summary(plan),
            clash=clash,
            is_smallest=is_smallest,
            job=live_progress(plan.job) if plan.job and plan.state == MatchPlan.State.SOLVING else None,
            **kwargs,
        )


class MatchPlanAgain(ActionPage):
    """A new plan of what is known now, which keeps the locks and moves as few people as it can."""

    allow = "placements.change_plan"
    model = MatchPlan

    def get_rows(self):
        return super().get_rows().select_related("cohort")

    def act(self, plan):
        self.made = services.make_plan(plan.cohort, starts_on=plan.starts_on, by=self.request.user, after=plan)
        return said_of(self.made)

    def get_success_url(self, plan):
        made = getattr(self, "made", None)
        if made and made.state == MatchPlan.State.SOLVED:
            return reverse("placements:match_plan_changes", kwargs={"pk": made.pk})
        return (made or plan).get_absolute_url()


class MatchPlanSolve(ActionPage):
    """Solve a plan whose worker was lost."""

    allow = "placements.change_plan"
    model = MatchPlan

    def act(self, plan):
        services.start_solving_again(plan)
        plan.refresh_from_db()
        return said_of(plan)


class MatchPlanDiscard(DeletePage):
    allow = "placements.change_plan"
    model = MatchPlan
    success_message = gettext_lazy("The plan is thrown away.")

    def delete(self, plan):
        services.throw_away(plan)

    def get_list_url(self, plan):
        return reverse("placements:match_plan_list", kwargs={"cohort": plan.cohort_id})


class MatchPlanChanges(OfPlan, StaticPage):
    """Who moved against the plan that it was made after."""

    allow = "placements.view_plan"
    model = MatchPlan
    template_name = "placements/match_plan_changes.html"

    def get_context_data(self, **kwargs):
        changes = changes_between(self.plan.after, self.plan) if self.plan.after else []
        return super().get_context_data(changes=changes, **kwargs)
