"""Lists by host: offered is what the reader's own list names, as a box to unfold or, of many, one to search."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from tests import make
from trainee_mgmt.kit.choosing import FEW

pytestmark = pytest.mark.django_db
LISTS = ("offer_list", "visit_list", "ticket_list")


@pytest.fixture
def cohort():
    today = timezone.localdate()
    return make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30))


def at(cohort, name):
    """A host of that name with an offer, a visit and a ticket of this cohort."""
    host = make.host(cohort.program.unit, name=name)
    trainee = make.trainee(in_cohort=cohort)
    make.placement(trainee, at_offer=make.offer(cohort, at_host=host))
    make.visit(cohort, to=host, on=timezone.localdate())
    make.ticket(trainee, host=host)
    return host


def url(name, cohort):
    return reverse(f"placements:{name}", kwargs={"cohort": cohort.pk})


@pytest.mark.parametrize("name", LISTS)
def test_only_hosts_of_the_own_list_are_offered_and_one_narrows_it(client, cohort, name):
    mine, other = at(cohort, "Alpha"), at(cohort, "Beta")
    at(make.cohort(), "Elsewhere")
    client.force_login(make.user(Role.ORGANIZER, cohort))

    page = client.get(url(name, cohort), {"host": mine.pk})
    text = page.content.decode()

    assert re.findall(r"<option[^>]*>(Alpha|Beta|Elsewhere)<", text) == ["Alpha", "Beta"]
    assert (page.context["table"].count, [each["value"] for each in page.context["table"].chips]) == (1, ["Alpha"])
    assert other.name in client.get(url(name, cohort), {"host": other.pk}).context["table"].body


@pytest.mark.parametrize(("asked", "count"), [("999999", 0), ("no such name", 2), ("null", 2)])
def test_a_key_that_is_not_there_finds_nothing_and_nonsense_is_left_out(client, cohort, asked, count):
    at(cohort, "Alpha"), at(cohort, "Beta")
    client.force_login(make.user(Role.ORGANIZER, cohort))

    assert client.get(url("visit_list", cohort), {"host": asked}).context["table"].count == count


def test_many_hosts_are_searched_by_words_of_their_name(client, cohort, django_assert_num_queries):
    hosts = [make.host(cohort.program.unit, name=f"Works {n:03}") for n in range(FEW + 1)]
    for host in hosts:
        make.visit(cohort, to=host, on=timezone.localdate())
    client.force_login(make.user(Role.ORGANIZER, cohort))
    address = url("visit_list", cohort)

    with django_assert_num_queries(5):
        page = client.get(address, {"host": "Works 007"})

    assert f'<datalist id="host-offered"><option value="{hosts[0].name}">' in page.content.decode()
    assert (page.context["table"].count, client.get(address, {"host": "works 00"}).context["table"].count) == (1, 10)


def test_every_number_of_a_month_opens_as_many_tickets(client, cohort):
    at(cohort, "Alpha"), at(cohort, "Beta")
    make.ticket(make.trainee(in_cohort=cohort), category="meals", text="no host")
    now = timezone.now()
    make.ticket(make.trainee(in_cohort=cohort), due_at=now - timedelta(minutes=1), opened_at=now)
    closed = {"closed_at": now, "answer": "done", "satisfaction": 4}
    make.ticket(make.trainee(in_cohort=cohort), category="safety", **closed)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    text = client.get(url("ticket_month", cohort), {"month": f"{timezone.localdate():%Y-%m}"}).content.decode()
    found = re.findall(r'<a (?:class="fig-value" )?href="([^"]*\?month=[^"]*)"\s*>(\d+)</a>', text)

    opened = {href: client.get(href.replace("&amp;", "&")).context["table"].count for href, _number in found}
    assert opened == {href: int(number) for href, number in found}
    assert len(opened) > 8
