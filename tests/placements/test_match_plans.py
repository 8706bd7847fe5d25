"""Plans from rows: what goes in, what comes out, by hand, again, and everything that makes a plan impossible."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEntry, Job, Role
from placements.models import KeptApart, MatchPair, MatchPlan, MatchPrice, Placement, Post, plans
from placements.rules.matching.problem import Alternative, Clash, Lock, Move, Seats
from placements.rules.stored import price_from_json, price_to_json
from placements.selectors import explain
from placements.selectors.explain import Explainer
from placements.selectors.plans import changes_between
from placements.services import match_plans as services
from placements.services import prices
from placements.services.matching_rules import let_together
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def people(cohort, count, **fields):
    return [make.trainee(in_cohort=cohort, **fields) for _ in range(count)]


def plan_of(cohort, **fields):
    return services.make_plan(cohort, starts_on=cohort.starts_on, by=make.user(), **fields)


def places(plan):
    return {pair.trainee_id: pair.offer_id for pair in plan.pairs.all()}


def test_everybody_gets_the_wish_and_the_points_re_add_to_the_total():
    cohort = make.cohort()
    one, other = people(cohort, 2)
    a, b = make.offer(cohort), make.offer(cohort)
    make.matching_rules(cohort)
    make.wish(one, b)
    make.wish(other, a)
    make.wish(other, a, side="host")

    plan = plan_of(cohort)

    assert plan.state == "solved"
    assert places(plan) == {one.pk: b.pk, other.pk: a.pk}
    pairs = list(plan.pairs.order_by("trainee"))
    assert [sum(pair.points.values()) for pair in pairs] == [int(pair.total * 100) for pair in pairs]
    assert (
        plan.total == sum(pair.total for pair in pairs) == Decimal("60.00")
    )  # two wishes, one of a host, lodging twice
    assert AuditEntry.objects.filter(action="placements.make_plan").count() == 1


def test_the_same_input_gives_the_same_plan_whatever_the_order_of_rows():
    cohort = make.cohort()
    everyone, offers = people(cohort, 6), [make.offer(cohort, seats=2) for _ in range(4)]
    make.matching_rules(cohort)
    random, found = Random(4), []
    lines = [(who, post, rank) for who in everyone for rank, post in enumerate(random.sample(offers, 3), 1)]
    for _each in range(3):
        for who in everyone:
            who.wishes.all().delete()
        for who, post, rank in random.sample(lines, len(lines)):
            make.wish(who, post, rank)
        plan = plan_of(cohort)
        found.append((plan.digest, plan.total, places(plan)))

    assert found[0] == found[1] == found[2]


def test_a_host_without_seats_and_more_people_than_seats():
    cohort = make.cohort()
    people(cohort, 3)
    make.offer(cohort, seats=0)
    full = make.offer(cohort, seats=2)
    make.matching_rules(cohort)

    plan = plan_of(cohort)

    assert (plan.people, plan.seats, plan.placed) == (3, 2, 2)
    assert sorted(str(each) for each in places(plan).values()) == sorted([str(full.pk), str(full.pk), "None"])


def test_no_seat_at_all_places_nobody():
    cohort = make.cohort()
    people(cohort, 2)
    make.offer(cohort, seats=0)
    make.matching_rules(cohort)

    assert plan_of(cohort).placed == 0


def test_everybody_wants_one_post_and_the_reason_is_told():
    cohort = make.cohort()
    everyone = people(cohort, 3)
    wanted, spare = make.offer(cohort, seats=1), make.offer(cohort, seats=2)
    make.matching_rules(cohort)
    for who in everyone:
        make.wish(who, wanted)

    plan = plan_of(cohort)

    assert sorted(places(plan).values()) == sorted([wanted.pk, spare.pk, spare.pk])
    lost = next(pair for pair in plan.pairs.all() if pair.offer_id == spare.pk)
    (reason,) = Explainer(plan).unmet(str(lost.trainee_id))
    assert reason.cost == 0
    assert "costs nothing" in reason.sentence


def test_contradicting_rules_are_named_with_where_to_change_them():
    cohort = make.cohort()
    one, other = people(cohort, 2)
    post = make.offer(cohort, seats=2, is_required=True)
    make.matching_rules(cohort)
    KeptApart.objects.create(cohort=cohort, one=one, other=other, reason="family")

    plan = plan_of(cohort)

    assert plan.state == "infeasible"
    told = {each.text for each in Explainer(plan).clash()[0]}
    first, second = sorted((one, other), key=lambda each: str(each.pk))
    assert told == {
        f"{post.post} must be filled with 2",
        f"{first.person.name} and {second.person.name} are kept apart",
    }
    assert plan.pairs.count() == 0


def test_a_person_in_two_cohorts_at_once_is_not_placed_twice():
    first, second = make.cohort(), make.cohort()
    person = make.person()
    here, there = make.trainee(in_cohort=first, of=person), make.trainee(in_cohort=second, of=person)
    make.placement(there, at_offer=make.offer(second))
    make.offer(first)
    make.matching_rules(first)

    plan = plan_of(first)

    assert places(plan) == {here.pk: None}


def test_whoever_has_a_place_and_posts_that_cannot_be_used_stay_out():
    cohort = make.cohort()
    placed, waiting = people(cohort, 2)
    used = make.offer(cohort, seats=1)
    make.placement(placed, at_offer=used)
    make.offer(cohort, at_host=make.host(cohort.program.unit, state="new", checked_on=None))
    free = make.offer(cohort)
    make.matching_rules(cohort)

    plan = plan_of(cohort)

    assert (plan.people, plan.posts, plan.seats) == (1, 2, 1)
    assert places(plan) == {waiting.pk: free.pk}


def test_units_lodging_and_refusals_bind():
    cohort = make.cohort()
    one, other = people(cohort, 2, work_unit="Office")
    host = make.host(cohort.program.unit, has_lodging=True)
    here, next_door, away = make.offer(cohort, at_host=host), make.offer(cohort, at_host=host), make.offer(cohort)
    one.profile = {"bed": "yes"}
    one.save()
    make.matching_rules(cohort, most_of_unit=1, needs_lodging=True, keys={"needs_lodging": "bed"})
    make.wish(one, here, None)
    make.wish(other, here)

    assert places(plan_of(cohort)) == {one.pk: next_door.pk, other.pk: away.pk}


def test_what_a_post_says_of_lodging_goes_before_what_its_host_says():
    cohort = make.cohort()
    (one,) = people(cohort, 1, profile={"bed": "yes"})
    without, lodges = make.offer(cohort, at_host=make.host(cohort.program.unit, has_lodging=True)), make.offer(cohort)
    Post.objects.filter(pk=without.post_id).update(has_lodging=False)
    Post.objects.filter(pk=lodges.post_id).update(has_lodging=True)
    make.matching_rules(cohort, needs_lodging=True, keys={"needs_lodging": "bed"})
    make.wish(one, without)

    assert places(plan_of(cohort)) == {one.pk: lodges.pk}


def moved_world():
    cohort = make.cohort()
    one, other = people(cohort, 2)
    a, b = make.offer(cohort), make.offer(cohort)
    make.matching_rules(cohort)
    make.wish(one, a)
    make.wish(other, b)
    return cohort, one, other, a, b


def test_a_move_by_hand_costs_what_was_told_and_locks():
    cohort, one, other, a, b = moved_world()
    plan, organizer = plan_of(cohort), make.user()
    told = Explainer(plan).option(str(one.pk), str(b.pk))

    with pytest.raises(Refused):
        services.move(plan, one.pk, b.pk, reason=" ", revision=0, by=organizer)
    services.move(plan, one.pk, b.pk, reason="The host asked", revision=0, by=organizer)

    after = MatchPlan.objects.get(pk=plan.pk)
    assert told.cost == plan.total - after.total == Decimal("40.00")
    assert told.sentence.startswith(f"Moving {one.person.name} to {b.post} costs 40.00 in total, because ")
    assert f"{other.person.name} moves to {a.post} (20.00 points less)" in told.sentence
    assert places(after) == {one.pk: b.pk, other.pk: a.pk}
    assert after.total == sum(pair.total for pair in after.pairs.all())
    pair = after.pairs.get(trainee=one)
    assert (pair.is_locked, pair.reason, pair.cost) == (True, "The host asked", Decimal("40.00"))
    assert AuditEntry.objects.filter(action="placements.move_in_plan").count() == 1
    with pytest.raises(Refused):
        services.move(plan, one.pk, a.pk, reason="again", revision=0, by=organizer)


def test_solving_again_keeps_locks_and_changes_as_little_as_can_be():
    cohort, one, other, a, b = moved_world()
    plan = plan_of(cohort)
    services.move(plan, one.pk, b.pk, reason="The host asked", revision=0, by=make.user())
    late = make.trainee(in_cohort=cohort)
    c = make.offer(cohort)

    again = plan_of(cohort, after=MatchPlan.objects.get(pk=plan.pk))

    assert places(again) == {one.pk: b.pk, other.pk: a.pk, late.pk: c.pk}
    assert again.pairs.get(trainee=one).is_locked
    assert [(each.trainee, each.after) for each in changes_between(plan, again)] == [(late.person.name, str(c))]
    assert again.best_total >= again.total


def test_a_lock_that_is_loosened_no_longer_holds():
    cohort, one, *_rest = moved_world()
    plan = plan_of(cohort)
    pair = plan.pairs.get(trainee=one)

    services.lock(pair, is_locked=True)
    services.lock(pair, is_locked=False)

    assert not MatchPair.objects.get(pk=pair.pk).is_locked
    assert MatchPlan.objects.get(pk=plan.pk).revision == 2


def test_a_place_that_a_hard_rule_forbids_is_refused_in_words():
    cohort, one, _other, _a, b = moved_world()
    make.wish(one, b, None, side="host")
    plan = plan_of(cohort)

    option = Explainer(plan).option(str(one.pk), str(b.pk))

    assert option.cost is None
    assert option.sentence == f"{b.post} refused {one.person.name}"
    with pytest.raises(Refused):
        services.move(plan, one.pk, b.pk, reason="why", revision=0, by=make.user())


def test_plans_need_rules_posts_and_people():
    cohort = make.cohort()
    for prepare in (lambda: None, lambda: make.matching_rules(cohort), lambda: make.offer(cohort)):
        prepare()
        with pytest.raises(Refused):
            plan_of(cohort)
    make.trainee(in_cohort=cohort)

    assert plan_of(cohort).placed == 1


def test_a_published_plan_is_frozen_in_the_database():
    cohort, *_rest = moved_world()
    plan = plan_of(cohort)
    MatchPlan.objects.filter(pk=plan.pk).update(state="published", published_at=make.at(cohort.starts_on))

    for write in (
        lambda: plan.pairs.update(is_locked=False),
        lambda: plan.pairs.all().delete(),
        lambda: MatchPlan.objects.filter(pk=plan.pk).update(total=0),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_a_plan_of_thousands_of_pairs_goes_to_the_worker(django_capture_on_commit_callbacks, monkeypatch):
    cohort, *_rest = moved_world()
    monkeypatch.setattr(plans, "SMALL", 1)

    with django_capture_on_commit_callbacks(execute=True):
        plan = plan_of(cohort)
        assert MatchPlan.objects.get(pk=plan.pk).state == "solving"

    plan.refresh_from_db()
    assert (plan.state, plan.job.state) == ("solved", "done")


def test_a_plan_that_takes_long_goes_to_the_worker_and_its_lists_name_no_prices(
    django_capture_on_commit_callbacks, monkeypatch
):
    cohort, *_rest = moved_world()
    monkeypatch.setattr(services, "AT_ONCE", 0)

    with django_capture_on_commit_callbacks(execute=True):
        plan = plan_of(cohort)
        assert MatchPlan.objects.get(pk=plan.pk).state == "solving"

    plan.refresh_from_db()
    assert (plan.state, plan.job.state) == ("solved", "done")
    monkeypatch.setattr(explain, "A_PAGE", 0)
    options = Explainer(plan).options(str(plan.pairs.first().trainee_id))
    assert options
    assert {(each.is_known, each.cost) for each in options} == {(False, None)}


def test_in_a_large_plan_the_worker_finds_a_price_once_and_the_move_applies_exactly_that(
    client, django_capture_on_commit_callbacks, monkeypatch
):
    cohort, one, _other, _a, b = moved_world()
    plan, organizer = plan_of(cohort), make.user(Role.ORGANIZER, cohort)
    told = Explainer(plan).option(str(one.pk), str(b.pk))
    monkeypatch.setattr(plans, "SMALL", 1)
    pair = plan.pairs.get(trainee=one)
    move, ask = (reverse(f"placements:match_pair_{name}", kwargs={"pk": pair.pk}) for name in ("move", "price"))
    client.force_login(organizer)
    given = {"offer": b.pk, "revision": 0}

    before = client.get(move, {"offer": b.pk})
    early = client.post(move, given | {"reason": "The host asked"})
    for _click in range(2):
        client.post(ask, given)
    waits = client.get(move, {"offer": b.pk})
    with django_capture_on_commit_callbacks(execute=True):
        MatchPrice.objects.get().job.delete()
        client.post(ask, given)
    known = client.get(move, {"offer": b.pk})
    client.post(move, given | {"reason": "The host asked"})

    price, job = MatchPrice.objects.get(), Job.objects.get(task=prices.TASK)
    assert (before.context["option"].is_known, before.context["job"]) == (False, None)
    assert "was not found yet" in early.content.decode()
    assert waits.context["job"].state == "queued"
    assert (job.state, job.result_url) == ("done", f"{move}?offer={b.pk}")
    assert (known.context["option"], known.context["job"]) == (told, None)
    assert MatchPair.objects.get(pk=pair.pk).cost == told.cost == Decimal(price.found["cost"]).scaleb(-2)
    assert AuditEntry.objects.filter(action="placements.ask_price").count() == 2
    with pytest.raises(Refused, match="changed the plan in the meantime"):
        prices.ask_price(pair, b.pk, revision=0)


def test_what_the_worker_looks_for_in_a_plan_that_was_thrown_away_is_refused_in_a_sentence(monkeypatch):
    cohort, one, _other, _a, b = moved_world()
    plan = plan_of(cohort)
    asked = prices.ask_price(plan.pairs.get(trainee=one), b.pk, revision=0)
    monkeypatch.setattr(prices, "MOST", 1)
    with pytest.raises(Refused, match="1 prices of this plan are being found"):
        prices.ask_price(plan.pairs.exclude(trainee=one).first(), b.pk, revision=0)
    services.throw_away(plan)

    for look in (lambda: prices.find_price(asked.pk, lambda *_: None), lambda: services.solve_plan(plan.pk)):
        with pytest.raises(Refused, match="threw this plan away"):
            look()


def test_a_price_that_rules_forbid_is_kept_with_those_rules():
    clash = Clash((Seats("7"), Lock("1", "7")), is_smallest=False)
    found = Alternative(30, 1, (Move("1", "7", None, -30),))

    assert [price_from_json(price_to_json(each)) for each in (clash, found)] == [clash, found]


def test_rules_whose_clash_takes_long_to_name_are_read_by_the_worker(django_capture_on_commit_callbacks, monkeypatch):
    cohort = make.cohort()
    people(cohort, 3)
    make.matching_rules(cohort, least_at_host=2)
    make.offer(cohort), make.offer(cohort)
    monkeypatch.setattr(services, "AT_ONCE", 0)

    with django_capture_on_commit_callbacks(execute=True):
        plan = plan_of(cohort)
        assert MatchPlan.objects.get(pk=plan.pk).state == "solving"

    plan.refresh_from_db()
    assert (plan.state, plan.job.state) == ("infeasible", "done")


def test_the_search_for_clashing_rules_gives_signs_of_life():
    cohort = make.cohort()
    people(cohort, 3)
    make.matching_rules(cohort, least_at_host=2)
    make.offer(cohort), make.offer(cohort)
    plan = MatchPlan.objects.get(pk=plan_of(cohort).pk)
    MatchPlan.objects.filter(pk=plan.pk).update(state="draft")
    told = []

    services.solve_plan(plan.pk, lambda done, total, words: told.append(str(words)))

    tries = [words for words in told if "combinations were tried" in words]
    assert MatchPlan.objects.get(pk=plan.pk).state == "infeasible"
    assert tries[:2] == ["Rules that clash: 1 combinations were tried", "Rules that clash: 2 combinations were tried"]


def test_a_plan_is_thrown_away_unless_another_stands_on_it():
    cohort, *_rest = moved_world()
    plan = plan_of(cohort)
    again = plan_of(cohort, after=plan)

    with pytest.raises(Refused):
        services.throw_away(plan)
    services.throw_away(again)
    services.throw_away(plan)

    assert not MatchPlan.objects.exists()


def test_what_somebody_else_took_away_a_moment_before_is_said_in_words_and_recorded_once():
    cohort, *_rest = moved_world()
    plan = plan_of(cohort)
    pair = KeptApart.objects.create(cohort=cohort, one=(two := people(cohort, 2))[0], other=two[1], reason="kin")

    for take_away, row in ((services.throw_away, plan), (let_together, pair)):
        stale = type(row).objects.get(pk=row.pk)
        take_away(row)
        with pytest.raises(Refused):
            take_away(stale)

    told = AuditEntry.objects.filter(action__in=("placements.throw_plan_away", "placements.let_together"))
    assert told.count() == 2


def test_a_post_of_another_day_belongs_to_another_plan():
    cohort = make.cohort()
    who = make.trainee(in_cohort=cohort)
    make.offer(cohort, starts_on=cohort.starts_on + timedelta(days=30))
    now = make.offer(cohort)
    make.matching_rules(cohort)

    assert places(plan_of(cohort)) == {who.pk: now.pk}
    assert not Placement.objects.exists()
