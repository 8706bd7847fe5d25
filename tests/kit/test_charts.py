"""Charts are pure functions from rows to SVG text."""

import re
from xml.etree import ElementTree as ET

import pytest

from trainee_mgmt.kit.charts import Mark, bar_chart, column_chart, line_chart, meter

RATES = [("新安班", 96.4, "96.4%"), ("沙井班", 88.5, "88.5%")]


def shapes(html, tag):
    return [node.attrib for node in ET.fromstring(html).iter(tag)]


def test_bars_stand_on_zero_and_keep_their_proportion():
    html = bar_chart([("a", 50), ("b", 100)], sentence="two bars")

    assert [bar["width"] for bar in shapes(html, "rect")] == ["50.0%", "100.0%"]


def test_a_bar_below_the_goal_is_marked_low():
    html = bar_chart(RATES, sentence="rates", full=100, goal=90, goal_label="目标 90%")

    assert [bar["class"] for bar in shapes(html, "rect")] == ["bar-0", "bar", "bar-0", "bar-low"]
    assert {(line["x1"], line["x2"]) for line in shapes(html, "line")} == {("90.0%", "90.0%")}
    assert "目标 90%" in html


def test_every_chart_says_itself_in_a_sentence():
    rows = [("x", 1), ("y", 2)]

    drawn = [draw(rows, sentence="出勤率由 1 升到 2") for draw in (bar_chart, column_chart, line_chart)]

    assert [ET.fromstring(html).attrib["role"] for html in drawn] == ["img"] * 3
    assert [ET.fromstring(html).attrib["aria-label"] for html in drawn] == ["出勤率由 1 升到 2"] * 3


def test_charts_escape_what_people_typed():
    name = '<script>"&'

    for draw in (bar_chart, column_chart, line_chart):
        html = draw([(name, 1, name)], sentence=name, goal=1, goal_label=name)
        assert "<script>" not in html
        assert ET.fromstring(html).attrib["aria-label"] == name


def test_charts_carry_no_colour_and_no_style():
    html = bar_chart(RATES, sentence="s", goal=90, goal_label="g") + line_chart(
        RATES, sentence="s", goal=90, goal_label="g"
    )

    assert re.findall(r"style=|fill=|stroke=|#[0-9a-f]{3}", html) == []


@pytest.mark.parametrize("draw", [bar_chart, column_chart, line_chart])
@pytest.mark.parametrize("rows", [[], [("a", 0)], [("a", None)], [("a", None), ("b", 3), ("c", None)], [("a", 3)]])
def test_charts_of_little_or_nothing_are_drawn(draw, rows):
    assert ET.fromstring(draw(rows, sentence="s")).attrib["aria-label"] == "s"


def test_a_missing_value_breaks_the_line():
    html = line_chart([("1", 4), ("2", None), ("3", 2), ("4", 2)], sentence="s")

    assert len([line for line in shapes(html, "line") if line["class"] == "path"]) == 1
    assert len(shapes(html, "circle")) == 3


def test_a_line_writes_its_first_and_last_known_value():
    html = line_chart([("1", None), ("2", 96.1, "96.1%"), ("3", 95, "95%"), ("4", 91.4, "91.4%")], sentence="s")

    strong = [node.text for node in ET.fromstring(html).iter("text") if "t-strong" in node.attrib.get("class", "")]
    assert strong == ["96.1%", "91.4%"]


def test_many_names_step_back_on_narrow_screens():
    html = column_chart([(str(n), n) for n in range(12)], sentence="s")

    assert html.count("t-odd") == 6


def test_numbers_are_written_with_separators_unless_told_otherwise():
    html = bar_chart([Mark("a", 5059), Mark("b", 94.0, "94.0%")], sentence="s")

    assert [node.text for node in ET.fromstring(html).iter("b")] == ["5,059", "94.0%"]


@pytest.mark.parametrize(
    ("part", "whole", "width"), [(33, 60, "55.0%"), (0, 60, "0.0%"), (70, 60, "100.0%"), (1, 0, "0.0%")]
)
def test_a_meter_is_filled_by_its_share(part, whole, width):
    assert shapes(meter(part, whole), "rect")[1]["width"] == width
