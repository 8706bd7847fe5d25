from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from learning.rules.closing import (
    NAMED,
    USUAL,
    Asked,
    Kind,
    Line,
    OpenPoint,
    Sheets,
    in_words,
    is_overdue,
    is_sheet_kept,
    open_points,
    sentence,
)

NAMES = st.sampled_from(["one", "two", "three"])
LINES = st.lists(
    st.builds(Line, NAMES, st.sampled_from([kind.value for kind in Kind]), st.sampled_from(["a", "b"]), st.booleans()),
    max_size=12,
)
ASKED = st.builds(
    Asked,
    st.frozensets(st.sampled_from([kind.value for kind in Kind])),
    st.sampled_from([each.value for each in Sheets]),
)
CLASSES = ["one", "two", "three"]


@given(ASKED, LINES)
def test_only_what_is_asked_for_stands_against_closing(asked, lines):
    points = open_points(asked, CLASSES, lines)

    done = {(line.training_class, line.kind) for line in lines if line.is_done}
    usual = sum((name, kind) not in done for name in CLASSES for kind in USUAL if kind in asked.kinds)
    own = [line for line in lines if line.kind == Kind.OWN and not line.is_done]
    assert len(points) == usual + (len(own) if Kind.OWN in asked.kinds else 0)


@given(LINES)
def test_without_a_rule_nothing_stands_against_closing(lines):
    assert open_points(Asked(), CLASSES, lines) == []


@given(ASKED, LINES, st.data())
def test_finishing_an_item_never_opens_a_point(asked, lines, data):
    before = open_points(asked, CLASSES, lines)
    at = data.draw(st.integers(0, len(lines) - 1)) if lines else None
    done = [Line(e.training_class, e.kind, e.title, e.is_done or n == at) for n, e in enumerate(lines)]

    after = open_points(asked, CLASSES, done)

    assert len(after) in (len(before), len(before) - 1)


@given(st.sampled_from([each.value for each in Sheets]), st.booleans(), st.booleans())
def test_a_signed_sheet_always_counts_and_marks_only_where_the_rule_takes_them(asked, is_marked, has_signed_sheet):
    assert is_sheet_kept(asked, is_marked=is_marked, has_signed_sheet=has_signed_sheet) == (
        has_signed_sheet or (is_marked and asked == Sheets.MARKS)
    )


@given(st.one_of(st.none(), st.dates()), st.dates(min_value=date(2, 1, 1)), st.booleans())
def test_an_item_is_overdue_from_the_day_after_until_it_is_done(due_on, today, is_done):
    found = is_overdue(due_on, today, is_done=is_done)

    assert found == (due_on is not None and due_on <= today - timedelta(days=1) and not is_done)


def test_the_sentence_names_the_first_points_and_counts_all():
    points = [OpenPoint(f"Class {n}", "Agenda") for n in range(NAMED + 2)]

    assert sentence([]) == ""
    assert sentence(points[:1]) == "1 point of the closing checklist is open: Class 0 – Agenda."
    assert sentence(points).startswith("7 points of the closing checklist are open: Class 0 – Agenda; Class 1 – Agenda")
    assert sentence(points).endswith("Class 4 – Agenda, and more.")


@given(ASKED)
def test_the_rule_in_words_has_a_sentence_for_each_thing(asked):
    assert len(in_words(asked)) == max(1, len(asked.kinds))
