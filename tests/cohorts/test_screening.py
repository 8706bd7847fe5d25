"""A screening from the rules to the decision: stored, the same at every run, decided once it is read."""

from datetime import date, timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from accounts.models import AuditEntry, Role
from accounts.services import OWN_DATA
from cohorts.models import Application, Override, Screening, ScreeningDecision, ScreeningRow, ScreeningRules
from cohorts.rules.screening import PriorityRule, RuleSet
from cohorts.selectors.screening import outcome_of, outcomes_of
from cohorts.services.applications.outcomes import choose_from_waiting
from cohorts.services.applications.review import accept, accept_all
from cohorts.services.calls import call_all_the_same, exempt, take_back_override
from cohorts.services.screening import change_outcome, decide, is_reproduced, make_rules, run, simulate
from programs.models import Program
from tests import make
from tests.races import race
from trainee_mgmt.kit.actor import Actor, acting
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def yes(field: str, points: int) -> PriorityRule:
    return PriorityRule(field, "one_of", [True], points, f"Is in {field}")


RULES = RuleSet((yes("park", 10), yes("office", 5)), waiting_places=1)


@pytest.fixture
def round():
    now = timezone.now()
    return make.application_round(seats=2, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1))


@pytest.fixture
def office(round):
    return make.user(Role.ORGANIZER, round.cohort, name="Organizer Li")


@pytest.fixture
def four(round):
    """Park and office; park; office; nothing."""
    return [
        make.application(round, state="accepted", name=name, answers=answers)
        for name, answers in (
            ("Both", {"park": True, "office": True}),
            ("Park", {"park": True}),
            ("Office", {"office": True, "park": False}),
            ("None", {}),
        )
    ]


def ran(round, office, rules=RULES):
    make_rules(round, rules, by=office)
    return run(round, by=office)[0]


def listed(screening):
    return list(screening.rows.order_by("rank").values_list("application__name", "points", "outcome"))


def test_a_run_is_stored_with_ranks_hits_seed_and_outcomes(round, office, four):
    screening = ran(round, office)

    assert listed(screening) == [
        ("Both", 15, "chosen"), ("Park", 10, "chosen"), ("Office", 5, "waiting"), ("None", 0, "declined"),
    ]  # fmt: skip
    assert (screening.number, screening.people, screening.seats, len(screening.seed)) == (1, 4, 2, 16)
    assert list(screening.rows.order_by("rank").values_list("hits", flat=True)) == [[0, 1], [0], [1], []]
    assert ScreeningRules.objects.get().used_at is not None
    assert AuditEntry.objects.filter(action="cohorts.run_screening").count() == 1


def test_a_second_run_of_the_same_state_of_things_writes_nothing(round, office, four):
    first = ran(round, office)

    again, is_new = run(round, by=office)

    assert (again, is_new) == (first, False)
    assert AuditEntry.objects.filter(action="cohorts.run_screening").count() == 1


def test_the_seed_of_the_round_is_drawn_once_and_the_stored_list_comes_again(round, office, four):
    first = ran(round, office)
    make.application(round, state="accepted", name="Late", answers={"office": True})

    second, is_new = run(round, by=office)

    assert (is_new, second.number, second.seed) == (True, 2, first.seed)
    assert is_reproduced(first)
    assert is_reproduced(second)


def test_whoever_applies_again_draws_the_same_lot(round, office):
    number = make.id_number_of()
    before = make.application(round, state="accepted", id_number=number)
    first = ran(round, office)
    Application.objects.filter(pk=before.pk).update(state="withdrawn")
    make.application(round, state="accepted", id_number=number)

    second, _is_new = run(round, by=office)

    assert second.rows.get().draw == first.rows.get().draw


@pytest.mark.parametrize("table", ["screening", "screeningrow", "screeningrules", "screeningdecision"])
def test_what_was_used_is_never_changed(round, office, four, table):
    decide(ran(round, office), by=office)

    for statement in (f"UPDATE cohorts_{table} SET id = id", f"DELETE FROM cohorts_{table}"):
        with pytest.raises((InternalError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_rules_become_a_new_version_and_the_same_ones_are_refused(round, office):
    make_rules(round, RULES, by=office)

    with pytest.raises(Refused):
        make_rules(round, RULES, by=office)
    second = make_rules(round, RuleSet((yes("park", 11),)), by=office)

    assert second.version == 2


def test_a_run_needs_rules_and_accepted_applications(round, office):
    with pytest.raises(Refused, match="no rules yet"):
        run(round, by=office)
    make_rules(round, RULES, by=office)
    make.application(round, state="submitted")

    with pytest.raises(Refused, match="No application has been accepted"):
        run(round, by=office)


def test_a_simulation_shows_who_moves_and_writes_nothing(round, office, four):
    ran(round, office)
    other = RuleSet((yes("park", 1), yes("office", 50)), waiting_places=1)

    found, keys = simulate(round, other, seats=2)

    names = {row.pk: row.name for row in four}
    told = [(names[keys[one.key]], one.rank_before, one.rank_after, one.is_in, one.is_out) for one in found]
    assert told == [
        ("Both", 1, 1, False, False),
        ("Office", 3, 2, True, False),
        ("Park", 2, 3, False, True),
        ("None", 4, 4, False, False),
    ]
    assert Screening.objects.count() == 1


def test_more_places_for_units_than_seats_are_refused_in_words(round, office):
    for _ in range(3):
        make.application(round, state="accepted", nominating_unit=make.unit())
    make_rules(round, RuleSet(RULES.rules, least_per_unit=1), by=office)

    with pytest.raises(Refused, match="3 places are kept for units, and there are 2 seats"):
        run(round, by=office)


# Decision -------------------------------------------------------------------------------------------------------------


def test_a_decision_gives_every_application_its_outcome(round, office, four):
    decide(ran(round, office), by=office)

    states = dict(Application.objects.values_list("name", "state"))
    assert states == {"Both": "chosen", "Park": "chosen", "Office": "waiting", "None": "declined"}
    assert Application.objects.get(name="Office").waiting_rank == 1
    assert ScreeningDecision.objects.get().decided_by == office
    assert AuditEntry.objects.filter(action="cohorts.set_outcomes").count() == 1


def test_an_outcome_changed_by_hand_is_decided_with_its_reason(round, office, four):
    screening = ran(round, office)
    park, last = screening.rows.get(application__name="Park"), screening.rows.get(application__name="None")
    change_outcome(park, "waiting", reason="Asked to come next time.", by=office)
    change_outcome(last, "chosen", reason="Named by the city.", by=office)

    decide(screening, by=office)

    waiting = Application.objects.filter(state="waiting").order_by("waiting_rank").values_list("name", "reason")
    assert list(waiting) == [("Park", "Asked to come next time."), ("Office", "")]
    assert Application.objects.get(name="None").state == "chosen"


def test_more_chosen_than_seats_are_refused(round, office, four):
    screening = ran(round, office)
    change_outcome(screening.rows.get(application__name="Office"), "chosen", reason="Named by the city.", by=office)

    with pytest.raises(Refused, match="3 are chosen for 2 seats"):
        decide(screening, by=office)

    assert set(Application.objects.values_list("state", flat=True)) == {"accepted"}


def test_an_override_needs_a_reason_and_can_be_taken_back(round, office, four):
    screening = ran(round, office)
    row = screening.rows.get(application__name="Park")

    with pytest.raises(Refused, match="Say why"):
        change_outcome(row, "waiting", reason=" ", by=office)
    take_back_override(change_outcome(row, "waiting", reason="Ill.", by=office))

    assert len(outcomes_of(screening).chosen) == 2
    assert list(Override.objects.values_list("reason", "in_force")) == [("Ill.", False)]


def test_an_old_run_and_a_run_of_other_applications_are_not_decided(round, office, four):
    first = ran(round, office)
    Application.objects.filter(name="Both").update(state="withdrawn")

    with pytest.raises(Refused, match="changed since this run"):
        decide(first, by=office)
    run(round, by=office)
    with pytest.raises(Refused, match="newer run"):
        decide(first, by=office)


def test_whoever_was_not_chosen_is_in_the_list_again_after_a_decision(round, office, four):
    decide(ran(round, office), by=office)
    make_rules(round, RuleSet((yes("office", 5),)), by=office)

    second, _is_new = run(round, by=office)
    decide(second, by=office)

    assert second.people == 4
    assert Application.objects.get(name="Office").state == "chosen"


# The person's own sentence --------------------------------------------------------------------------------------------


def test_nobody_is_told_anything_before_the_decision(round, office, four):
    ran(round, office)

    assert [outcome_of(row) for row in four] == [None] * 4


def test_what_is_changed_by_hand_after_a_decision_is_read_by_nobody_before_the_next(round, office, four):
    screening = ran(round, office)
    decide(screening, by=office)
    before = outcome_of(Application.objects.get(name="Park")).sentences

    change_outcome(screening.rows.get(application__name="Park"), "waiting", reason="Is doubted.", by=office)

    assert outcome_of(Application.objects.get(name="Park")).sentences == before
    decide(screening, by=office)
    assert "Is doubted." in outcome_of(Application.objects.get(name="Park")).sentences[0]


def test_each_person_is_told_why_and_what_would_have_changed_it(round, office, four):
    decide(ran(round, office), by=office)

    told = {row.name: outcome_of(row).sentences for row in Application.objects.select_related("round")}

    assert told["Park"] == [
        "10 points, rank 2 of 4 for 2 seats.",
        "Without this the seat would have gone to somebody else: “Is in park” (−10 points).",
    ]
    assert told["Office"] == [
        "5 points, rank 3 of 4; the 2 seats went to people with more points. Place 1 on the waiting list.",
        "This would have brought a seat: “Is in park” (+10 points).",
    ]


def test_a_reason_of_the_office_comes_first(round, office, four):
    screening = ran(round, office)
    change_outcome(screening.rows.get(application__name="Park"), "declined", reason="Left the unit.", by=office)
    decide(screening, by=office)

    told = outcome_of(Application.objects.get(name="Park")).sentences

    assert told[0] == "The office decided by hand: Left the unit."
    assert told[1].startswith("10 points")


def test_the_own_data_hold_the_reasons_of_decided_screenings_only(round, office, four):
    applicant = make.user()
    Application.objects.filter(name="Office").update(account=applicant)
    screening = ran(round, office)

    before = OWN_DATA["screenings"](applicant)
    change_outcome(screening.rows.get(application__name="Office"), "declined", reason="Left the unit.", by=office)
    decide(screening, by=office)
    (after,) = OWN_DATA["screenings"](applicant)
    change_outcome(screening.rows.get(application__name="Office"), "waiting", reason="Is wanted.", by=office)

    assert OWN_DATA["screenings"](applicant) == [after]  # the change waits for its decision
    assert (before, OWN_DATA["screenings"](make.user())) == ([], [])
    assert (after["rules_met"], after["facts"]) == (["Is in office"], {"office": True, "park": False})
    assert after["decided_by_hand"] == "The office decided by hand: Left the unit."
    assert after["why"].startswith("5 points, rank 3 of 4")
    assert "Is in park" in after["what_would_have_changed_it"]


# Called twice ---------------------------------------------------------------------------------------------------------


def engaged(application, cohort):
    """The human of an application in another cohort at the same time."""
    person = make.person(name=application.name, id_number=application.id_number.open())
    return make.trainee(cohort, of=person)


def test_nobody_who_is_called_elsewhere_is_chosen_without_a_reason(round, office, four):
    engaged(four[0], make.cohort(program=make.program(unit=make.unit("Their office"))))
    screening = ran(round, office)

    with pytest.raises(Refused, match=r"1 of those to be chosen .* Both \(in another training\)"):
        decide(screening, by=office)
    call_all_the_same(four[0], reason="Both offices agreed.", by=office)
    decide(screening, by=office)

    override = Override.objects.get()
    assert (override.kind, override.reason, override.findings[0][0]) == ("call", "Both offices agreed.", "trainee")
    assert ScreeningRow.objects.get(application=four[0]).outcome == "chosen"


def test_a_class_of_the_same_theme_at_another_office_needs_a_reason_that_the_report_lists(round, office):
    Program.objects.filter(pk=round.cohort.program_id).update(theme="Parks and companies")
    theirs = make.program(unit=make.unit("Their office"), theme="parks  AND ｃｏｍｐａｎｉｅｓ")
    before = make.cohort(program=theirs, starts_on=date(2025, 3, 1), ends_on=date(2025, 4, 30))
    called, other = (make.application(round, state="submitted", work_unit="County") for _n in range(2))
    engaged(called, before)
    called, other = Application.objects.select_related("round__cohort__program").order_by("pk")

    with pytest.raises(
        Refused, match=r"training on “Parks and companies” already, 1 Mar 2025 – 30 Apr 2025;.* Their office"
    ):
        accept(called)
    accept(other)
    made = call_all_the_same(called, reason="Two years ago.", by=office)

    span = {"from": "2025-03-01", "until": "2025-04-30", "office": "Their office", "years": 5}
    theme = {"theme": "Parks and companies"}
    assert made.findings == [["theme", span | theme], ["others_theme", {"count": 1} | theme]]


def test_a_new_finding_asks_for_a_new_reason(round, office, four):
    engaged(four[0], make.cohort())
    call_all_the_same(four[0], reason="Agreed.", by=office)
    exempt(
        name=four[0].name, id_index=four[0].id_index, unit=make.unit(), kind="leave", reason="Ill", by=office,
        starts_on=date(2026, 1, 1), ends_on=None,
    )  # fmt: skip

    with pytest.raises(Refused, match="on leave"):
        decide(ran(round, office), by=office)


def test_an_application_is_accepted_in_spite_of_a_warning_only_with_a_reason(round, office):
    application = make.application(round, state="submitted")
    engaged(application, make.cohort())

    with pytest.raises(Refused, match="Is in another training"):
        accept(application)
    with acting(Actor(user_id=office.pk, name=office.name)):
        accept(application, reason="Both agreed.")

    assert Application.objects.get(pk=application.pk).state == "accepted"
    assert (Override.objects.get().reason, Override.objects.get().made_by) == ("Both agreed.", office)


def test_many_are_accepted_at_once_but_those_with_a_warning(round, office):
    warned, free = (make.application(round, state="submitted", name=name) for name in ("Warned", "Free"))
    engaged(warned, make.cohort())

    count, left = accept_all([warned, free])

    assert (count, left) == (1, ["Warned"])


def test_nobody_comes_up_from_the_waiting_list_in_spite_of_a_warning_without_a_reason(round, office, four):
    decide(ran(round, office), by=office)
    office_row = Application.objects.get(name="Office")
    engaged(office_row, make.cohort())
    Application.objects.filter(name="Both").update(state="withdrawn")

    with pytest.raises(Refused, match="Is in another training"):
        choose_from_waiting(office_row)


# At once --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_are_one_run_with_one_seed(round, office, four):
    make_rules(round, RULES, by=office)

    results = race(*[lambda: run(round, by=office)] * 3)

    assert sorted(is_new for _made, is_new in results) == [False, False, True]
    assert Screening.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_outcome_changed_while_it_is_decided_is_in_the_decision_or_after_it(round, office, four):
    screening = ran(round, office)
    row = screening.rows.select_related("screening", "application").get(application__name="Park")

    race(
        lambda: decide(screening, by=office),
        lambda: change_outcome(row, "waiting", reason="Comes next time.", by=office),
    )
    again = decide(screening, by=office)

    assert len(again.chosen) == 1
    assert Application.objects.get(name="Park").state == "waiting"
