"""Generated cohorts: what the preview of a change lists is what is different afterwards, no more and no less; taken back, nothing is."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from cohorts.models import Cohort, Trainee
from cohorts.services.cohorts import edit_cohort
from learning.models import JournalDue, PersonTime
from placements.models import FeedbackRequest, Placement, Visit
from placements.selectors.visits import coverage
from placements.services.changes import carry_out, last_change, prepare
from placements.services.feedback import reconcile
from placements.services.moving import count_moves
from placements.services.seats import claim_seat
from placements.services.visits import call_off_visit, plan_visit
from tests import make
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import Stale

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = timezone.localdate
KINDS = ("extend", "extend the cohort", "transfer", "end", "end with training", "call off")


@pytest.fixture
def cohort():
    return make.cohort(starts_on=TODAY() - 28 * DAY, ends_on=TODAY() + 70 * DAY, journal_every="week")


def a_world(cohort, pick: Random) -> Placement:
    """Hosts with one or two people each, visits on their days, tickets, sessions; answers the stay that changes."""
    training_class, by = make.training_class(cohort), make.user()
    stays = []
    for _host in range(pick.randint(2, 3)):
        host = make.host(cohort.program.unit, state="checked")
        for _person in range(pick.randint(1, 2)):
            trainee = make.trainee(in_class=training_class)
            offer = make.offer(cohort, at_host=host, starts_on=TODAY() - 28 * DAY, ends_on=TODAY() + 70 * DAY)
            last = TODAY() + pick.randint(30, 60) * DAY
            stays.append(
                make.stay(trainee, at_offer=offer, starts_on=TODAY() - pick.randint(0, 28) * DAY, ends_on=last)
            )
            make.ticket(trainee, host=host)
        for at in range(pick.randint(1, 4)):
            make.visit(cohort, to=host, on=TODAY() + pick.randint(0, 6) * DAY + 7 * at * DAY, visitor=by)
    for _session in range(3):
        make.session(classes=[training_class], on=TODAY() + pick.randint(1, 60) * DAY)
    reconcile(cohort)
    return pick.choice(stays)


def asked(kind: str, stay: Placement, pick: Random) -> dict:
    on = TODAY() + pick.randint(0, 20) * DAY
    return {"reason": "x"} | {
        "extend": {"kind": "extend", "until": (stay.ends_on + pick.randint(1, 10) * DAY).isoformat()},
        "extend the cohort": {"kind": "extend", "until": (TODAY() + 90 * DAY).isoformat(), "extends_cohort": True},
        "transfer": {"kind": "transfer", "on": on.isoformat(), "offer": another_offer(stay).pk},
        "end": {"kind": "end", "last": on.isoformat()},
        "end with training": {"kind": "end", "last": on.isoformat(), "ends_training": True},
        "call off": {"kind": "end", "last": (stay.starts_on - DAY).isoformat()},
    }[kind]


def another_offer(stay):
    """At another host of the cohort, or at a new one."""
    cohort = stay.trainee.cohort
    host = cohort.offers.exclude(post__host=stay.seat.offer.post.host).first().post.host
    return make.offer(cohort, at_host=host)


def snapshot(cohort, person: Trainee) -> dict:
    """Every duty that hangs on a stay, read from the database."""
    asks = JournalDue.objects.filter(cohort=cohort, state=None)
    planned = Visit.objects.filter(cohort=cohort, state="planned")
    dues = FeedbackRequest.objects.filter(placement__trainee__cohort=cohort, excused_at=None)
    seats = Placement.objects.standing().filter(trainee__cohort=cohort)
    return {
        "journals": set(asks.values_list("trainee", "first_on", "due_on")),
        "visits": set(planned.values_list("pk", flat=True)),
        "feedback": set(dues.values_list("placement", "milestone", "opens_on", "due_on")),
        "seats": set(seats.values_list("seat", "starts_on", "ends_on")),
        "sessions": PersonTime.objects.filter(trainee=person, ends_at__gt=timezone.now()).count(),
        "cohort": Cohort.objects.get(pk=cohort.pk).ends_on,
        "status": Trainee.objects.get(pk=person.pk).status,
        "coverage": {each.host: each.due_on and each.due_on.isoformat() for each in coverage(cohort, TODAY())},
    }


def differences(before: dict, after: dict, moves: dict, person: Trainee) -> None:
    """The moves name exactly what differs between the two."""
    journals = before["journals"] ^ after["journals"]
    mine = {(first.isoformat(), due.isoformat()) for trainee, first, due in journals if trainee == person.pk}
    told = moves.get("journals", [])
    assert {(each["first"], each["due"]) for each in told if "first" in each} == mine
    assert sum(each.get("count", 0) for each in told) == len(journals) - len(mine)
    visits = moves.get("visits", [])
    assert {each["visit"] for each in visits if each["act"] == "call_off"} == before["visits"] - after["visits"]
    assert {each["visit"] for each in visits if each["act"] == "again"} == after["visits"] - before["visits"]
    sessions = sum(each["count"] * (1 if each["is_expected"] else -1) for each in moves.get("sessions", []))
    assert sessions == after["sessions"] - before["sessions"]
    assert ("cohort" in moves) == (before["cohort"] != after["cohort"])
    assert ("training" in moves) == (before["status"] != after["status"])
    changed = {(pk, due) for pk, due in after["coverage"].items() if before["coverage"].get(pk, "") != due}
    told = {(each["pk"], each["after"]["due"]) for each in moves.get("coverage", []) if each["after"]["is_there"]}
    assert changed <= told
    assert {pk for pk, _due in told} <= set(after["coverage"])
    feedback = {(key, opens) for _pk, key, opens, _due in before["feedback"] ^ after["feedback"]}
    assert {key for key, _opens in feedback} <= {each["milestone"] for each in moves.get("feedback", [])}
    assert len(before["seats"] ^ after["seats"]) == sum(
        (each["before"] is not None) + (each["after"] is not None) for each in moves["seats"]
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_the_preview_is_what_happens_and_taken_back_nothing_is_different(cohort, kind, seed):
    pick = Random(f"{kind} {seed}")
    stay = a_world(cohort, pick)
    person, given = stay.trainee, asked(kind, stay, pick)
    before = snapshot(cohort, person)

    payload = prepare(stay, given)
    assert snapshot(cohort, person) == before
    row = carry_out(stay, payload, by=None)
    after = snapshot(cohort, person)

    differences(before, after, payload["moves"], person)
    assert row.moved == count_moves(payload["moves"])
    back = {"kind": "undo", "undoes": last_change(Placement.objects.get(pk=stay.pk)).pk, "reason": "x"}
    payload = prepare(stay, back)
    carry_out(stay, payload, by=None)
    differences(after, snapshot(cohort, person), payload["moves"], person)
    assert snapshot(cohort, person) == before


# Visits ---------------------------------------------------------------------------------------------------------------


def test_a_visit_stays_where_somebody_else_is_and_is_called_off_where_nobody_is(cohort):
    host, by = make.host(cohort.program.unit, state="checked"), make.user()
    stay = make.stay(make.trainee(cohort), at_offer=make.offer(cohort, at_host=host))
    make.stay(make.trainee(cohort), at_offer=make.offer(cohort, at_host=host), ends_on=TODAY() + 20 * DAY)
    with_others, alone = (plan_visit(cohort, host, visitor=by, planned_on=TODAY() + n * DAY) for n in (10, 30))
    given = {"kind": "end", "last": TODAY().isoformat(), "reason": "called back"}

    moves = prepare(stay, given)["moves"]["visits"]
    carry_out(stay, prepare(stay, given), by=None)

    assert [(each["visit"], each["act"], each["people"]) for each in moves] == [
        (with_others.pk, "stays", 1),
        (alone.pk, "call_off", 0),
    ]
    states = Visit.objects.order_by("planned_on").values_list("state", "end_reason")
    assert list(states) == [("planned", ""), ("called_off", "called back")]


def test_a_visit_that_was_planned_anew_in_the_meantime_is_not_planned_twice(cohort):
    host, by = make.host(cohort.program.unit), make.user()
    stay = make.stay(make.trainee(cohort), at_offer=make.offer(cohort, at_host=host))
    on = TODAY() + 30 * DAY
    plan_visit(cohort, host, visitor=by, planned_on=on)
    given = {"kind": "end", "last": TODAY().isoformat(), "reason": "x"}
    carry_out(stay, prepare(stay, given), by=None)
    plan_visit(cohort, host, visitor=by, planned_on=on)
    stay.refresh_from_db()

    back = {"kind": "undo", "undoes": last_change(stay).pk, "reason": "x"}
    carry_out(stay, prepare(stay, back), by=None)

    assert sorted(Visit.objects.values_list("state", flat=True)) == ["called_off", "planned"]


def test_a_visit_that_somebody_called_off_meanwhile_makes_the_plan_another_one(cohort):
    host = make.host(cohort.program.unit)
    stay = make.stay(make.trainee(cohort), at_offer=make.offer(cohort, at_host=host))
    visit = plan_visit(cohort, host, visitor=make.user(), planned_on=TODAY() + 30 * DAY)
    payload = prepare(stay, {"kind": "end", "last": TODAY().isoformat(), "reason": "x"})
    call_off_visit(visit, reason="ill")

    with pytest.raises(Stale):
        carry_out(stay, payload, by=None)


# Days of the cohort, and people in two cohorts ------------------------------------------------------------------------


def test_a_stay_beyond_the_cohort_is_refused_unless_the_cohort_is_chosen_to_last_longer(cohort):
    stay, until = make.stay(make.trainee(cohort)), cohort.ends_on + 7 * DAY

    with pytest.raises(Refused, match="The cohort ends on"):
        prepare(stay, {"kind": "extend", "until": until.isoformat(), "reason": "x"})
    given = {"kind": "extend", "until": until.isoformat(), "extends_cohort": True, "reason": "x"}
    carry_out(stay, prepare(stay, given), by=None)

    assert Cohort.objects.get().ends_on == until
    with pytest.raises(Refused, match="would lie outside"):
        edit_cohort(cohort, ends_on=until - DAY)


def test_who_is_placed_by_another_cohort_is_placed_by_nobody_else_on_these_days(cohort):
    person = make.person()
    here = make.stay(make.trainee(cohort, of=person), starts_on=TODAY(), ends_on=TODAY() + 20 * DAY)
    there = make.trainee(make.cohort(starts_on=TODAY(), ends_on=TODAY() + 60 * DAY), of=person)
    offer = make.offer(there.cohort, at_host=make.host(state="checked"))

    with pytest.raises(Refused, match="placed by another cohort"):
        claim_seat(offer, there)
    later = claim_seat(offer, there, starts_on=TODAY() + 21 * DAY)
    with pytest.raises(Refused, match="has another place"):
        prepare(here, {"kind": "extend", "until": (TODAY() + 30 * DAY).isoformat(), "reason": "x"})
    carry_out(
        later,
        prepare(later, {"kind": "end", "last": TODAY().isoformat(), "ends_training": False, "reason": "x"}),
        by=None,
    )

    assert (Placement.objects.get(pk=later.pk).state, Placement.objects.get(pk=here.pk).state) == (
        "called_off",
        "standing",
    )
