import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from trainee_mgmt import health


@pytest.fixture
def no_memory(monkeypatch):
    """readyz remembers that the migrations were applied; here it looks again."""
    monkeypatch.setitem(health.CHECKS, "migrations", health.migrations_are_applied)


def test_healthz_answers_without_a_database(client):
    response = client.get("/healthz", headers={"host": "10.0.0.7"})

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_says_yes_when_all_is_well(client, no_memory):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"ready": True, "database": True, "cache": True, "migrations": True}


@pytest.mark.django_db
def test_readyz_says_no_while_a_migration_is_missing(client, no_memory):
    MigrationRecorder(connection).migration_qs.filter(app="accounts").delete()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": True, "cache": True, "migrations": False}


def test_readyz_says_no_without_a_database(client, no_memory):
    response = client.get("/readyz")  # tests without the mark may not use the database

    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": False, "cache": True, "migrations": False}


@pytest.mark.django_db
def test_readyz_says_no_without_a_cache(client, settings, no_memory):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"ready": False, "database": True, "cache": False, "migrations": True}
