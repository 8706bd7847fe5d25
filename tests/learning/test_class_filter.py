"""Lists by class: of few classes a box to unfold, of very many one to search, as short a page as of few."""

import pytest
from django.urls import reverse

from accounts.models import Role
from cohorts.models import TrainingClass
from learning.tables import filters
from tests import make
from trainee_mgmt.kit.choosing import FEW

pytestmark = pytest.mark.django_db


@pytest.fixture
def classes(monkeypatch):
    """One more than are offered."""
    monkeypatch.setattr(filters, "OFFERED", FEW + 1)
    cohort = make.cohort()
    return TrainingClass.objects.bulk_create(
        TrainingClass(cohort=cohort, number=n, name=f"Class {n:03}") for n in range(FEW + 2)
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", 3), ("class 00", 2), ("Class 061", 1), ("last", 1), ("first", 1), ("nowhere", 0), ("999999", 0)],
)
def test_a_class_of_many_is_found_by_its_key_or_by_words_of_its_name(client, classes, asked, found):
    cohort, first, last = classes[0].cohort, classes[0], classes[-1]
    for training_class in (first, classes[1], last):
        make.session(cohort, classes=[training_class])
    client.force_login(make.user(Role.ORGANIZER, cohort))
    key = {"first": first.pk, "last": last.pk}.get(asked, asked)

    page = client.get(reverse("learning:session_list", kwargs={"cohort": cohort.pk}), {"in_class": key})

    assert page.context["table"].count == found
    assert page.content.decode().count('<option value="Class ') == FEW + 1 + (asked == "last")


@pytest.mark.parametrize(
    "name", ["leave_list", "journal_waiting", "rate_list", "duty_list", "duty_speaker_list", "timetable_week"]
)
def test_every_list_by_class_takes_words_of_many(client, classes, name):
    cohort = classes[0].cohort
    client.force_login(make.user(Role.ORGANIZER, cohort))

    page = client.get(reverse(f"learning:{name}", kwargs={"cohort": cohort.pk}), {"in_class": "Class 061"})

    assert (page.status_code, 'value="Class 061"' in page.content.decode()) == (200, True)
