import pytest

from assessments.rules.score_sheet import SheetRow, cell_text, find, name_key, read_sheet

INDICATORS = {"3": "课题研究", "4": "Talk"}


def read(*rows):
    return read_sheet("Sheet1", list(rows), 1, INDICATORS)


def test_the_header_is_found_below_titles_and_known_with_brackets_and_spaces():
    found = read(
        ["评分表"],
        [],
        ["学 号", "姓名", "课题研究（满分 30）", "ＴＡＬＫ", "备注"],
        [1001.0, "周予安", 27.0, "17.5", "x"],
    )

    assert found.rows == [SheetRow("Sheet1", 4, "1001", "周予安", {"3": "27", "4": "17.5"})]
    assert found.unknown == ["备注"]


@pytest.mark.parametrize("header", [["课题研究", "Talk"], ["姓名", "备注"], []])
def test_a_sheet_without_a_person_or_without_an_indicator_is_not_read(header):
    assert read(header, ["a", 1]) is None


def test_empty_cells_and_rows_without_anybody_are_left_out():
    found = read(["学号", "课题研究", "Talk"], ["1001", None, ""], [None, 27, 5], ["", "", ""])

    assert found.rows == [SheetRow("Sheet1", 2, "1001", "", {})]


def test_a_short_row_has_empty_cells_at_its_end():
    assert read(["学号", "课题研究"], ["1001"]).rows[0].points == {}


@pytest.mark.parametrize(
    ("cell", "text"), [(27.0, "27"), (27.25, "27.25"), (0.1 + 0.2, "0.30000000000000004"), (None, ""), (True, "True")]
)
def test_a_cell_is_never_rounded(cell, text):
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("number", "name", "means"),
    [
        ("01001", "", 1),
        ("1001", "", 1),
        ("1001", "周 予安", 1),
        ("1001", "何以宁", "other_name"),
        ("9", "周予安", "unknown"),
        ("", "周予安", 1),
        ("", "李明", "several"),
        ("", "nobody", "unknown"),
    ],
)
def test_a_row_means_whoever_has_its_number_or_else_its_name(number, name, means):
    by_number = {"01001": 1, "1001": 1, "01002": 2, "1002": 2, "01003": 3, "1003": 3}
    names = {1: "周予安", 2: "李明", 3: "李明"}
    by_name = {name_key("周予安"): [1], name_key("李明"): [2, 3]}

    assert find(SheetRow("S", 1, number, name, {}), by_number, names, by_name) == means
