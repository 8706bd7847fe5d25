"""Whoever wrote a journal is told that it was answered."""

from datetime import date

import pytest

from accounts.models import Message, Notice
from accounts.services import outbox
from learning.services import accept, accept_many, comment, return_to_writer, submit
from tests import make

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 9, 14), date(2026, 9, 15)


@pytest.fixture
def journals(clock):
    """Two journals of one trainee with an account, handed in; it is Monday noon."""
    clock.set(make.at(MONDAY, 12))
    cohort = make.cohort(name="Third", starts_on=date(2026, 8, 31), ends_on=date(2026, 9, 20))
    trainee = make.trainee(cohort)
    make.trainee_account(trainee, name="Anna")
    return [make.journal(trainee, week=date(2026, 8, 31), state="submitted"), make.journal(trainee, state="submitted")]


def morning(clock) -> list[list[str]]:
    """The messages of the next morning, each with its sentences."""
    clock.set(make.at(TUESDAY, 8, 41))
    outbox.run(seconds=5)
    return [[text for text, _path in lines] for lines in Message.objects.order_by("pk").values_list("lines", flat=True)]


def test_answers_of_a_day_come_in_one_message_on_the_next_working_morning(journals, clock):
    reader = make.user(name="Ben")
    accept(journals[0], by=reader)
    return_to_writer(journals[1], text="Who spoke?", by=reader)
    outbox.run(seconds=5)
    at_noon = Message.objects.count()

    told = morning(clock)

    assert at_noon == 0
    assert told == [
        [
            "Third: your journal for 31 Aug to 6 Sep is accepted.",
            "Third: your journal for 7 Sep to 13 Sep came back. Read what is missing and hand it in again.",
        ]
    ]


def test_an_answer_leads_to_the_journal(journals, clock):
    comment(journals[1], text="Well seen.", by=make.user())

    morning(clock)

    path = f"/my/journals/{journals[1].trainee_id}/2026-09-07/"
    assert Message.objects.get().lines == [["Third: there is a comment on your journal for 7 Sep to 13 Sep.", path]]


def test_whoever_handed_in_again_meanwhile_is_not_told_that_the_journal_came_back(journals, clock):
    journal, reader = journals[1], make.user()
    return_to_writer(journal, text="Who spoke?", by=reader)

    journal.refresh_from_db()
    submit(journal, body="Li spoke.", revision=journal.revision, by=journal.trainee.person.user)

    assert morning(clock) == []
    assert list(Notice.objects.filter(kind="learning.journal_answered").values_list("state", flat=True)) == ["dropped"]


def test_many_accepted_at_once_tell_each_writer_of_the_own(journals, clock):
    ben = make.trainee(journals[0].trainee.cohort)
    make.trainee_account(ben, name="Ben")
    without_account = make.journal(make.trainee(ben.cohort), state="submitted")

    accept_many([*journals, make.journal(ben, state="submitted"), without_account], by=make.user())

    told = Notice.objects.order_by("pk").values_list("user__name", "params__first")
    assert sorted(told) == [("Anna", "2026-08-31"), ("Anna", "2026-09-07"), ("Ben", "2026-09-07")]
