"""Denied attempts stand in the audit log; a typing error does not."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from tests import make

pytestmark = pytest.mark.django_db


def denied():
    return list(
        AuditEntry.objects.filter(outcome=AuditEntry.Outcome.DENIED).values_list("action", "object_type", "object_id")
    )


def test_a_page_without_the_permission_is_written_down(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.EVALUATOR, cohort))

    assert client.get(reverse("cohorts:trainee_list", kwargs={"cohort": cohort.pk})).status_code == 403
    assert denied() == [("cohorts.view_trainee", "cohorts.Trainee", None)]


def test_a_row_of_somebody_else_is_written_down(client):
    theirs = make.trainee()
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    assert client.get(theirs.get_absolute_url()).status_code == 404
    assert denied() == [("cohorts.view_trainee", "cohorts.Trainee", theirs.pk)]


def test_a_cohort_of_somebody_else_is_written_down(client):
    theirs = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    assert client.get(reverse("cohorts:trainee_list", kwargs={"cohort": theirs.pk})).status_code == 404
    assert len(denied()) == 1


def test_a_row_that_does_not_exist_is_only_a_typing_error(client):
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    assert client.get(reverse("cohorts:trainee_detail", kwargs={"pk": 987_654})).status_code == 404
    assert denied() == []
