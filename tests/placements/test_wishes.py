"""Wishes of both sides: in the window, whole lists, refusals with reasons, demand, and nobody else's eyes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from placements.models import MOST_RANKS, Wish, WishWindow
from placements.services.host_wishes import write_host_wishes
from placements.services.offers import withdraw_offer
from placements.services.wishes import Said, set_window, write_wishes
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def window(cohort, **fields):
    now = timezone.now()
    times = {"trainees_from": now - timedelta(days=1), "trainees_until": now + timedelta(days=1)}
    return WishWindow.objects.create(cohort=cohort, **times | fields)


@pytest.fixture
def cohort():
    return make.cohort()


def written(trainee):
    return list(trainee.wishes.filter(side="trainee").order_by("rank").values_list("offer", "rank", "reason"))


def test_a_list_takes_the_place_of_the_one_before(cohort):
    trainee, by = make.trainee(in_cohort=cohort), make.user()
    a, b = make.offer(cohort), make.offer(cohort)
    window(cohort)

    write_wishes(trainee, [Said(a.pk, 1, "near"), Said(b.pk, None, "family works there")], by=by)
    write_wishes(trainee, [Said(b.pk, 1), Said(a.pk, 2)], by=by)

    assert written(trainee) == [(b.pk, 1, ""), (a.pk, 2, "")]
    entries = AuditEntry.objects.filter(action="placements.write_wishes")
    assert [entry.after for entry in entries.order_by("pk")] == [
        {"ranked": 1, "refused": 1},
        {"ranked": 2, "refused": 0},
    ]


def test_wishes_keep_to_their_rules(cohort):
    trainee, by = make.trainee(in_cohort=cohort), make.user()
    offers = [make.offer(cohort) for _n in range(5)]
    a, b, c, d, _e = (offer.pk for offer in offers)
    foreign = make.offer(make.cohort()).pk
    window(cohort, most_ranks=3, most_refusals=1)

    for said in (
        [Said(a, 2)],
        [Said(a, 1), Said(b, 1)],
        [Said(a, 1), Said(a, None, "why")],
        [Said(a, None, " ")],
        [Said(a, None, "x"), Said(b, None, "y")],
        [Said(a, 1), Said(b, 2), Said(c, 3), Said(d, 4)],
        [Said(foreign, 1)],
    ):
        with pytest.raises(Refused):
            write_wishes(trainee, said, by=by)

    assert not Wish.objects.exists()


def test_outside_the_window_nothing_is_taken(cohort):
    trainee, offer, by = make.trainee(in_cohort=cohort), make.offer(cohort), make.user()
    with pytest.raises(Refused):
        write_wishes(trainee, [Said(offer.pk, 1)], by=by)
    found = window(cohort)
    for at in (found.trainees_from - timedelta(seconds=1), found.trainees_until):
        with pytest.raises(Refused):
            write_wishes(trainee, [Said(offer.pk, 1)], by=by, at=at)
    write_wishes(trainee, [Said(offer.pk, 1)], by=by, at=found.trainees_from)

    assert written(trainee) == [(offer.pk, 1, "")]


def test_a_window_ends_after_it_begins(cohort):
    now = timezone.now()
    given = {"trainees_from": now, "trainees_until": now, "hosts_from": None, "hosts_until": None}
    for fields in (given, given | {"trainees_until": now + timedelta(1), "hosts_from": now}):
        with pytest.raises(Refused):
            set_window(cohort, **fields)


def test_what_a_host_says_is_written_by_the_organizer_at_any_time_until_it_is_published(cohort):
    offer, trainee, organizer = make.offer(cohort), make.trainee(in_cohort=cohort), make.user()

    write_host_wishes(offer, [Said(trainee.pk, 1, "knows the trade")], by=organizer)

    assert Wish.objects.get().side == "host"
    assert list(offer.host_answers.values_list("entered_by", "ranked", "refused")) == [(organizer.pk, 1, 0)]


def test_a_trainee_writes_wishes_on_the_phone_and_reads_them(client, cohort):
    trainee = make.trainee(in_cohort=cohort)
    offer, other = make.offer(cohort), make.offer(cohort)
    window(cohort)
    client.force_login(make.trainee_account(trainee))
    url = reverse("placements:own_wishes", kwargs={"pk": trainee.pk})

    assert client.get(url).status_code == 200
    wrong = client.post(url, {"wish_2": offer.pk})
    twice = client.post(url, {"wish_1": offer.pk, "wish_2": offer.pk})
    answer = client.post(url, {"wish_1": offer.pk, "refusal_1": other.pk, "refusal_reason_1": "my brother works there"})

    assert wrong.status_code == 422
    assert twice.context["form"].errors.keys() == {"wish_2"}
    assert answer.status_code == 302
    page = client.get(reverse("placements:my_wishes")).content.decode()
    assert str(offer.post) in page
    assert "my brother works there" in page


def test_nobody_reads_or_writes_the_wishes_of_another(client, cohort):
    trainee, other = make.trainee(in_cohort=cohort), make.trainee(in_cohort=cohort)
    make.wish(trainee, make.offer(cohort), reason="a quiet longing")
    window(cohort)
    client.force_login(make.trainee_account(other))

    assert client.get(reverse("placements:own_wishes", kwargs={"pk": trainee.pk})).status_code == 404
    assert client.get(reverse("placements:wish_list", kwargs={"cohort": cohort.pk})).status_code == 403
    assert "a quiet longing" not in client.get(reverse("placements:my_wishes")).content.decode()


def test_an_organizer_types_what_a_host_says_by_name_or_number(client, cohort):
    one = make.trainee(in_cohort=cohort, of=make.person(name="林跃川", name_key="lin"))
    other = make.trainee(in_cohort=cohort)
    offer = make.offer(cohort)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    url = reverse("placements:host_wishes", kwargs={"pk": offer.pk})

    unknown = client.post(url, {"ranked": "Nobody Atall"})
    answer = client.post(url, {"ranked": "林跃川：懂行\n", "refused": f"{other.number}: no place to sit"})

    assert unknown.status_code == 422
    assert answer.status_code == 302
    assert list(Wish.objects.order_by("rank").values_list("trainee", "rank", "reason")) == [
        (one.pk, 1, "懂行"),
        (other.pk, None, "no place to sit"),
    ]
    assert "no place to sit" in client.get(url).content.decode()


def test_the_demand_for_each_post_is_counted(client, cohort):
    wanted, spurned = make.offer(cohort, seats=2), make.offer(cohort)
    for rank in (1, 1, 2):
        make.wish(make.trainee(in_cohort=cohort), wanted, rank)
    make.wish(make.trainee(in_cohort=cohort), spurned, None)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    table = client.get(reverse("placements:wish_demand", kwargs={"cohort": cohort.pk})).context["table"]

    counts = table.ordered.values_list("pk", "seat_count", "firsts", "wished", "refused")
    assert list(counts) == [(wanted.pk, 2, 2, 3, 0), (spurned.pk, 1, 0, 0, 1)]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("page", ["wish_list", "wish_demand"])
def test_lists_need_the_same_queries_for_any_number_of_rows(client, cohort, django_assert_max_num_queries, page, rows):
    for _n in range(rows):
        make.wish(make.trainee(in_cohort=cohort), make.offer(cohort))
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    url = reverse(f"placements:{page}", kwargs={"cohort": cohort.pk})
    client.get(url)

    with django_assert_max_num_queries(12):
        client.get(url)


def test_more_people_than_there_are_ranks_are_refused_in_words(cohort):
    offer, people = make.offer(cohort), [make.trainee(in_cohort=cohort) for _n in range(MOST_RANKS + 1)]

    with pytest.raises(Refused, match=f"{MOST_RANKS} people"):
        write_host_wishes(offer, [Said(each.pk, rank) for rank, each in enumerate(people, 1)], by=make.user())

    assert not Wish.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_window_of_another_time_is_refused_and_not_kept_where_nobody_could_read_it_again(client, cohort, day):
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    times = {
        "trainees_from": "2026-09-01T00:00",
        "trainees_until": "2026-09-09T00:00",
        "hosts_from": day,
        "hosts_until": day,
    }
    url = reverse("placements:wish_window", kwargs={"cohort": cohort.pk})

    answer = client.post(url, times | {"most_ranks": 3, "most_refusals": 2, "host_ranks": 3})

    assert set(answer.context["form"].errors) == {"hosts_from", "hosts_until"}
    assert not WishWindow.objects.exists()


def test_a_post_that_somebody_wishes_is_not_withdrawn_with_the_wish(cohort):
    wish = make.wish(make.trainee(in_cohort=cohort), make.offer(cohort))

    with pytest.raises(Refused):
        withdraw_offer(wish.offer)

    assert Wish.objects.get() == wish
