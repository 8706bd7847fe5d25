import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from learning.models import Attendance
from learning.rules.attendance import Mark
from learning.rules.keying import KEYS, TYPED, Fate, fate, read_mark

STATES = st.sampled_from([mark.value for mark in Mark])
SOURCES = st.sampled_from(Attendance.Source.values)


@given(st.sampled_from([(mark, word) for mark, words in TYPED.items() for word in words]))
def test_each_word_means_one_mark_in_any_case_and_width(pair):
    mark, word = pair
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in word)

    assert {read_mark(text) for text in (word, word.upper(), f" {word} ", wide)} == {mark}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_the_grid_shows_is_what_it_reads(language):
    with override(language):
        shown = {mark: str(Attendance.State(mark).label) for mark in Mark}

    assert {mark: read_mark(text) for mark, text in shown.items()} == {mark: mark for mark in Mark}


def test_keys_are_words_too():
    assert {mark: read_mark(key) for mark, key in KEYS.items()} == {mark: mark for mark in Mark}


def test_nothing_typed_is_no_mark():
    assert [read_mark(text) for text in ("", "  ", "　")] == [None] * 3


@given(st.text(max_size=30))
def test_other_texts_are_refused(text):
    try:
        mark = read_mark(text)
    except ValueError:
        return
    assert mark is None or mark in set(Mark)


@given(STATES, SOURCES, st.booleans())
def test_where_nothing_stands_a_sheet_writes(typed, source, is_own):
    assert fate(typed, "", source=source, is_own=is_own) == Fate.WRITE


@given(STATES, STATES, SOURCES, st.booleans())
def test_a_sheet_never_overwrites_what_somebody_else_said(typed, marked, source, is_own):
    found = fate(typed, marked, source=source, is_own=is_own)

    assert (found == Fate.SAME) == (typed == marked)
    if found == Fate.WRITE:
        assert source == "scan" or (source == "paper" and is_own)
