from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assessments.rules.scheme import Extra, Kind, Node, check_scheme, leaves
from assessments.rules.totals import Total, bare_total, rank, total
from trainee_mgmt.kit.rounding import half_up


def leaf(key, weight=0, full_marks=100, **more):
    return Node(key=key, name=key, weight=Decimal(str(weight)), full_marks=Decimal(full_marks), **more)


def group(key, *children, weight=0, **more):
    return Node(key=key, name=key, weight=Decimal(weight), kind=Kind.GROUP, children=children, **more)


def shares(result):
    return [(line.key, str(line.share)) for line in result.lines]


@st.composite
def weights(draw, parts):
    """Weights of two decimals that sum to exactly 100."""
    cuts = sorted(draw(st.lists(st.integers(1, 9999), min_size=parts - 1, max_size=parts - 1, unique=True)))
    edges = [0, *cuts, 10000]
    return [Decimal(high - low) / 100 for low, high in pairwise(edges)]


@st.composite
def trees(draw, depth=2, key="t", weight=Decimal(0)):
    children = []
    for index, part in enumerate(draw(st.integers(1, 4).flatmap(weights))):
        child = f"{key}{index}"
        if depth and draw(st.booleans()):
            children.append(draw(trees(depth=depth - 1, key=child, weight=part)))
        else:
            children.append(leaf(child, part, draw(st.integers(1, 120))))
    if draw(st.booleans()):
        children.append(leaf(f"{key}x", 0, 5, extra=draw(st.sampled_from([Extra.PLUS, Extra.MINUS]))))
    cap = draw(st.none() | st.integers(1, 100).map(Decimal))
    return (
        group(key, *children, weight=0, cap=cap)
        if not weight
        else Node(key, key, weight, kind=Kind.GROUP, children=tuple(children), cap=cap)
    )


@st.composite
def scored(draw):
    tree = draw(trees())
    points = {one.key: draw(st.decimals(0, one.full_marks, places=1, allow_nan=False)) for one in leaves(tree)}
    return tree, points


def exact(node, points):
    """The textbook formula in fractions, written independently of the rule."""
    if not node.is_group:
        return Fraction(points[node.key]) / Fraction(node.full_marks)
    value = Fraction(0)
    for child in node.children:
        if child.extra:
            value += Fraction(points[child.key]) * (-1 if child.extra == Extra.MINUS else 1)
        else:
            value += Fraction(child.weight) * exact(child, points)
    value = max(value, Fraction(0))
    return (min(value, Fraction(node.cap)) if node.cap else value) / 100


def test_a_total_is_weighed_from_the_leaves_up():
    tree = group(
        "total", leaf("attendance", 40), group("work", leaf("essay", 50, 20), leaf("visits", 50, 10), weight=60)
    )

    result = total(tree, {"attendance": Decimal(90), "essay": Decimal(15), "visits": Decimal(7)})

    assert result.points == Decimal("79.50")
    assert shares(result) == [("attendance", "36.00"), ("essay", "22.50"), ("visits", "21.00")]
    assert [line.weight for line in result.lines] == [40, 30, 30]


def test_three_thirds_re_add_to_the_cent():
    tree = group("total", leaf("a", "33.33", 3), leaf("b", "33.33", 3), leaf("c", "33.34", 3))

    result = total(tree, dict.fromkeys("abc", Decimal(2)))

    assert result.points == Decimal("66.67")
    assert shares(result) == [("a", "22.22"), ("b", "22.22"), ("c", "22.23")]


def test_what_a_cap_takes_is_a_line_of_its_own():
    tree = group("total", leaf("a", 100), leaf("award", extra=Extra.PLUS, full_marks=5), cap=Decimal(100))

    result = total(tree, {"a": Decimal(98), "award": Decimal(5)})

    assert result.points == Decimal("100.00")
    assert shares(result) == [("a", "98.00"), ("award", "5.00"), ("total", "-3.00")]
    assert [line.limits for line in result.lines] == [False, False, True]


def test_a_group_never_falls_below_zero():
    tree = group("total", leaf("a", 100), leaf("warning", extra=Extra.MINUS, full_marks=10))

    result = total(tree, {"a": Decimal(4), "warning": Decimal(10)})

    assert result.points == Decimal("0.00")
    assert shares(result) == [("a", "4.00"), ("warning", "-10.00"), ("total", "6.00")]


def test_a_leaf_counts_within_its_own_cap_and_floor():
    tree = group("total", leaf("a", 50, cap=Decimal(80)), leaf("b", 50, floor=Decimal(20)))

    result = total(tree, {"a": Decimal(95), "b": Decimal(3)})

    assert [(line.points, line.counted) for line in result.lines] == [(95, 80), (3, 20)]
    assert result.points == Decimal("50.00")


def test_a_missing_leaf_leaves_no_total_and_is_named():
    tree = group("total", leaf("a", 50), leaf("b", 50), leaf("award", extra=Extra.PLUS))

    result = total(tree, {"a": Decimal(90), "b": None})

    assert (result.points, result.missing) == (None, ("b",))
    assert [(line.points, line.share) for line in result.lines] == [(90, None), (None, None), (None, None)]


def test_extra_points_that_nobody_gave_count_as_none():
    tree = group("total", leaf("a", 100), leaf("award", extra=Extra.PLUS))

    assert total(tree, {"a": Decimal(90)}).points == Decimal("90.00")


@given(scored())
def test_an_opened_total_re_adds_to_the_cent_and_equals_the_formula(case):
    tree, points = case

    result = total(tree, points)

    assert sum(line.share for line in result.lines) == result.points
    assert result.points == half_up(exact(tree, points) * 100, 2)
    assert result == total(tree, points)
    assert isinstance(result, Total)


@given(scored())
def test_a_bare_total_is_the_same_as_the_opened_one(case):
    tree, points = case

    assert bare_total(tree, points) == total(tree, points).points


@given(trees())
def test_a_generated_tree_is_sound_but_for_its_caps(tree):
    assert [fault for fault in check_scheme(tree) if "%" in fault] == []


def test_ties_share_a_rank_and_the_next_is_left_out():
    totals = {"a": Decimal("88.50"), "b": Decimal("91"), "c": Decimal("88.5"), "d": None, "e": Decimal("70")}

    assert rank(totals) == {"a": 2, "b": 1, "c": 2, "d": None, "e": 4}


@given(st.dictionaries(st.integers(), st.none() | st.integers(0, 20).map(Decimal)))
def test_a_rank_is_one_more_than_the_number_of_better_totals(totals):
    known = [value for value in totals.values() if value is not None]

    assert rank(totals) == {
        key: None if value is None else 1 + sum(other > value for other in known) for key, value in totals.items()
    }
