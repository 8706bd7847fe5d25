"""What another place would cost, found by the worker where that takes longer than somebody waits for a page.

What was found holds for one revision of the plan; whoever moves somebody by hand applies exactly that.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Job
from accounts.services import queue_job, record
from placements.models import MatchPair, MatchPlan, MatchPrice
from placements.rules.matching import alternative
from placements.rules.stored import price_to_json
from placements.selectors.plans import facts_of, locks_of, solution_of
from placements.services.match_plans import Progress, checked_open, locked, thrown_away
from placements.services.seats import lock_offers
from trainee_mgmt.kit.errors import Refused

TASK = "placements.find_price"
MOST = 5  # prices of one plan that are being found at once, so that other work has its turn
IN_WORKER = 50  # seconds; a job without a sign of life for 90 is lost


@transaction.atomic
def ask_price(pair: MatchPair, offer_id: int, *, revision: int) -> MatchPrice:
    """The worker is asked once for the price of a post in a plan as it stands, however often the button is pressed."""
    plan = locked(pair.plan)
    checked_open(plan, revision)
    if str(offer_id) not in facts_of(plan).post:
        raise Refused(_("This post or this person is not in the plan."))
    lock_offers([offer_id])
    asked, _is_new = MatchPrice.objects.get_or_create(pair=pair, offer_id=offer_id, revision=revision)
    if asked.found is None and (asked.job is None or asked.job.is_finished):
        _refuse_too_many(plan)
        title = _("Price of another place for %(name)s") % {"name": pair.trainee.person.name}
        asked.job = queue_job(TASK, title=title, given={"price": asked.pk})
        asked.save(update_fields=["job"])
        record("placements.ask_price", pair, after={"post": str(asked.offer), "revision": revision})
    return asked


def _refuse_too_many(plan: MatchPlan) -> None:
    under_way = MatchPrice.objects.filter(
        pair__plan=plan, found__isnull=True, job__state__in=(Job.State.QUEUED, Job.State.RUNNING)
    )
    if under_way.count() >= MOST:
        raise Refused(_("%(n)s prices of this plan are being found already. Wait for one of them.") % {"n": MOST})


def find_price(price_id: int, progress: Progress) -> MatchPrice:
    """Run it as often as you like: what is found stays."""
    price = MatchPrice.objects.select_related("pair__plan").filter(pk=price_id).first()
    if price is None:
        raise thrown_away()
    if price.found is not None:
        return price
    plan, person = price.pair.plan, str(price.pair.trainee_id)
    checked_open(plan, price.revision)
    progress(1, 3, _("Points of all pairs"))
    problem = facts_of(plan).problem(locks_of(plan, but=person))
    progress(2, 3, _("The best plan with this place"))
    found = alternative(
        problem,
        solution_of(plan),
        person,
        str(price.offer_id),
        seconds=IN_WORKER,
        tried=lambda n: progress(2, 3, _("Why it is not possible: %(n)s combinations of rules were tried") % {"n": n}),
    )
    price.found = price_to_json(found)
    if not MatchPrice.objects.filter(pk=price.pk).update(found=price.found):
        raise thrown_away()
    return price
