from datetime import date, datetime, time, timedelta

import pytest

from learning.rules.session_sheet import BadCell, as_clock, as_day, as_hours, class_keys, read_sheet

FIRST, LAST = date(2026, 9, 1), date(2027, 3, 31)


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 12, 8),
        datetime.fromisoformat("2026-12-08T00:00:00"),
        46364.0,
        "2026-12-08",
        "2026/12/8",
        "2026.12.8",
        "2026年12月8日",
        "12月8日",
        "12月8日（周二）",
        "12月8日 星期二",
        "20261208",
        "２０２６－１２－０８",
    ],
)
def test_a_day_is_read_as_people_write_it(cell):
    assert as_day(cell, FIRST, LAST) == date(2026, 12, 8)


def test_a_day_without_a_year_lies_in_the_cohort():
    assert as_day("1月5日", FIRST, LAST) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2027-02-29", "2027-02 has no day 29."),
        ("2月29日", "2026-02 has no day 29."),
        ("2026-13-01", "2026-13 has no day 1."),
        ("0001-01-01", "0001-01 has no day 1."),
        (date(9999, 12, 31), "9999-12 has no day 31."),
        ("tomorrow", "This is no day"),
        (True, "This is no day"),
    ],
)
def test_a_day_that_does_not_exist_is_named(cell, why):
    with pytest.raises(BadCell, match=why):
        as_day(cell, FIRST, LAST)


def test_the_29_february_of_a_leap_year_is_a_day():
    assert as_day("2月29日", date(2027, 9, 1), date(2028, 6, 30)) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        (time(9), (time(9), 0)),
        (0.375, (time(9), 0)),
        (timedelta(hours=9), (time(9), 0)),
        ("9:00", (time(9), 0)),
        ("９：００", (time(9), 0)),
        ("09:00:00", (time(9), 0)),
        ("9点", (time(9), 0)),
        ("9点半", (time(9, 30), 0)),
        ("9时30分", (time(9, 30), 0)),
        ("下午2:30", (time(14, 30), 0)),
        ("次日01:00", (time(1), 1)),
        ("24:00", (time(0), 1)),
    ],
)
def test_an_hour_is_read_as_people_write_it(cell, clock):
    assert as_clock(cell) == clock


@pytest.mark.parametrize("cell", ["25:00", "9:75", "morning", "9:00-11:00"])
def test_what_is_no_hour_is_named(cell):
    with pytest.raises(BadCell):
        as_clock(cell)


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("9:00-11:30", (9, 11)),
        ("09:00—11:30", (9, 11)),
        ("上午9:00至11:30", (9, 11)),
        ("下午2:30～5:00", (14, 17)),
        ("14:30到17:00", (14, 17)),
    ],
)
def test_hours_from_and_until_stand_in_one_cell(cell, hours):
    (start, _a), (end, _b) = as_hours(cell)

    assert (start.hour, end.hour) == hours


def read(*rows, header=("日期", "时间", "课程名称", "授课班级", "授课教师", "地点")):
    return read_sheet("Sheet1", [["第三期课程表"], [], header, *rows], 1, first=FIRST, last=LAST)


def test_the_header_is_found_under_a_title_and_rows_keep_their_numbers():
    found = read(
        ["2026-12-08", "9:00-11:30", "产业政策", "一班、二班", "张三", "党校 201"],
        [None, None, None],
        ["2026-12-09", "14:00-16:30", "领导力", "全部", "", ""],
    )

    assert [(row.row, row.title, row.classes) for row in found.rows] == [
        (4, "产业政策", ("一班", "二班")),
        (6, "领导力", ("全部",)),
    ]
    assert found.problems == []


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ("9:00-9:00", "It lasts no time|lasts no time"),
        ("22:00-1:00", "ends before it begins"),
        ("9:00", "from and until"),
        ("", "empty"),
    ],
)
def test_hours_that_cannot_be_are_named_with_row_column_and_value(hours, why):
    found = read(["2026-12-08", hours, "产业政策", "一班", "", ""])

    (problem,) = found.problems
    assert (problem.row, problem.column, problem.value) == (4, "hours", hours)
    assert any(part in problem.why for part in why.split("|"))
    assert found.rows == []


def test_past_midnight_and_the_end_of_the_year_is_written_with_the_next_day():
    found = read(["2026-12-31", "22:00-次日01:00", "跨年值班", "一班", "", ""])

    assert found.rows[0].end == datetime.fromisoformat("2027-01-01T01:00:00")


def test_a_sheet_without_such_a_header_is_none():
    assert read_sheet("x", [["姓名", "电话"], ["a", "b"]], 1, first=FIRST, last=LAST) is None


@pytest.mark.parametrize(
    ("names", "sheet", "keys"),
    [
        (["一班"], "Sheet1", [1]),
        (["二 班", "一班", "一班"], "Sheet1", [2, 1]),
        (["全部"], "Sheet1", [1, 2]),
        ([], "二班", [2]),
    ],
)
def test_classes_are_found_by_name_or_by_the_name_of_the_sheet(names, sheet, keys):
    assert class_keys(names, sheet, {"一班": 1, "二班": 2}) == keys


@pytest.mark.parametrize("names", [["三班"], []])
def test_a_class_that_is_not_there_or_not_named_is_a_problem(names):
    with pytest.raises(BadCell):
        class_keys(names, "Sheet1", {"一班": 1, "二班": 2})
