"""The database view of the journals that are due, beside the rule in words of Python."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import CalendarDay, Role
from accounts.services.calendar import working_days_between
from cohorts.models import Cohort, PastJournalRule
from cohorts.rules.journaling import Every, JournalRule, changed
from cohorts.rules.membership import Stay
from cohorts.services.cohorts import edit_cohort
from learning.models import JournalDue
from learning.rules.journals import owed
from learning.rules.reminders import is_excused
from learning.selectors import journal_periods
from learning.selectors.absences import days_of
from learning.selectors.journals import all_periods, missing_by_trainee, missing_journals
from learning.services import open_journal, submit
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
SOME = settings(max_examples=40, deadline=None)
DAYS = st.integers(-20, 80)
RULES = st.builds(JournalRule, st.sampled_from(Every), st.integers(0, 9))


def asked_of(trainee) -> list[tuple]:
    rows = JournalDue.objects.filter(trainee=trainee).order_by("period_start")
    return list(rows.values_list("period_start", "first_on", "last_on", "due_on"))


@dataclass(frozen=True)
class Course:
    """A cohort with its rules, people and journals; days are counted from its first."""

    starts_on: date
    length: int
    rule: JournalRule
    changes: list[tuple[int, JournalRule]]
    stays: list[tuple[int, int | None]]
    calendar: dict[int, bool]
    written: set[int]  # the numbers of periods

    def day(self, n: int) -> date:
        return self.starts_on + timedelta(days=n)

    @property
    def rules(self) -> list[JournalRule]:
        rules = [self.rule]
        for after, new in sorted(self.changes, key=lambda change: change[0]):
            rules = changed(rules, new, starts_on=self.starts_on, today=self.day(after))
        return rules

    def make(self) -> Cohort:
        *past, last = self.rules
        CalendarDay.objects.all().delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(day=self.day(n), is_working=works) for n, works in self.calendar.items()
        )
        cohort = make.cohort(
            starts_on=self.starts_on,
            ends_on=self.day(self.length),
            journal_every=last.every,
            journal_due_in=last.due_in,
            journal_from=last.from_on,
        )
        PastJournalRule.objects.bulk_create(
            PastJournalRule(
                cohort=cohort, every=each.every, due_in=each.due_in, from_on=each.from_on, until_on=each.until_on
            )
            for each in past
        )
        return cohort


COURSES = st.builds(
    Course,
    starts_on=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    length=st.integers(0, 70),
    rule=RULES,
    changes=st.lists(st.tuples(DAYS, RULES), max_size=3),
    stays=st.lists(st.tuples(DAYS, st.none() | st.integers(1, 90)), min_size=1, max_size=3),
    calendar=st.dictionaries(DAYS, st.booleans(), max_size=8),
    written=st.sets(st.integers(0, 30), max_size=3),
)


@SOME
@given(COURSES)
def test_view_and_rule_ask_for_the_same_journals(course):
    with transaction.atomic():
        cohort = course.make()
        schedule = all_periods(cohort)
        is_working_day = working_days_between(cohort.starts_on, cohort.ends_on)
        handed_in = {schedule[n % len(schedule)].start for n in course.written if schedule}
        for joined, lasted in course.stays:
            stay = Stay(course.day(joined), course.day(joined + lasted) if lasted else None, 0)
            ended = {"ended_on": stay.ends_on, "status": "withdrawn"} if lasted else {}
            trainee = make.trainee(cohort, joined_on=stay.starts_on, **ended)
            for start in handed_in:
                make.journal(trainee, week=start, state="submitted")

            expected = owed(schedule, [stay], is_working_day=is_working_day, written=handed_in)

            assert asked_of(trainee) == [(each.start, each.first, each.last, each.due_on) for each in expected]
        keys = list(JournalDue.objects.values_list("pk", flat=True))
        assert len(set(keys)) == len(keys)
        transaction.set_rollback(True)


def test_a_change_in_mid_course_keeps_the_weeks_that_have_begun(clock):
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 20))
    trainee = make.trainee(cohort)
    clock.set(make.at(date(2026, 9, 9)))  # a Wednesday

    edit_cohort(cohort, journal_every="day", journal_due_in=2)

    assert [(first.day, last.day, due.day) for _start, first, last, due in asked_of(trainee)] == [
        (1, 6, 6),
        (7, 13, 13),
        *((day, day, day + 2) for day in range(14, 19)),
    ]


def test_a_change_back_before_it_holds_leaves_the_old_rule(clock):
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 20))
    trainee = make.trainee(cohort)
    before = asked_of(trainee)
    clock.set(make.at(date(2026, 9, 9)))

    edit_cohort(cohort, journal_every="none")
    edit_cohort(Cohort.objects.get(), journal_every="week")

    assert asked_of(trainee) == before
    assert not PastJournalRule.objects.exists()


def test_three_changes_in_mid_course_ask_for_what_was_the_rule_when_a_period_began(clock):
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31), journal_every="month")
    trainee = make.trainee(cohort)
    for day, every in ((date(2026, 9, 15), "week"), (date(2026, 10, 21), "none"), (date(2026, 11, 30), "month")):
        clock.set(make.at(day))
        edit_cohort(Cohort.objects.get(), journal_every=every)

    assert [(first.isoformat(), last.isoformat()) for _start, first, last, _due in asked_of(trainee)] == [
        ("2026-09-01", "2026-09-30"),
        ("2026-10-01", "2026-10-04"),
        ("2026-10-05", "2026-10-11"),
        ("2026-10-12", "2026-10-18"),
        ("2026-10-19", "2026-10-25"),
        ("2026-12-01", "2026-12-31"),
    ]


def test_what_was_handed_in_stays_though_the_writer_left_earlier_or_the_day_became_a_holiday():
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 4), journal_every="day")
    trainee = make.trainee(cohort)
    make.journal(trainee, week=date(2026, 9, 2), state="submitted")
    make.journal(trainee, week=date(2026, 9, 3), state="accepted")

    type(trainee).objects.update(ended_on=date(2026, 9, 2), status="withdrawn")
    CalendarDay.objects.update_or_create(day=date(2026, 9, 3), defaults={"is_working": False})

    assert [start.day for start, *_days in asked_of(trainee)] == [1, 2, 3]


def test_the_days_of_a_cohort_leave_no_journal_outside(clock):
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 30))
    trainee = make.trainee(cohort, of=make.person(name="Anna"))
    make.journal(trainee, week=date(2026, 9, 7), state="submitted")

    with pytest.raises(Refused) as refusal:
        edit_cohort(cohort, starts_on=date(2026, 9, 20))

    assert str(refusal.value) == "The journal of Anna of 7 Sep would lie outside these days."


def test_a_daily_journal_is_written_on_its_day_and_not_on_a_holiday(clock, client):
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 30), journal_every="day", journal_due_in=1)
    CalendarDay.objects.update_or_create(day=date(2026, 9, 3), defaults={"is_working": False})
    trainee = make.trainee(cohort)
    client.force_login(make.trainee_account(trainee))
    clock.set(make.at(date(2026, 9, 4)))

    answers = [client.get(f"/my/journals/{trainee.pk}/2026-09-0{day}/").status_code for day in (2, 3, 4, 5)]
    journal = open_journal(trainee, start=date(2026, 9, 4))

    assert answers == [200, 404, 200, 404]
    assert (journal.last_on, journal.due_on) == (date(2026, 9, 4), date(2026, 9, 5))
    with pytest.raises(Refused):
        open_journal(trainee, start=date(2026, 9, 7))
    assert [each.period.start.day for each in journal_periods(trainee, today=date(2026, 9, 4))] == [4, 2, 1]


def test_who_owes_is_named_with_the_days_that_are_missing():
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 30), journal_every="day")
    trainee = make.trainee(cohort)
    submit(open_journal(trainee, start=date(2026, 9, 2)), body="seen", revision=0, by=make.user(Role.TRAINEE, cohort))

    (owing,) = missing_by_trainee(cohort, cohort.trainees.all(), today=date(2026, 9, 4))

    assert owing.periods == [(date(2026, 9, day), date(2026, 9, day)) for day in (1, 3)]
    assert missing_journals(cohort, today=date(2026, 9, 4)).count() == 1
    assert missing_journals(cohort, today=date(2026, 9, 3)).count() == 0


# What leave excuses -----------------------------------------------------------------------------------------------------

HOURS = st.integers(0, 24 * 40)
LEAVES = st.lists(st.tuples(HOURS, st.integers(1, 24 * 12)), min_size=1, max_size=3)


@SOME
@given(
    st.sampled_from(["day", "week", "month"]),
    st.integers(0, 9),
    LEAVES,
    st.dictionaries(st.integers(0, 30), st.booleans()),
)
def test_view_and_rule_excuse_the_same_journals(every, due_in, leaves, calendar):
    with transaction.atomic():
        first, last = date(2026, 9, 1), date(2026, 9, 30)
        CalendarDay.objects.all().delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(day=first + timedelta(days=n), is_working=works) for n, works in calendar.items()
        )
        trainee = make.trainee(make.cohort(starts_on=first, ends_on=last, journal_every=every, journal_due_in=due_in))
        away, free_from = set(), make.at(first, 0)
        for gap, hours in leaves:  # one after the other: leave of one person never overlaps
            start = free_from + timedelta(hours=gap)
            free_from = start + timedelta(hours=hours)
            make.leave(trainee, starts_at=start, ends_at=free_from, state="approved")
            away |= set(days_of(start, free_from, first, last + timedelta(days=200)))
        is_working_day = working_days_between(first, last)

        rows = list(JournalDue.objects.filter(trainee=trainee))

        assert [row.is_excused for row in rows] == [
            is_excused(row.first_on, row.last_on, row.due_on, on_leave=away.__contains__, is_working_day=is_working_day)
            for row in rows
        ]
        transaction.set_rollback(True)


def test_an_excused_journal_is_missing_nowhere_and_counts_when_it_is_written_all_the_same(clock):
    cohort = make.cohort(starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 20))
    trainee = make.trainee(cohort)
    make.leave(trainee, starts_at=make.at(date(2026, 9, 7), 0), ends_at=make.at(date(2026, 9, 12), 0), state="approved")
    clock.set(make.at(date(2026, 9, 14)))

    def asked() -> list[int]:
        return [row.first_on.day for row in JournalDue.objects.asked().filter(trainee=trainee).order_by("first_on")]

    before = asked()
    periods = journal_periods(trainee, today=date(2026, 9, 14))
    missing = missing_by_trainee(cohort, cohort.trainees.all(), today=date(2026, 9, 14))
    make.journal(trainee, week=date(2026, 9, 7), state="submitted")

    assert (before, missing) == ([14], [])
    assert [(each.period.first.day, each.is_late, each.is_excused) for each in periods] == [
        (14, False, False),
        (7, False, True),
    ]
    assert asked() == [7, 14]
