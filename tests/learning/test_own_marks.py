"""An officer who is a trainee of the class stands on its roll: the own mark is nobody's own business."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from learning.services import call_roll
from learning.services.sheets import Sheet, take_roll
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 8)
OWN = "Your own mark is changed by somebody else. Ask the head teacher or the organizer."


@pytest.fixture
def of():
    return make.training_class()


@pytest.fixture
def mine(of):
    return make.trainee(in_class=of)


@pytest.fixture
def officer(of, mine, client):
    user = make.trainee_account(mine)
    make.give(user, Role.OFFICER, of)
    client.force_login(user)
    return user


@pytest.fixture
def session(of):
    return make.session(classes=[of], on=DAY)


@pytest.fixture
def on_roll(officer, session, of, mine):
    return officer, session, mine, make.trainee(in_class=of)


def in_force(session):
    return dict(session.attendances.filter(in_force=True).values_list("trainee", "state"))


def url(name, session, of):
    return reverse(f"learning:{name}", kwargs={"pk": session.pk, "trainee": of.pk})


@pytest.mark.parametrize("marked", ["absent", ""])
def test_an_officer_corrects_no_mark_of_the_own(client, officer, session, mine, marked):
    if marked:
        make.mark(session, mine, marked)
    before = in_force(session)

    answer = client.post(url("mark_correct", session, mine), {"state": "present", "note": "I was there"})

    assert (answer.status_code, in_force(session)) == (422, before)
    assert OWN in answer.content.decode()


def test_an_officer_decides_no_difference_of_the_own(client, officer, session, mine):
    make.scan(session, mine, verdict="flagged", reasons=["old_code"])

    answer = client.post(url("difference_settle", session, mine), {"state": "present"}, follow=True)

    assert OWN in answer.content.decode()
    assert in_force(session) == {}
    assert not AuditEntry.objects.filter(action="learning.correct_mark").exists()


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(
    ("stands", "called", "left"),
    [("", "present", "present"), ("", "excused", None), ("absent", "present", "absent"), ("late", "excused", "late")],
)
def test_a_roll_gives_its_caller_a_first_mark_and_no_other(on_roll, kept, stands, called, left):
    officer, session, mine, other = on_roll
    seen = {mine.pk: make.mark(session, mine, stands).pk} if stands else {}
    roll = Sheet(key=uuid4(), marks={mine.pk: called, other.pk: "late"}, seen=seen, was_kept=kept)

    take_roll(session, roll, by=officer)

    assert in_force(session) == {other.pk: "late"} | ({mine.pk: left} if left else {})


def test_a_grid_changes_no_mark_of_whoever_keys_it(client, officer, session, of, mine):
    make.mark(session, mine, "absent", source="scan")
    grid = reverse("learning:mark_grid", kwargs={"pk": of.pk}) + f"?session={session.pk}"

    answer = client.post(grid, {f"m-{session.pk}-{mine.pk}": "present"})

    assert (answer.status_code, in_force(session)) == (422, {mine.pk: "absent"})
    assert OWN in answer.content.decode()


def test_whoever_is_no_trainee_of_the_class_marks_everybody(session, mine, of):
    make.mark(session, mine, "absent")

    call_roll(session, exceptions={mine.pk: "excused"}, by=make.user(Role.OFFICER, of))

    assert in_force(session) == {mine.pk: "excused"}


def test_an_organizer_who_attends_answers_no_journal_of_the_own_and_gives_oneself_no_hours(client, of, mine):
    user = make.trainee_account(mine)
    make.give(user, Role.ORGANIZER, of.cohort.program.unit)
    client.force_login(user)
    make.hour_table(of.cohort.program.unit)
    journal, entry = make.journal(mine, state="submitted"), make.credit(mine, "Teaching")
    pages = {"journal_accept": journal, "journal_return": journal, "journal_score": journal, "journal_comment": journal}
    pages |= {"credit_create": mine, "credit_reverse": entry}

    answers = [
        client.post(reverse(f"learning:{page}", kwargs={"pk": row.pk}), {"text": "fine", "reason": "mine"})
        for page, row in pages.items()
    ]
    many = reverse("learning:journal_accept_many", kwargs={"cohort": of.cohort_id})
    client.post(many, {"pk": journal.pk})
    journal.refresh_from_db()
    entry.refresh_from_db()

    assert {answer.status_code for answer in answers} == {404}
    assert (journal.state, entry.in_force) == ("submitted", True)
