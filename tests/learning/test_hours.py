from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import AuditEntry
from learning.models import CreditEntry, HourRule, HourTable, OnlineProgress
from learning.selectors.hours import balance, table_for
from learning.services.attendance import correct_mark
from learning.services.hour_tables import change_table, discard_table, make_table, new_version, release_table, save_rule
from learning.services.hours import (
    enter_credit,
    reconcile_carry,
    reconcile_courses,
    reconcile_sessions,
    reverse_credit,
)
from learning.services.online import set_courses
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

TODAY = date(2026, 10, 20)
NOW = make.at(TODAY)


def someone(**fields):
    """A trainee whose unit counts by the table of the city."""
    trainee = make.trainee(in_class=make.training_class(make.cohort(starts_on=date(2026, 1, 1), **fields)))
    make.hour_table(trainee.cohort.program.unit)
    return trainee


def hours(trainee):
    return list(CreditEntry.objects.filter(trainee=trainee).order_by("pk").values_list("hours", flat=True))


@pytest.mark.django_db
def test_hours_by_hand_are_counted_by_the_rule_and_leave_one_entry_in_the_log():
    trainee = someone()

    entry = make.credit(trainee, "Teaching", 2, on=date(2026, 9, 3), evidence="talk for the park")

    assert (entry.hours, entry.raw_hours, entry.year, entry.source) == (10, 10, 2026, "hand")
    assert list(AuditEntry.objects.filter(action="learning.enter_credit").values_list("after", flat=True)) == [
        {"form": "Teaching", "quantity": "2", "hours": "10.00", "evidence": "talk for the park"}
    ]


@pytest.mark.django_db
def test_the_same_fact_is_entered_once():
    trainee = someone()
    make.credit(trainee, "Teaching", 2, evidence="talk")

    with pytest.raises(Refused, match="stand in the ledger already"):
        make.credit(trainee, "Teaching", "2.00", evidence="talk ")

    assert hours(trainee) == [10]


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_requests_at_once_make_one_entry():
    trainee, user = someone(), make.user()
    rule = HourRule.objects.get(name="Teaching")
    fact = {
        "rule": rule,
        "quantity": Decimal(2),
        "happened_on": date(2026, 9, 3),
        "evidence": "talk",
        "by": user,
        "today": TODAY,
    }

    results = race(*[lambda: enter_credit(trainee, **fact)] * 20)

    assert (refusals(results), hours(trainee)) == (19, [10])
    assert AuditEntry.objects.filter(action="learning.enter_credit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_never_write_past_a_cap_together():
    trainee, user = someone(), make.user()
    rule = HourRule.objects.get(name="Training elsewhere")

    def enter(place):
        return enter_credit(
            trainee, rule=rule, quantity=Decimal(5), happened_on=date(2026, 9, 3), evidence=place, by=user, today=TODAY
        )

    race(*[lambda place=place: enter(place) for place in ("Shanghai", "Hangzhou", "Beijing")])

    assert sorted(hours(trainee)) == [0, 18, 30]


@pytest.mark.django_db
def test_a_correction_is_a_reverse_row_and_others_get_the_room_back():
    trainee = someone()
    first = make.credit(trainee, "Training elsewhere", 5)
    make.credit(trainee, "Training elsewhere", 5)

    reverse_credit(first, reason="wrong person", by=make.user())

    assert hours(trainee) == [30, 18, -30, -18, 30]
    assert balance(trainee.person_id, 2026) == 30
    first.refresh_from_db()
    assert (first.in_force, first.reversed_by.evidence) == (False, "wrong person")
    with pytest.raises(Refused, match="taken back already"):
        reverse_credit(first, reason="again", by=make.user())


@pytest.mark.django_db
def test_the_cap_of_a_person_holds_over_two_cohorts():
    trainee = someone()
    other = make.trainee(make.cohort(program=trainee.cohort.program, starts_on=date(2026, 1, 1)), of=trainee.person)

    make.credit(trainee, "Training elsewhere", 5)
    entry = make.credit(other, "Training elsewhere", 5)

    assert (entry.hours, entry.raw_hours) == (18, 30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE learning_creditentry SET hours = 1",
        "UPDATE learning_creditentry SET in_force = true",
        "DELETE FROM learning_creditentry",
        "UPDATE learning_hourrule SET per_unit = 99",
        "DELETE FROM learning_hourrule",
        "UPDATE learning_hourtable SET total_hours = 1",
    ],
)
def test_the_database_lets_nobody_rewrite_entries_or_tables_in_use(statement):
    reverse_credit(make.credit(someone(), "Teaching"), reason="x", by=make.user())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"hours": -4}, {"year": 2025}])
def test_the_database_takes_only_an_exact_reverse(change):
    entry = make.credit(someone(), "Teaching")
    fields = {
        name: getattr(entry, name)
        for name in ("trainee", "table", "rule", "quantity", "source", "happened_on", "year", "entered_at")
    }
    fields |= {"hours": -entry.hours, "raw_hours": -entry.raw_hours, "reverse_of": entry, "in_force": False}

    with pytest.raises(DatabaseError, match="other sign"), transaction.atomic():
        CreditEntry.objects.create(**fields | change)
    CreditEntry.objects.create(**fields)

    assert balance(entry.trainee.person_id, 2026) == 0


class BalanceIsTheSum(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["Training elsewhere", "Full-time training, half days", "Teaching"]), st.integers(1, 6)
            )
            | st.integers(0, 8),
            max_size=10,
        )
    )
    def test_whatever_is_entered_and_taken_back(self, acts):
        """A pair enters hours, a number takes that entry back. The sum of all rows is what the rules allow."""
        trainee, user = someone(), make.user()
        entries = []
        for at, act in enumerate(acts):
            if isinstance(act, tuple):
                make.credit(trainee, act[0], act[1], evidence=str(at), by=user)
                entries.append(str(at))
            elif act < len(entries):
                standing = CreditEntry.objects.get(trainee=trainee, evidence=entries.pop(act), in_force=True)
                reverse_credit(standing, reason="x", by=user)
        rows = CreditEntry.objects.filter(trainee=trainee)
        left = [act for at, act in enumerate(acts) if isinstance(act, tuple) and str(at) in entries]

        def raw(form, each):
            return sum(each * n for name, n in left if name == form)

        expected = (
            min(48, raw("Training elsewhere", 6)) + min(6, raw("Full-time training, half days", 3)) + raw("Teaching", 5)
        )
        assert balance(trainee.person_id, 2026) == expected
        assert (rows.filter(in_force=True).aggregate(n=Sum("hours"))["n"] or 0) == expected


# From the roll --------------------------------------------------------------------------------------------------------


def a_morning(trainee, *, on=date(2026, 9, 8), hours=3, state="present", **fields):
    session = make.session(
        classes=[trainee.memberships.get().training_class],
        starts_at=make.at(on),
        ends_at=make.at(on) + timedelta(hours=hours),
        **fields,
    )
    make.mark(session, trainee, state)
    return session


@pytest.mark.django_db
def test_held_sessions_become_hours_once():
    trainee = someone()
    a_morning(trainee)
    a_morning(trainee, on=date(2026, 9, 9), hours=7)
    a_morning(trainee, on=date(2026, 9, 10), state="absent")
    a_morning(trainee, on=date(2026, 10, 21))

    runs = [reconcile_sessions(trainee.cohort, now=NOW) for _time in range(2)]

    assert runs == [{"added": 2, "reversed": 0}, {"added": 0, "reversed": 0}]
    assert hours(trainee) == [3, 6]
    assert AuditEntry.objects.filter(action="learning.reconcile_hours").count() == 1


@pytest.mark.django_db
def test_a_corrected_mark_takes_its_hours_back_and_gives_them_again():
    trainee, user = someone(), make.user()
    session = a_morning(trainee)
    for state in ("present", "absent", "late"):
        correct_mark(session, trainee.pk, state=state, note=state, by=user)
        reconcile_sessions(trainee.cohort, now=NOW)

    assert hours(trainee) == [3, -3, 3]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_count_each_session_once():
    trainee = someone()
    for on in range(1, 8):
        a_morning(trainee, on=date(2026, 9, on))

    race(*[lambda: reconcile_sessions(trainee.cohort, now=NOW)] * 4)

    assert hours(trainee) == [3] * 7


@pytest.mark.django_db
def test_a_session_over_new_year_belongs_to_the_year_in_which_it_began():
    trainee = someone(ends_on=date(2027, 3, 1))
    a_morning(trainee, on=date(2026, 12, 31))
    session = trainee.cohort.sessions.get()
    trainee.cohort.sessions.update(starts_at=make.at(date(2026, 12, 31), 22), ends_at=make.at(date(2027, 1, 1), 1))

    reconcile_sessions(trainee.cohort, now=make.at(date(2027, 1, 2)))

    assert [(row.year, row.hours) for row in CreditEntry.objects.filter(mark__session=session)] == [(2026, 3)]


@pytest.mark.django_db
def test_without_a_table_nothing_is_counted():
    trainee = make.trainee(in_class=make.training_class())
    a_morning(trainee)

    assert reconcile_sessions(trainee.cohort, now=NOW) == {"added": 0, "reversed": 0}


@pytest.mark.django_db
def test_finished_online_courses_become_hours_by_their_minutes_once():
    trainee = make.trainee(make.cohort())
    make.hour_table(trainee.cohort.program.unit, begin_with="online")
    set_courses(trainee.cohort, [("x", "short"), ("x", "long"), ("x", "open")])
    short, long, still_open = trainee.cohort.online_courses.order_by("pk")
    for course, percent, minutes in ((short, 100, 20), (long, 100, 45), (still_open, 99, 45)):
        make.progress(trainee, course, percent, minutes=minutes)

    runs = [reconcile_courses(trainee.cohort) for _time in range(2)]
    OnlineProgress.objects.filter(course=short).update(in_force=False)
    make.progress(trainee, short, 100, minutes=10)
    later = reconcile_courses(trainee.cohort)

    assert (runs, later) == ([{"added": 2, "reversed": 0}, {"added": 0, "reversed": 0}], {"added": 1, "reversed": 1})
    assert sorted(hours(trainee)) == [Decimal("-0.5"), Decimal("0.25"), Decimal("0.5"), 1]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_finished_courses_are_counted_by_the_same_queries_however_many(count, django_assert_num_queries):
    trainee = make.trainee(make.cohort())
    make.hour_table(trainee.cohort.program.unit, begin_with="online")
    set_courses(trainee.cohort, [("x", f"course {n}") for n in range(count)])
    for course in trainee.cohort.online_courses.all():
        make.progress(trainee, course, 100, minutes=20)
    reconcile_courses(trainee.cohort)

    with django_assert_num_queries(8):
        reconcile_courses(trainee.cohort)


# The year's end -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_hours_above_the_total_go_over_and_follow_a_correction():
    trainee = someone(ends_on=date(2027, 12, 31))
    kept = make.credit(trainee, "Paper in a paper of the province or above", 2, on=date(2026, 5, 4))
    january = date(2027, 1, 5)
    runs = [reconcile_carry(trainee.cohort, 2026, today=january) for _time in range(2)]
    after = (balance(trainee.person_id, 2026), balance(trainee.person_id, 2027))
    reverse_credit(kept, reason="x", by=make.user())
    make.credit(trainee, "Teaching", 17, on=date(2026, 5, 5))
    reconcile_carry(trainee.cohort, 2026, today=january)
    mended = (balance(trainee.person_id, 2026), balance(trainee.person_id, 2027))

    assert (runs, after, mended) == ([1, 0], (84, 12), (84, 1))


@pytest.mark.django_db
def test_a_year_that_is_not_over_hands_nothing_on():
    trainee = someone()
    make.credit(trainee, "Paper in a paper of the province or above", 2)

    assert reconcile_carry(trainee.cohort, 2026, today=date(2026, 12, 31)) == 0


# Tables ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_unit_counts_by_its_own_table_or_by_the_nearest_above():
    city = make.unit("City")
    district = make.unit("District", parent=city)
    above = make.hour_table(city)
    own = make.hour_table(district, begin_with="online", starts_on=date(2026, 6, 1))

    assert table_for(district, date(2026, 5, 31)) == above
    assert table_for(district, date(2026, 6, 1)) == own
    assert table_for(make.unit(), date(2026, 6, 1)) is None


@pytest.mark.django_db
def test_a_table_in_use_is_followed_by_a_version_that_counts_from_its_day():
    table = make.hour_table()
    with pytest.raises(Refused, match="Make a new version"):
        change_table(table, total_hours=1)

    draft = new_version(table, starts_on=date(2026, 9, 15))
    teaching = draft.rules.get(name="Teaching")
    facts = {name: getattr(teaching, name) for name in ("name", "measure", "per_unit", "steps", "day_cap", "year_cap")}
    facts |= {"together": "", "is_required": False, "counts": ""}
    save_rule(draft, teaching, multiplier=Decimal(4), **facts)
    release_table(draft, by=make.user())

    trainee = make.trainee(make.cohort(program=make.program(unit=table.unit)))
    assert [make.credit(trainee, "Teaching", 1, on=date(2026, 9, day)).hours for day in (14, 15)] == [5, 4]
    with pytest.raises(Refused, match="another version"):
        enter_credit(
            trainee,
            rule=teaching,
            quantity=Decimal(1),
            happened_on=date(2026, 9, 1),
            evidence="x",
            by=make.user(),
            today=TODAY,
        )


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date(2026, 10, 21), date(1, 1, 1)])
def test_hours_of_an_impossible_day_are_refused(day):
    trainee = someone()
    rule = HourRule.objects.get(name="Teaching")

    with pytest.raises(Refused):
        enter_credit(
            trainee, rule=rule, quantity=Decimal(1), happened_on=day, evidence="x", by=make.user(), today=TODAY
        )


@pytest.mark.django_db
def test_one_draft_at_a_time_and_no_two_versions_from_one_day():
    table = make.hour_table()
    draft = new_version(table, starts_on=table.starts_on)
    with pytest.raises(Refused, match="has a draft already"):
        make_table(unit=table.unit, name="x", starts_on=date(2026, 1, 1))
    with pytest.raises(Refused, match="in use already"):
        release_table(draft, by=make.user())

    discard_table(draft)

    assert list(HourTable.objects.values_list("version", flat=True)) == [1]
