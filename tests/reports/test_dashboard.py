import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.services import record
from cohorts.models import Trainee
from tests import make
from tests.reports.cohorts import Office

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    client.get(reverse("accounts:me"))  # the session lies in the cache
    return client


def dashboard(cohort, query=""):
    return f"{reverse('reports:cohort_dashboard', kwargs={'cohort': cohort.pk})}{query}"


def test_a_dashboard_takes_eight_queries_at_first_and_three_while_nothing_changes(django_assert_num_queries):
    office = Office()
    client = signed_in(office.organizer)

    with django_assert_num_queries(8):
        first = client.get(dashboard(office.cohort))
    with django_assert_num_queries(3):
        again = client.get(dashboard(office.cohort))
    assert first.context["body"] == again.context["body"]


def test_a_write_is_seen_at_once():
    office = Office()
    client = signed_in(office.organizer)
    assert "10 of 11 people" in client.get(dashboard(office.cohort)).content.decode()

    trainee = Trainee.objects.filter(status="active").first()
    Trainee.objects.filter(pk=trainee.pk).update(status="withdrawn", ended_on=office.today)
    record("cohorts.withdraw", trainee)

    assert "9 of 11 people" in client.get(dashboard(office.cohort)).content.decode()


def test_a_leader_reads_the_same_numbers_as_the_organizer():
    office = Office()

    pages = [signed_in(each).get(dashboard(office.cohort)) for each in (office.organizer, office.leader)]

    assert pages[0].context["body"] == pages[1].context["body"]


def test_the_class_filter_narrows_every_number_and_its_rows():
    office = Office()
    client = signed_in(office.organizer)

    page = client.get(dashboard(office.cohort, f"?class={office.east.pk}")).content.decode()

    assert "5 of 5 people" in page
    assert f"class={office.east.pk}" in page
    assert "Attendance by class" not in page
    assert client.get(dashboard(office.cohort, f"?class={make.training_class().pk}")).status_code == 404


def test_a_cohort_reached_by_another_right_is_not_found():
    user = make.user(Role.LEADER, make.cohort())
    other = make.training_class()
    make.give(user, Role.OFFICER, other)

    assert signed_in(user).get(dashboard(other.cohort)).status_code == 404


@pytest.mark.parametrize("people", [0, 1])
def test_an_empty_cohort_has_a_dashboard_too(people):
    cohort = make.cohort()
    for _n in range(people):
        make.trainee(cohort)
    cache.clear()

    page = signed_in(make.user(Role.ORGANIZER, cohort)).get(dashboard(cohort)).content.decode()

    assert "Nothing to count yet." in page
    assert "None" not in page
