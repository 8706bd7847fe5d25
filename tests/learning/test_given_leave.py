"""Leave that an organizer gives to many at once."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Message, Notice, Role
from accounts.services import outbox
from cohorts.models import Trainee
from learning.models import Leave, PersonTime
from learning.rules.leave import free_parts
from learning.services.given_leave import give_leave
from learning.services.leave import revoke_leave
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db

DAY, NEXT = date(2026, 9, 14), date(2026, 9, 15)
SPAN = {"starts_at": make.at(DAY, 8), "ends_at": make.at(NEXT, 18)}


@pytest.fixture
def cohort(clock):
    return make.cohort(name="Third", starts_on=date(2026, 9, 7))


def member(training_class, name, **fields):
    made = make.trainee(in_class=training_class, of=make.person(name=name), **fields)
    make.trainee_account(made, name=name)
    return Trainee.objects.select_related("person").get(pk=made.pk)


def give(cohort, people, **fields):
    fields = SPAN | {"leave_type": make.leave_type(cohort), "reason": "a visit", "by": make.user()} | fields
    return give_leave(cohort, people, **fields)


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ([], [(1, 9)]),
        ([(3, 4)], [(1, 3), (4, 9)]),
        ([(0, 2), (8, 12)], [(2, 8)]),
        ([(5, 6), (2, 3)], [(1, 2), (3, 5), (6, 9)]),
        ([(2, 7), (3, 4)], [(1, 2), (7, 9)]),
        ([(0, 10)], []),
        ([(1, 5), (5, 9)], []),
    ],
)
def test_free_parts_are_what_the_others_leave(taken, free):
    assert free_parts(1, 9, taken) == free


def test_nobody_gives_the_own_leave(cohort, clock):
    in_class = make.training_class(cohort)
    mine, other = member(in_class, "Anna"), member(in_class, "Ben")

    give(cohort, [mine, other], by=mine.person.user)

    assert list(Leave.objects.values_list("trainee", flat=True)) == [other.pk]
    with pytest.raises(Refused, match="given by somebody else"):
        give(cohort, [mine], by=mine.person.user)


def test_everybody_has_leave_is_told_once_and_one_entry_says_so(cohort, clock):
    in_class = make.training_class(cohort)
    people = [member(in_class, name) for name in ("Anna", "Ben", "Chen")]
    session = make.session(classes=[in_class], on=DAY)

    given = give(cohort, people)
    clock.forward(minutes=1)
    outbox.run(seconds=5)

    assert (given.people, given.had_it) == (3, 0)
    assert set(PersonTime.objects.filter(session=session).values_list("state", flat=True)) == {"excused"}
    assert [each.lines[0][0] for each in Message.objects.all()] == [
        f"You have leave: {Leave.objects.first().leave_type.name}, 14 Sep 08:00 to 15 Sep 18:00. a visit"
    ] * 3
    assert AuditEntry.objects.filter(action="learning.give_leave").count() == 1
    assert AuditEntry.objects.count() == 1
    assert set(Leave.objects.values_list("training_class", flat=True)) == {in_class.pk}


def test_leave_that_is_there_stays_and_the_rest_is_filled_with_one_notice(cohort):
    in_class = make.training_class(cohort)
    anna, ben = member(in_class, "Anna"), member(in_class, "Ben")
    make.leave(anna, starts_at=make.at(DAY, 12), ends_at=make.at(DAY, 18))
    make.leave(ben, starts_at=make.at(DAY, 0), ends_at=make.at(date(2026, 9, 16), 0), state="approved")

    given = give(cohort, [anna, ben])

    new = Leave.objects.filter(state="approved", trainee=anna).order_by("starts_at")
    assert (given.people, given.had_it) == (1, 1)
    assert list(new.values_list("starts_at", "ends_at")) == [
        (make.at(DAY, 8), make.at(DAY, 12)), (make.at(DAY, 18), make.at(NEXT, 18)),
    ]  # fmt: skip
    assert Notice.objects.count() == 1


def test_the_second_time_nobody_gets_it(cohort):
    people = [member(make.training_class(cohort), "Anna")]
    give(cohort, people)

    with pytest.raises(Refused, match="have leave in this time already"):
        give(cohort, people)

    assert Leave.objects.count() == 1


def test_given_leave_is_revoked_like_any_other(cohort):
    in_class = make.training_class(cohort)
    session = make.session(classes=[in_class], on=DAY)
    give(cohort, [member(in_class, "Anna")])

    revoke_leave(Leave.objects.get(), text="needed here", by=make.user(Role.ORGANIZER))

    assert PersonTime.objects.get(session=session).state is None
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["cancelled", "waiting"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ends_at": make.at(DAY, 8)}, "ends after it begins"),
        ({"starts_at": make.at(date(2025, 1, 1)), "ends_at": make.at(date(2025, 1, 2))}, "outside the cohort"),
    ],
)
def test_times_that_make_no_sense_are_refused(cohort, fields, reason):
    people = [member(make.training_class(cohort), "Anna")]

    with pytest.raises(Refused, match=reason):
        give(cohort, people, **fields)

    assert Leave.objects.count() == 0


def test_the_page_takes_classes_numbers_and_names(cohort, client):
    first, second = make.training_class(cohort), make.training_class(cohort)
    member(first, "Anna", number="001"), member(first, "Ben"), member(second, "Chen"), member(second, "Ben")
    kind = make.leave_type(cohort)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    url = reverse("learning:leave_give", kwargs={"cohort": cohort.pk})
    facts = {"leave_type": kind.pk, "starts_at": "2026-09-14T08:00", "ends_at": "2026-09-15T18:00", "reason": "a visit"}

    unknown = client.post(url, facts | {"people": "Nobody"})
    ambiguous = client.post(url, facts | {"people": "001\nBen"})
    in_class = client.post(url, facts | {"people": "001, Ben", "classes": [first.pk]})
    everybody = client.post(url, facts, follow=True)

    assert "Nobody here has this number or name: Nobody." in unknown.content.decode()
    assert "Several people are called so; give the number: Ben." in ambiguous.content.decode()
    assert in_class.status_code == 302
    assert "2 people have leave and are told." in everybody.content.decode()
    assert "2 people had leave in this time already." in everybody.content.decode()
    assert Leave.objects.count() == 4


@pytest.mark.parametrize("people", [1, 4])
def test_giving_takes_the_same_queries_for_any_number_of_people(cohort, django_assert_num_queries, people):
    in_class = make.training_class(cohort)
    rows = [member(in_class, f"P {n}") for n in range(people)]
    kind, by = make.leave_type(cohort), make.user()

    with django_assert_num_queries(14):
        give(cohort, rows, leave_type=kind, by=by)
