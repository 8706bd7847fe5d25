import psycopg2
import pytest
from django.db import connection

from trainee_mgmt.kit.caches import RedisCache

pytestmark = pytest.mark.django_db(transaction=True)


def end_from_outside():
    """What a restart of the server does to a connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = psycopg2.connect(connection.connection.dsn)
    try:
        with other, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()


def test_a_connection_that_waits_is_usable_and_is_asked_nothing(django_assert_num_queries):
    connection.ensure_connection()

    with django_assert_num_queries(0):
        assert connection.is_usable()


def test_a_connection_that_the_server_has_ended_is_replaced_before_the_first_query():
    end_from_outside()
    assert not connection.is_usable()

    connection.health_check_enabled, connection.health_check_done = True, False  # as at the start of a request

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_closed_connection_is_not_usable():
    connection.ensure_connection()
    connection.connection.close()

    assert not connection.is_usable()
    connection.close()


def test_the_client_of_the_cache_is_made_once():
    cache = RedisCache("redis://127.0.0.1:1/0", {})._cache

    assert cache.get_client("a") is cache.get_client("b", write=True)
