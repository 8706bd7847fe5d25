"""What trainees think of a host: nothing is known of it before three have answered, anywhere."""

import json
import re
from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from accounts.services import take_own_data
from cohorts.models import Trainee
from placements.models import HostOpinion, OpinionGiven, Placement
from placements.selectors.opinions import opinions_of, with_opinion
from placements.services.opinions import give_opinion
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit import figures
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
POINTS = {"work": "4", "mentor": "5", "insight": "3", "living": "2"}
MEANS = {"4.0", "5.0", "3.0", "2.0"}
SECRET = "the canteen closes at noon"


@pytest.fixture
def host():
    return make.host(make.unit())


def leaver(host, **fields):
    """Somebody whose stay at the host ends in two days."""
    today = timezone.localdate()
    days = {"starts_on": today - timedelta(days=60), "ends_on": today + timedelta(days=2)}
    cohort = make.cohort(program=make.program(unit=host.unit), **days)
    at_offer = make.offer(cohort, at_host=host)
    return make.placement(make.trainee(cohort), at_offer=at_offer, **fields)


def say(host, count, text=SECRET):
    for _ in range(count):
        give_opinion(leaver(host), given=POINTS | {"text": text}, today=timezone.localdate())


def seen_of(client, host) -> str:
    """Everything that people of the office can open or take out about the host, in one text."""
    seen = []
    for role in (Role.ADMIN, Role.ORGANIZER, Role.LEADER):
        user = make.user(role, host.unit)
        client.force_login(user)
        listed = reverse("placements:opinion_list")
        seen.append(client.get(listed).content.decode())
        seen.append(client.get(reverse("placements:opinion_detail", kwargs={"pk": host.pk})).content.decode())
        export = client.post(listed, {"export": "csv", "purpose": "x"})
        seen.append(b"".join(export.streaming_content).decode())
        seen.append(json.dumps(take_own_data(user), default=str, ensure_ascii=False))
    seen += [json.dumps([each.before, each.after, each.object_label]) for each in AuditEntry.objects.all()]
    return "\n".join(seen)


@pytest.mark.parametrize("count", [1, 2])
def test_of_one_or_two_answers_nothing_shows_anywhere(client, host, count):
    say(host, count)
    other = make.trainee_account(leaver(host).trainee)

    seen = seen_of(client, host) + json.dumps(take_own_data(other), default=str)

    assert SECRET not in seen
    assert MEANS.isdisjoint(re.findall(r"(?<!\d)\d\.\d(?!\d)", seen))
    assert opinions_of(host.pk).count == 0


def test_hosts_with_answers_come_first_and_stand_under_a_tab_of_their_own(client, host):
    make.host(host.unit, name="A")
    say(host, 3)
    client.force_login(make.user(Role.ORGANIZER, host.unit))
    listed = reverse("placements:opinion_list")

    lists = [client.get(listed, query).context["table"].ordered for query in ({}, {"view": "shown"}, {"q": "A"})]

    assert [[row.name for row in each] for each in lists] == [[host.name, "A"], [host.name], ["A"]]


def test_three_answers_come_out_together_as_means_and_words_without_names(client, host):
    say(host, 3)

    seen = seen_of(client, host)

    assert SECRET in seen
    assert set(re.findall(r"(?<!\d)\d\.\d(?!\d)", seen)) >= MEANS
    people = [given.placement.trainee.person.name for given in OpinionGiven.objects.all()]
    assert [name for name in people if name in seen.replace("User", "")] == []


@pytest.mark.parametrize("more", [1, 2])
def test_the_next_answers_change_nothing_until_there_are_three_of_them(host, more):
    say(host, 3)
    before = opinions_of(host.pk)
    say(host, more, text="another word")
    between = opinions_of(host.pk)
    say(host, 3 - more)

    assert between == before
    assert opinions_of(host.pk).count == 6


def test_no_row_tells_whose_answer_it_is_or_when_it_was_given():
    fields = {field.name for field in HostOpinion._meta.get_fields()}

    assert fields == {"id", "host", "points", "text", "is_shown"}
    assert [each.name for each in OpinionGiven._meta.get_fields()] == ["id", "placement"]


def test_no_figure_counts_opinions():
    models = {HostOpinion, OpinionGiven}
    scope = figures.Scope((1,), timezone.now(), timezone.localdate())

    counted = {each.base.rows_of(scope).model for each in figures.FIGURES.values()}

    assert counted & models == set()


def test_one_stay_is_told_about_once(host):
    placement = leaver(host)
    give_opinion(placement, given=POINTS, today=timezone.localdate())

    with pytest.raises(Refused):
        give_opinion(placement, given=POINTS, today=timezone.localdate())

    assert HostOpinion.objects.count() == 1


def test_a_second_stay_of_the_same_person_at_the_host_is_no_second_answer(host):
    """Else three answers could be those of one person, who would be known by them."""
    first = leaver(host)
    second = leaver(host)
    Trainee.objects.filter(pk=second.trainee_id).update(person=first.trainee.person)
    give_opinion(first, given=POINTS, today=timezone.localdate())

    with pytest.raises(Refused):
        give_opinion(second, given=POINTS, today=timezone.localdate())

    assert HostOpinion.objects.count() == 1
    assert list(with_opinion(Placement.objects.all()).values_list("has_opinion", flat=True)) == [True, True]


def test_nobody_is_asked_in_the_middle_of_the_stay(host):
    placement = leaver(host)

    for today in (placement.ends_on - timedelta(days=8), placement.ends_on + timedelta(days=61)):
        with pytest.raises(Refused):
            give_opinion(placement, given=POINTS, today=today)


@pytest.mark.django_db(transaction=True)
def test_a_tap_that_comes_twice_at_once_is_one_answer(host):
    placement = leaver(host)

    results = race(*[partial(give_opinion, placement, given=POINTS, today=timezone.localdate())] * 2)

    assert refusals(results) == 1
    assert HostOpinion.objects.count() == 1


def test_a_trainee_says_it_on_the_own_page(client, host):
    placement = leaver(host)
    stranger = leaver(host)
    client.force_login(make.trainee_account(placement.trainee))
    url = reverse("placements:opinion_create", kwargs={"pk": placement.pk})

    page = client.get(reverse("placements:my_placement")).content.decode()
    bad = client.post(url, {"text": "x"})
    sent = client.post(url, POINTS | {"text": SECRET})
    theirs = client.get(reverse("placements:opinion_create", kwargs={"pk": stranger.pk}))

    assert url in page
    assert (bad.status_code, sent.status_code, theirs.status_code) == (422, 302, 404)
    assert "You have told us how it was" in client.get(sent.url).content.decode()
    assert AuditEntry.objects.filter(action="placements.give_opinion", outcome="done").count() == 1


def test_no_model_points_at_an_opinion():
    pointing = [
        m
        for m in apps.get_models()
        for f in m._meta.get_fields()
        if f.related_model is HostOpinion and not f.auto_created
    ]

    assert pointing == []
