import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time
from time import process_time

from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.rules.headers import ProfileSpec
from cohorts.rules.roster import Guess, Person, Problem, faults, read, understand, understand_sheet
from cohorts.rules.values import LONG_DIGITS, BornOn
from tests.cohorts.rosters import Sheet, id_number, read_rows, read_sheets

HEADER = ["序号", "姓名", "性别", "手机号码", "身份证号"]


def people(*names, start=1):
    """Rows under HEADER of men who are nobody's double."""
    return [[n, name, "男", f"1990001{n:04d}", id_number()] for n, name in enumerate(names, start)]


def problems(reading):
    return [(each.row, each.column, each.code, each.severity) for each in reading.problems]


def ignored(reading):
    return [(each.row, each.code) for each in reading.ignored]


def names(reading):
    return [person.values["name"] for person in reading.people]


# --- which rows are people ------------------------------------------------------------------------------------------


def test_titles_headings_totals_and_notes_are_no_people():
    reading = read_rows(
        ["2026年青干班学员名册（4人）"],
        ["填报单位：某区委组织部"],
        HEADER,
        ["第一组（2人）"],
        *people("张三", "李四"),
        [],
        ["第二组（2人）"],
        HEADER,
        *people("王五", "赵六", start=3),
        ["合计", "4人", None, None, None],
        [5, None, None, None, None],
        ["备注：1. 请核对"],
        ["制表人：张三", None, "审核人：李四"],
        ["", "  ", None],
    )

    assert names(reading) == ["张三", "李四", "王五", "赵六"]
    assert [person.group_name for person in reading.people] == ["第一组", "第一组", "第二组", "第二组"]
    assert ignored(reading) == [
        (1, "row_title"),
        (2, "row_notes"),
        (3, "row_header"),
        (4, "row_group"),
        (7, "row_blank"),
        (8, "row_group"),
        (9, "row_header"),
        (12, "row_total"),
        (13, "row_blank"),
        (14, "row_notes"),
        (15, "row_notes"),
    ]
    assert problems(reading) == []


def test_people_whose_names_look_like_headings_are_people():
    reading = read_rows(["姓名", "电话"], ["王班", None], ["李组", None], ["安注", "13800138000"], ["贺计", None])

    assert names(reading) == ["王班", "李组", "安注", "贺计"]


def test_a_teacher_whose_position_is_head_teacher_is_a_person():
    reading = read_rows(["姓名", "单位", "职务"], ["张三", "第一中学", "班主任 语文教师"])

    assert names(reading) == ["张三"]


def test_a_list_of_names_alone_is_a_roster():
    assert names(read_rows(["姓名"], ["张三"], ["李四"])) == ["张三", "李四"]


def test_rows_are_numbered_as_the_spreadsheet_prints_them():
    reading = read_rows(HEADER, *people("张三"), ["2", None, "女", None, None], first_row=7)

    assert [person.row for person in reading.people] == [8, 9]
    assert problems(reading) == [(9, "B", "name_missing", "error")]


def test_a_row_without_a_name_can_only_be_left_out():
    reading = read_rows(HEADER, [1, None, "男", "13800138000", None])

    assert [(each.code, each.treatments) for each in reading.problems] == [("name_missing", ("skip",))]


def test_rows_shorter_than_the_header_are_read():
    assert names(read_rows(HEADER, [1, "张三"], [2])) == ["张三"]


# --- classes, groups, head teachers ---------------------------------------------------------------------------------


def test_the_title_names_the_class_of_a_sheet_without_a_name_of_its_own():
    reading = read_rows(["2026年第1期中青年干部培训班学员名单"], HEADER, *people("张三"))

    assert [each.name for each in reading.classes] == ["中青年干部培训班"]


def test_a_line_above_the_header_may_name_class_and_head_teacher():
    reading = read_rows(["班级：青干班", None, "班主任：张三", "电话：13800138000"], HEADER, *people("李四"))

    assert [(each.name, each.head_teacher, each.head_teacher_phone) for each in reading.classes] == [
        ("青干班", "张三", "13800138000")
    ]
    assert ignored(reading) == [(1, "row_head_teacher"), (2, "row_header")]


def test_a_byte_order_mark_does_not_hide_a_header():
    assert names(read_rows(["\ufeff姓名", "手机"], ["张三", "13800138000"])) == ["张三"]


def test_a_column_names_the_class_of_each_row():
    reading = read_rows(["姓名", "班级"], ["张三", "1班"], ["李四", "2班"], ["王五", None])

    assert [(each.name, each.people) for each in reading.classes] == [("1班", 1), ("2班", 1), ("", 1)]
    assert "class_name" not in reading.people[0].values


def test_headings_between_the_rows_name_the_class():
    reading = read_rows(
        HEADER, ["县干1班（1人）"], ["第一组"], *people("张三"), ["县干2班（1人）"], *people("李四", start=2)
    )

    assert [(p.class_name, p.group_name) for p in reading.people] == [("县干1班", "第一组"), ("县干2班", "")]


def test_sheets_of_one_file_are_classes_by_their_names():
    one = Sheet([HEADER, *people("张三")], "东片区")
    two = Sheet([HEADER, *people("李四", start=2)], "西片区")

    assert [each.name for each in read_sheets(one, two).classes] == ["东片区", "西片区"]


def test_merged_group_cells_hold_for_the_rows_below():
    reading = read_rows(
        ["组别", "姓名", "性别"],
        ["第一组", "张三", "男"],
        [None, "李四", "男"],
        [None, "王五", "男"],
        ["第二组", "赵六", "男"],
        [None, "钱七", "男"],
    )

    assert [person.group_name for person in reading.people] == ["第一组"] * 3 + ["第二组"] * 2


def test_a_group_column_that_is_merely_incomplete_is_not_filled():
    reading = read_rows(
        ["组别", "姓名", "性别"], ["第一组", "张三", "男"], ["第一组", "李四", "男"], [None, "王五", "男"]
    )

    assert [person.group_name for person in reading.people] == ["第一组", "第一组", ""]


def test_numbers_of_people_that_do_not_fit_are_said():
    reading = read_rows(
        ["青干班名册（5人）"], HEADER, ["第一组（2人）"], *people("张三"), ["第二组（1人）"], *people("李四", start=2)
    )

    assert problems(reading) == [(1, "", "claimed_sheet", "warning"), (3, "", "claimed_group", "warning")]
    assert [each.params for each in reading.problems] == [
        {"claimed": 5, "read": 2},
        {"group": "第一组", "claimed": 2, "read": 1},
    ]


def test_a_head_teacher_that_cannot_be_read_is_said_not_guessed():
    reading = read_rows(["青干班名册"], ["班主任：张三、李四 19900001234"], HEADER, *people("王五"))

    assert problems(reading) == [(2, "", "head_teacher_unclear", "warning")]
    assert reading.classes[0].head_teacher == ""


def test_remarks_keep_what_is_no_office():
    reading = read_rows(
        ["姓名", "备注"],
        ["张三", "班长、党支部书记"],
        ["李四", "回民，组长"],
        ["王五", "素食"],
        ["赵六", "第一组副组长"],
        ["钱七", "安全委员"],
    )

    assert [[office.code for office in person.offices] for person in reading.people] == [
        ["monitor", "branch_secretary"],
        ["group_leader"],
        [],
        ["deputy_group_leader"],
        ["other"],
    ]
    assert [person.values.get("remarks") for person in reading.people] == [None, "回民", "素食", None, None]
    assert reading.people[4].offices[0].text == "安全委员"


# --- columns --------------------------------------------------------------------------------------------------------


def test_two_header_rows_are_read_as_one():
    reading = read_rows(
        ["序号", "姓名", "联系方式", None],
        [None, None, "手机", "邮箱"],
        [1, "张三", "13800138000", "a@b.cn"],
    )

    assert reading.people[0].values == {"number": "1", "name": "张三", "phone": "13800138000", "email": "a@b.cn"}
    assert ignored(reading) == [(1, "row_header"), (2, "row_header")]


def test_unit_and_position_are_proposed_apart_and_kept_together_on_request():
    sheets = [Sheet([["姓名", "单位及职务"], ["张三", "龙田镇党委副书记、镇长"], ["李四", "某某有限公司"]])]
    guess = understand(sheets)
    whole = guess.with_sheet(replace(guess.sheets[0], split_units=False))

    apart = read(sheets, guess)

    assert [(p.values["work_unit"], p.values.get("position")) for p in apart.people] == [
        ("龙田镇", "党委副书记、镇长"),
        ("某某有限公司", None),
    ]
    assert problems(apart) == [(3, "B", "position_unsplit", "warning")]
    assert [p.values["work_unit"] for p in read(sheets, whole).people] == ["龙田镇党委副书记、镇长", "某某有限公司"]


def test_a_blank_cell_is_absent_and_deletes_nothing():
    reading = read_rows(
        ["姓名", "手机", "邮箱", "是否海归", "备注"], ["张三", "  ", "/", "无", "无"], ["李四", None, "", None, "—"]
    )

    assert [person.values for person in reading.people] == [{"name": "张三", "returnee": False}, {"name": "李四"}]
    assert problems(reading) == []


def test_excel_dates_in_a_column_of_months_are_months():
    first = datetime.combine(date(1990, 5, 1), time())
    reading = read_rows(["姓名", "出生年月"], ["张三", first], ["李四", date(1990, 5, 17)])

    assert [person.values["born_on"] for person in reading.people] == [
        BornOn(date(1990, 5, 1), is_month_only=True),
        BornOn(date(1990, 5, 17), is_month_only=False),
    ]


def test_profile_fields_of_the_cohort_are_read_and_new_ones_proposed():
    sheets = [Sheet([["姓名", "职级", "特长"], ["张三", "科 级", "摄影"], ["李四", "厅级", None]])]
    own = [ProfileSpec("job_level", "职级", "choice", ("处级", "科级"))]

    reading = read(sheets, understand(sheets, own), own)

    assert [person.values.get("job_level") for person in reading.people] == ["科级", None]
    assert [person.extra for person in reading.people] == [{"特长": "摄影"}, {}]
    assert reading.new_fields == ["特长"]
    assert problems(reading) == [(3, "B", "choice_unknown", "error")]


# --- problems -------------------------------------------------------------------------------------------------------


def test_a_bad_value_names_sheet_row_column_and_what_may_be_done():
    reading = read_rows(HEADER, [1, "张三", "男", "1380013800", None], name="名单")

    problem = reading.problems[0]
    assert (problem.sheet_name, problem.row, problem.column, problem.header) == ("名单", 2, "D", "手机号码")
    assert (problem.field, problem.shown, problem.severity, problem.treatments) == (
        "phone",
        "********00",
        "error",
        ("skip", "drop"),
    )
    assert "phone" not in reading.people[0].values
    assert (reading.people[0].severity, reading.good()) == ("error", [])


def test_a_sentence_speaks_the_language_of_its_reader():
    problem = read_rows(HEADER, [1, "张三", "男", "1380013800", None]).problems[0]

    with override("zh-hans"):
        assert problem.sentence == "号码有 10 位，内地手机号码应为 11 位。"
    with override("en"):
        assert problem.sentence == "This number has 10 digits; a mainland mobile number has 11."


def test_sex_and_birth_are_compared_with_the_id_number():
    number = id_number("19900517", male=True)
    reading = read_rows(
        ["姓名", "性别", "出生年月", "身份证号"],
        ["张三", "女", "1991-05", number],
        ["李四", "男", "1990.05", id_number("19900518")],
    )

    assert problems(reading) == [(2, "B", "sex_not_female", "error"), (2, "C", "born_differs", "warning")]
    assert reading.problems[1].params == {"column": "1991-05", "id_number": "1990-05-17"}
    assert [person.severity for person in reading.people] == ["error", ""]


def test_numbers_that_lost_their_digits_are_errors():
    reading = read_rows(["姓名", "身份证号", "手机"], ["张三", 440524198001010000.0, "1.38E+10"])

    assert [each.code for each in reading.problems] == ["digits_lost", "digits_lost"]


def test_one_person_twice_is_an_error_of_the_later_row():
    number = id_number()
    reading = read_rows(
        HEADER, [1, "张三", "男", "13800138000", number], [2, "张 三", "男", "13800138000", number.lower()]
    )

    assert problems(reading) == [(3, "B", "twice_person", "error")]
    assert reading.problems[0].params == {"sheet": "Sheet1", "row": 2, "name": "张三"}
    assert [(each.kind, each.rows) for each in reading.duplicates] == [
        ("id_number", ((0, 2), (0, 3))),
        ("phone", ((0, 2), (0, 3))),
        ("name", ((0, 2), (0, 3))),
    ]


def test_one_id_number_under_two_names_is_an_error_of_both_rows():
    number = id_number()
    reading = read_rows(HEADER, [1, "张三", "男", None, number], [2, "李四", "男", None, number])

    assert problems(reading) == [(2, "E", "twice_id", "error"), (3, "E", "twice_id", "error")]
    assert [each.params["row"] for each in reading.problems] == [3, 2]
    assert reading.problems[0].treatments == ("skip", "drop")


def test_one_phone_of_two_people_is_an_error_of_both_rows():
    reading = read_rows(
        HEADER, [1, "张三", "男", "13800138000", id_number()], [2, "李四", "男", "138-0013-8000", id_number()]
    )

    assert problems(reading) == [(2, "D", "twice_phone", "error"), (3, "D", "twice_phone", "error")]


def test_two_people_of_one_name_are_only_noted():
    reading = read_rows(HEADER, *people("张三", "张三"))

    assert problems(reading) == [(3, "B", "same_name", "note")]
    assert len(reading.good()) == 2


def test_one_name_twice_without_numbers_is_a_warning():
    reading = read_rows(["姓名", "单位"], ["张三", "甲局"], ["张三", "乙局"])

    assert problems(reading) == [(3, "A", "same_name_unclear", "warning")]


def test_the_same_person_is_found_on_another_sheet():
    number = id_number()
    one = Sheet([HEADER, [1, "张三", "男", None, number]], "1班")
    two = Sheet([HEADER, [1, "张三", "男", None, number]], "2班")

    reading = read_sheets(one, two)

    assert [(each.sheet_name, each.code, each.params["sheet"]) for each in reading.problems] == [
        ("2班", "twice_person", "1班")
    ]


# --- sheets that are left out, and the person's corrections ---------------------------------------------------------


def test_sheets_that_hold_no_roster_are_left_out_with_the_reason():
    sheets = [
        Sheet([HEADER, *people("张三")], "1班"),
        Sheet([HEADER, *people("李四")], "2班", hidden=True),
        Sheet([[None, ""], []], "空"),
        Sheet([["请按要求填写"], ["一、实事求是"]], "填表说明"),
        Sheet([["甲", "乙"], [1, 2]], "其他"),
        Sheet([["单位", "电话"], ["某局", "13800138000"]], "单位"),
        Sheet([HEADER], "3班"),
    ]

    guess = understand(sheets)

    assert [(sheet.name, sheet.use, sheet.reason) for sheet in guess.sheets] == [
        ("1班", True, ""),
        ("2班", False, "sheet_hidden"),
        ("空", False, "sheet_empty"),
        ("填表说明", False, "sheet_notes"),
        ("其他", False, "sheet_no_header"),
        ("单位", False, "sheet_no_name"),
        ("3班", False, "sheet_no_people"),
    ]


def test_a_summary_sheet_that_repeats_the_others_is_left_out():
    one, two = people("张三", "李四"), people("王五", start=3)
    sheets = [Sheet([HEADER, *one, *two], "汇总"), Sheet([HEADER, *one], "1班"), Sheet([HEADER, *two], "2班")]

    assert [(sheet.use, sheet.reason) for sheet in understand(sheets).sheets] == [
        (False, "sheet_summary"),
        (True, ""),
        (True, ""),
    ]


def test_a_person_may_set_the_header_row():
    sheet = Sheet([["姓名", "性别"], ["张三", "男"], ["姓名", "电话"], ["李四", "13800138000"]])

    guess = understand_sheet(0, sheet, 3)

    assert [column.field for column in guess.columns] == ["name", "phone"]
    assert guess == understand([sheet], header_rows={0: 3}).sheets[0]


def test_a_person_may_correct_a_column():
    sheets = [Sheet([["姓名", "代号"], ["张三", "13800138000"]])]
    guess = understand(sheets)

    corrected = guess.with_sheet(guess.sheets[0].with_column(1, field="phone"))

    assert read(sheets, corrected).people[0].values == {"name": "张三", "phone": "13800138000"}


def test_a_guess_that_cannot_be_read_says_why():
    guess = understand([Sheet([["姓名", "电话", "特长"], ["张三", "13800138000", "书法"]], "甲")])
    sheet = guess.sheets[0]

    def codes(changed):
        return [(fault.code, bool(fault.sentence)) for fault in faults(guess.with_sheet(changed))]

    assert faults(guess) == []
    assert codes(sheet.with_column(0, field="ignore")) == [("fault_no_name", True)]
    assert codes(sheet.with_column(2, field="phone")) == [("fault_twice", True)]
    assert codes(sheet.with_column(2, label=" ")) == [("fault_no_label", True)]
    assert faults(Guess(()))[0].code == "fault_no_sheet"


# --- storing, nastiness, speed --------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.text(max_size=8),
    st.sampled_from(
        ["姓名", "性别", "手机", "身份证", "备注", "出生年月", "第一组（3人）", "青干班", "合计", "张三", "13800138000"]
    ),
)


@settings(max_examples=300)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=8))
def test_any_sheet_can_be_understood_read_and_stored(rows):
    sheets = [Sheet([["姓名", "性别", "手机", "身份证", "备注", "出生年月"], *rows])]

    guess = understand(sheets)
    stored = Guess.from_json(json.loads(json.dumps(guess.to_json())))
    reading = read(sheets, guess) if guess.used() else None

    assert stored == guess
    for problem in reading.problems if reading else []:
        assert Problem.from_json(json.loads(json.dumps(problem.to_json()))) == problem
        assert problem.sentence
        assert not LONG_DIGITS.search(
            "|".join([problem.shown, *map(str, problem.params.values())])
        )  # no repr: \\U00015740 has digits
    for person in reading.people if reading else []:
        assert Person.from_json(person.to_json()).values == person.values


def test_every_row_of_a_file_is_a_person_or_says_why_not():
    rows = [["名册"], HEADER, *people("张三"), [], ["合计", 1], ["备注：无"], ["其他文字"], [None, "李四"]]

    reading = read_rows(*rows)

    assert sorted([p.row for p in reading.people] + [i.row for i in reading.ignored]) == list(range(1, 9))


def test_a_long_text_in_each_column_is_a_problem_not_a_delay():
    header = ["姓名", "性别", "手机", "身份证", "单位及职务", "邮箱", "出生年月", "备注", "年龄"]
    started = process_time()

    reading = read_rows(header, *[[part * 100_000] * 9 for part in ("长", "1 ", "· ", "副主任、", "a@")])

    assert process_time() - started < 2
    assert Counter(each.severity for each in reading.problems)["error"] >= 35


def test_5000_rows_of_18_columns_are_read_in_little_time():
    header = "序号 姓名 性别 出生年月 民族 政治面貌 学历 毕业院校 工作单位 单位性质 职务 人才类别 是否海归 所在园区 所属街道 手机号码 身份证号 邮箱"
    same = [
        "男",
        "1990.05",
        "汉",
        "群众",
        "硕士   研究生",
        "某大学",
        "某公司",
        "私营企业",
        "经理",
        "其他",
        "否",
        "科技园",
        "新湖街道",
    ]
    body = [[n, f"张{chr(0x4E00 + n)}", *same, f"199{n:08d}", id_number(), f"t{n}@example.com"] for n in range(5000)]
    sheets = [Sheet([header.split(), *body])]
    started = process_time()

    reading = read(sheets, understand(sheets))

    assert process_time() - started < 0.6
    assert len(reading.people) == 5000


def test_400_sheets_are_read_in_little_time():
    sheets = [Sheet([HEADER, *people("张三", "李四")], f"{n}班") for n in range(400)]
    started = process_time()

    reading = read(sheets, understand(sheets))

    assert process_time() - started < 2
    assert len(reading.classes) == 400
