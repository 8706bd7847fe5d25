import pytest

from accounts.models import Role
from tests import make
from tests.cohorts.desk import Desk


@pytest.fixture
def cohort():
    return make.cohort()


@pytest.fixture
def desk(client, cohort, django_capture_on_commit_callbacks):
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    return Desk(client, cohort, django_capture_on_commit_callbacks)
