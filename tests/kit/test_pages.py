"""What all pages share."""

import pytest
from django.urls import reverse

from accounts.models import Role
from tests import make

pytestmark = pytest.mark.django_db


def test_whoever_opens_the_address_of_a_button_is_told_that_nothing_was_changed(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))
    close = reverse("cohorts:cohort_close", kwargs={"pk": cohort.pk})

    answer = client.get(close)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert "Nothing was changed" in answer.content.decode()
    assert client.put(close).content == b""
    cohort.refresh_from_db()
    assert not cohort.is_closed
