"""Answering journals: many on one page, by a day, with points where the cohort scores them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, CalendarDay, Role
from cohorts.models import ClassOfficer
from cohorts.rules.scoring import Given
from learning.models import Journal, JournalScore
from learning.rules.journals import review_due
from learning.services import accept, open_journal, return_to_writer, score_journal, submit
from tests import make
from trainee_mgmt.kit.errors import Refused

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(DAYS, st.integers(0, 60), st.sets(st.integers(0, 6), max_size=6))
def test_an_answer_is_due_on_the_first_working_day_from_so_many_days_on(handed_in_on, days, free):
    due = review_due(handed_in_on, days, lambda day: day.weekday() not in free)

    wished = handed_in_on + timedelta(days=days)
    assert due.weekday() not in free
    assert all((wished + timedelta(days=n)).weekday() in free for n in range((due - wished).days))


def a_class(**settings):
    """A class of a cohort that runs today."""
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30), **settings)
    return make.training_class(cohort)


def waiting(of, days_ago: int, **fields) -> Journal:
    """A journal that was handed in so many days ago; its answer was due three days later."""
    now, today = timezone.now(), timezone.localdate()
    week = today - timedelta(days=14 + today.weekday())
    return make.journal(
        make.trainee(in_class=of), week=week, state="submitted", submitted_at=now - timedelta(days=days_ago), **fields
    )


@pytest.mark.django_db
def test_the_rule_of_the_cohort_says_until_when_a_journal_is_answered():
    of = a_class(journal_review_in=5)
    trainee = make.trainee(in_class=of)
    today = timezone.localdate()
    for n in range(5, 9):
        CalendarDay.objects.update_or_create(day=today + timedelta(days=n), defaults={"is_working": n == 8})
    monday = today - timedelta(days=today.weekday())

    journal = submit(open_journal(trainee, start=monday), body="done", revision=0, by=make.trainee_account(trainee))

    assert journal.review_due_on == today + timedelta(days=8)


@pytest.mark.django_db
def test_a_returned_journal_has_a_new_day_for_its_answer_when_it_comes_back():
    of = a_class()
    journal = waiting(of, 9, body="short")
    before = journal.review_due_on
    returned = return_to_writer(journal, text="Which question?", by=make.user())

    again = submit(returned, body="longer", revision=0, by=make.user())

    assert (before < timezone.localdate() <= again.review_due_on, again.submitted_at) == (True, journal.submitted_at)


@pytest.mark.django_db
def test_the_overdue_list_names_who_answers_and_its_count_stands_beside_the_missing(client):
    of, other = a_class(), None
    other = make.training_class(of.cohort)
    head = make.person(name="Head Teacher")
    make.officer(of, head, office=ClassOfficer.Office.HEAD_TEACHER)
    for days, place in ((9, of), (5, other), (0, of)):
        waiting(place, days)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    page = reverse("learning:journal_waiting", kwargs={"cohort": of.cohort_id})

    table = client.get(page, {"view": "overdue"}).context["table"]
    review = client.get(reverse("learning:journal_review", kwargs={"cohort": of.cohort_id}))

    assert (table.count, [tab["count"] for tab in table.tab_links]) == (2, [3, 2, 0, 1])
    assert [row[-1] for row in table.sheet_rows()] == ["Head Teacher", "the organizers"]
    assert (review.context["overdue"], f"{page}?view=overdue" in review.content.decode()) == (2, True)


@pytest.mark.django_db
def test_only_what_is_overdue_is_read_on_one_page(client):
    of = a_class()
    late = waiting(of, 9)
    waiting(of, 0)
    client.force_login(make.user(Role.OFFICER, of))

    page = client.get(reverse("learning:journal_review", kwargs={"cohort": of.cohort_id}), {"due": "overdue"})

    assert [each.journal.pk for each in page.context["readings"]] == [late.pk]


@pytest.mark.django_db
def test_an_officer_sees_the_overdue_journals_of_the_own_class_only(client):
    of = a_class()
    mine, _other = waiting(of, 9), waiting(make.training_class(of.cohort), 9)
    client.force_login(make.user(Role.OFFICER, of))

    table = client.get(reverse("learning:journal_waiting", kwargs={"cohort": of.cohort_id})).context["table"]

    assert list(table.queryset.values_list("pk", flat=True)) == [mine.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("items", [1, 3])
def test_the_overdue_list_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    of = a_class()
    for _ in range(items):
        waiting(of, 9)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    with django_assert_num_queries(5):
        client.get(reverse("learning:journal_waiting", kwargs={"cohort": of.cohort_id}))


@pytest.mark.django_db
@pytest.mark.parametrize("items", [1, 46])
def test_46_journals_with_scores_stand_on_one_page_with_the_same_queries(client, django_assert_num_queries, items):
    of = a_class(journal_score="points")
    for _ in range(items):
        waiting(of, 1, body="seen and asked " * 1200)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    with django_assert_num_queries(12):
        page = client.get(reverse("learning:journal_review", kwargs={"cohort": of.cohort_id}))

    assert len(page.context["readings"]) == items
    assert len(page.content) < 60_000 + items * 8_000


@pytest.mark.django_db
def test_a_long_text_is_opened_in_its_place(client):
    of = a_class()
    journal = waiting(of, 1, body="a" * 2999 + " the very end")
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    many = client.get(reverse("learning:journal_review", kwargs={"cohort": of.cohort_id})).content.decode()
    piece = client.get(journal.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()

    assert ("the very end" in many, "the very end" in piece, "<html" in piece) == (False, True, False)


# Scores -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_journal_is_accepted_with_points_in_one_act(client):
    of = a_class(journal_score="points")
    journal = waiting(of, 1)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    before = AuditEntry.objects.count()

    client.post(reverse("learning:journal_accept", kwargs={"pk": journal.pk}), {"text": "Good.", "score": "84.25"})

    assert (Journal.objects.get().state, JournalScore.objects.get().points) == ("accepted", Decimal("84.3"))
    entry = AuditEntry.objects.latest("pk")
    assert (AuditEntry.objects.count() - before, entry.after) == (1, {"state": "accepted", "score": "84.3"})


@pytest.mark.django_db
def test_points_that_are_none_are_answered_in_place_and_nothing_is_decided(client):
    of = a_class(journal_score="points")
    journal = waiting(of, 1)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    page = client.post(
        reverse("learning:journal_accept", kwargs={"pk": journal.pk}),
        {"text": "Good.", "score": "184"},
        headers={"HX-Request": "true"},
    ).content.decode()

    assert ("is no number of points" in page, 'value="184"' in page, ">Good.<" in page) == (True, True, True)
    assert (Journal.objects.get().state, JournalScore.objects.count()) == ("submitted", 0)


@pytest.mark.django_db
def test_a_class_officer_answers_and_gives_no_score(client):
    of = a_class(journal_score="points")
    journal = waiting(of, 1)
    client.force_login(make.user(Role.OFFICER, of))
    url = reverse("learning:journal_accept", kwargs={"pk": journal.pk})

    page = client.get(reverse("learning:journal_review", kwargs={"cohort": of.cohort_id})).content.decode()
    refused = client.post(url, {"score": "90"})
    accepted = client.post(url, {"text": "Good."})

    assert ('name="score"' in page, refused.status_code, accepted.status_code) == (False, 403, 302)
    assert (Journal.objects.get().state, JournalScore.objects.count()) == ("accepted", 0)


@pytest.mark.django_db
def test_a_corrected_score_leaves_the_earlier_one_to_be_read_by_reviewer_and_writer(client):
    of = a_class(journal_score="grades", journal_scale="优 95\n良 85")
    journal = waiting(of, 1)
    reader = make.user(Role.ORGANIZER, of.cohort)
    accept(journal, score=Given(Decimal("85"), "良"), by=reader)
    client.force_login(reader)

    client.post(reverse("learning:journal_score", kwargs={"pk": journal.pk}), {"score": "优"})
    read = client.get(journal.get_absolute_url()).content.decode()
    client.force_login(make.trainee_account(journal.trainee))
    kwargs = {"pk": journal.trainee_id, "period": journal.period_start.isoformat()}
    written = client.get(reverse("learning:journal_write", kwargs=kwargs)).content.decode()

    rows = JournalScore.objects.order_by("pk").values_list("points", "grade", "in_force")
    assert list(rows) == [(Decimal("85.0"), "良", False), (Decimal("95.0"), "优", True)]
    for page in (read, written):
        assert ("95.0 points" in page, "before: 85.0 points" in page) == (True, True)


@pytest.mark.django_db
def test_the_same_score_again_writes_nothing():
    of = a_class(journal_score="points")
    journal, reader = waiting(of, 1), make.user()
    accept(journal, score=Given(Decimal("85")), by=reader)
    before = AuditEntry.objects.count()

    score_journal(journal, Given(Decimal("85.0")), by=reader)

    assert (JournalScore.objects.count(), AuditEntry.objects.count()) == (1, before)


@pytest.mark.django_db
def test_what_still_waits_is_not_scored():
    of = a_class(journal_score="points")

    with pytest.raises(Refused):
        score_journal(waiting(of, 1), Given(Decimal("85")), by=make.user())


@pytest.mark.django_db
def test_a_given_score_is_never_rewritten():
    of = a_class(journal_score="points")
    accept(waiting(of, 1), score=Given(Decimal("85")), by=make.user())

    with pytest.raises(DatabaseError), transaction.atomic():
        JournalScore.objects.update(points=90)
