from datetime import date, timedelta
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import AttendanceRules, PersonTime
from learning.rules.states import DEFAULT, NUMBERS
from learning.selectors.rates import STANDINGS, Measure, counts_of
from tests import make

pytestmark = pytest.mark.django_db
NOON = make.at(date(2026, 10, 15), 12)


def a_class(**fields):
    return make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31)), **fields)


def held(of, days, **fields):
    return [make.session(classes=[of], on=date(2026, 9, 1) + timedelta(days=day), **fields) for day in days]


def rules(cohort, version=1, from_on=date(2026, 9, 1), **numbers):
    values = {name: getattr(DEFAULT, name) for name in NUMBERS} | numbers
    return AttendanceRules.objects.create(cohort=cohort, version=version, from_on=from_on, **values)


def measured(of, trainee):
    measure = Measure.of(of.cohort, at=NOON, today=NOON.date())
    counts = counts_of(trainee.pk, measure)
    return counts, measure.standing(counts)


def test_held_planned_and_possible_are_three_numbers():
    of = a_class()
    trainee = make.trainee(in_class=of)
    for session, state in zip(held(of, range(5)), ("present", "late", "absent", "excused"), strict=False):
        make.mark(session, trainee, state)
    held(of, (100, 101, 102))

    counts, standing = measured(of, trainee)

    assert {name: counts[name] for name in ("came", "held", "missing", "planned", "coming")} == {
        "came": 2, "held": 5, "missing": 1, "planned": 8, "coming": 3,
    }  # fmt: skip
    assert (standing.counted, standing.best, standing.spare) == (2, 6, -1)


def test_who_joined_late_owes_nothing_before_and_cancelled_sessions_count_nowhere():
    of = a_class()
    trainee = make.trainee(in_class=of, joined_on=date(2026, 9, 4))
    held(of, range(6))
    held(of, (6,), cancelled_at=NOON)

    counts, _standing = measured(of, trainee)

    assert (counts["planned"], counts["held"]) == (3, 3)


def test_leave_ahead_is_no_longer_possible_and_comes_back_when_it_is_revoked():
    of = a_class()
    trainee = make.trainee(in_class=of)
    (session,) = held(of, (100,))
    leave = make.leave(trainee, starts_at=session.starts_at, ends_at=session.ends_at, state="approved")
    during = measured(of, trainee)[1].best

    leave.state = "revoked"
    leave.save()

    assert (during, measured(of, trainee)[1].best) == (0, 1)


def test_lateness_under_leave_makes_no_absence():
    of = a_class()
    rules(of.cohort, lates_per_absence=2)
    trainee = make.trainee(in_class=of)
    sessions = held(of, range(4))
    for session in sessions:
        make.mark(session, trainee, "late")
    before = measured(of, trainee)[1].absences

    make.leave(trainee, starts_at=sessions[0].starts_at, ends_at=sessions[1].ends_at, state="approved")

    assert (before, measured(of, trainee)[1].absences) == (2, 1)


def test_the_database_and_the_rule_agree_about_generated_people():
    """The filter "out of reach" is computed in the database, the page in Python: both say the same of everybody."""
    random, of = Random(7), a_class()
    rules(of.cohort, lates_per_absence=2, earlies_per_absence=3, least_percent=67, most_absences=4)
    rules(of.cohort, 2, date(2026, 9, 8), lates_per_absence=3, least_percent=70, most_absences=3)
    people = [make.trainee(in_class=of, joined_on=date(2026, 9, random.choice([1, 1, 5]))) for _each in range(25)]
    for session in held(of, range(12)):
        for trainee in people:
            state = random.choice(["present", "present", "late", "early", "absent", "excused", None])
            if state and trainee.joined_on <= timezone.localdate(session.starts_at):
                make.mark(session, trainee, state)
    for session in held(of, (100, 101, 102)):
        make.leave(random.choice(people), starts_at=session.starts_at, ends_at=session.ends_at, state="approved")

    measure = Measure.of(of.cohort, at=NOON, today=NOON.date())
    rows = measure.with_spare(PersonTime.objects.filter(cohort=of.cohort))

    in_python = {each.pk: measure.standing(counts_of(each.pk, measure)) for each in people}
    assert {row["trainee"]: (row["spare"], row["allowed"]) for row in rows} == {
        pk: (stands.spare, stands.allowed) for pk, stands in in_python.items()
    }
    assert len({stands.spare for stands in in_python.values()}) > 3
    by_word = {word: set(rows.filter(how).values_list("trainee", flat=True)) for word, how in STANDINGS.items()}
    assert by_word["lost"] == {pk for pk, stands in in_python.items() if stands.is_lost}
    assert by_word["near"] == {pk for pk, stands in in_python.items() if stands.is_near}
    assert by_word["fine"] == set(in_python) - by_word["lost"] - by_word["near"]


# Pages


def sign_in(client, of, role=Role.ORGANIZER):
    user = make.user(role, of if role == Role.OFFICER else of.cohort)
    client.force_login(user)
    return user


def rates(of, query=""):
    return reverse("learning:rate_list", kwargs={"cohort": of.cohort_id}) + query


def test_each_rate_stands_with_its_numbers_and_opens_its_rows(client):
    of = a_class()
    trainee = make.trainee(in_class=of)
    first, second, _third = held(of, range(3))
    make.mark(first, trainee, "present")
    make.mark(second, trainee, "absent")
    sign_in(client, of)

    page = client.get(rates(of)).content.decode()
    rows = reverse("learning:rate_rows", kwargs={"cohort": of.cohort_id})
    counted = [
        client.get(f"{rows}?of={rate}&part={part}&trainee={trainee.pk}").context["table"].count
        for rate in ("held", "planned", "possible")
        for part in ("n", "known")
    ]

    assert [pair in page for pair in ("1 / 2", "1 / 3", "2 / 3")] == [True, True, True]
    assert counted == [1, 2, 1, 3, 2, 3]


def test_the_rows_that_do_not_count_are_one_click_from_those_that_do(client):
    of = a_class()
    trainee = make.trainee(in_class=of)
    first, second, _third = held(of, range(3))
    make.mark(first, trainee, "present")
    make.mark(second, trainee, "absent")
    sign_in(client, of)
    rows = reverse("learning:rate_rows", kwargs={"cohort": of.cohort_id})

    links = client.get(f"{rows}?of=held&part=n&trainee={trainee.pk}").context["part_links"]
    counts = [(str(words), client.get(url).context["table"].count, here) for url, words, here in links]

    assert counts == [
        ("Rows that count", 1, True),
        ("Rows that do not count", 1, False),
        ("All of the denominator", 2, False),
        ("Not marked", 1, False),
    ]


def test_a_mark_of_a_session_that_still_goes_on_counts_as_attended_of_what_is_planned(client):
    of = make.training_class(make.cohort(starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31)))
    trainee, start = make.trainee(in_class=of), timezone.now() - timedelta(minutes=30)
    running = make.session(classes=[of], starts_at=start, ends_at=start + timedelta(hours=2))
    make.session(classes=[of], starts_at=start + timedelta(days=1), ends_at=start + timedelta(days=1, hours=2))
    make.mark(running, trainee, "present")
    sign_in(client, of)

    page = client.get(rates(of)).content.decode()
    rows = reverse("learning:rate_rows", kwargs={"cohort": of.cohort_id})
    counted = client.get(f"{rows}?of=planned&part=n&trainee={trainee.pk}").context["table"].count

    assert ("1 / 2" in page, counted) == (True, 1)


def test_who_can_no_longer_reach_the_aim_is_found(client):
    of = a_class()
    good, lost = (make.trainee(in_class=of) for _each in range(2))
    for session in held(of, range(4)):
        make.mark(session, good, "present")
        make.mark(session, lost, "absent")
    sign_in(client, of)

    found = client.get(rates(of, "?standing=lost")).content.decode()

    assert (lost.person.name in found, good.person.name in found) == (True, False)


def test_an_officer_sees_the_own_class_only(client):
    of = a_class()
    other = make.training_class(of.cohort)
    mine, theirs = make.trainee(in_class=of), make.trainee(in_class=other)
    held(of, (0,))
    sign_in(client, of, Role.OFFICER)
    rows = reverse("learning:rate_rows", kwargs={"cohort": of.cohort_id})

    page = client.get(rates(of)).content.decode()

    assert (mine.person.name in page, theirs.person.name in page) == (True, False)
    assert client.get(f"{rows}?of=held&trainee={theirs.pk}").status_code == 404
    assert client.get(f"{rows}?of=held&class={other.pk}").status_code == 404


@pytest.mark.parametrize("query", ["?of=", "?of=none", "?of=held&part=x", "?of=held&trainee=1e9", "?of=held&class=²"])
def test_rows_of_nothing_are_not_found(client, query):
    of = a_class()
    sign_in(client, of)

    assert client.get(reverse("learning:rate_rows", kwargs={"cohort": of.cohort_id}) + query).status_code == 404


def test_the_export_is_recorded_and_holds_numerator_and_denominator(client):
    of = a_class()
    trainee = make.trainee(in_class=of)
    make.mark(held(of, (0,))[0], trainee, "present")
    sign_in(client, of)

    answer = client.post(rates(of), {"export": "csv", "purpose": "talk with the head teacher"})
    text = b"".join(answer.streaming_content).decode()

    assert "100.0% (1 / 1)" in text
    assert AuditEntry.objects.filter(action__contains="export").count() == 1


@pytest.mark.parametrize("rate", ["held", "planned", "possible"])
def test_people_are_ordered_by_each_rate_and_those_without_one_stand_last_both_ways(client, rate):
    of = a_class()
    marks = {
        "half": ("present", "absent"),
        "all": ("late", "present"),
        "also half": ("absent", "present"),
        "absent": ("absent",) * 2,
    }
    people = {name: make.trainee(in_class=of, number=f"{number:02}") for number, name in enumerate(marks, 1)}
    nowhere = make.trainee(of.cohort, number="05")
    for at, session in enumerate(held(of, range(2))):
        for name, person in people.items():
            make.mark(session, person, marks[name][at])
    sign_in(client, of)
    names = {each.pk: name for name, each in people.items()} | {nowhere.pk: "nothing planned"}

    def shown(sort):
        table = client.get(rates(of, f"?sort={sort}")).context["table"]
        return [names[pk] for pk in table.ordered.values_list("pk", flat=True)]

    assert shown(rate) == ["absent", "half", "also half", "all", "nothing planned"]
    assert shown(f"-{rate}") == ["all", "half", "also half", "absent", "nothing planned"]


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("rate_list", 6), ("rate_list?sort=-possible", 6), ("rate_class_list", 5)]
)
def test_rates_take_the_same_queries_for_any_number_of_people(client, django_assert_num_queries, items, name, queries):
    of = a_class()
    sessions = held(of, range(2))
    for _each in range(items):
        trainee = make.trainee(in_class=of)
        make.mark(sessions[0], trainee, "late")
        make.training_class(of.cohort)
    sign_in(client, of)
    page, _mark, query = name.partition("?")
    url = f"{reverse(f'learning:{page}', kwargs={'cohort': of.cohort_id})}?{query}"
    client.get(url)

    with django_assert_num_queries(queries):
        client.get(url)


def test_classes_are_ordered_by_a_rate_and_those_without_one_stand_last(client):
    of = a_class(name="half", number=1)
    empty = make.training_class(of.cohort, name="empty", number=2)
    full = make.training_class(of.cohort, name="full", number=3)
    sessions = held(of, range(2))
    make.mark(sessions[0], make.trainee(in_class=of), "present")
    make.mark(sessions[1], of.memberships.get().trainee, "absent")
    make.mark(held(full, (5,))[0], make.trainee(in_class=full), "late")
    sign_in(client, of)
    url = reverse("learning:rate_class_list", kwargs={"cohort": of.cohort_id})

    shown = {
        sort: [each.name for each, _values in client.get(url, {"sort": sort}).context["lines"]]
        for sort in ("held", "-held", "-possible", "nonsense")
    }

    assert shown == {
        "held": ["half", "full", empty.name],
        "-held": ["full", "half", empty.name],
        "-possible": ["full", "half", empty.name],
        "nonsense": ["half", empty.name, "full"],
    }


def test_rates_of_very_many_classes_are_counted_page_by_page(client):
    of = a_class(number=1)
    for number in range(2, 51):
        make.training_class(of.cohort, number=number)
    last = make.training_class(of.cohort, number=51)
    for each, state in ((of, "present"), (last, "absent")):
        make.mark(held(each, (0,))[0], make.trainee(in_class=each), state)
    sign_in(client, of)
    url = reverse("learning:rate_class_list", kwargs={"cohort": of.cohort_id})

    pages = [client.get(url, {"page": page}).context["lines"] for page in (1, 2)]

    assert [len(page) for page in pages] == [50, 1]
    assert [page[0][1][0][1].n for page in pages] == [1, 0]
    assert [page[0][1][0][1].known for page in pages] == [1, 1]
