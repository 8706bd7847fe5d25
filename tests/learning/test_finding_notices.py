"""The owner of a finding is told of it and of its day, the writer of the journal that it was taken up and what came of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Message, Notice
from accounts.services import outbox
from learning.models import Journal
from learning.services.findings import change_finding, close_finding, make_finding
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal():
    made = make.journal(
        make.trainee(in_class=make.training_class()), state="submitted", body="They want a second plant."
    )
    make.trainee_account(made.trainee)
    return Journal.objects.get(pk=made.pk)


def made_of(journal, **fields):
    fields = {"kind": "suggestion", "place": (0, 9), "title": "Second plant", "by": make.user()} | fields
    return make_finding(journal, revision=journal.revision, **fields)


def kinds(user) -> list[str]:
    rows = Notice.objects.filter(user=user, state="waiting").order_by("pk")
    return [each.kind.partition("_")[2] for each in rows]


def lines(user) -> list[str]:
    return [line for message in Message.objects.filter(user=user) for line, _path in message.lines]


def test_the_owner_is_told_when_it_is_given_due_and_overdue(clock, journal):
    owner = make.user()
    made_of(journal, owner=owner, due_on=timezone.localdate() + timedelta(days=2))
    told = []
    for _day in range(3):
        clock.forward(days=1)
        outbox.run(seconds=10)
        told.append(len(lines(owner)))

    assert told == [1, 2, 3]
    assert "is due on" in lines(owner)[1] or "due on" in lines(owner)[0]


def test_whoever_takes_it_is_told_of_the_day_only_and_another_owner_takes_over(journal):
    one, two, day = make.user(), make.user(), timezone.localdate() + timedelta(days=2)
    finding = made_of(journal, owner=one, due_on=day, by=one)
    own = kinds(one)
    change_finding(finding, kind="suggestion", title="Second plant", text="", owner=two, due_on=day, by=one)

    assert (own, kinds(one), kinds(two)) == (["due", "overdue"], [], ["given", "due", "overdue"])


def test_the_writer_hears_that_words_were_taken_up_and_once_it_is_closed_what_came_of_it(clock, journal):
    writer, owner = journal.trainee.person.user, make.user()
    made_of(journal)
    closed = made_of(journal, kind="case", owner=owner, due_on=timezone.localdate())
    close_finding(closed, state="done", outcome="It is taught in spring.", by=owner)
    clock.forward(days=1, hours=2)

    outbox.run(seconds=10)

    assert sorted(lines(writer)) == [
        "What became of “Second plant” from your journal: It is taught in spring.",
        "Words of your journal were taken up as suggestion: “Second plant”.",
    ]
    assert Message.objects.filter(user=writer).count() == 1
    assert lines(owner) == []


def test_what_a_writer_takes_out_of_the_own_journal_is_no_news(journal):
    writer = journal.trainee.person.user

    made_of(journal, by=writer)

    assert kinds(writer) == []
