from celery import shared_task
from django.urls import reverse

from accounts import services
from placements.services.match_plans import solve_plan as solve


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
