"""Weekly duties: what is due, recorded once, corrected, and whose turn comes."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, CalendarDay, Notice
from learning.models import DutyDue, DutyKind, DutyRecord, DutySpeaker, DutyTurn
from learning.rules.duties import Standing
from learning.selectors.duties import weeks_of
from learning.services.duties import (
    Meeting,
    change_duty_kind,
    correct_duty,
    decide_turn,
    make_duty_kind,
    make_usual_duties,
    pause_week,
    record_duty,
    resume_week,
    still_decided,
    strike_duty,
    take_back_turn,
)
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def this_monday() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())


@pytest.fixture
def of():
    """A class of three people; its cohort began three weeks ago on a Monday and lasts five weeks more."""
    monday = this_monday()
    cohort = make.cohort(starts_on=monday - 3 * WEEK, ends_on=monday + 5 * WEEK + timedelta(days=6))
    made = make.training_class(cohort)
    for number in ("01", "02", "03"):
        make.trainee(in_class=made, number=number)
    return made


@pytest.fixture
def sharing(of):
    return make_duty_kind(of.cohort, name="Sharing", held_by="class", per_week=1, speakers=1)


def people(of):
    return [each.trainee for each in of.memberships.select_related("trainee__person").order_by("trainee__number")]


def held(kind, of, *, on, speakers=(), group=None, topic="Supply chains"):
    meeting = Meeting(on, topic, [each.pk for each in speakers])
    return record_duty(kind, training_class=of, group=group, meeting=meeting, by=make.user())


def lines(of, monday, *, today=None):
    return weeks_of(of.cohort, [of.pk], [monday], today=today or timezone.localdate())[0].lines


def proposed(of, monday):
    return [[turn.trainee_id for turn in line.turns] for line in lines(of, monday)]


def test_each_week_of_the_cohort_asks_each_class_for_each_duty(of):
    make_usual_duties(of.cohort)
    make.training_class(of.cohort)  # nobody is in it

    due = DutyDue.objects.filter(cohort=of.cohort)

    assert (due.count(), set(due.values_list("training_class", flat=True))) == (9 * 3, {of.pk})
    assert due.values("pk").distinct().count() == 27


def test_a_duty_held_by_groups_is_asked_of_each_group_of_a_class(of):
    group = make.group(of.cohort, training_class=of)
    group.memberships.create(trainee=people(of)[0], starts_on=of.cohort.starts_on)
    make.group(of.cohort)  # of no class
    make_duty_kind(of.cohort, name="Seminar", held_by="group", per_week=2, speakers=0)

    due = DutyDue.objects.filter(cohort=of.cohort)

    assert (due.count(), set(due.values_list("group", flat=True))) == (9 * 2, {group.pk})


def test_a_week_of_holidays_and_a_week_that_was_set_free_ask_for_nothing(of, sharing):
    monday = this_monday()
    for n in range(7):
        CalendarDay.objects.update_or_create(day=monday - WEEK + timedelta(days=n), defaults={"is_working": False})
    pause = pause_week(of.cohort, monday=monday - 2 * WEEK, reason="journey", by=make.user())
    due = DutyDue.objects.filter(cohort=of.cohort)

    free = due.count()
    resume_week(pause)

    assert (free, due.count()) == (7, 8)
    with pytest.raises(Refused):
        resume_week(pause)


def test_a_week_set_free_for_one_class_is_due_for_the_others(of, sharing):
    other = make.training_class(of.cohort)
    make.trainee(in_class=other)
    pause_week(of.cohort, monday=this_monday(), reason="exam", training_class=of, by=make.user())

    due = DutyDue.objects.filter(cohort=of.cohort, monday=this_monday())

    assert list(due.values_list("training_class", flat=True)) == [other.pk]


def test_a_duty_is_recorded_once_in_a_week_and_the_second_person_is_told(of, sharing):
    monday = this_monday() - WEEK
    held(sharing, of, on=monday + timedelta(days=1), speakers=people(of)[:1])

    with pytest.raises(Refused):
        held(sharing, of, on=monday + timedelta(days=3))

    assert [line.standing for line in lines(of, monday)] == [Standing.HELD]
    assert DutyRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_record_at_once_make_one_record(of, sharing):
    by, meeting = make.user(), Meeting(this_monday() - WEEK, "Supply chains")

    def write():
        return record_duty(sharing, training_class=of, group=None, meeting=meeting, by=by)

    assert refusals(race(write, write)) == 1
    assert DutyRecord.objects.count() == 1


def test_a_duty_of_twice_a_week_is_recorded_twice(of):
    kind = make_duty_kind(of.cohort, name="Study", held_by="class", per_week=2, speakers=0)
    monday = this_monday() - WEEK

    held(kind, of, on=monday)
    after_one = [line.standing for line in lines(of, monday)]
    held(kind, of, on=monday + timedelta(days=2))

    assert after_one == [Standing.HELD, Standing.MISSING]
    assert [line.standing for line in lines(of, monday)] == [Standing.HELD] * 2


@pytest.mark.parametrize("days", [1, -400])
def test_days_to_come_and_days_outside_the_cohort_are_refused(of, sharing, days):
    with pytest.raises(Refused):
        held(sharing, of, on=timezone.localdate() + timedelta(days=days))


def test_who_is_not_in_the_class_did_not_speak_there(of, sharing):
    with pytest.raises(Refused):
        held(sharing, of, on=this_monday() - WEEK, speakers=[make.trainee(of.cohort)])


def test_a_correction_is_another_row_and_the_turns_follow_it(of, sharing):
    first, second, _third = people(of)
    old = held(sharing, of, on=this_monday() - WEEK, speakers=[first])

    new = correct_duty(old, meeting=Meeting(old.held_on, "Risks", [second.pk]), by=make.user())

    assert list(DutyRecord.objects.order_by("pk").values_list("in_force", flat=True)) == [False, True]
    assert [line.record.pk for line in lines(of, old.monday)] == [new.pk]
    assert proposed(of, this_monday()) == [[first.pk]]
    with pytest.raises(Refused):
        correct_duty(old, meeting=Meeting(old.held_on, "Again", []), by=make.user())


def test_a_record_struck_out_leaves_the_week_missing(of, sharing):
    record = held(sharing, of, on=this_monday() - WEEK, speakers=people(of)[:1])
    with pytest.raises(Refused):
        strike_duty(record, reason=" ")

    strike_duty(record, reason="It was last week's.")

    assert [line.standing for line in lines(of, record.monday)] == [Standing.MISSING]
    assert AuditEntry.objects.latest("pk").after == {"reason": "It was last week's."}


@pytest.mark.parametrize("model", [DutyRecord, DutySpeaker])
def test_what_was_recorded_is_never_rewritten(of, sharing, model):
    record = held(sharing, of, on=this_monday() - WEEK, speakers=people(of)[:1])
    change = {"topic": "Other"} if model is DutyRecord else {"trainee": people(of)[1]}

    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**change)

    assert record.topic == "Supply chains"


# Turns ------------------------------------------------------------------------------------------------------------------


def test_the_coming_weeks_go_round_the_class_by_turn(of, sharing):
    first, second, third = people(of)
    held(sharing, of, on=this_monday() - 2 * WEEK, speakers=[first])
    held(sharing, of, on=this_monday() - WEEK, speakers=[third])

    weeks = [proposed(of, this_monday() + n * WEEK)[0] for n in range(4)]

    assert weeks == [[second.pk], [first.pk], [third.pk], [second.pk]]


def test_who_left_or_is_on_leave_is_not_proposed(of, sharing):
    first, second, third = people(of)
    type(first).objects.filter(pk=first.pk).update(status="withdrawn", ended_on=this_monday() - WEEK)
    start = make.at(this_monday() + timedelta(days=2))
    make.leave(second, starts_at=start, ends_at=start + timedelta(hours=4), state="approved")

    assert [proposed(of, this_monday()), proposed(of, this_monday() + WEEK)] == [[[third.pk]], [[second.pk]]]


def decide(of, kind, monday, trainee, *, act="speaks", reason=""):
    return decide_turn(
        kind, training_class=of, group=None, monday=monday, trainee=trainee, act=act, reason=reason, by=make.user()
    )


def test_a_person_decides_and_the_one_who_speaks_is_told_once(of, sharing):
    _first, _second, third = people(of)
    user = make.trainee_account(third)
    third.refresh_from_db()

    turn = decide(of, sharing, this_monday() + WEEK, third)
    decide(of, sharing, this_monday() + WEEK, third)

    assert proposed(of, this_monday() + WEEK) == [[third.pk]]
    notice = Notice.objects.get(user=user)
    assert still_decided([notice]) == [notice]
    take_back_turn(turn)
    assert (still_decided([notice]), proposed(of, this_monday() + WEEK)) == ([], [[people(of)[1].pk]])


def test_passing_somebody_over_needs_a_reason_and_proposes_the_next(of, sharing):
    first, second, _third = people(of)
    with pytest.raises(Refused):
        decide(of, sharing, this_monday(), first, act="passed")

    decide(of, sharing, this_monday(), first, act="passed", reason="is preparing the exam")

    (line,) = lines(of, this_monday())
    assert [turn.trainee_id for turn in line.turns] == [second.pk]
    assert [passed.reason for passed in line.passed] == ["is preparing the exam"]
    assert proposed(of, this_monday() + WEEK) == [[first.pk]]


def test_a_second_decision_about_somebody_takes_the_place_of_the_first(of, sharing):
    first, *_others = people(of)

    decide(of, sharing, this_monday(), first)
    decide(of, sharing, this_monday(), first, act="passed", reason="is ill")

    assert list(DutyTurn.objects.order_by("pk").values_list("act", "in_force")) == [("speaks", False), ("passed", True)]


def test_turns_of_weeks_that_are_over_and_of_strangers_are_refused(of, sharing):
    for monday, trainee in ((this_monday() - WEEK, people(of)[0]), (this_monday(), make.trainee(of.cohort))):
        with pytest.raises(Refused):
            decide(of, sharing, monday, trainee)


def test_turns_are_counted_for_each_duty_by_itself(of, sharing):
    seminar = make_duty_kind(of.cohort, name="Seminar", held_by="class", per_week=1, speakers=1)
    first, second, _third = people(of)
    held(sharing, of, on=this_monday() - WEEK, speakers=[first])

    assert proposed(of, this_monday()) == [[second.pk], [first.pk]]
    assert seminar.order == 2


def test_nobody_is_proposed_for_two_duties_of_one_week_while_there_are_others(of, sharing):
    make_duty_kind(of.cohort, name="Seminar", held_by="class", per_week=1, speakers=1)
    first, second, third = people(of)
    decide(of, sharing, this_monday() + WEEK, third)

    assert proposed(of, this_monday()) == [[first.pk], [second.pk]]
    assert proposed(of, this_monday() + WEEK) == [[third.pk], [first.pk]]


# Kinds ------------------------------------------------------------------------------------------------------------------


def test_the_usual_three_are_made_once(of):
    assert make_usual_duties(of.cohort) == 3
    assert list(DutyKind.objects.order_by("order").values_list("name", "speakers")) == [
        ("Study", 0),
        ("Sharing", 1),
        ("Seminar", 1),
    ]
    with pytest.raises(Refused):
        make_usual_duties(of.cohort)


def test_a_duty_that_was_held_is_ended_and_not_handed_from_classes_to_groups(of, sharing):
    held(sharing, of, on=this_monday() - 3 * WEEK)
    with pytest.raises(Refused):
        change_duty_kind(sharing, held_by="group")

    change_duty_kind(sharing, until_on=this_monday() - WEEK)

    assert DutyDue.objects.filter(kind=sharing).count() == 3


def test_a_duty_saved_as_it_was_writes_nothing(of, sharing):
    before = AuditEntry.objects.count()

    change_duty_kind(sharing, name="Sharing", per_week=1)

    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("items", [1, 4])
def test_a_board_needs_the_same_queries_for_any_number_of_classes(django_assert_num_queries, items):
    cohort = make.cohort(starts_on=this_monday() - WEEK, ends_on=this_monday() + 3 * WEEK)
    classes = [make.training_class(cohort) for _n in range(items)]
    for each in classes:
        make.trainee(in_class=each)
    make_usual_duties(cohort)

    with django_assert_num_queries(6):
        week = weeks_of(cohort, [each.pk for each in classes], [this_monday()], today=timezone.localdate())[0]

    assert len(week.lines) == 3 * items
