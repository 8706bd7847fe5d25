from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, Grant, Role, User
from cohorts.models import Cohort, Trainee
from learning.models import Attendance
from tests import make
from trainee_mgmt.kit import access, pages
from trainee_mgmt.kit.ledgers import Ledger
from trainee_mgmt.kit.prepared import Insert, Prepared, Statement

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_the_queryset_for_other_values_too():
    first, second = make.trainee(), make.trainee()
    numbers = Prepared(lambda cohort: Trainee.objects.filter(cohort=cohort).values_list("number", "person__name"))

    assert numbers(cohort=first.cohort_id) == [(first.number, first.person.name)]
    assert numbers(cohort=second.cohort_id) == [(second.number, second.person.name)]


def test_instances_come_with_their_relations_and_without_what_is_left_out(django_assert_num_queries):
    trainee = make.trainee(of=make.person(phone="13800138000"))
    find = Prepared(
        lambda pk: Trainee.objects.filter(pk=pk).select_related("person", "cohort__program").defer("person__phone")
    )

    found = find.one(pk=trainee.pk)

    with django_assert_num_queries(0):
        assert (found, found.person.name, found.cohort.program.name) == (
            trainee,
            trainee.person.name,
            trainee.cohort.program.name,
        )
    assert found.person.get_deferred_fields() == {"phone"}


def test_it_is_compiled_once_for_each_shape():
    built = []

    def build(order, day):
        built.append(order)
        return Cohort.objects.filter(starts_on__lte=day).order_by(order).values_list("name", flat=True)

    cohorts = Prepared(build)
    b, a = make.cohort(name="B"), make.cohort(name="A", starts_on=date(2025, 1, 1))

    assert cohorts.rows(("name",), {"day": b.starts_on}) == ["A", "B"]
    built.clear()
    assert cohorts.rows(("name",), {"day": a.starts_on}) == ["A"]
    assert cohorts.rows(("-name",), {"day": b.starts_on}) == ["B", "A"]

    assert built == ["name", "-name", "-name"]  # one of two is the check that tests make


def test_a_page_of_the_rows_is_cut_by_the_database():
    cohort = make.cohort()
    for number in ("1", "2", "3"):
        make.trainee(cohort, number=number)
    numbers = Prepared(
        lambda cohort: Trainee.objects.filter(cohort=cohort).order_by("number").values_list("number", flat=True)
    )

    with CaptureQueriesContext(connection) as queries:
        shown = numbers.rows((), {"cohort": cohort.pk}, page=slice(1, 3))

    assert shown == ["2", "3"]
    assert queries[0]["sql"].endswith("LIMIT 2 OFFSET 1")


def test_a_shape_that_says_too_little_is_found_in_tests():
    shown = ["number"]
    forgetful = Prepared(lambda cohort: Trainee.objects.filter(cohort=cohort).values_list(*shown))
    forgetful(cohort=1)
    shown.append("status")

    with pytest.raises(ImproperlyConfigured, match="too few arguments"):
        forgetful(cohort=1)


def test_a_value_that_would_change_the_sql_is_refused():
    ended = Prepared(lambda day: Trainee.objects.filter(ended_on=day))

    with pytest.raises(ImproperlyConfigured, match="not None"):
        ended(day=None)


def test_a_value_that_does_not_reach_the_database_as_it_is_is_refused():
    named = Prepared(lambda text: User.objects.filter(name__icontains=text))

    with pytest.raises(ImproperlyConfigured, match="not found as a parameter"):
        named(text="Li")


def test_a_changed_grant_is_seen_at_once():
    trainee = make.trainee()
    organizer = make.user(Role.ORGANIZER, trainee.cohort)

    def find():
        return pages.find(User.objects.get(pk=organizer.pk), "cohorts.view_trainee", Trainee, trainee.pk)

    assert find() == trainee
    Grant.objects.filter(user=organizer).update(ended_at=timezone.now())
    with pytest.raises(Http404):
        find()
    make.give(organizer, Role.LEADER, trainee.cohort)
    assert find() == trainee


def test_a_key_that_no_row_can_have_is_not_found():
    with pytest.raises(Http404):
        pages.find(make.user(Role.ADMIN), "cohorts.view_trainee", Trainee, 10**30)


@pytest.mark.parametrize("role", Role.values)
def test_what_a_role_reaches_is_said_by_the_grants_alone(role, django_assert_num_queries):
    """Row functions ask no questions: what they answer is kept as long as the grants are the same."""
    someone = make.user()
    for scope in (make.unit(), make.program(), make.cohort(), make.training_class()):
        make.give(someone, role, scope)
    assert someone.role_set == {role}

    with django_assert_num_queries(0):
        for permission in access.GRANTS:
            access.rows(someone, permission)


def test_rows_are_inserted_as_the_model_would_and_know_their_keys():
    first, second = (AuditEntry(action=f"test.{name}", after={"n": 1}) for name in ("first", "second"))

    Insert(AuditEntry)(first, second)

    written = list(AuditEntry.objects.order_by("pk"))
    assert written == [first, second]
    assert [(each.action, each.after, each.outcome) for each in written] == [
        ("test.first", {"n": 1}, "done"),
        ("test.second", {"n": 1}, "done"),
    ]
    assert [each.transaction for each in written] == [first.transaction, second.transaction]


def test_a_ledger_takes_a_row_out_of_force_and_adds_the_new_one_in_one_statement():
    session, trainee = make.session(), make.trainee()
    old = make.mark(session, trainee, "late")
    new = Attendance(session=session, trainee=trainee, state="absent", marked_by=old.marked_by, marked_at=old.marked_at)

    with CaptureQueriesContext(connection) as queries:
        Ledger(Attendance).write(new, instead_of=[old.pk])

    assert len(queries) == 1
    assert list(Attendance.objects.order_by("pk").values_list("pk", "in_force")) == [(old.pk, False), (new.pk, True)]


@pytest.mark.django_db
def test_a_statement_that_comes_before_is_known_by_its_name_from_the_second_time_on():
    statement = Statement("SELECT %s || '%%' AS word", ("text",))

    with connection.cursor() as cursor:
        found = []
        for word in ("a", "b", "c"):
            statement.execute(cursor, word)
            found.append(cursor.fetchone())

    assert found == [("a%",), ("b%",), ("c%",)]
    assert connection.plans.find(statement.number)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_closed_for_its_age_leaves_no_names_behind():
    cohort = make.cohort()
    names = Prepared(lambda pk: Cohort.objects.filter(pk=pk).values_list("name", flat=True))
    begin = Statement("SELECT pg_advisory_xact_lock(%s)", ("bigint",))
    for _ in range(3):
        assert names(pk=cohort.pk) == [cohort.name]
        with connection.cursor() as cursor:
            begin.execute(cursor, 1)

    for _ in range(3):
        connection.close()
        assert names(pk=cohort.pk) == [cohort.name]
    connection.close()
    with connection.cursor() as cursor:
        begin.execute(cursor, 1)
