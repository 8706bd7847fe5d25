"""The one moment at which a plan becomes placements and people are told; nothing of it is seen before."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.notices import Telling, notify_each
from cohorts.models import ClassMembership, Cohort, Person, Trainee
from cohorts.selectors.offices import in_office
from cohorts.services.lock import refuse_closed_cohort
from placements.models import MatchPair, MatchPlan, Placement
from placements.selectors.matching import gather
from placements.services.match_plans import locked
from placements.services.seats import lock_offers, take_seat
from trainee_mgmt.kit.errors import Refused

PLACED = "placements.placed"
CLASS_PLACED = "placements.class_placed"


@transaction.atomic
def publish(plan: MatchPlan, *, revision: int, by: User) -> MatchPlan:
    """Every pair becomes a placement, trainees and the officers of their classes are told, the plan is frozen: all or nothing."""
    refuse_closed_cohort(
        Cohort.objects.select_for_update(no_key=True).get(pk=plan.cohort_id)
    )  # nobody leaves or is moved meanwhile
    plan = locked(plan)
    if plan.state == MatchPlan.State.PUBLISHED:
        raise Refused(_("The plan is published already."))
    if not plan.is_open:
        raise Refused(_("Only a solved plan can be published."))
    if later := plan.overtaken_by:
        raise Refused(overtaken_words(later))
    if plan.revision != revision:
        raise Refused(_("Somebody changed the plan in the meantime. Read it again."))
    pairs = list(plan.pairs.filter(offer__isnull=False).select_related("trainee__person", "offer").order_by("trainee"))
    if not pairs:
        raise Refused(_("Nobody has a place in this plan."))
    trainees = Trainee.objects.filter(pk__in=[pair.trainee_id for pair in pairs]).order_by("pk")
    list(trainees.select_for_update(no_key=True).values_list("pk"))  # nobody refuses a post meanwhile
    people = Person.objects.filter(pk__in=[pair.trainee.person_id for pair in pairs]).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))  # nobody is placed by two cohorts at once
    lock_offers({pair.offer_id for pair in pairs})
    _refuse_stale(plan, pairs)
    made = [take_seat(pair.offer, pair.trainee) for pair in pairs]
    plan.state, plan.published_at, plan.published_by = MatchPlan.State.PUBLISHED, timezone.now(), by
    plan.save(update_fields=["state", "published_at", "published_by"])
    _tell(plan, made)
    record("placements.publish_plan", plan, after={"placed": len(made), "without": plan.people - len(made)})
    return plan


def overtaken_words(later: MatchPlan) -> str:
    words = _("Plan %(number)s was published since. Who has no place yet is matched by a new plan.")
    return words % {"number": later.number}


def _refuse_stale(plan: MatchPlan, pairs: Iterable[MatchPair]) -> None:
    """Hard facts that have changed since: a refusal, a place elsewhere, a closed host, somebody who left."""
    now = gather(plan.cohort, plan.starts_on, plan.rules).facts
    refused = {(rule.person, rule.post) for rule in now.refusals()}
    for pair in pairs:
        person, post = str(pair.trainee_id), str(pair.offer_id)
        if person not in now.person or post not in now.post or (person, post) in refused:
            words = _("%(who)s can no longer come to %(post)s. Solve the plan again, then publish that.")
            raise Refused(words % {"who": pair.trainee, "post": pair.offer})


def _tell(plan: MatchPlan, made: list[Placement]) -> None:
    accounts = {each.trainee.person.user_id: each for each in made if each.trainee.person.user_id}
    notify_each(
        PLACED,
        [
            Telling(
                user=user,
                key=f"{plan.pk}",
                about=("placements.Placement", each.pk),
                params={"post": str(each.seat.offer.post), "from": each.starts_on.isoformat()},
            )
            for user, each in accounts.items()
        ],
    )
    notify_each(
        CLASS_PLACED,
        [
            Telling(
                user=user,
                key=f"{plan.pk}",
                about=("placements.MatchPlan", plan.pk),
                params={"cohort": plan.cohort_id, "name": plan.cohort.name},
            )
            for user in _officers(made)
        ],
    )


def _officers(made: list[Placement]) -> set[int]:
    """Accounts of those in office today in the classes of these people."""
    today = timezone.localdate()
    classes = ClassMembership.objects.filter(trainee__in=[each.trainee_id for each in made], ends_on=None)
    terms = in_office(today).filter(training_class__in=classes.values("training_class"), person__user__isnull=False)
    return set(terms.values_list("person__user", flat=True))
