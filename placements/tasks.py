from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from accounts import services
from placements.services import prices
from placements.services.feedback import reconcile_all
from placements.services.match_plans import solve_plan as solve
from placements.services.telling import ask_for_opinions


@shared_task(name="placements.solve_plan")
def solve_plan(job_id: int) -> None:
    """Solve the plan that a page asked for (``given``: plan); a second run changes nothing."""

    def work(job, progress):
        plan = solve(job.given["plan"], progress)
        return {
            "words": str(plan.get_state_display()),
            "result_url": reverse("placements:match_plan_detail", kwargs={"pk": plan.pk}),
        }

    services.run_job(job_id, work)


@shared_task(name="placements.find_price")
def find_price(job_id: int) -> None:
    """What another place costs in a large plan (``given``: price); a second run changes nothing."""

    def work(job, progress):
        price = prices.find_price(job.given["price"], progress)
        page = reverse("placements:match_pair_move", kwargs={"pk": price.pair_id})
        return {"result_url": f"{page}?offer={price.offer_id}"}

    services.run_job(job_id, work)


@shared_task(name="placements.plan_feedback")
def plan_feedback() -> int:
    """The requests that there should be, against those that there are; a missed run repairs itself."""
    return reconcile_all(timezone.localdate())


@shared_task(name="placements.ask_for_opinions")
def ask_trainees() -> int:
    """Whoever's stay ends soon is asked what it was like; once each, however often this runs."""
    return ask_for_opinions(timezone.localdate())
