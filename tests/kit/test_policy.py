"""What every page says to browsers."""

import pytest
from django.urls import reverse

from accounts.models import Role
from tests import make


@pytest.mark.django_db
def test_pages_are_kept_by_nobody_in_between_and_those_that_show_a_secret_by_nobody_at_all(client):
    stay = make.stay()
    client.force_login(make.user(Role.ORGANIZER, stay.trainee.cohort))
    cohort = {"cohort": stay.trainee.cohort_id}

    pages = [client.get(reverse(f"placements:{name}", kwargs=cohort)) for name in ("placement_list", "feedback_links")]

    told = [each.headers["Cache-Control"] for each in pages]
    assert told == ["private, no-cache", "max-age=0, no-cache, no-store, must-revalidate, private"]
