"""The sentence of a rule and what is computed from it: the sentence is read back here by its words alone."""

import re
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from learning.rules.completion import Facts, Rule, in_words, is_complete, parts

THEMES = ["Strategy", "Leadership", "Vision"]
DAY = date(2026, 12, 1)
CLAUSE = re.compile(
    r"at least (\d+) (?:finished courses of (?:“(.+?)”|any theme)|(sessions) attended|(activities) attended)"
)

rules = st.builds(
    Rule,
    st.just(DAY),
    st.lists(st.tuples(st.sampled_from(["", *THEMES]), st.integers(0, 4)), unique_by=lambda pair: pair[0]).map(tuple),
    st.integers(0, 6),
    st.integers(0, 6),
)
facts = st.builds(
    Facts, st.dictionaries(st.sampled_from(THEMES), st.integers(0, 4)), st.integers(0, 6), st.integers(0, 6)
)


def as_a_reader_would(sentence: str, done: Facts) -> bool:
    for count, theme, sessions, activities in CLAUSE.findall(sentence):
        if sessions:
            have = done.sessions
        elif activities:
            have = done.activities
        elif theme:
            have = done.courses.get(theme, 0)
        else:
            have = sum(done.courses.values())
        if have < int(count):
            return False
    return True


@settings(max_examples=100)
@given(rules, facts)
def test_the_sentence_and_the_computed_result_agree(rule, done):
    sentence = in_words(rule)

    assert is_complete(rule, done) == as_a_reader_would(sentence, done)
    assert len(CLAUSE.findall(sentence)) == len(parts(rule, done))
    assert sentence == "Nothing is asked for." or sentence.startswith("By 2026-12-01: ")


def test_each_part_says_what_is_missing():
    rule = Rule(DAY, (("Strategy", 3), ("", 4)), sessions=5)

    found = parts(rule, Facts({"Strategy": 1, "Vision": 2}, sessions=7))

    assert [(part.kind, part.theme, part.done, part.missing) for part in found] == [
        ("course", "Strategy", 1, 2),
        ("course", "", 3, 1),
        ("session", "", 7, 0),
    ]
