"""Applying and nominating: rules first, slots of a unit, one open application of a human, back and forth."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Role
from cohorts.models import Application, ProfileField
from cohorts.selectors.applications import conditions_of
from cohorts.services.applications import handing_in, review, rounds
from cohorts.services.applications.links import application_behind, link_key
from tests import make
from trainee_mgmt.kit import formats
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db

BORN = date(1992, 5, 6)


def begin(round, **given):
    return handing_in.begin(round, **{"answers": {}, "born_on": BORN, "sex": "m"} | given)


def values(**given):
    return {"name": "陈晨", "id_number": make.id_number_of(BORN), "phone": "13900000001"} | given


def apply(round, *, answers=(), quota=None, **given):
    return handing_in.hand_in(begin(round, quota=quota), values=values(**given), answers=dict(answers))


def test_whoever_meets_the_rules_hands_in_and_is_found_by_the_own_link():
    round = make.application_round()

    application = apply(round)

    application.refresh_from_db()
    assert (application.state, application.origin, application.name_key[:4]) == ("submitted", "self", "chen")
    assert application.id_number.open().startswith("990000")
    assert application_behind(link_key(application)) == application
    assert application_behind(link_key(application)[:-1] + "x") is None
    assert application_behind(f"{application.pk}-") is None


def test_whoever_does_not_meet_a_rule_is_told_which_and_nothing_is_kept():
    round = make.application_round()
    make.eligibility_rule(round, "age", "at_most", "30")

    with pytest.raises(handing_in.NotEligible) as refusal:
        begin(round)

    assert refusal.value.rules == [f"At most 30 years old on {formats.day(date(2026, 9, 1))}"]
    assert Application.objects.count() == 0


def test_rules_are_asked_again_of_what_the_id_number_says():
    round = make.application_round()
    draft = begin(round, born_on=date(1999, 1, 1))

    with pytest.raises(Refused, match="another birth date"):
        handing_in.hand_in(draft, values=values(), answers={})


def test_a_rule_that_was_made_meanwhile_holds_for_whoever_hands_in():
    round = make.application_round()
    draft = begin(round)
    make.eligibility_rule(round, "age", "at_most", "30")

    with pytest.raises(handing_in.NotEligible):
        handing_in.hand_in(draft, values=values(), answers={})


def test_answers_that_are_needed_are_asked_for_by_name():
    round = make.application_round()
    ProfileField.objects.create(
        cohort=round.cohort, key="major", label="Major", asked_of_applicants=True, needed_of_applicants=True
    )

    with pytest.raises(Refused, match="Major"):
        apply(round)


def test_nothing_comes_in_before_the_round_opens_or_after_it_closed():
    now = timezone.now()
    planned = make.application_round(opens_at=now + timedelta(days=1))
    closed = make.application_round(closed_at=now)
    draft = begin(make.application_round())
    draft.round.__class__.objects.filter(pk=draft.round_id).update(closed_at=now)

    for round in (planned, closed):
        with pytest.raises(Refused):
            begin(round)
    with pytest.raises(Refused):
        handing_in.hand_in(draft, values=values(), answers={})


def test_one_human_has_one_open_application_in_a_round():
    round = make.application_round()
    number = make.id_number_of(BORN)
    first = apply(round, id_number=number)

    with pytest.raises(Refused, match="already"):
        apply(round, id_number=number)
    handing_in.withdraw_application(first)
    again = apply(round, id_number=number)

    assert again.state == "submitted"


def test_a_known_person_is_found_by_the_id_number():
    number = make.id_number_of(BORN)
    person = make.person(id_number=number)

    assert apply(make.application_round(), id_number=number).person == person


@pytest.mark.parametrize("correct", [handing_in.hand_in, review.correct])
def test_whose_number_was_corrected_away_has_the_application_no_more(correct):
    """A unit nominates somebody else in the same form: the first one neither finds it among the own nor hears of it."""
    first, second = (make.person(id_number=make.id_number_of(BORN)) for _ in range(2))
    application = apply(make.application_round(), id_number=first.id_number.open())

    correct(application, values=values(id_number=second.id_number.open()), answers={})

    application.refresh_from_db()
    assert application.person == second


def test_a_nomination_takes_a_slot_and_the_next_one_is_refused():
    quota = make.unit_quota(seats=1)
    apply(quota.round, quota=quota)

    with pytest.raises(Refused, match="All 1 slots"):
        apply(quota.round, quota=quota)

    assert Application.objects.filter(state="submitted").count() == 1


def test_what_the_office_sends_back_frees_the_slot_and_the_unit_is_told_why():
    quota = make.unit_quota(seats=1)
    organizer = make.user(Role.ORGANIZER, quota.unit)
    stranger = make.user(Role.ORGANIZER, make.unit())
    nominee = apply(quota.round, quota=quota)

    review.send_back(nominee, reason="Two years are missing.")

    assert apply(quota.round, quota=quota).state == "submitted"
    notice = Notice.objects.get(user=organizer)
    assert (notice.params["reason"], notice.params["quota"]) == ("Two years are missing.", quota.pk)
    assert not Notice.objects.filter(user=stranger).exists()


def test_somebody_who_was_sent_back_is_nominated_again_if_a_slot_is_free():
    quota = make.unit_quota(seats=1)
    nominee = apply(quota.round, quota=quota)
    review.send_back(nominee, reason="No phone answers.")

    again = handing_in.hand_in(nominee, values={"phone": "13900000002"}, answers={})

    assert (again.state, again.reason, again.phone.open()) == ("submitted", "", "13900000002")


def test_a_nomination_whose_quota_is_gone_is_no_application_of_ones_own():
    """Begun in the moment in which the quota was taken away."""
    quota = make.unit_quota(seats=1)
    nominee = begin(quota.round, quota=quota)
    quota.delete()

    with pytest.raises(Refused):
        handing_in.hand_in(nominee, values=values(), answers={})


def test_self_applications_leave_the_quota_alone():
    quota = make.unit_quota(seats=1)
    apply(quota.round)

    assert apply(quota.round, quota=quota).state == "submitted"


def test_the_office_accepts_those_who_meet_the_rules_and_names_the_others():
    round = make.application_round()
    good = make.application(round, born_on=BORN)
    old = make.application(round, born_on=date(1960, 1, 1), name="Old")
    make.eligibility_rule(round, "age", "at_most", "45")

    assert review.accept_all([good, old]) == (1, ["Old"])
    with pytest.raises(Refused):
        review.accept(old)
    review.accept(old, reason="Asked for by the district.")

    assert sorted(round.applications.values_list("state", flat=True)) == ["accepted", "accepted"]


def test_rules_have_versions_and_an_old_one_stays_to_be_read():
    round = make.application_round()
    rule = rounds.add_rule(round, field="age", operator="at_most", value="40")
    rounds.end_rule(rule)
    rounds.add_rule(round, field="age", operator="at_most", value="45")
    round.refresh_from_db()

    assert round.rules_version == 3
    assert [[each.value for each in conditions_of(round, version)] for version in (0, 1, 2, 3)] == [
        [],
        ["40"],
        [],
        ["45"],
    ]


def test_a_rule_that_nobody_could_meet_is_refused():
    round = make.application_round()
    rounds.add_rule(round, field="age", operator="at_most", value="40")

    with pytest.raises(Refused):
        rounds.add_rule(round, field="age", operator="at_least", value="41")


def test_a_quota_never_falls_below_what_was_nominated():
    quota = make.unit_quota(seats=2)
    apply(quota.round, quota=quota)
    apply(quota.round, quota=quota)

    with pytest.raises(Refused):
        rounds.set_quota(quota.round, quota.unit, seats=1)
    with pytest.raises(Refused):
        rounds.delete_quota(quota)


def test_each_act_is_recorded_once_and_never_with_a_number():
    quota = make.unit_quota(seats=1)
    nominee = apply(quota.round, quota=quota, phone="13912345678")
    review.send_back(nominee, reason="Later.")
    handing_in.hand_in(nominee, values={}, answers={})
    review.accept(nominee)
    handing_in.withdraw_for_office(nominee, reason="Ill.")

    entries = AuditEntry.objects.filter(action__startswith="cohorts.").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == [
        "cohorts.begin_application",
        "cohorts.hand_in_application",
        "cohorts.send_application_back",
        "cohorts.hand_in_application",
        "cohorts.accept_application",
        "cohorts.withdraw_application",
    ]
    assert not any("13912345678" in f"{each.before}{each.after}" for each in entries)
