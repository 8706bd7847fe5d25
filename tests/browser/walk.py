"""An office carries a cohort from an empty database to the year-end workbook. Each step is one paragraph of what the
product promises, done by the people whom it is for, each in a browser of his own.
"""

import itertools
import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zipfile import ZipFile

import docx
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from tests.browser.product import Product
from tests.browser.visitor import Visitor, last_number, numbers

FILES = Path(__file__).parent.parent / "files"
CHECK_IN, STREET_ROSTER = FILES / "check-in-form.xls", FILES / "street-roster-450.xlsx"
STREETS = ["新湖", "西乡", "航城", "福海", "沙井", "新桥", "松岗", "燕罗", "石岩", "福永"]
YESTERDAY = "战略思维"
HEAD_TEACHER, TRAINEE = "19900001951", "19908600001"  # of the first class sheet
NAMES_ON_SCREEN = """() => {
  const end = document.querySelector(".dock").getBoundingClientRect().top;
  return [...document.querySelectorAll(".roll li")].filter((line) => line.getBoundingClientRect().bottom <= end).length;
}"""
OWN_PASSWORD = "长亭外 古道边 42"


class Walk:
    """One office, in one language."""

    def __init__(self, browser: Browser, product: Product, folder: Path, *, language: str):
        self.browser, self.product, self.folder, self.language = browser, product, folder, language
        self.faults: list[str] = []
        self.visitors: dict[str, Visitor] = {}
        self.accounts: dict[str, int] = {}
        self.cohorts: dict[str, int] = {}
        self.first_passwords: dict[str, str] = {}
        self.today: date = timezone.localdate()
        self.first_day, self.last_day = self.today - timedelta(days=30), self.today + timedelta(days=60)

    # Who is there ---------------------------------------------------------------------------------------------------
    def visitor(self, *, phone: bool = False) -> Visitor:
        """A new browser, in the language of the walk."""
        visitor = Visitor(
            self.browser, self.product.address, self.folder, language=self.language, faults=self.faults, phone=phone
        )
        visitor.open("account_login")
        visitor.press(visitor.page.locator(f'footer button[name=language][value="{self.language}"]'))
        assert visitor.page.locator("html").get_attribute("lang").lower() == self.language
        return visitor

    def arrives(self, login: str, *, phone: bool = False) -> Visitor:
        """Signs in with the first password, and has to choose another before anything else."""
        visitor = self.visitors[login] = self.visitor(phone=phone)
        visitor.send(login=login, password=self.first_passwords[login])
        assert visitor.page.url.endswith(reverse("accounts:first_password"))
        visitor.look()
        visitor.send(password1=OWN_PASSWORD, password2=OWN_PASSWORD)
        visitor.press(visitor.page.locator(f'button[name=language][value="{self.language}"]').last)
        return visitor

    def _apply(self, visitor: Visitor) -> None:
        """The plan, just as it was read; its progress survives a reload."""
        visitor.press(visitor.page.locator('main form[action$="/apply/"] button'))
        visitor.page.reload()
        visitor.wait_for_work()

    # 1 Administrator ------------------------------------------------------------------------------------------------
    def administrator_sets_up(self) -> None:
        """The first administrator comes by the link that the server printed; it works once."""
        admin = self.visitors["admin"] = self.visitor()
        admin.look()
        admin.page.goto(self.product.setup_link)
        admin.look()
        admin.send(
            unit="宝安区委组织部", name="陈主任", username="admin", password1=OWN_PASSWORD, password2=OWN_PASSWORD
        )
        assert admin.page.url == f"{self.product.address}/"
        admin.look()

        with admin.expecting(404):
            assert admin.page.goto(self.product.setup_link).status == 404

    def administrator_builds_the_tree_of_units(self) -> None:
        """One street by the form; the sheet brings the other nine and two communities, and again nothing."""
        admin = self.visitors["admin"]
        admin.page.goto("/")
        admin.choose("accounts:unit_list")
        assert admin.rows() == 1
        admin.press(admin.page.locator('main a[href$="/new/"].btn-primary'))
        admin.look()
        admin.send(name="新湖街道", level="street", code="BA-01")
        admin.look()

        for new, same in ((11, 1), (0, 12)):
            admin.choose("accounts:unit_list")
            admin.press(admin.page.locator('main a[href$="/import/"]'))
            admin.send(file=self._sheet_of_units())
            admin.wait_for_work()
            admin.look()
            assert admin.figures() == [new, 0, same, 0]  # new, changed, unchanged, with problems
            if new:
                self._apply(admin)
        admin.choose("accounts:unit_list")
        admin.look()
        assert admin.rows() == 13

    def _sheet_of_units(self) -> Path:
        book = Workbook()
        book.active.append(["上级单位", "名称", "级别", "编码"])
        for number, street in enumerate(STREETS, 1):
            book.active.append([None, f"{street}街道", "街道", f"BA-{number:02}"])
        for community in ("新湖社区", "上合社区"):
            book.active.append(["新湖街道", community, "社区", None])
        book.save(path := self.folder / "units.xlsx")
        return path

    def administrator_opens_accounts(self) -> None:
        """Organizer, leader and two evaluators; each gets a slip with a first password."""
        admin = self.visitors["admin"]
        people = {"lin": "林组织", "zhou": "周局长", "wang": "王评委", "li": "李评委"}
        for username, name in people.items():
            admin.choose("accounts:user_list")
            admin.follow("accounts:user_create")
            if username == "lin":
                admin.look()
            admin.send(name=name, username=username, unit="宝安区委组织部")
            key = self.accounts[username] = admin.key_in_url()
            if username == "lin":
                admin.look()
            admin.press_action("accounts:user_slip", pk=key)
            self.first_passwords[username] = admin.text(".code-plain")
            if username == "lin":
                admin.look()
            admin.open("accounts:user_detail", pk=key)
            if role := {"lin": "organizer", "zhou": "leader"}.get(username):
                admin.follow("accounts:grant_give", pk=key)
                if username == "lin":
                    admin.look()
                admin.send(role=role, scope_kind="unit", scope="宝安区委组织部", reason="分管培训工作")
        admin.choose("accounts:user_list")
        admin.look()
        assert admin.tabs() == {"all": 5, "working": 1, "first": 4, "suspended": 0}
        admin.choose("accounts:grant_list")
        admin.look()
        assert admin.rows() == 3

    def administrator_sees_who_did_what(self) -> None:
        """One entry for each write: the set-up, the units, the accounts, the slips, the roles."""
        admin = self.visitors["admin"]
        admin.choose("accounts:audit_list")
        admin.look()
        before = admin.rows()
        admin.open("accounts:user_detail", pk=self.accounts["lin"])
        admin.press_action("accounts:user_slip", pk=self.accounts["lin"])
        admin.choose("accounts:audit_list")
        assert admin.rows() == before + 1
        admin.press(admin.page.locator("#list-rows tbody a").first)
        admin.look()

    # 2 Organizer ----------------------------------------------------------------------------------------------------
    def organizer_makes_a_program_with_two_cohorts(self) -> None:
        organizer = self.arrives("lin")
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
                name=name, starts_on=self.first_day, ends_on=self.last_day, journal_every="week",
                journal_prompts="看到了什么？\n学到了什么？",
            )  # fmt: skip
            self.cohorts[name] = organizer.key_in_url()
        organizer.look()
        organizer.choose("cohorts:cohort_list")
        organizer.look()
        assert organizer.rows() == 2

    def organizer_imports_the_form_of_four_class_sheets(self) -> None:
        """As it is: 200 people, four classes with groups, head teachers, and officers from the remarks."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        self._begin_import(cohort, CHECK_IN)
        organizer.look()
        assert organizer.page.locator('[name^="sheet-"][name$="-use"]:checked').count() == 4
        self._read_rows()
        organizer.look()
        assert organizer.figures() == [200, 0, 0, 0]  # new, changed, unchanged, with problems
        self._apply(organizer)
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

    def organizer_mends_a_row_with_a_problem(self) -> None:
        """The workbook of the problem rows is downloaded, mended and sent again."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        wrong, right = "990000199001011230", "990000199001011239"
        header = ["姓名", "性别", "联系电话", "身份证", "班级"]
        self._begin_import(cohort, self._book([header, ["范一鸣", "男", "19900008888", wrong, "青干班"]]))
        self._read_rows()
        assert organizer.figures() == [0, 0, 0, 1]
        organizer.look()
        rows = organizer.download(organizer.page.locator('main form[action$="/problems/"] button'))
        book = load_workbook(rows)
        (cell,) = [cell for row in book.active for cell in row if cell.value == wrong]
        cell.value = right
        book.save(rows)
        self._begin_import(cohort, rows)
        self._read_rows()
        assert organizer.figures() == [1, 0, 0, 0]
        self._apply(organizer)
        organizer.choose("cohorts:trainee_list", cohort=cohort)
        assert organizer.rows() == 201

    def organizer_imports_the_roster_of_450(self) -> None:
        organizer, cohort = self.visitors["lin"], self.cohorts["第三期"]
        self._begin_import(cohort, STREET_ROSTER)
        organizer.look()
        organizer.fill(**{"sheet__0__class": "none"})
        self._read_rows()
        organizer.look()
        assert organizer.figures() == [450, 0, 0, 0]
        self._apply(organizer)
        organizer.choose("cohorts:trainee_list", cohort=cohort)
        organizer.look()
        assert organizer.tabs()["all"] == 450

    def organizer_sends_the_same_files_again(self) -> None:
        """They change nothing, and there is nothing to apply."""
        organizer = self.visitors["lin"]
        for cohort, file, people in (("第一期", CHECK_IN, 200), ("第三期", STREET_ROSTER, 450)):
            self._begin_import(self.cohorts[cohort], file)
            if file is STREET_ROSTER:
                organizer.fill(**{"sheet__0__class": "none"})
            self._read_rows()
            assert organizer.figures() == [0, 0, people, 0]
            assert organizer.page.locator('main form[action$="/apply/"] button').is_disabled()
            organizer.press(organizer.page.locator('main form[action$="/discard/"] button'))

    def _book(self, rows: list[list[str]]) -> Path:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path := self.folder / "rows.xlsx")
        return path

    def _begin_import(self, cohort: int, file: Path) -> None:
        organizer = self.visitors["lin"]
        organizer.open("cohorts:cohort_detail", cohort=cohort)
        organizer.choose("cohorts:roster_import", cohort=cohort)
        organizer.send(file=file)
        organizer.page.reload()  # the progress survives it
        organizer.wait_for_work()

    def _read_rows(self) -> None:
        organizer = self.visitors["lin"]
        organizer.press(organizer.page.locator("form[data-columns] button.btn-primary"))
        organizer.wait_for_work()

    # 3 Classes ------------------------------------------------------------------------------------------------------
    def organizer_splits_the_450_by_street(self) -> None:
        organizer, cohort = self.visitors["lin"], self.cohorts["第三期"]
        organizer.choose("cohorts:class_list", cohort=cohort)
        organizer.follow("cohorts:split_create", cohort=cohort)
        organizer.look()
        organizer.send(mode="by", field="street", starts_on=self.first_day)
        organizer.wait_for_work()
        organizer.look()
        assert organizer.page.locator("section:has(#classes) tbody tr").count() == 10
        self._apply(organizer)
        organizer.look()
        assert self.class_sizes() == [45] * 10

    def class_sizes(self) -> list[int]:
        """How many are in each class of the 450, as the list of classes says."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第三期"]
        organizer.choose("cohorts:class_list", cohort=cohort)
        return [int(cell) for cell in organizer.page.locator("#list-rows tbody td:nth-of-type(2)").all_inner_texts()]

    def organizer_names_officers_with_terms(self) -> None:
        organizer, cohort = self.visitors["lin"], self.cohorts["第三期"]
        organizer.choose("cohorts:trainee_list", cohort=cohort)
        number = organizer.text("#list-rows tbody td:nth-of-type(2)")
        for office, who, name in (("head_teacher", "19900009999", "何老师"), ("monitor", number, "")):
            organizer.choose("cohorts:officer_list", cohort=cohort)
            organizer.follow("cohorts:officer_create", cohort=cohort)
            if office == "monitor":
                organizer.look()
            organizer.pick("training_class", 1)
            organizer.send(office=office, who=who, name=name, starts_on=self.first_day, ends_on=self.last_day)
        organizer.look()
        assert organizer.rows() == 2

    def organizer_makes_a_group_and_moves_withdraws_and_adds_people(self) -> None:
        organizer, cohort = self.visitors["lin"], self.cohorts["第三期"]
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
        organizer.press(self._bulk("cohorts:trainees_group", cohort=cohort))
        organizer.look()
        organizer.send(group=str(group), on=self.today)
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
        organizer.send(on=self.today)
        organizer.look()
        assert sorted(self.class_sizes()) == [44, *[45] * 8, 46]

        organizer.open("cohorts:trainee_detail", pk=trainee)
        organizer.follow("cohorts:trainee_withdraw", pk=trainee)
        organizer.look()
        organizer.send(on=self.today, reason="调离本区")
        organizer.choose("cohorts:trainee_list", cohort=cohort)
        organizer.follow("cohorts:trainee_create", cohort=cohort)
        organizer.look()
        organizer.send(number="19900007777")
        organizer.look()
        organizer.send(name="新来的", joined_on=self.today, work_unit="区工信局")
        organizer.look()
        organizer.choose("cohorts:trainee_list", cohort=cohort)
        tabs = organizer.tabs()
        assert (tabs["all"], tabs["active"], tabs["withdrawn"]) == (451, 450, 1)

    def _bulk(self, name: str, **kwargs):
        return self.visitors["lin"].page.locator(
            f'[data-bulk-bar] button[formaction^="{reverse(name, kwargs=kwargs)}"]'
        )

    def organizer_adds_a_profile_field_that_needs_consent(self) -> None:
        organizer, cohort = self.visitors["lin"], self.cohorts["第三期"]
        organizer.choose("cohorts:profile_field_list", cohort=cohort)
        before = organizer.page.locator("main ul.rows > li").count()
        organizer.look()
        organizer.follow("cohorts:profile_field_create", cohort=cohort)
        organizer.look()
        organizer.send(label="紧急联系人", kind="text", filled_by_trainee=True, needs_consent=True, is_personal=True)
        assert organizer.page.locator("main ul.rows > li").count() == before + 1

    # 4 Papers of the first day --------------------------------------------------------------------------------------
    def organizer_prints_the_papers_of_the_first_day(self) -> None:
        """Four papers, each as a workbook with a sheet per class and as a text; every file says what for."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        organizer.choose("cohorts:document_list", cohort=cohort)
        organizer.look()
        organizer.fill(training_class="all", purpose="报到当天使用")
        papers = organizer.page.locator('main button[name=make][value$=":xlsx"]')
        assert papers.count() == 4
        for button in papers.all():
            key = button.get_attribute("value").partition(":")[0]
            book = load_workbook(organizer.download(button))
            names = [
                sheet for sheet in book if any("范一鸣" in map(str, row) for row in sheet.iter_rows(values_only=True))
            ]
            assert (key, len(book.worksheets), len(names)) == (key, 4, 1)
            text = docx.Document(organizer.download(organizer.page.locator(f'main button[value="{key}:docx"]')))
            cells = [cell.text for table in text.tables for row in table.rows for cell in row.cells]
            assert (key, len(text.tables) >= 4, "范一鸣" in cells) == (key, True, True)
            assert "19900008888" not in cells

    # 5 Sessions and roll call ---------------------------------------------------------------------------------------
    def organizer_makes_two_sessions(self) -> None:
        """One was yesterday, one lasts all day, so that the walk may be taken at any hour."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        days = {"领导力": (self.today, "00:00", "23:30"), YESTERDAY: (self.today - timedelta(days=1), "09:00", "11:30")}
        for title, (day, start, end) in days.items():
            organizer.choose("learning:session_list", cohort=cohort)
            organizer.follow("learning:session_create", cohort=cohort)
            organizer.field("classes").first.check()
            organizer.send(
                title=title, on=day, start=start, end=end, teacher_name="梁教授", place="区委党校 201", mode="on_site"
            )  # fmt: skip
        organizer.look()
        self.session = organizer.key_in_url()
        assert organizer.page.locator("section:has(#people) tbody tr").count() == 53
        organizer.choose("learning:session_list", cohort=cohort)
        organizer.look()
        assert organizer.rows() == 2

    def organizer_opens_accounts_for_a_class(self) -> None:
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        organizer.choose("cohorts:class_list", cohort=cohort)
        organizer.press(organizer.page.locator("#list-rows tbody th a").first)
        organizer.look()
        self.class_of_officer = organizer.key_in_url()
        organizer.open("cohorts:account_open", cohort=cohort)
        organizer.look()
        organizer.send(who=str(self.class_of_officer))
        organizer.wait_for_work()
        organizer.follow("cohorts:account_slips", cohort=cohort)
        organizer.look()
        organizer.fill(who=str(self.class_of_officer), kind="xlsx", purpose="发给学员本人")
        slips = organizer.download(organizer.page.locator("main .form-save button"))
        _header, *rows = load_workbook(slips).active.iter_rows(values_only=True)
        assert len(rows) == 54  # 53 trainees and the head teacher
        passwords = {name: password for _class, _number, name, _login, password in rows}
        self.first_passwords |= {HEAD_TEACHER: passwords["杨旭"], TRAINEE: passwords["伍婷婷"]}

    def class_officer_calls_the_roll(self) -> None:
        """On a phone: everybody is present, two taps for who is not, one button. Numbers and scores are out of reach."""
        officer = self.arrives(HEAD_TEACHER, phone=True)
        officer.look()
        officer.press(officer.need("learning:roll_call", pk=self.session))
        officer.look()
        seats = officer.page.locator("form[data-roll] button.state")
        assert (seats.count(), officer.page.evaluate(NAMES_ON_SCREEN) >= 9) == (53, True)
        seats.nth(0).tap()
        seats.nth(1).tap()
        seats.nth(1).tap()
        assert [officer.text(f"[data-state={state}]") for state in ("present", "absent", "late")] == ["51", "1", "1"]
        officer.press(officer.page.locator(".dock button.btn-primary"))
        officer.look()

        organizer = self.visitors["lin"]
        for query, rows in (("", 53), ("?state=absent", 1), ("?state=late", 1)):
            organizer.open("learning:attendance_list", query, cohort=self.cohorts["第一期"])
            assert (query, organizer.rows()) == (query, rows)
        organizer.look()

    # 6 Journals -----------------------------------------------------------------------------------------------------
    def trainee_writes_two_journals(self) -> None:
        """On a phone: today's session and what is to be written stand on the first page; what was typed survives a
        reload; pictures go in."""
        trainee = self.arrives(TRAINEE, phone=True)
        trainee.look()
        assert "领导力" in trainee.text("main")
        to_write = [link.get_attribute("href") for link in trainee.page.locator("section:has(#write) li a").all()]
        trainee.choose("learning:my_sessions")
        trainee.look()
        trainee.choose("learning:my_journals")
        trainee.look()
        weeks = [link.get_attribute("href") for link in trainee.page.locator("main ul.rows a").all()]
        self.weeks = weeks[:2]
        assert set(self.weeks) & set(to_write) != set()
        for number, week in enumerate(self.weeks):
            trainee.page.goto(week)
            if number == 0:
                trainee.look()
            self._type_a_journal(trainee, f"这一周走访了第 {number + 1} 家企业，最大的感受是：技术人员需要更多交流。")
            if number == 0:
                self._add_a_picture(trainee)
                trainee.look()
            trainee.press(trainee.page.locator(".dock button.btn-primary"))
        trainee.page.goto(self.weeks[0])
        trainee.look()
        assert trainee.page.locator("textarea").count() == 0

    def _type_a_journal(self, trainee: Visitor, text: str) -> None:
        trainee.page.locator("textarea[name=body]").press_sequentially(text)
        trainee.page.reload()  # at once, before the server has it
        expect(trainee.page.locator("textarea[name=body]")).to_have_value(text)
        trainee.page.locator("[data-saved]", has_text=re.compile(r"\d\d:\d\d")).wait_for()

    def _add_a_picture(self, trainee: Visitor) -> None:
        Image.new("RGB", (640, 480), (15, 90, 115)).save(path := self.folder / "picture.jpg")
        trainee.page.locator("[name=picture]").set_input_files(path)
        trainee.press(trainee.page.locator("form[data-pictures] button"))
        assert (
            trainee.page.locator(".thumbs img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        )

    def organizer_answers_journals_by_keyboard(self) -> None:
        """One is accepted, one returned with words; the trainee hands it in again; all on the page are accepted."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        organizer.page.goto("/")
        organizer.press(organizer.need("learning:journal_review", cohort=cohort))
        organizer.look()
        assert self.journal_counts() == {"submitted": 2, "returned": 0, "accepted": 0}
        keyboard, items = organizer.page.keyboard, organizer.page.locator("[data-journal-item]")
        keyboard.press("j")
        keyboard.press("a")
        expect(items.nth(1)).to_be_focused()  # the next one, as soon as the first is answered
        keyboard.press("r")
        keyboard.type("请补充一个具体的例子。")
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Enter")
        expect(items.locator("[data-key=a]")).to_have_count(0)
        organizer.look()
        organizer.open("learning:journal_review", cohort=cohort)
        assert self.journal_counts() == {"submitted": 0, "returned": 1, "accepted": 1}

        trainee = self.visitors[TRAINEE]
        trainee.page.goto("/")
        trainee.look()
        trainee.choose("learning:my_journals")
        for week in self.weeks:
            trainee.page.goto(week)
            if trainee.page.locator("textarea").count():
                trainee.look()
                trainee.page.locator("textarea[name=body]").press_sequentially("例如：南康信息的三位工程师。")
                trainee.press(trainee.page.locator(".dock button.btn-primary"))
        organizer.open("learning:journal_review", cohort=cohort)
        assert self.journal_counts() == {"submitted": 1, "returned": 0, "accepted": 1}
        organizer.press_action("learning:journal_accept_many", cohort=cohort)
        organizer.look()
        assert self.journal_counts() == {"submitted": 0, "returned": 0, "accepted": 2}

    def journal_counts(self) -> dict[str, int]:
        """What the tabs above the journals say."""
        tabs = self.visitors["lin"].page.locator('main nav.nav-line a[href^="?state="]').all()
        return {tab.get_attribute("href").partition("=")[2]: last_number(tab.inner_text()) for tab in tabs}

    # 7 Scores -------------------------------------------------------------------------------------------------------
    def organizer_makes_a_scoring_scheme(self) -> None:
        """From a ready one: two indicators for evaluators, attendance and journals computed; weights checked as typed."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        organizer.choose("assessments:scheme_list", cohort=cohort)
        organizer.look()
        organizer.follow("assessments:scheme_create", cohort=cohort)
        organizer.look()
        organizer.send(name="量化考核", start="study")
        self.scheme = organizer.key_in_url()
        weights = organizer.page.locator('[name^="weight-"]')
        assert [box.input_value() for box in weights.all()] == ["30", "20", "20", "30"]
        weights.nth(0).fill("40")
        expect(organizer.page.locator("#check li.is-bad")).to_have_count(1)
        organizer.look()
        weights.nth(3).fill("20")
        expect(organizer.page.locator("#check li.is-bad")).to_have_count(0)
        organizer.press(organizer.page.locator("button[form=weights]"))

        for username in ("wang", "li"):
            organizer.follow("assessments:rater_create", pk=self.scheme)
            organizer.field("q").fill(username)
            organizer.press(organizer.page.locator("main form[role=search] button"))
            organizer.look()
            organizer.send(user=str(self.accounts[username]), training_class=str(self.class_of_officer))
        organizer.follow("assessments:scheme_open", pk=self.scheme)
        organizer.look()
        organizer.press(organizer.page.locator("main form.card button.btn-primary"))
        organizer.look()

    def evaluator_gives_points_by_keyboard(self) -> None:
        """Enter and the arrows move, a number above the maximum is refused in its box, a box may be empty again, a block
        is pasted; who has handed in changes nothing any more."""
        evaluator = self._opens_the_grid("wang")
        boxes = evaluator.page.locator("td.c input")
        assert [boxes.count(), *{box.input_value() for box in boxes.all()}] == [2 * 53, ""]
        self._type_points(evaluator)
        self._paste(evaluator, boxes.nth(0), "\n".join(["80.5\t80.5"] * 53))
        expect(evaluator.page.locator("[data-filled]")).to_have_text("53")
        evaluator.page.reload()
        assert {box.input_value() for box in boxes.all()} == {"80.5"}
        evaluator.look()
        evaluator.press(evaluator.page.locator("[data-hand-in]"))
        evaluator.look()
        assert boxes.count() == 0

    def _opens_the_grid(self, username: str) -> Visitor:
        """From the first page, which says that points are waited for."""
        evaluator = self.arrives(username)
        evaluator.look()
        evaluator.press(evaluator.need("assessments:score_grid", cohort=self.cohorts["第一期"]))
        return evaluator

    def _type_points(self, evaluator: Visitor) -> None:
        keyboard, boxes = evaluator.page.keyboard, evaluator.page.locator("td.c input")
        filled, wrong = evaluator.page.locator("[data-filled]"), evaluator.page.locator("[data-wrong] div")
        boxes.nth(0).focus()
        with evaluator.expecting(422):
            keyboard.type("101")
            keyboard.press("Enter")
            expect(boxes.nth(0)).to_have_attribute("aria-invalid", "true")
            expect(wrong).to_have_count(1)
        evaluator.look()
        keyboard.press("ArrowUp")
        for number in ("88", "88.5"):  # typed again: the later one counts
            keyboard.type(number)
            keyboard.press("Enter")
            keyboard.press("ArrowUp")
        expect(wrong).to_have_count(0)
        keyboard.press("Tab")
        keyboard.type("70")
        keyboard.press("Enter")
        expect(filled).to_have_text("1")
        keyboard.press("ArrowUp")
        expect(boxes.nth(1)).to_be_focused()
        keyboard.press("Delete")
        keyboard.press("ArrowDown")
        expect(filled).to_have_text("0")
        assert [boxes.nth(0).input_value(), boxes.nth(1).input_value()] == ["88.5", ""]

    def _paste(self, evaluator: Visitor, box: Locator, text: str) -> None:
        evaluator.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        box.focus()
        evaluator.page.keyboard.press("Control+V")

    def evaluator_sends_points_in_a_sheet(self) -> None:
        """The sheet to fill in is filled in and sent; a wrong cell is named; the same file again changes nothing."""
        evaluator = self._opens_the_grid("li")
        evaluator.press(evaluator.page.locator('main a[href$="/import/"]'))
        evaluator.look()
        sheet = evaluator.download(evaluator.page.locator('main a[href$="/template/"]'))
        book = load_workbook(sheet)
        first, *others = list(book.active.iter_rows(min_row=2, min_col=3, max_col=4))
        assert len(others) == 52
        for cell in itertools.chain(first, *others):
            cell.value = 90
        first[0].value = 101
        book.save(sheet)
        self._import_points(evaluator, sheet, [105, 0, 0, 1])  # new, changed, unchanged, with problems
        evaluator.look()
        place, _column, typed, why = evaluator.page.locator("section:has(#p1) tbody tr").first.locator("th, td").all()
        assert [place.inner_text().endswith(" 2"), typed.inner_text(), "100" in why.inner_text()] == [True, "101", True]
        self._apply(evaluator)
        evaluator.look()
        self._import_points(evaluator, sheet, [0, 0, 105, 1])
        assert evaluator.page.locator('main form[action$="/apply/"]').count() == 0
        first[0].value = 90
        book.save(sheet)
        self._import_points(evaluator, sheet, [1, 0, 105, 0])
        self._apply(evaluator)
        evaluator.choose("assessments:score_grid", cohort=self.cohorts["第一期"])
        assert evaluator.text("[data-filled]") == "53"

    def _import_points(self, evaluator: Visitor, sheet: Path, figures: list[int]) -> None:
        evaluator.choose("assessments:score_grid", cohort=self.cohorts["第一期"])
        evaluator.press(evaluator.page.locator('main a[href$="/import/"]'))
        evaluator.send(file=sheet)
        evaluator.wait_for_work()
        assert evaluator.figures() == figures

    def organizer_opens_a_total_and_publishes(self) -> None:
        """A total is the sum of its parts, each part opens its rows; published results are locked."""
        organizer, cohort = self.visitors["lin"], self.cohorts["第一期"]
        organizer.open("assessments:scheme_detail", pk=self.scheme)
        organizer.look()
        organizer.follow("assessments:result_list", cohort=cohort)
        organizer.look()
        assert organizer.rows() == 201
        organizer.press(organizer.page.locator("#list-rows tbody a", has_text="伍婷婷"))
        organizer.look()
        trainee = organizer.key_in_url()
        total = organizer.text("section:has(#parts) .card-head .strong")
        assert total == str(self._added_up(organizer))
        for name in ("assessments:score_detail", "assessments:computed_rows"):
            start = reverse(name, kwargs={"pk": 0} if name.endswith("detail") else {"pk": trainee, "indicator": 0})
            organizer.open("assessments:trainee_score", pk=trainee)
            organizer.press(organizer.page.locator(f'main a[href^="{start.partition("0")[0]}"]').last)
            organizer.look()

        organizer.open("assessments:result_list", cohort=cohort)
        organizer.follow("assessments:scheme_publish", pk=self.scheme)
        organizer.look()
        organizer.press(organizer.page.locator("main form.card button.btn-primary"))
        organizer.look()
        self._published_points_are_locked()
        own = self.visitors[TRAINEE]
        own.choose("assessments:my_score")
        own.look()
        assert own.text("main .card-head .strong").split()[0] == total

    def _published_points_are_locked(self) -> None:
        """The grid that an evaluator still has open says so for each box, and everything stays as it was."""
        evaluator = self.visitors["li"]
        boxes, wrong = evaluator.page.locator("td.c input"), evaluator.page.locator("[data-wrong] div")
        with evaluator.expecting(422):
            boxes.nth(0).focus()
            evaluator.page.keyboard.type("10")
            evaluator.page.keyboard.press("Enter")
            expect(wrong).to_have_count(1)
            self._paste(evaluator, boxes.nth(2), "10\t10")
            expect(wrong).to_have_count(3)
        evaluator.look()
        evaluator.page.reload()
        assert boxes.count() == 0

    def _added_up(self, organizer: Visitor) -> Decimal:
        """Points over full marks times weight, over all lines, rounded half up at the end."""
        lines = []
        for row in organizer.page.locator("section:has(#parts) tbody tr").all():
            points, full, weight = (
                Decimal(number)
                for cell in row.locator("td.num").all_inner_texts()[:2]
                for number in re.findall(r"[\d.]+", cell.splitlines()[0])
            )
            lines.append(points / full * weight)
        return sum(lines).quantize(Decimal("0.01"), ROUND_HALF_UP)

    # 8 Figures ------------------------------------------------------------------------------------------------------
    def organizer_opens_figures_down_to_their_rows(self) -> None:
        """The dashboard says a number; its page says the same number, and each part of it lists as many rows."""
        organizer = self.visitors["lin"]
        organizer.choose("reports:cohort_dashboard", cohort=self.cohorts["第一期"])
        organizer.look()
        said = self._headlines(organizer)
        assert len(said) >= 6
        for place, (url, of) in enumerate(said.items()):
            organizer.page.goto(url)
            if place == 0:
                organizer.look()
            assert (url, numbers(organizer.text("main .card-body b"))[:2]) == (url, of)
            self._every_part_lists_its_rows(organizer)

    def _headlines(self, visitor: Visitor) -> dict[str, list[int]]:
        """By the page of its rows: numerator and denominator of each figure in the band of the dashboard."""
        return {
            figure.locator("a").get_attribute("href"): numbers(figure.locator(".fig-of span").first.inner_text())[:2]
            for figure in visitor.page.locator(".figs").first.locator(".fig").all()
        }

    def _every_part_lists_its_rows(self, organizer: Visitor) -> None:
        parts = organizer.page.locator("main nav.nav-line a")
        urls = [part.get_attribute("href") for part in parts.all()]
        for place, url in enumerate(urls):
            organizer.press(parts.nth(place))
            assert (url, organizer.rows()) == (url, last_number(parts.nth(place).inner_text()))

    def administrator_takes_the_year_end_workbook(self) -> None:
        """Its cover says what the dashboard says, each number there opens as many rows, and the charts are Excel's own."""
        admin, cohort = self.visitors["admin"], self.cohorts["第一期"]
        admin.page.goto("/")
        admin.choose("reports:yearbook", cohort=cohort)
        admin.look()
        admin.send(purpose="年终归档")
        admin.page.reload()
        admin.wait_for_work()
        admin.look()
        file = admin.download(admin.page.locator('main section[id^="job-"] a.btn-primary'))
        with ZipFile(file) as parts:
            assert len([name for name in parts.namelist() if name.startswith("xl/charts/chart")]) >= 4
        cover, *others = load_workbook(file)
        assert len(others) == 7
        (numerators,) = cover.iter_cols(min_col=3, max_col=3)
        linked = {cell.hyperlink.target: cell.value for cell in numerators if cell.hyperlink}
        admin.open("reports:cohort_dashboard", cohort=cohort)
        assert list(linked.values()) == [n for n, _of in self._headlines(admin).values()]
        for url, n in linked.items():
            admin.page.goto(url)
            assert (url, admin.rows()) == (url, n)

    # 9 Everybody ----------------------------------------------------------------------------------------------------
    def everybody_has_a_first_page(self) -> None:
        """An evaluator, an officer and a trainee have done their part; a leader reads figures that open their rows."""
        leader = self.arrives("zhou")
        for visitor in self.visitors.values():
            visitor.page.goto("/")
            visitor.look()
        assert self.visitors["wang"].page.locator("section[aria-labelledby=needs] li").count() == 0
        number = leader.page.locator(f'main a[href^="{self._figures_of("第一期")}"]').first
        leader.press(number)
        leader.look()
        assert leader.rows() == last_number(leader.text('main nav.nav-line a[aria-current="true"]'))

    def _figures_of(self, cohort: str) -> str:
        return reverse("reports:figure_rows", kwargs={"cohort": self.cohorts[cohort], "name": "-"}).rpartition("-")[0]

    def trainee_complains_and_is_answered(self) -> None:
        trainee, admin = self.visitors[TRAINEE], self.visitors["admin"]
        trainee.page.goto("/")
        self._complain(trainee)
        trainee.look()
        trainee.send(text="每周的日志可以改成每两周一次吗？")
        trainee.look()
        admin.page.goto("/")
        admin.press(admin.need("accounts:complaint_list"))
        admin.look()
        assert admin.rows() == 1
        admin.press(admin.page.locator("#list-rows tbody a").first)
        admin.look()
        admin.send(answer="可以，下周起每两周一次。")
        trainee.page.goto("/")
        self._complain(trainee)
        trainee.follow("accounts:complaint_mine")
        trainee.look()
        assert "可以，下周起每两周一次。" in trainee.text("main")

    def _complain(self, trainee: Visitor) -> None:
        trainee.press(trainee.page.locator(f'.foot a[href^="{reverse("accounts:complaint_create")}"]'))


STEPS = (
    Walk.administrator_sets_up,
    Walk.administrator_builds_the_tree_of_units,
    Walk.administrator_opens_accounts,
    Walk.administrator_sees_who_did_what,
    Walk.organizer_makes_a_program_with_two_cohorts,
    Walk.organizer_imports_the_form_of_four_class_sheets,
    Walk.organizer_mends_a_row_with_a_problem,
    Walk.organizer_imports_the_roster_of_450,
    Walk.organizer_sends_the_same_files_again,
    Walk.organizer_splits_the_450_by_street,
    Walk.organizer_names_officers_with_terms,
    Walk.organizer_makes_a_group_and_moves_withdraws_and_adds_people,
    Walk.organizer_adds_a_profile_field_that_needs_consent,
    Walk.organizer_prints_the_papers_of_the_first_day,
    Walk.organizer_makes_two_sessions,
    Walk.organizer_opens_accounts_for_a_class,
    Walk.class_officer_calls_the_roll,
    Walk.trainee_writes_two_journals,
    Walk.organizer_answers_journals_by_keyboard,
    Walk.organizer_makes_a_scoring_scheme,
    Walk.evaluator_gives_points_by_keyboard,
    Walk.evaluator_sends_points_in_a_sheet,
    Walk.organizer_opens_a_total_and_publishes,
    Walk.organizer_opens_figures_down_to_their_rows,
    Walk.administrator_takes_the_year_end_workbook,
    Walk.everybody_has_a_first_page,
    Walk.trainee_complains_and_is_answered,
)
