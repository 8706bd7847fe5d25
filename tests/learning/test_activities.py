from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Role
from cohorts.models import Trainee
from learning.models import Activity, ActivityPlatform, Signup
from learning.notices import OFFERED
from learning.services.activities import (
    accept_seat,
    cancel_activity,
    change_activity,
    lapse_offers,
    mark_activity,
    set_platforms,
    sign_up,
    withdraw,
)
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.notices import KINDS


def url(name, **kwargs):
    return reverse(f"learning:{name}", kwargs=kwargs)


def states(activity):
    return list(activity.signups.order_by("queued_at", "pk").values_list("state", flat=True))


def people_of(activity, count):
    people = [make.trainee(activity.cohort) for _each in range(count)]
    for each in people:
        make.trainee_account(each)
        each.person.refresh_from_db()
    return people


@pytest.mark.django_db(transaction=True)
def test_twenty_people_for_the_last_seat_at_once_exactly_one_gets_it():
    activity = make.activity(capacity=1)
    people = [make.trainee(activity.cohort) for _each in range(20)]

    race(*[lambda each=each: sign_up(activity, each) for each in people])

    assert sorted(states(activity)) == ["signed"] + ["waiting"] * 19


@pytest.mark.django_db(transaction=True)
def test_the_same_person_twenty_times_at_once_has_one_seat_and_one_entry_in_the_log():
    activity = make.activity(capacity=5)
    trainee = make.trainee(activity.cohort)

    race(*[lambda: sign_up(activity, trainee)] * 20)

    assert states(activity) == ["signed"]
    assert AuditEntry.objects.filter(action="learning.sign_up").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_offer_taken_twenty_times_at_once_is_one_seat_and_one_entry_in_the_log():
    activity = make.activity(capacity=1)
    first, second = (make.trainee(activity.cohort) for _each in range(2))
    sign_up(activity, first)
    sign_up(activity, second)
    withdraw(activity, first)

    results = race(*[lambda: accept_seat(activity, second)] * 20)

    assert (refusals(results), states(activity)) == (19, ["withdrawn", "signed"])
    assert AuditEntry.objects.filter(action="learning.accept_seat").count() == 1


@pytest.mark.django_db(transaction=True)
def test_seats_given_up_at_once_are_offered_to_as_many_as_gave_one_up():
    activity = make.activity(capacity=3)
    people = [make.trainee(activity.cohort) for _each in range(8)]
    for each in people:
        sign_up(activity, each)

    race(*[lambda each=each: withdraw(activity, each) for each in people[:3]])

    assert states(activity) == ["withdrawn"] * 3 + ["offered"] * 3 + ["waiting"] * 2


@pytest.mark.django_db
def test_the_next_on_the_waiting_list_is_offered_the_seat_and_told():
    activity = make.activity(capacity=1)
    first, second, third = people_of(activity, 3)
    for each in (first, second, third):
        sign_up(activity, each)

    withdraw(activity, first)

    assert states(activity) == ["withdrawn", "offered", "waiting"]
    assert list(Notice.objects.filter(kind=OFFERED).values_list("user", flat=True)) == [second.person.user_id]
    accept_seat(activity, second)
    assert states(activity) == ["withdrawn", "signed", "waiting"]


@pytest.mark.django_db
def test_a_seat_that_is_offered_is_not_given_to_a_passer_by():
    activity = make.activity(capacity=1)
    first, second, third = people_of(activity, 3)
    sign_up(activity, first)
    sign_up(activity, second)
    withdraw(activity, first)

    assert sign_up(activity, third).state == "waiting"
    with pytest.raises(Refused):
        accept_seat(activity, third)


@pytest.mark.django_db
def test_an_offer_that_nobody_takes_goes_to_the_next_and_is_not_told_late():
    activity = make.activity(capacity=1)
    first, second, third = people_of(activity, 3)
    for each in (first, second, third):
        sign_up(activity, each)
    withdraw(activity, first)
    notice = Notice.objects.get(kind=OFFERED)

    runs = [lapse_offers(timezone.now() + timedelta(hours=25)) for _time in range(2)]

    assert (runs, states(activity)) == ([1, 0], ["withdrawn", "withdrawn", "offered"])
    assert list(KINDS[OFFERED].still_true([notice])) == []
    assert third.person.user_id in Notice.objects.filter(kind=OFFERED).values_list("user", flat=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"cancelled_at": timezone.now()}, "cancelled"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "has not begun"),
        ({"opens_at": timezone.now() - timedelta(days=9), "closes_at": timezone.now() - timedelta(days=8)}, "is over"),
    ],
)
def test_outside_its_days_nobody_signs_up(change, why):
    activity = make.activity(**change)

    with pytest.raises(Refused, match=why):
        sign_up(activity, make.trainee(activity.cohort))


@pytest.mark.django_db
def test_people_of_other_cohorts_and_who_left_do_not_sign_up():
    activity = make.activity()
    left = make.trainee(activity.cohort, status="withdrawn", ended_on=activity.cohort.starts_on)

    for each in (make.trainee(), left):
        with pytest.raises(Refused):
            sign_up(activity, each)


def fields_of(activity, **changed):
    names = ("title", "mode", "place", "starts_at", "ends_at", "capacity", "opens_at", "closes_at")
    return {name: getattr(activity, name) for name in names} | {"platform": activity.platform.name} | changed


@pytest.mark.django_db
def test_more_seats_go_to_the_waiting_list_and_fewer_than_taken_are_refused():
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=9), ends_on=today + timedelta(days=90))
    activity = make.activity(cohort, capacity=2)
    for each in people_of(activity, 4):
        sign_up(activity, each)

    change_activity(activity, **fields_of(activity, capacity=3))

    assert states(activity) == ["signed", "signed", "offered", "waiting"]
    with pytest.raises(Refused, match="3 seats are taken"):
        change_activity(activity, **fields_of(activity, capacity=2))


@pytest.mark.django_db
def test_another_time_or_place_is_told_once_to_whoever_signed_up():
    activity = make.activity(capacity=1)
    people = people_of(activity, 3)
    for each in people:
        sign_up(activity, each)
    withdraw(activity, people[2])
    waiting = Notice.objects.filter(kind="learning.activity_moved")

    change_activity(activity, **fields_of(activity, title="Another name"))
    told_of_the_name = waiting.count()
    for place in ("Hall 2", "Hall 3"):
        change_activity(activity, **fields_of(activity, place=place))

    assert told_of_the_name == 0
    last = waiting.filter(params__place="Hall 3")
    assert sorted(last.values_list("user", flat=True)) == sorted(each.person.user_id for each in people[:2])
    assert set(waiting.exclude(params__place="Hall 3").values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.django_db
def test_a_cancelled_activity_tells_whoever_signed_up_once():
    activity = make.activity(capacity=1)
    people = people_of(activity, 3)
    for each in people:
        sign_up(activity, each)
    withdraw(activity, people[2])

    cancel_activity(activity)
    with pytest.raises(Refused, match="is cancelled"):
        cancel_activity(activity)

    assert AuditEntry.objects.filter(action="learning.cancel_activity").count() == 1
    told = Notice.objects.filter(kind="learning.activity_cancelled").values_list("user", flat=True)
    assert sorted(told) == sorted(each.person.user_id for each in people[:2])


@pytest.mark.django_db
def test_nobody_takes_a_seat_in_a_cancelled_activity():
    activity = make.activity(capacity=1)
    first, second = people_of(activity, 2)
    sign_up(activity, first)
    sign_up(activity, second)
    withdraw(activity, first)
    cancel_activity(activity)

    with pytest.raises(Refused, match="is cancelled"):
        accept_seat(activity, second)
    assert states(activity) == ["withdrawn", "offered"]


@pytest.mark.django_db
def test_who_left_the_training_while_waiting_is_offered_no_seat():
    activity = make.activity(capacity=1)
    first, left, third = people_of(activity, 3)
    for each in (first, left, third):
        sign_up(activity, each)
    Trainee.objects.filter(pk=left.pk).update(status="withdrawn", ended_on=activity.cohort.starts_on)

    withdraw(activity, first)

    assert states(activity) == ["withdrawn", "waiting", "offered"]


@pytest.mark.django_db
def test_who_came_is_entered_as_a_whole_and_twice_changes_nothing():
    activity = make.activity()
    came, stayed = people_of(activity, 2)
    for each in (came, stayed):
        sign_up(activity, each)
    with pytest.raises(Refused, match="once the activity has begun"):
        mark_activity(activity, came=[came.pk])
    hour = timezone.now() - timedelta(hours=1)
    Activity.objects.filter(pk=activity.pk).update(starts_at=hour, closes_at=hour)

    for _time in range(2):
        mark_activity(activity, came=[came.pk])

    assert dict(activity.signups.values_list("trainee", "attended")) == {came.pk: True, stayed.pk: False}
    changed = AuditEntry.objects.filter(action="learning.mark_activity").order_by("pk").values_list("after", flat=True)
    assert [after["changed"] for after in changed] == [2, 0]
    with pytest.raises(Refused, match="not signed up"):
        mark_activity(activity, came=[make.trainee(activity.cohort).pk])


@pytest.mark.django_db
def test_a_platform_with_activities_stays():
    activity = make.activity(platform="Charity")
    set_platforms(activity.cohort, ["Learning", "Charity"])

    with pytest.raises(Refused, match="“Charity” has activities"):
        set_platforms(activity.cohort, ["Learning"])
    assert list(ActivityPlatform.objects.order_by("order").values_list("name", flat=True)) == ["Learning", "Charity"]


# Pages ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(client):
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=9), ends_on=today + timedelta(days=90))
    client.force_login(make.user(Role.ORGANIZER, cohort.program.unit))
    return cohort


@pytest.mark.django_db
def test_counts_by_platform_mode_and_month_open_their_lists(client, office):
    make.activity(office, platform="Charity", mode="online")
    make.activity(office, platform="Charity")
    make.activity(office, platform="Learning")
    make.activity(office, platform="Learning", cancelled_at=timezone.now())
    make.activity(platform="Charity")

    page = client.get(url("activity_list", cohort=office.pk))

    shown = {figure.name: [(words, n) for _answer, words, n in lines] for figure, lines in page.context["counts"]}
    assert shown["learning.activities_by_platform"] == [("Charity", 2), ("Learning", 1)]
    assert shown["learning.activities_by_mode"] == [("in person", 2), ("online", 1)]
    assert [n for _month, n in shown["learning.activities_by_month"]] == [3]
    for figure, lines in page.context["counts"]:
        for answer, _words, n in lines:
            rows = reverse("reports:figure_rows", kwargs={"cohort": office.pk, "name": figure.name})
            assert client.get(rows, {"answer": answer}).context["table"].count == n


@pytest.mark.django_db
def test_an_activity_is_made_on_the_page(client, office):
    start = timezone.localtime().replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=7)
    form = f"{start:%Y-%m-%d}T"
    data = {"title": "Tea", "platform": "Fellowship", "mode": "offline", "capacity": "20", "starts_at": f"{form}14:00"}
    data |= {
        "ends_at": f"{form}16:00",
        "opens_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "closes_at": f"{form}12:00",
    }

    wrong = client.post(url("activity_create", cohort=office.pk), data | {"ends_at": f"{form}13:00"})
    none = client.post(url("activity_create", cohort=office.pk), data | {"capacity": "0"})
    client.post(url("activity_create", cohort=office.pk), data)

    assert (wrong.status_code, none.status_code) == (422, 422)
    assert list(Activity.objects.values_list("title", "platform__name", "capacity")) == [("Tea", "Fellowship", 20)]
    assert office.platforms.count() == 5  # the next activity has the same choice


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_number_of_queries(client, office, count, django_assert_num_queries):
    for _each in range(count):
        sign_up(make.activity(office), make.trainee(office))
    client.get(url("activity_list", cohort=office.pk))

    with django_assert_num_queries(7):
        client.get(url("activity_list", cohort=office.pk))


@pytest.mark.django_db
def test_a_trainee_signs_up_and_withdraws_on_the_phone(client):
    activity = make.activity(capacity=1)
    other, (trainee,) = make.trainee(activity.cohort), people_of(activity, 1)
    sign_up(activity, other)
    client.force_login(trainee.person.user)

    client.post(url("activity_join", pk=activity.pk))
    waiting = client.get(url("my_activities")).content.decode()
    withdraw(activity, other)
    offered = client.get(url("my_activities")).content.decode()
    client.post(url("activity_accept", pk=activity.pk))
    seated = client.get(url("my_activities")).content.decode()
    client.post(url("activity_leave", pk=activity.pk))

    words = ("On the waiting list", "A seat is offered to you", "You have a seat")
    assert [text in page for text, page in zip(words, (waiting, offered, seated))] == [True] * 3
    assert Signup.objects.get(trainee=trainee).state == "withdrawn"


@pytest.mark.django_db
def test_an_activity_of_another_cohort_is_not_there(client):
    trainee = make.trainee()
    client.force_login(make.trainee_account(trainee))

    assert client.post(url("activity_join", pk=make.activity().pk)).status_code == 404
