"""The organizer fills two cohorts from roster files, splits one into classes and prints the papers of the first day."""

from pathlib import Path

import docx
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from tests.browser.walk.walk import Walk

FILES = Path(__file__).parents[2] / "files"
CHECK_IN, STREET_ROSTER = FILES / "check-in-form.xls", FILES / "street-roster-450.xlsx"


# Organizer ---------------------------------------------------------------------------------------------------------
def organizer_makes_a_program_with_two_cohorts(walk: Walk) -> None:
    organizer = walk.arrives("lin")
    organizer.look()
    organizer.choose("programs:program_list")
    organizer.look()
    organizer.follow("programs:program_create")
    organizer.look()
    organizer.send(name="点燃学习计划", unit="宝安区委组织部", summary="三年，每年一期。")
    program = organizer.key_in_url()
    organizer.look()
    for name in ("第一期", "第三期"):
        organizer.open("programs:program_detail", pk=program)
        organizer.follow("cohorts:cohort_create", f"?program={program}")
        if name == "第一期":
            organizer.look()
        organizer.send(
            name=name, starts_on=walk.first_day, ends_on=walk.last_day, journal_every="week",
            journal_prompts="看到了什么？\n学到了什么？",
        )  # fmt: skip
        walk.cohorts[name] = organizer.key_in_url()
    organizer.look()
    organizer.choose("cohorts:cohort_list")
    organizer.look()
    assert organizer.rows() == 2


def organizer_imports_the_form_of_four_class_sheets(walk: Walk) -> None:
    """As it is: 200 people, four classes with groups, head teachers, and officers from the remarks."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    _begin_import(walk, cohort, CHECK_IN)
    organizer.look()
    assert organizer.page.locator('[name^="sheet-"][name$="-use"]:checked').count() == 4
    _read_rows(walk)
    organizer.look()
    assert organizer.figures() == [200, 0, 0, 0]  # new, changed, unchanged, with problems
    walk.apply(organizer)
    organizer.look()
    for name, rows in (
        ("cohorts:trainee_list", 200),
        ("cohorts:class_list", 4),
        ("cohorts:group_list", 16),
        ("cohorts:officer_list", 4 * (1 + 10)),
    ):
        organizer.choose(name, cohort=cohort)
        organizer.look()
        assert (name, organizer.rows()) == (name, rows)


def organizer_mends_a_row_with_a_problem(walk: Walk) -> None:
    """The workbook of the problem rows is downloaded, mended and sent again."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    wrong, right = "990000199001011230", "990000199001011239"
    header = ["姓名", "性别", "联系电话", "身份证", "班级"]
    _begin_import(walk, cohort, _book(walk, [header, ["范一鸣", "男", "19900008888", wrong, "青干班"]]))
    _read_rows(walk)
    assert organizer.figures() == [0, 0, 0, 1]
    organizer.look()
    rows = organizer.download(organizer.page.locator('main form[action$="/problems/"] button'))
    book = load_workbook(rows)
    (cell,) = [cell for row in book.active for cell in row if cell.value == wrong]
    cell.value = right
    book.save(rows)
    _begin_import(walk, cohort, rows)
    _read_rows(walk)
    assert organizer.figures() == [1, 0, 0, 0]
    walk.apply(organizer)
    organizer.choose("cohorts:trainee_list", cohort=cohort)
    assert organizer.rows() == 201


def organizer_imports_the_roster_of_450(walk: Walk) -> None:
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第三期"]
    _begin_import(walk, cohort, STREET_ROSTER)
    organizer.look()
    organizer.fill(**{"sheet__0__class": "none"})
    _read_rows(walk)
    organizer.look()
    assert organizer.figures() == [450, 0, 0, 0]
    walk.apply(organizer)
    organizer.choose("cohorts:trainee_list", cohort=cohort)
    organizer.look()
    assert organizer.tabs()["all"] == 450


def organizer_sends_the_same_files_again(walk: Walk) -> None:
    """They change nothing, and there is nothing to apply."""
    organizer = walk.visitors["lin"]
    for cohort, file, people in (("第一期", CHECK_IN, 200), ("第三期", STREET_ROSTER, 450)):
        _begin_import(walk, walk.cohorts[cohort], file)
        if file is STREET_ROSTER:
            organizer.fill(**{"sheet__0__class": "none"})
        _read_rows(walk)
        assert organizer.figures() == [0, 0, people, 0]
        assert organizer.page.locator('main form[action$="/apply/"] button').is_disabled()
        organizer.press(organizer.page.locator('main form[action$="/discard/"] button'))


def _book(walk: Walk, rows: list[list[str]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path := walk.folder / "rows.xlsx")
    return path


def _begin_import(walk: Walk, cohort: int, file: Path) -> None:
    organizer = walk.visitors["lin"]
    organizer.open("cohorts:cohort_detail", cohort=cohort)
    organizer.choose("cohorts:roster_import", cohort=cohort)
    organizer.send(file=file)
    organizer.page.reload()  # the progress survives it
    organizer.wait_for_work()


def _read_rows(walk: Walk) -> None:
    organizer = walk.visitors["lin"]
    organizer.press(organizer.page.locator("form[data-columns] button.btn-primary"))
    organizer.wait_for_work()


# Classes -----------------------------------------------------------------------------------------------------------
def organizer_splits_the_450_by_street(walk: Walk) -> None:
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第三期"]
    organizer.choose("cohorts:class_list", cohort=cohort)
    organizer.follow("cohorts:split_create", cohort=cohort)
    organizer.look()
    organizer.send(mode="by", field="street", starts_on=walk.first_day)
    organizer.wait_for_work()
    organizer.look()
    assert organizer.page.locator("section:has(#classes) tbody tr").count() == 10
    walk.apply(organizer)
    organizer.look()
    assert class_sizes(walk) == [45] * 10


def class_sizes(walk: Walk) -> list[int]:
    """How many are in each class of the 450, as the list of classes says."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第三期"]
    organizer.choose("cohorts:class_list", cohort=cohort)
    return [int(cell) for cell in organizer.page.locator("#list-rows tbody td:nth-of-type(2)").all_inner_texts()]


def organizer_names_officers_with_terms(walk: Walk) -> None:
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第三期"]
    organizer.choose("cohorts:trainee_list", cohort=cohort)
    number = organizer.text("#list-rows tbody td:nth-of-type(2)")
    for office, who, name in (("head_teacher", "19900009999", "何老师"), ("monitor", number, "")):
        organizer.choose("cohorts:officer_list", cohort=cohort)
        organizer.follow("cohorts:officer_create", cohort=cohort)
        if office == "monitor":
            organizer.look()
        organizer.pick("training_class", 1)
        organizer.send(office=office, who=who, name=name, starts_on=walk.first_day, ends_on=walk.last_day)
    organizer.look()
    assert organizer.rows() == 2


def organizer_makes_a_group_and_moves_withdraws_and_adds_people(walk: Walk) -> None:
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第三期"]
    organizer.choose("cohorts:group_list", cohort=cohort)
    organizer.follow("cohorts:group_create", cohort=cohort)
    organizer.look()
    organizer.send(name="调研小组", plan="每两周走访一家企业。")
    group = organizer.key_in_url()
    organizer.look()

    organizer.choose("cohorts:trainee_list", cohort=cohort)
    for box in organizer.page.locator("#list-rows input[name=pk]").all()[:5]:
        box.check()
    organizer.look()
    organizer.press(_bulk(walk, "cohorts:trainees_group", cohort=cohort))
    organizer.look()
    organizer.send(group=str(group), on=walk.today)
    organizer.open("cohorts:group_detail", pk=group)
    organizer.look()
    assert organizer.page.locator('main form[action$="/end/"]').count() == 5

    organizer.choose("cohorts:trainee_list", cohort=cohort)
    organizer.press(organizer.page.locator("#list-rows tbody th a").first)
    trainee = organizer.key_in_url()
    organizer.look()
    organizer.follow("cohorts:trainee_move", pk=trainee)
    organizer.look()
    organizer.pick("training_class", 10)
    organizer.send(on=walk.today)
    organizer.look()
    assert sorted(class_sizes(walk)) == [44, *[45] * 8, 46]

    organizer.open("cohorts:trainee_detail", pk=trainee)
    organizer.follow("cohorts:trainee_withdraw", pk=trainee)
    organizer.look()
    organizer.send(on=walk.today, reason="调离本区")
    organizer.choose("cohorts:trainee_list", cohort=cohort)
    organizer.follow("cohorts:trainee_create", cohort=cohort)
    organizer.look()
    organizer.send(number="19900007777")
    organizer.look()
    organizer.send(name="新来的", joined_on=walk.today, work_unit="区工信局")
    organizer.look()
    organizer.choose("cohorts:trainee_list", cohort=cohort)
    tabs = organizer.tabs()
    assert (tabs["all"], tabs["active"], tabs["withdrawn"]) == (451, 450, 1)


def _bulk(walk: Walk, name: str, **kwargs):
    return walk.visitors["lin"].page.locator(f'[data-bulk-bar] button[formaction^="{reverse(name, kwargs=kwargs)}"]')


def organizer_adds_a_profile_field_that_needs_consent(walk: Walk) -> None:
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第三期"]
    organizer.choose("cohorts:profile_field_list", cohort=cohort)
    before = organizer.page.locator("main ul.rows > li").count()
    organizer.look()
    organizer.follow("cohorts:profile_field_create", cohort=cohort)
    organizer.look()
    organizer.send(label="紧急联系人", kind="text", filled_by_trainee=True, needs_consent=True, is_personal=True)
    assert organizer.page.locator("main ul.rows > li").count() == before + 1


# Papers of the first day -------------------------------------------------------------------------------------------
def organizer_prints_the_papers_of_the_first_day(walk: Walk) -> None:
    """Four papers, each as a workbook with a sheet per class and as a text; every file says what for."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("cohorts:document_list", cohort=cohort)
    organizer.look()
    organizer.fill(training_class="all", purpose="报到当天使用")
    papers = organizer.page.locator('main button[name=make][value$=":xlsx"]')
    assert papers.count() == 4
    for button in papers.all():
        key = button.get_attribute("value").partition(":")[0]
        book = load_workbook(organizer.download(button))
        names = [sheet for sheet in book if any("范一鸣" in map(str, row) for row in sheet.iter_rows(values_only=True))]
        assert (key, len(book.worksheets), len(names)) == (key, 4, 1)
        text = docx.Document(organizer.download(organizer.page.locator(f'main button[value="{key}:docx"]')))
        cells = [cell.text for table in text.tables for row in table.rows for cell in row.cells]
        assert (key, len(text.tables) >= 4, "范一鸣" in cells) == (key, True, True)
        assert "19900008888" not in cells


STEPS = (
    organizer_makes_a_program_with_two_cohorts,
    organizer_imports_the_form_of_four_class_sheets,
    organizer_mends_a_row_with_a_problem,
    organizer_imports_the_roster_of_450,
    organizer_sends_the_same_files_again,
    organizer_splits_the_450_by_street,
    organizer_names_officers_with_terms,
    organizer_makes_a_group_and_moves_withdraws_and_adds_people,
    organizer_adds_a_profile_field_that_needs_consent,
    organizer_prints_the_papers_of_the_first_day,
)
