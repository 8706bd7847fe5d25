"""The outbox of a cohort as its organizer sees it."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Delivery, Notice, Role
from learning.models import TimetableRelease
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    """A cohort with one trainee, who is told of a session; and who is in a second cohort, and is told of that too."""
    cohort, other = make.cohort(), make.cohort()
    trainee = make.trainee(in_class=make.training_class(cohort))
    anna = make.trainee_account(trainee, name="Anna")
    again = make.trainee(other, of=trainee.person)
    session = make.session(classes=[cohort.classes.get()], on=date(2026, 9, 8))
    mine = make.notice(anna, kind="learning.session_coming", about_type="learning.Session", about_id=session.pk)
    make.notice(anna, kind="learning.journal_due", about_type="cohorts.Trainee", about_id=again.pk)
    make.notice(anna)  # about a complaint
    return cohort, mine


def url(name, cohort):
    return reverse(f"learning:{name}", kwargs={"cohort": cohort.pk})


def test_an_organizer_sees_what_the_own_cohort_is_about_and_nothing_else(client, office):
    cohort, mine = office
    client.force_login(make.user(Role.ORGANIZER, cohort))

    shown = client.get(url("told_list", cohort))

    assert [row.pk for row in shown.context["table"].ordered] == [mine.pk]
    assert "Coming session" in shown.content.decode()


def test_each_channel_stands_there_with_its_state(client, office):
    cohort, mine = office
    message = make.message(mine.user)
    Notice.objects.filter(pk=mine.pk).update(message=message, state="sent")
    Delivery.objects.create(message=message, channel="email", state="failed", retry_at=make.at(date(2026, 9, 1)))
    client.force_login(make.user(Role.ORGANIZER, cohort))

    shown = client.get(url("told_list", cohort)).content.decode()

    assert "inbox: sent" in shown
    assert "e-mail: failed" in shown


def test_what_waits_is_cancelled_and_what_went_out_is_not(client, office):
    cohort, mine = office
    others = list(Notice.objects.exclude(pk=mine.pk).values_list("pk", flat=True))
    client.force_login(make.user(Role.ORGANIZER, cohort))

    client.post(url("told_cancel", cohort), {"pk": [mine.pk, *others]})
    again = client.post(url("told_cancel", cohort), {"pk": [mine.pk]}, follow=True)

    assert Notice.objects.get(pk=mine.pk).state == "cancelled"
    assert set(Notice.objects.filter(pk__in=others).values_list("state", flat=True)) == {"waiting"}
    assert "None of the chosen notices waits any more." in again.content.decode()
    assert AuditEntry.objects.filter(action="accounts.cancel_notices").count() == 1


def test_the_organizer_of_another_cohort_finds_nothing(client, office):
    cohort, mine = office
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    shown = client.get(url("told_list", cohort))
    refused = client.post(url("told_cancel", cohort), {"pk": [mine.pk]})

    assert (shown.status_code, refused.status_code) == (404, 404)
    assert Notice.objects.get(pk=mine.pk).state == "waiting"


@pytest.mark.parametrize("notices", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(client, office, django_assert_num_queries, notices):
    cohort, mine = office
    for n in range(notices):
        release = TimetableRelease.objects.create(cohort=cohort, number=n + 1, released_at=make.at(date(2026, 9, 1)))
        make.notice(
            mine.user,
            about_type="learning.TimetableRelease",
            about_id=release.pk,
            message=make.message(mine.user),
            state="sent",
        )
    client.force_login(make.user(Role.ORGANIZER, cohort))
    client.get(url("told_list", cohort))

    with django_assert_num_queries(4):
        client.get(url("told_list", cohort))
