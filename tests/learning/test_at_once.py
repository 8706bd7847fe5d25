"""The same request many times at one moment: one row, one entry in the log, and for the others a sentence."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from accounts.models import AuditEntry, CalendarDay
from accounts.services.calendar import set_day
from learning.models import CompletionRule, HourRule, HourTable, JournalPicture, RollSheet
from learning.rules.completion import Rule
from learning.services import remove_picture
from learning.services.hour_tables import discard_table, remove_rule
from learning.services.online import set_completion_rule
from learning.services.sheets import Sheet, take_roll
from library.models import Venue
from library.services import delete_venue
from tests import make
from tests.races import race, refusals

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6


def entries(action):
    return AuditEntry.objects.filter(action=action).count()


def test_a_day_is_entered_once():
    acts = [lambda: set_day(date(2027, 3, 3), is_working=False, name="visit")] * TIMES

    assert refusals(race(*acts)) == 0
    assert (CalendarDay.objects.filter(day=date(2027, 3, 3)).count(), entries("accounts.set_calendar_day")) == (1, 1)


def test_a_roll_with_one_key_is_of_one_session():
    of, by = make.training_class(), make.user()
    trainee = make.trainee(in_class=of)
    sessions = [make.session(classes=[of], on=date(2026, 9, day)) for day in (8, 9)]
    sheet = Sheet(key=uuid4(), marks={trainee.pk: "late"}, seen={}, was_kept=True)

    results = race(*[lambda each=each: take_roll(each, sheet, by=by) for each in sessions * 3])

    assert (refusals(results), RollSheet.objects.count(), entries("learning.call_roll")) == (3, 1, 1)
    assert trainee.attendances.count() == 1


def test_a_draft_of_hours_is_given_up_once():
    table = make.hour_table(released=False)

    results = race(*[lambda: discard_table(table)] * TIMES)

    assert (refusals(results), HourTable.objects.count()) == (TIMES - 1, 0)
    assert entries("learning.discard_hour_table") == 1


def test_a_form_of_study_is_removed_once():
    rule = make.hour_table(released=False).rules.select_related("table").first()
    before = entries("learning.change_hour_table")

    results = race(*[lambda: remove_rule(HourRule(pk=rule.pk, table=rule.table))] * TIMES)

    assert (refusals(results), HourRule.objects.filter(pk=rule.pk).exists()) == (TIMES - 1, False)
    assert entries("learning.change_hour_table") == before + 1


def test_a_picture_is_removed_once():
    picture = JournalPicture(journal=make.journal(make.trainee()), width=1, height=1)
    picture.file.save("picture.jpg", ContentFile(b"\xff\xd8"), save=False)
    picture.thumbnail.save("thumbnail.jpg", ContentFile(b"\xff\xd8"))
    seen = [JournalPicture.objects.get(pk=picture.pk) for _twice in range(2)]

    results = race(*[lambda each=each: remove_picture(each) for each in seen])

    assert JournalPicture.objects.count() == 0
    assert (refusals(results), entries("learning.remove_picture")) == (1, 1)


def test_a_venue_is_deleted_once():
    venue = make.venue()

    results = race(*[lambda: delete_venue(Venue(pk=venue.pk))] * TIMES)

    assert (refusals(results), entries("library.delete_venue")) == (TIMES - 1, 1)


def test_the_same_rule_of_completion_makes_one_version():
    cohort, by = make.cohort(), make.user()

    race(*[lambda: set_completion_rule(cohort, Rule(date(2026, 12, 1)), by=by)] * TIMES)

    assert (CompletionRule.objects.count(), entries("learning.set_completion_rule")) == (1, 1)
