"""Changes of a stay: what the preview lists is what happens, all of it at once, and a counter-change puts it back."""

from datetime import date, timedelta
from threading import Event
from time import sleep

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Notice, Plan, Role
from accounts.services import compute_plan, make_plan, plan_payload
from accounts.services.plans import apply_plan
from cohorts.models import Cohort, Trainee
from cohorts.services.cohorts import close_cohort, edit_cohort
from cohorts.services.trainees import withdraw
from placements.forms.changes import TransferForm
from placements.models import Placement, PlacementChange
from placements.rules.changes import Days, ended, extended, moved
from placements.services.answers import write_down
from placements.services.changes import carry_out, last_change, prepare
from placements.services.feedback import reconcile
from placements.services.hosts import close_host
from placements.services.moving import MOVERS
from tests import make
from tests.races import PATIENCE, race, refusals
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import Stale

GOOD = {"work": "5", "learning": "4", "reliable": "4", "again": "Gladly"}
TODAY = timezone.localdate
pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make.cohort(
        starts_on=TODAY() - timedelta(days=28), ends_on=TODAY() + timedelta(days=90), journal_every="week"
    )


@pytest.fixture
def stay(cohort):
    made = make.stay(make.trainee(cohort))
    make.trainee_account(made.trainee)
    reconcile(cohort)
    return made


@pytest.fixture
def other(cohort, stay):
    """Another post with one seat, for the days of the stay."""
    return make.offer(cohort, starts_on=stay.starts_on, ends_on=stay.ends_on)


def do(placement, **given):
    given = {"reason": "the project lasts longer"} | given
    return carry_out(placement, prepare(placement, given), by=make.user().pk)


def dues(placement) -> dict:
    rows = placement.feedback_requests.filter(excused_at=None)
    return dict(rows.values_list("milestone", "due_on"))


def undo(placement):
    return do(Placement.objects.get(pk=placement.pk), kind="undo", undoes=last_change(placement).pk)


def facts(placement):
    row = Placement.objects.get(pk=placement.pk)
    return row.starts_on, row.ends_on, row.state, row.seat.offer.ends_on, dues(row)


# Rules ----------------------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(first=DAYS, length=st.integers(0, 200), on=DAYS)
def test_a_move_leaves_no_day_out_and_none_double(first, length, on):
    stay = Days(first, first + timedelta(days=length))
    try:
        left, new = moved(stay, on, offered=Days(date.min, date.max))
    except Refused:
        assert not stay.first <= on <= stay.last
        return

    assert new.last == stay.last
    assert (left.first, left.last + timedelta(days=1)) == (stay.first, new.first) if left else new == stay


def test_days_without_sense_are_refused():
    stay, cohort = Days(date(2026, 9, 1), date(2026, 11, 30)), Days(date(2026, 9, 1), date(2026, 12, 31))
    for act in (
        lambda: extended(stay, date(2027, 1, 1), cohort=cohort),
        lambda: extended(stay, stay.last, cohort=cohort),
        lambda: ended(stay, stay.last),
        lambda: moved(stay, date(2026, 12, 1), offered=stay),
        lambda: moved(stay, date(2026, 10, 1), offered=Days(date(2026, 10, 2), stay.last)),
    ):
        with pytest.raises(Refused):
            act()


# One action moves everything ------------------------------------------------------------------------------------------


def test_an_extension_moves_feedback_and_the_offer_and_leaves_nothing_to_reconcile(stay, cohort):
    before, until = dues(stay), stay.ends_on + timedelta(days=14)

    change = do(stay, kind="extend", until=until.isoformat())

    after = dues(stay)
    assert after["after-2"] == before["after-2"]
    assert after["middle"] == before["middle"] + timedelta(days=7)
    assert after["before_end-1"] == before["before_end-1"] + timedelta(days=14)
    assert (facts(stay)[1], facts(stay)[3], change.moved) == (until, until, 3)
    assert reconcile(cohort) == 0


def test_a_transfer_begins_another_stay_with_its_own_feedback(stay, other, cohort):
    on = TODAY() + timedelta(days=7)

    change = do(stay, kind="transfer", on=on.isoformat(), offer=other.pk)

    made = change.made
    assert facts(stay)[:3] == (stay.starts_on, on - timedelta(days=1), "ended_early")
    assert (made.starts_on, made.ends_on, made.seat.offer) == (on, stay.ends_on, other)
    assert set(dues(made)) == {"after-2", "middle", "before_end-1"}
    assert reconcile(cohort) == 0
    assert Notice.objects.filter(kind="placements.stay_changed", params__post=other.post.name).count() == 1


def test_an_early_end_excuses_what_is_no_longer_reached(stay, cohort):
    last = TODAY() + timedelta(days=3)

    do(stay, kind="end", last=last.isoformat())

    assert facts(stay)[:3] == (stay.starts_on, last, "ended_early")
    assert set(dues(stay)) == {"after-2", "before_end-1"}
    assert Trainee.objects.get().status == "active"
    assert reconcile(cohort) == 0


def test_the_training_may_end_with_the_stay_and_the_preview_counts_journals_and_sessions(stay, cohort):
    session = make.session(classes=[make.training_class(cohort)], on=TODAY() + timedelta(days=20))
    make.training_class(cohort)
    in_class = session.classes.get()
    stay.trainee.memberships.create(training_class=in_class, starts_on=cohort.starts_on)
    last = TODAY() + timedelta(days=3)
    asked = {"kind": "end", "last": last.isoformat(), "ends_training": True, "reason": "called back"}

    moves = prepare(stay, asked)["moves"]
    carry_out(stay, prepare(stay, asked), by=None)

    assert moves["sessions"] == [{"count": 1, "is_expected": False}]
    assert len(moves["journals"]) >= 12
    assert moves["training"] == [{"ends_on": last.isoformat()}]
    trainee = Trainee.objects.get()
    assert (trainee.status, trainee.ended_on) == ("withdrawn", last + timedelta(days=1))
    assert prepare_again(stay) == []


def prepare_again(stay) -> list:
    """The periods that still ask for a journal after the last day."""
    ends_on = Placement.objects.get(pk=stay.pk).ends_on
    return list(stay.trainee.journals_due.filter(first_on__gt=ends_on))


def test_before_its_first_day_a_stay_is_called_off(cohort):
    stay = make.stay(make.trainee(cohort), starts_on=TODAY() + timedelta(days=10), ends_on=TODAY() + timedelta(days=60))
    reconcile(cohort)

    do(stay, kind="end", last=TODAY().isoformat())

    assert (facts(stay)[2], dues(stay)) == ("called_off", {})


def test_the_form_of_a_transfer_says_which_posts_have_a_free_seat_these_first(stay, other, cohort):
    full = make.offer(cohort, starts_on=stay.starts_on, ends_on=stay.ends_on, name="A")
    make.placement(make.trainee(cohort), at_offer=full)

    choices = TransferForm(placement=stay).fields["offer"].choices

    assert [words for _key, words in choices][1:] == [f"{other.post} · 1 free seat", f"{full.post} · no free seat"]


@pytest.mark.parametrize("kind", ["extend", "transfer", "end", "end with training", "call off"])
def test_a_counter_change_puts_everything_back(stay, other, kind):
    before = facts(stay)
    asked = {
        "extend": {"kind": "extend", "until": (stay.ends_on + timedelta(days=9)).isoformat()},
        "transfer": {"kind": "transfer", "on": (TODAY() + timedelta(days=2)).isoformat(), "offer": other.pk},
        "end": {"kind": "end", "last": (TODAY() + timedelta(days=2)).isoformat()},
        "end with training": {"kind": "end", "last": TODAY().isoformat(), "ends_training": True},
        "call off": {"kind": "end", "last": (stay.starts_on - timedelta(days=1)).isoformat()},
    }[kind]
    do(stay, **asked)

    undo(stay)

    assert facts(stay) == before
    assert Trainee.objects.get().status == "active"
    assert last_change(stay) is None
    assert list(PlacementChange.objects.order_by("pk").values_list("kind", flat=True)) == [asked["kind"], "undo"]


# Bad input and other people -------------------------------------------------------------------------------------------


def test_what_is_refused_says_why_and_changes_nothing(stay, other, cohort):
    make.placement(make.trainee(cohort), at_offer=other)
    elsewhere = make.offer(make.cohort())
    before = facts(stay)
    for asked in (
        {"kind": "extend", "until": (cohort.ends_on + timedelta(days=1)).isoformat()},
        {"kind": "transfer", "on": TODAY().isoformat(), "offer": other.pk},
        {"kind": "transfer", "on": TODAY().isoformat(), "offer": elsewhere.pk},
        {"kind": "transfer", "on": TODAY().isoformat(), "offer": stay.seat.offer_id},
        {"kind": "end", "last": stay.ends_on.isoformat()},
        {"kind": "undo", "undoes": 1},
    ):
        with pytest.raises(Refused):
            do(stay, **asked)

    assert (facts(stay), PlacementChange.objects.count()) == (before, 0)


def test_a_transfer_is_not_taken_back_once_the_new_mentor_has_answered(stay, other):
    other.post.mentor = make.contact(other.post.host)
    other.post.save()
    made = do(stay, kind="transfer", on=(TODAY() - timedelta(days=15)).isoformat(), offer=other.pk).made
    write_down(made.feedback_requests.get(milestone="after-2"), given=GOOD, by=make.user(), today=TODAY())

    with pytest.raises(Refused):
        undo(stay)


def test_a_plan_that_was_overtaken_is_not_carried_out(stay):
    asked = {"kind": "extend", "until": (stay.ends_on + timedelta(days=9)).isoformat(), "reason": "x"}
    payload = prepare(stay, asked)
    write_down(stay.feedback_requests.get(milestone="after-2"), given=GOOD, by=make.user(), today=TODAY())
    Placement.objects.filter(pk=stay.pk).update(ends_on=stay.ends_on + timedelta(days=1))

    with pytest.raises(Stale):
        carry_out(stay, payload, by=None)


def test_a_host_that_was_closed_after_the_preview_takes_nobody(stay, other):
    asked = {"kind": "transfer", "on": TODAY().isoformat(), "offer": other.pk, "reason": "x"}
    payload = prepare(stay, asked)
    close_host(other.post.host, today=TODAY())

    with pytest.raises(Refused, match="not checked, or closed"):
        carry_out(stay, payload, by=None)


def test_an_early_end_is_not_taken_back_beyond_the_days_that_are_left(stay, cohort):
    do(stay, kind="end", last=TODAY().isoformat())
    edit_cohort(cohort, ends_on=TODAY() + timedelta(days=1))

    with pytest.raises(Refused, match="only by now"):
        undo(stay)


def test_whoever_is_placed_leaves_the_training_by_the_end_of_the_stay(stay, other):
    """Otherwise the seat stays taken, and its mentor is asked about somebody who is not there."""
    transfer = {"kind": "transfer", "on": TODAY().isoformat(), "offer": other.pk}
    with pytest.raises(Refused, match="End it early") as refusal:
        withdraw([stay.trainee], on=TODAY(), reason="ill")
    Trainee.objects.update(status="withdrawn", ended_on=TODAY())

    with pytest.raises(Refused, match="not in training any more"):
        do(stay, **transfer)

    assert refusal.value.remedy.url == stay.get_absolute_url()


def test_nobody_is_moved_once_the_cohort_is_closed(stay, cohort):
    asked = {"kind": "extend", "until": (stay.ends_on + timedelta(days=1)).isoformat(), "reason": "x"}
    payload = prepare(stay, asked)
    close_cohort(cohort)

    with pytest.raises(Refused, match="is closed"):
        carry_out(stay, payload, by=None)


@pytest.mark.django_db(transaction=True)
def test_a_transfer_is_taken_back_while_the_new_stay_is_changed(cohort, stay, other):
    """Red as soon as the worker locks the stay of a plan before the cohort: each waits for the other's stay."""
    made = do(stay, kind="transfer", on=TODAY().isoformat(), offer=other.pk).made
    asked = {"kind": "undo", "undoes": last_change(stay).pk}, {"kind": "end", "last": TODAY().isoformat()}
    plans = [planned(*each) for each in zip((stay, made), asked, strict=True)]
    inside = Event()

    def held():
        with transaction.atomic():
            Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
            inside.set()
            sleep(0.5)  # both others wait by now

    def applied(plan):
        inside.wait(timeout=PATIENCE)
        return apply_plan(plan.pk, lambda *_: None)

    results = race(held, *[lambda plan=plan: applied(plan) for plan in plans])

    assert refusals(results) == 1


def planned(placement, asked) -> Plan:
    """A plan that was computed on commit and waits for the worker to apply it."""
    plan = make_plan("placements.change", placement, given=asked | {"reason": "x"})
    Plan.objects.filter(pk=plan.pk).update(state="applying")
    return plan


@pytest.mark.django_db(transaction=True)
def test_two_who_are_moved_to_the_last_seat_at_once(cohort, stay, other):
    second = make.stay(make.trainee(cohort))
    asked = {"kind": "transfer", "on": TODAY().isoformat(), "offer": other.pk, "reason": "x"}
    plans = [(each, prepare(each, asked)) for each in (stay, second)]

    def carry(placement, payload):
        try:
            return carry_out(placement, payload, by=None)
        except Stale:
            raise Refused("stale") from None

    results = race(*[lambda pair=pair: carry(*pair) for pair in plans])

    assert refusals(results) == 1
    assert Placement.objects.standing().filter(seat__offer=other).count() == 1


def test_every_mover_is_known():
    assert set(MOVERS) >= {"feedback", "links", "training", "journals", "sessions"}


# Pages ----------------------------------------------------------------------------------------------------------------


def test_the_plan_is_read_before_it_is_applied_and_applied_as_it_was_read(client, stay, cohort):
    organizer = make.user(Role.ORGANIZER, cohort.program)
    client.force_login(organizer)
    until = stay.ends_on + timedelta(days=14)
    url = reverse("placements:placement_extend", kwargs={"pk": stay.pk})

    bad = client.post(url, {"until": cohort.ends_on + timedelta(days=1), "reason": "x"})
    sent = client.post(url, {"until": until, "reason": "the project lasts longer"})
    plan = Plan.objects.get()
    compute_plan(plan.pk, plan.job_id, lambda *_: None)
    page = client.get(sent.url).content.decode()
    plan.refresh_from_db()
    client.post(reverse("accounts:plan_apply", kwargs={"pk": plan.pk}), {"digest": plan.digest})
    apply_plan(plan.pk, lambda *_: None)
    after = client.get(stay.get_absolute_url()).content.decode()

    assert bad.status_code == 422
    assert "Middle of the stay" in page
    assert "The post is offered until" in page
    assert len(plan_payload(plan)["moves"]["feedback"]) == 2
    assert facts(stay)[1] == until
    assert "the project lasts longer" in after


@pytest.mark.parametrize("name", ["extend", "transfer", "end", "undo"])
@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICER, Role.TRAINEE])
def test_only_the_office_changes_a_stay(client, stay, cohort, name, role):
    client.force_login(make.user(role, cohort))

    answer = client.get(reverse(f"placements:placement_{name}", kwargs={"pk": stay.pk}))

    assert answer.status_code == 403
