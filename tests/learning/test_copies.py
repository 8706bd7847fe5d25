"""Journals that share passages: found in the worker, shown to those who read journals, settled by a person, never scored."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import CopySignal, Journal, JournalPrint
from learning.services import open_journal, return_to_writer, submit
from learning.services.copies import compare, compare_what_is_new, reopen_signal, settle_signal
from tests import make
from trainee_mgmt.kit.errors import Refused

COPIED = "李工告诉我，石墨负极的夹具去年换了三次，原因是两个部门各记各的账。我跟着他看了实验室，发现要等七天才能换模。"
OWN = "周五盘点，铝型材比账上多出四箱，仓库主管怀疑是批次标签记重了，我们又数了一遍才放心。"

pytestmark = pytest.mark.django_db


def handed_in(trainee, body: str, *, week: date = date(2026, 9, 7), days: int = 0, **fields) -> Journal:
    at = make.at(date(2026, 9, 14)) + timedelta(days=days)
    return make.journal(trainee, week=week, state="submitted", submitted_at=at, body=body, **fields)


def two_that_share(**fields):
    """(the earlier journal, the later one) of two trainees of one class."""
    of = make.training_class()
    earlier = handed_in(make.trainee(in_class=of), f"{OWN}\n{COPIED}")
    later = handed_in(make.trainee(in_class=of), f"{COPIED}\n别的都是我自己写的。", days=1, **fields)
    for each in (earlier, later):
        compare(each.pk)
    return earlier, later


def test_a_copied_paragraph_is_found_once_whichever_is_compared_last():
    earlier, later = two_that_share()

    compare(earlier.pk)
    compare(later.pk)

    signal = CopySignal.objects.get()
    (passage,) = signal.found
    assert (signal.journal, signal.source) == (later, earlier)
    assert later.body[passage.start : passage.end] == COPIED[:-1]
    assert earlier.body[passage.other_start : passage.other_end] == COPIED[:-1]


def test_an_own_earlier_journal_and_an_earlier_cohort_are_compared_another_program_is_not():
    program = make.program()
    old, new = (make.cohort(program=program) for _each in range(2))
    person = make.person()
    past = handed_in(make.trainee(in_cohort=old, of=person), COPIED, week=date(2026, 9, 7))
    other = handed_in(make.trainee(in_cohort=old), COPIED, days=1)
    elsewhere = handed_in(make.trainee(), COPIED, days=1)
    mine = handed_in(make.trainee(in_cohort=new, of=person), COPIED, days=2)

    for each in (past, other, elsewhere, mine):
        compare(each.pk)

    assert set(CopySignal.objects.filter(journal=mine).values_list("source", flat=True)) == {past.pk, other.pk}


def test_what_many_write_and_the_questions_of_the_journal_are_left_out():
    cohort = make.cohort(
        journal_prompts="企业的上下游是谁？今年的战略是什么？最大的风险在哪里？请用自己的话回答以上三个问题，不少于三百字。"
    )
    of = make.training_class(cohort)
    people = [make.trainee(in_class=of) for _each in range(8)]
    journals = [
        handed_in(each, f"{cohort.journal_prompts}\n{n}，我的想法。\n{COPIED}", days=n) for n, each in enumerate(people)
    ]

    for _twice in range(2):
        for each in journals:
            compare(each.pk)

    assert CopySignal.objects.count() == 0


def test_handing_in_queues_the_comparison(django_capture_on_commit_callbacks):
    of = make.training_class(make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31)))
    trainee = make.trainee(in_class=of)
    journal = open_journal(trainee, start=date(2026, 9, 7))

    with django_capture_on_commit_callbacks(execute=True):
        submit(journal, body=COPIED, revision=0, by=make.user())

    assert JournalPrint.objects.get().revision == 1


def test_what_was_not_compared_is_made_up_for_and_then_there_is_nothing_to_do():
    of = make.training_class()
    for n in range(2):
        handed_in(make.trainee(in_class=of), COPIED, days=n)
    make.journal(make.trainee(in_class=of), body=COPIED)

    assert [compare_what_is_new(), compare_what_is_new()] == [2, 0]
    assert (JournalPrint.objects.count(), CopySignal.objects.count()) == (2, 1)


def test_a_signal_goes_when_the_text_is_rewritten_unless_somebody_settled_it():
    _earlier, later = two_that_share()
    returned = return_to_writer(later, text="In your own words, please", by=make.user())

    submit(returned, body=OWN[:20] + "，其余是自己的话。", revision=0, by=make.user())
    compare(later.pk)

    assert CopySignal.objects.count() == 0


def test_a_settled_signal_stays_and_opens_again_only_when_more_is_shared():
    earlier, later = two_that_share()
    settle_signal(CopySignal.objects.get(), state="talked", note="quoted with permission", by=make.user())

    compare(later.pk)
    stays = CopySignal.objects.get().state
    Journal.objects.filter(pk=later.pk).update(body=earlier.body, revision=later.revision + 1)
    compare(later.pk)

    signal = CopySignal.objects.get()
    assert (stays, signal.state, signal.note) == ("talked", "open", "quoted with permission")


def test_an_open_signal_is_looked_at_again_after_a_day():
    two_that_share()
    CopySignal.objects.update(checked_at=timezone.now() - timedelta(days=2))

    assert [compare_what_is_new(), compare_what_is_new()] == [1, 0]


def test_talking_about_it_needs_a_word_and_settling_is_in_the_log_once():
    two_that_share()
    signal, by = CopySignal.objects.get(), make.user()

    with pytest.raises(Refused):
        settle_signal(signal, state="talked", note=" ", by=by)
    settle_signal(signal, state="fine", note="", by=by)
    settle_signal(signal, state="fine", note="", by=by)
    reopen_signal(signal)

    with pytest.raises(Refused):
        reopen_signal(signal)
    log = AuditEntry.objects.filter(action__endswith="_copysignal").order_by("pk").values_list("action", flat=True)
    assert list(log) == ["learning.settle_copysignal", "learning.reopen_copysignal"]


def test_the_page_shows_both_texts_with_the_passage_marked_and_takes_the_answer(client):
    _earlier, later = two_that_share()
    signal = CopySignal.objects.get()
    client.force_login(make.user(Role.ORGANIZER, later.trainee.cohort))

    page = client.get(signal.get_absolute_url()).content.decode()
    answer = client.post(signal.get_absolute_url(), {"state": "fine", "note": "same training"})

    signal.refresh_from_db()
    assert (page.count(f">{COPIED[:-1]}</mark>"), OWN in page) == (2, True)
    assert (answer.status_code, signal.state, signal.note) == (302, "fine", "same training")


def test_an_officer_sees_only_the_passage_of_a_journal_of_another_class(client):
    cohort = make.cohort()
    mine, other = make.training_class(cohort), make.training_class(cohort)
    earlier = handed_in(make.trainee(in_class=other, of=make.person(name="Somebody Else")), f"{OWN}\n{COPIED}")
    later = handed_in(make.trainee(in_class=mine), COPIED, days=1)
    for each in (earlier, later):
        compare(each.pk)
    client.force_login(make.user(Role.OFFICER, mine))
    signal = CopySignal.objects.get()

    listed = client.get(reverse("learning:copysignal_list", kwargs={"cohort": cohort.pk})).content.decode()
    page = client.get(signal.get_absolute_url()).content.decode()

    assert ("Somebody Else" in listed + page, OWN in page, COPIED[:-1] in page) == (False, False, True)


def test_what_a_chat_tool_left_is_shown_with_its_place_to_the_reader_and_not_to_the_writer(client):
    left = "作为一个AI语言模型，我没有到过车间。\n**收获** 很多，**体会** 也多，**不足** 也有。"
    journal = handed_in(make.trainee(), left)
    shown = []
    for user in (make.user(Role.ORGANIZER, journal.trainee.cohort), make.trainee_account(journal.trainee)):
        client.force_login(user)
        shown.append(client.get(journal.get_absolute_url(), follow=True).content.decode())

    assert "<mark>作为一个AI语言模型</mark>" in shown[0]
    assert ("and 1 more place" in shown[0], "nothing is scored by it" in shown[0]) == (True, True)
    assert "<mark>" not in shown[1]


def test_nobody_who_does_not_read_the_journal_sees_a_signal(client):
    _earlier, later = two_that_share()
    signal = CopySignal.objects.get()
    answers = []
    for user in (
        make.trainee_account(later.trainee),
        make.user(Role.OFFICER, make.training_class(later.trainee.cohort)),
        make.user(Role.LEADER),
    ):
        client.force_login(user)
        answers.append(client.get(signal.get_absolute_url()).status_code)

    assert answers == [403, 404, 403]


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    of = make.training_class()
    source = handed_in(make.trainee(in_class=of), COPIED)
    for n in range(items):
        later = handed_in(make.trainee(in_class=of), COPIED, days=n + 1)
        CopySignal.objects.create(
            journal=later, source=source, signs=40, passages=[], journal_revision=0, source_revision=0,
            found_at=timezone.now(), checked_at=timezone.now(),
        )  # fmt: skip
    client.force_login(make.user(Role.ORGANIZER, of.cohort))

    with django_assert_num_queries(4):
        client.get(reverse("learning:copysignal_list", kwargs={"cohort": of.cohort_id}))
