"""Plans of who goes where: made, solved, changed by hand, thrown away. Publication is ``services.publication``."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import queue_job, record
from cohorts.models import Cohort
from cohorts.services.lock import refuse_closed_cohort
from placements.models import MatchPair, MatchPlan
from placements.rules.assembling import Facts
from placements.rules.matching import alternative, solve
from placements.rules.matching.problem import Alternative, Clash, Solution
from placements.rules.matching.solver import TookTooLong
from placements.rules.stored import clash_to_json
from placements.selectors.matching import gather, latest_rules
from placements.selectors.plans import facts_of, known_price, locks_of, places_of, solution_of
from placements.services.seats import lock_offers
from trainee_mgmt.kit.crypto import seal_bytes
from trainee_mgmt.kit.errors import Refused

AT_ONCE, IN_WORKER = 2, 50  # seconds for one question; a job without a sign of life for 90 is lost
TASK = "placements.solve_plan"
Progress = Callable[[int, int, str], None]


@transaction.atomic
def make_plan(cohort: Cohort, *, starts_on: date, by: User, after: MatchPlan | None = None) -> MatchPlan:
    """A plan of the posts that begin on this day, with all that is known now. With ``after``, its locks hold on and as few
    people as possible move against it. A small one is solved at once, a large one by the worker."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    refuse_closed_cohort(cohort)
    after = after and locked(after)
    rules = latest_rules(cohort)
    if rules is None:
        raise Refused(_("Save the rules of matching first: weights, and which answers they read."))
    found = gather(cohort, starts_on, rules)
    facts = found.facts
    if not facts.posts:
        raise Refused(_("No post can be used on this day: offer seats, and check the host enterprises first."))
    if not facts.people:
        raise Refused(_("Nobody waits for a place on this day."))
    last = cohort.match_plans.order_by("-number").values_list("number", flat=True).first() or 0
    plan = MatchPlan.objects.create(
        cohort=cohort, number=last + 1, starts_on=starts_on, rules=rules, after=after,
        facts=seal_bytes(json.dumps(facts.to_json(), ensure_ascii=False).encode()), digest=facts.digest,
        people=len(facts.people), posts=len(facts.posts), hosts=len(facts.hosts),
        seats=sum(post.seats for post in facts.posts), made_by=by, made_at=timezone.now(),
    )  # fmt: skip
    told = {"people": plan.people, "seats": plan.seats, "rules": rules.version, "digest": plan.digest}
    record("placements.make_plan", plan, after=told | ({"after": after.number} if after else {}))
    start_solving(plan)
    plan.refresh_from_db()
    return plan


def start_solving(plan: MatchPlan) -> None:
    """Small plans at once; large ones, and those that take longer than somebody waits, by the worker."""
    if plan.is_small and _is_solved_at_once(plan):
        return
    job = queue_job(TASK, title=_("Solve %(plan)s") % {"plan": plan}, given={"plan": plan.pk})
    MatchPlan.objects.filter(pk=plan.pk).update(job=job, state=MatchPlan.State.SOLVING)


def _is_solved_at_once(plan: MatchPlan) -> bool:
    """Also the search for clashing rules, which has no clock of its own, is left where it would keep somebody waiting."""
    until = time.monotonic() + AT_ONCE

    def while_somebody_waits(done: int, total: int, words: str) -> None:
        if done < total and time.monotonic() >= until:
            raise TookTooLong

    try:
        solve_plan(plan.pk, while_somebody_waits, seconds=AT_ONCE)
    except TookTooLong:
        return False
    return True


@transaction.atomic
def start_solving_again(plan: MatchPlan) -> None:
    """Of a plan whose work failed or never came to an end; refused while the work is under way."""
    plan = MatchPlan.objects.select_for_update(of=("self",)).select_related("job").get(pk=plan.pk)
    if plan.state not in (MatchPlan.State.DRAFT, MatchPlan.State.SOLVING):
        raise Refused(_("The plan is solved already."))
    if plan.job and not plan.job.is_finished:
        raise Refused(_("The plan is being solved. Wait for it, or look at the background work."))
    record("placements.solve_plan", plan, after={"number": plan.number})
    start_solving(plan)


def solve_plan(
    plan_id: int, progress: Progress = lambda done, total, words: None, *, seconds: float = IN_WORKER
) -> MatchPlan:
    """Find the places of a plan that has none. Run it as often as you like: a solved plan stays as it is."""
    plan = MatchPlan.objects.select_related("after", "cohort").filter(pk=plan_id).first()
    if plan is None:
        raise thrown_away()
    if plan.state not in (MatchPlan.State.DRAFT, MatchPlan.State.SOLVING):
        return plan
    began = time.monotonic()
    facts = facts_of(plan)
    before = places_of(plan.after) if plan.after else {}
    locks = _locks_held_on(plan, facts)
    progress(1, 4, _("Points of all pairs"))
    problem = facts.problem(locks)
    progress(2, 4, _("The best plan"))

    def searched(tried: int) -> None:
        progress(2, 4, _("Rules that clash: %(n)s combinations were tried") % {"n": tried})

    found = best = solve(problem, seconds=seconds, tried=searched)
    if before and isinstance(best, Solution):
        progress(3, 4, _("As little as possible is changed"))
        found = solve(problem, keep=before, seconds=seconds, tried=searched)
    seconds = Decimal(f"{time.monotonic() - began:.2f}")
    progress(4, 4, "")
    return _store(plan_id, facts, found=found, best=best, locks=locks, seconds=seconds)


def _locks_held_on(plan: MatchPlan, facts: Facts) -> list[tuple[str, str]]:
    """Locks of the plan before, of people and posts that are in this one too."""
    held = locks_of(plan.after) if plan.after else []
    return [(person, post) for person, post in held if person in facts.person and post in facts.post]


@transaction.atomic
def _store(
    plan_id: int,
    facts: Facts,
    *,
    found: Solution | Clash,
    best: Solution | Clash,
    locks: list[tuple[str, str]],
    seconds: Decimal,
) -> MatchPlan:
    rows = MatchPlan.objects.select_for_update(of=("self",)).select_related("after")
    if (plan := rows.filter(pk=plan_id).first()) is None:
        raise thrown_away()
    if plan.state not in (MatchPlan.State.DRAFT, MatchPlan.State.SOLVING):
        return plan
    plan.solved_at, plan.seconds = timezone.now(), seconds
    if isinstance(found, Clash):
        plan.state, plan.clash = MatchPlan.State.INFEASIBLE, clash_to_json(found)
    else:
        _refuse_withdrawn(found.places.values())
        plan.state = MatchPlan.State.SOLVED
        plan.best_placed, plan.best_total = best.filled, points_of(best.total)
        _write_pairs(plan, facts, found.places, dict(locks))
        plan.placed, plan.total = found.filled, points_of(found.total)
    plan.save()
    return plan


def _refuse_withdrawn(posts: Iterable[str]) -> None:
    """The offers are locked, so that none is withdrawn before somebody is given a place there."""
    try:
        lock_offers(map(int, posts))
    except Refused:
        words = _("A post of this plan was withdrawn in the meantime. Throw the plan away and make a new one.")
        raise Refused(words) from None


def _write_pairs(plan: MatchPlan, facts: Facts, places: Mapping[str, str], locks: Mapping[str, str]) -> None:
    before = {str(pair.trainee_id): pair for pair in plan.after.pairs.all()} if plan.after else {}
    rows = []
    for who in facts.people:
        pair = MatchPair(plan=plan, trainee_id=int(who.key), **pair_fields(facts, who.key, places.get(who.key)))
        if who.key in locks:
            old = before[who.key]
            pair.is_locked, pair.reason, pair.cost = True, old.reason, old.cost
            pair.moved_by_id, pair.moved_at = old.moved_by_id, old.moved_at
        rows.append(pair)
    MatchPair.objects.bulk_create(rows, batch_size=1000)


def pair_fields(facts: Facts, person: str, post: str | None) -> dict:
    """Offer, points by criterion, their sum and the rank of a pair; nothing without a post."""
    if post is None:
        return {"offer_id": None, "points": {}, "total": Decimal(0), "rank": None}
    points = facts.points(person, post)
    ranks = facts.ranks.get((person, post))
    return {
        "offer_id": int(post),
        "points": points,
        "total": points_of(sum(points.values())),
        "rank": ranks.trainee if ranks else None,
    }


def points_of(hundredths: int) -> Decimal:
    """Points of a plan are kept in whole hundredths."""
    return Decimal(hundredths).scaleb(-2)


# By hand ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def move(plan: MatchPlan, trainee_id: int, offer_id: int, *, reason: str, revision: int, by: User) -> MatchPlan:
    """Give a trainee this post, at the least cost for all, and lock it. ``revision`` is that of the plan whose cost was read."""
    plan = locked(plan)
    checked_open(plan, revision)
    reason = reason.strip()[:200]
    if not reason:
        raise Refused(_("Say why; it stands beside the place."))
    person, post = str(trainee_id), str(offer_id)
    facts = facts_of(plan)
    if person not in facts.person or post not in facts.post:
        raise Refused(_("This post or this person is not in the plan."))
    found = known_price(plan, person, post) or _price_at_once(plan, facts, person, post)
    if isinstance(found, Clash):
        raise Refused(_("This place breaks a hard rule; the page says which. Change the rule and make a new plan."))
    _refuse_withdrawn(each.after for each in found.moves if each.after)
    pairs = {str(pair.trainee_id): pair for pair in plan.pairs.select_for_update()}
    before = str(pairs[person].offer or "")
    for each in found.moves:
        _put(pairs[each.person], pair_fields(facts, each.person, each.after))
    cost = points_of(found.cost)
    _put(
        pairs[person],
        {"is_locked": True, "reason": reason, "cost": cost, "moved_by_id": by.pk, "moved_at": timezone.now()},
    )
    plan.total, plan.placed = plan.total - cost, plan.placed - found.fewer
    _count(plan)
    told = {"post": str(pairs[person].offer), "reason": reason, "cost": str(cost), "moved": len(found.moves)}
    record("placements.move_in_plan", pairs[person], before={"post": before}, after=told)
    return plan


def _price_at_once(plan: MatchPlan, facts: Facts, person: str, post: str) -> Alternative | Clash:
    """For a plan whose prices are found while somebody waits."""
    try:
        if plan.is_small:
            problem = facts.problem(locks_of(plan, but=person))
            return alternative(problem, solution_of(plan), person, post, seconds=AT_ONCE)
    except TookTooLong:
        pass
    raise Refused(_("The price of this place was not found yet. Let it be named first."))


@transaction.atomic
def lock(pair: MatchPair, *, is_locked: bool) -> MatchPair:
    """A locked pair stays when the plan is solved again."""
    plan = locked(pair.plan)
    pair = plan.pairs.select_related("offer__post__host", "trainee__person").get(pk=pair.pk)
    checked_open(plan, plan.revision)
    if pair.offer_id is None:
        raise Refused(_("There is no place to lock."))
    if pair.is_locked == is_locked:
        return pair
    _put(pair, {"is_locked": is_locked})
    _count(plan)
    act = "placements.lock_pair" if is_locked else "placements.unlock_pair"
    record(act, pair, after={"post": str(pair.offer)})
    return pair


@transaction.atomic
def throw_away(plan: MatchPlan) -> None:
    """A plan that nobody needs; one that is published or that another was made after stays."""
    plan = locked(plan)
    if plan.state == MatchPlan.State.PUBLISHED:
        raise Refused(_("A published plan stays."))
    if plan.followers.exists():
        raise Refused(_("Another plan was made after this one; throw that away first."))
    record("placements.throw_plan_away", plan, before={"number": plan.number, "placed": plan.placed})
    plan.delete()


def locked(plan: MatchPlan) -> MatchPlan:
    """The plan, locked until the end of the transaction."""
    rows = MatchPlan.objects.select_for_update(of=("self",)).select_related("cohort", "rules")
    if (found := rows.filter(pk=plan.pk).first()) is None:
        raise thrown_away()
    return found


def thrown_away() -> Refused:
    return Refused(_("Somebody else threw this plan away in the meantime."))


def checked_open(plan: MatchPlan, revision: int) -> None:
    """Refuses a plan that nobody changes any more, and one that was changed since it was read."""
    if plan.state == MatchPlan.State.PUBLISHED:
        raise Refused(_("The plan is published and stays as it is. Change the place itself."))
    if not plan.is_open:
        raise Refused(_("The plan is not solved."))
    if plan.revision != revision:
        raise Refused(_("Somebody changed the plan in the meantime. Look at the cost again."))


def _put(pair: MatchPair, fields: dict) -> None:
    for name, value in fields.items():
        setattr(pair, name, value)
    pair.save(update_fields=list(fields))


def _count(plan: MatchPlan) -> None:
    plan.revision += 1
    MatchPlan.objects.filter(pk=plan.pk).update(revision=F("revision") + 1, total=plan.total, placed=plan.placed)
