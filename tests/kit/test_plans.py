"""Statements that PostgreSQL keeps prepared for a connection."""

import pytest
from django.db import DatabaseError, connection, transaction

from cohorts.models import Cohort, Trainee
from tests import make
from trainee_mgmt.kit.prepared import Prepared
from trainee_mgmt.postgres.base import MOST_PLANS


@pytest.fixture(autouse=True)
def _no_plans_of_other_tests(db):
    connection.plans.forget()


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")
        return [statement for (statement,) in cursor.fetchall()]


NAMES = Prepared(lambda cohort: Cohort.objects.filter(pk=cohort).values_list("name", flat=True))


def test_a_query_that_comes_again_is_planned_once():
    first, second, third = make.cohort(name="A"), make.cohort(name="B"), make.cohort(name="C")

    found = [NAMES(cohort=each.pk) for each in (first, second, third)]

    assert found == [["A"], ["B"], ["C"]]
    assert [statement.count("$1") for statement in kept()] == [1]


def test_one_query_is_sent_each_time(django_assert_num_queries):
    cohort = make.cohort()

    for _time in range(3):
        with django_assert_num_queries(1):
            NAMES(cohort=cohort.pk)


def test_texts_days_numbers_and_what_is_always_the_same_find_their_places():
    trainee = make.trainee()
    rows = Prepared(
        lambda number, day, cohort: Trainee.objects.filter(
            joined_on__lte=day, cohort=cohort, number=number, status="active", person__name__contains="%s"
        )
    )
    trainee.person.name = "100 %s"
    trainee.person.save()

    found = [rows(day=trainee.joined_on, number=trainee.number, cohort=trainee.cohort_id) for _time in range(3)]

    assert found == [[trainee]] * 3


def test_a_number_beyond_all_keys_finds_nothing(settings):
    settings.CHECK_PREPARED = False
    cohort = make.cohort(name="A")

    assert [NAMES(cohort=key) for key in (cohort.pk, cohort.pk, 2**63)] == [["A"], ["A"], []]


def test_there_are_never_too_many():
    cohort = make.cohort(name="A")

    for offset in range(MOST_PLANS + 5):
        for _time in range(2):
            NAMES.rows((), {"cohort": cohort.pk}, page=slice(offset, offset + 1))

    assert len(kept()) == 5
    assert NAMES(cohort=cohort.pk) == ["A"]


def test_after_an_error_they_are_made_anew():
    cohort = make.cohort(name="A")
    for _time in range(2):
        NAMES(cohort=cohort.pk)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    with pytest.raises(DatabaseError), transaction.atomic():
        NAMES(cohort=cohort.pk)

    assert NAMES(cohort=cohort.pk) == ["A"]
    assert len(kept()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_column_that_changed_its_type_meanwhile_is_read_as_it_is_now():
    cohort = make.cohort(name="A")
    for _time in range(2):
        NAMES(cohort=cohort.pk)
    length = Cohort._meta.get_field("name").max_length

    try:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE cohorts_cohort ALTER COLUMN name TYPE text")
        found = NAMES(cohort=cohort.pk)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE cohorts_cohort ALTER COLUMN name TYPE varchar({length})")

    assert found == ["A"]
