"""Shared passages: what is found, what is left out, how much is missed and how often somebody is bothered for nothing."""

import random
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules import copies
from tests.learning import journal_texts as texts

PEOPLE, WEEKS = 46, 6
PARAGRAPH = (
    "李工告诉我，石墨负极的夹具去年换了三次，原因是两个部门各记各的账。我跟着他看了实验室，发现要等七天才能换模。"
)
SIGNS = st.text("甲乙丙丁戊 ，。ab", max_size=60)


class Cohort:
    """Journals of a cohort and who wrote them; what many write is known."""

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.texts = [texts.journal(self.dice) for _each in range(PEOPLE * WEEKS)]
        self.readings = [copies.read(each) for each in self.texts]
        self.marks = [set(copies.fingerprints(each)) for each in self.readings]
        self.people = defaultdict(set)
        for number, marks in enumerate(self.marks):
            for mark in marks:
                self.people[mark].add(number % PEOPLE)

    def found(self, text: str, marks: set[int], other: str, other_marks: set[int], writer: int) -> bool:
        """As the worker does it: by fingerprints first, then word by word."""
        known = {mark for mark in marks if copies.are_many(len(self.people[mark] - {writer}), PEOPLE)}
        if not (marks - known) & other_marks:
            return False
        mine = copies.read(text)
        worth = copies.worth(mine, known=known, others={mark: len(self.people[mark] - {writer}) for mark in marks})
        return copies.is_worth_a_look(copies.passages(mine, copies.read(other), worth=worth))


@pytest.fixture(scope="module")
def cohort():
    return Cohort(2026)


CHANGES = {
    "the whole paragraph": lambda dice, paragraph: paragraph,
    "with words changed": texts.with_words_changed,
    "with sentences in another order": texts.with_sentences_reordered,
}


@pytest.mark.parametrize("how", CHANGES)
def test_at_least_95_in_100_planted_copies_are_found(cohort, how):
    dice, tried = random.Random(how), 200
    found = 0
    for _each in range(tried):
        paragraph = texts.own_paragraph(dice)
        earlier = texts.journal(dice).split("\n\n")
        earlier[0] = paragraph
        later = texts.journal(dice).split("\n\n")
        later[1] = CHANGES[how](dice, paragraph)
        both = ["\n\n".join(each) for each in (later, earlier)]
        marks = [set(copies.fingerprints(copies.read(each))) for each in both]
        found += cohort.found(both[0], marks[0], both[1], marks[1], writer=-1)

    assert found >= 0.95 * tried


def test_at_most_2_in_100_journals_bother_somebody_for_nothing(cohort):
    bothering = [
        number
        for number, text in enumerate(cohort.texts)
        if any(
            cohort.found(text, cohort.marks[number], cohort.texts[other], cohort.marks[other], number % PEOPLE)
            for other in range(number)
        )
    ]

    assert len(bothering) <= 0.02 * len(cohort.texts)


def test_the_passage_is_named_by_its_place_in_both_texts():
    mine, other = f"开头。{PARAGRAPH}结尾", f"另一篇日志的开头部分。\n\n{PARAGRAPH}\n别的"

    (passage,) = copies.passages(copies.read(mine), copies.read(other))

    assert mine[passage.start : passage.end] == PARAGRAPH[:-1]
    assert other[passage.other_start : passage.other_end] == PARAGRAPH[:-1]


def test_width_case_punctuation_and_spacing_hide_nothing():
    mine = "Ａ班 ERP 系统上线以后，库存周转从 45 天降到 30 天；老板说，还可以更快，明年想降到 20 天。"
    other = "a班erp系统上线以后库存周转从４５天降到３０天，老板说还可以更快。明年想降到２０天"

    (passage,) = copies.passages(copies.read(mine), copies.read(other))

    assert (passage.start, passage.end, passage.other_start, passage.other_end) == (0, len(mine) - 1, 0, len(other))


def test_a_question_that_everybody_was_asked_is_no_shared_passage():
    question = "企业的上下游是谁？今年的战略是什么？最大的风险在哪里？请用自己的话回答以上三个问题，不少于三百字。"
    mine, other = copies.read(f"{question}\n我的回答"), copies.read(f"{question}\n他的想法")

    worth = copies.worth(mine, templates=[copies.read(question)])

    assert copies.is_worth_a_look(copies.passages(mine, other))
    assert copies.passages(mine, other, worth=worth) == []


def test_what_many_quote_does_not_hide_the_copy_around_it():
    text = PARAGRAPH[:28] + texts.QUOTED + PARAGRAPH[28:]
    mine = copies.read(text)
    worth = copies.worth(mine, known=copies.shingles(copies.read(texts.QUOTED)))

    (passage,) = copies.passages(mine, copies.read(text), worth=worth)

    assert (passage.signs, copies.is_worth_a_look([passage])) == (len(copies.read(PARAGRAPH)), True)


@pytest.mark.parametrize(("people", "is_shown"), [(1, True), (2, True), (3, False), (4, False)])
def test_turns_of_phrase_that_go_round_count_less_the_more_people_have_them(people, is_shown):
    both = texts.STOCK[0] + "甲乙丙丁戊己庚辛壬癸" + texts.STOCK[3]
    mine, other = copies.read(both), copies.read("".join(texts.STOCK))

    worth = copies.worth(mine, others=dict.fromkeys(copies.shingles(mine), people))

    assert copies.is_worth_a_look(copies.passages(mine, other, worth=worth)) is is_shown


def test_many_grows_with_the_cohort():
    assert [copies.are_many(others, people) for others, people in ((4, 46), (5, 46), (20, 450), (45, 450))] == [
        False,
        True,
        False,
        True,
    ]


@given(SIGNS, SIGNS, SIGNS)
def test_texts_that_share_a_long_run_share_a_fingerprint(before, after, other):
    run = "子丑寅卯辰巳午未申酉"

    mine, theirs = (set(copies.fingerprints(copies.read(each))) for each in (before + run + after, other + run))

    assert len(run) == copies.SHINGLE + copies.WINDOW - 1
    assert mine & theirs


@given(SIGNS, SIGNS)
def test_each_passage_stands_in_both_texts_and_none_over_another(mine, other):
    found = copies.passages(copies.read(mine), copies.read(other))

    assert all(0 <= each.start < each.end <= len(mine) for each in found)
    assert all(0 <= each.other_start < each.other_end <= len(other) for each in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert all(each.signs <= len(copies.read(mine[each.start : each.end])) for each in found)
