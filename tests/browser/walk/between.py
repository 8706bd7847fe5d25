"""Between the first and the last day: sessions, the roll, journals."""

import re
from datetime import timedelta

from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, last_number
from tests.browser.walk.walk import HEAD_TEACHER, SECOND_TRAINEE, TODAY, TRAINEE, YESTERDAY, Walk
from tests.browsers import until

NAMES_ON_SCREEN = """() => {
  const end = document.querySelector(".dock").getBoundingClientRect().top;
  return [...document.querySelectorAll(".roll li")].filter((line) => line.getBoundingClientRect().bottom <= end).length;
}"""

KEPT = """text => new Promise((tell) => {
  if (/\\d\\d:\\d\\d/.test(document.querySelector("[data-saved]").textContent)) tell(true);
  const asked = indexedDB.open("journals", 1);
  asked.onsuccess = () => {
    const found = asked.result.transaction("drafts").objectStore("drafts").getAll();
    found.onsuccess = () => { asked.result.close(); tell(found.result.some((draft) => draft.text === text)); };
  };
})"""


# Sessions and roll call --------------------------------------------------------------------------------------------
def organizer_makes_two_sessions(walk: Walk) -> None:
    """One was yesterday, one lasts as long as the walk, which may be taken at any hour, over midnight too."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    tomorrow, yesterday = walk.today + timedelta(days=1), walk.today - timedelta(days=1)
    long = ("00:00", "23:30", "") if timezone.localtime().hour < 12 else ("11:00", "05:00", tomorrow)
    for title, day, (start, end, end_on) in ((TODAY, walk.today, long), (YESTERDAY, yesterday, ("09:00", "11:30", ""))):
        organizer.choose("learning:session_list", cohort=cohort)
        organizer.follow("learning:session_create", cohort=cohort)
        organizer.field("classes").first.check()
        organizer.send(
            title=title, on=day, start=start, end=end, end_on=end_on, teacher_name="梁教授", place="区委党校 201",
            mode="on_site",
        )  # fmt: skip
        walk.sessions[title] = organizer.key_in_url()
    organizer.look()
    assert organizer.page.locator("section:has(#people) tbody tr").count() == 53
    organizer.choose("learning:session_list", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 2


def organizer_opens_accounts_for_a_class(walk: Walk) -> None:
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("cohorts:class_list", cohort=cohort)
    organizer.press(organizer.page.locator("#list-rows tbody th a").first)
    organizer.look()
    walk.class_of_officer = organizer.key_in_url()
    organizer.open("cohorts:account_open", cohort=cohort)
    organizer.look()
    organizer.send(who=str(walk.class_of_officer))
    organizer.wait_for_work()
    organizer.follow("cohorts:account_slips", cohort=cohort)
    organizer.look()
    organizer.fill(who=str(walk.class_of_officer), kind="xlsx", purpose="发给学员本人")
    slips = organizer.download(organizer.page.locator("main .form-save button"))
    _header, *rows = load_workbook(slips).active.iter_rows(values_only=True)
    assert len(rows) == 54  # 53 trainees and the head teacher
    passwords = {name: password for _class, _number, name, _login, password in rows}
    logins = {HEAD_TEACHER: "杨旭", TRAINEE: "伍婷婷", SECOND_TRAINEE: "崔丽丽"}
    walk.first_passwords |= {login: passwords[name] for login, name in logins.items()}


def class_officer_calls_the_roll(walk: Walk) -> None:
    """On a phone: everybody is present, two taps for who is not, one button. Numbers and scores are out of reach."""
    officer = walk.arrives(HEAD_TEACHER, phone=True)
    officer.look()
    officer.press(officer.need("learning:roll_call", pk=walk.sessions[YESTERDAY]))
    officer.look()
    seats = officer.page.locator("form[data-roll] button.state")
    assert (seats.count(), officer.page.evaluate(NAMES_ON_SCREEN) >= 9) == (53, True)
    seats.nth(0).tap()
    seats.nth(1).tap()
    seats.nth(1).tap()
    assert [officer.text(f"[data-state={state}]") for state in ("present", "absent", "late")] == ["51", "1", "1"]
    officer.press(officer.page.locator(".dock button.btn-primary"))
    officer.look()

    organizer = walk.visitors["lin"]
    for query, rows in (("", 53), ("?state=absent", 1), ("?state=late", 1)):
        organizer.open("learning:attendance_list", query, cohort=walk.cohorts["第一期"])
        assert (query, organizer.rows()) == (query, rows)
    organizer.look()


# Journals ----------------------------------------------------------------------------------------------------------
def trainee_writes_two_journals(walk: Walk) -> None:
    """On a phone: today's session and what is to be written stand on the first page; what was typed survives a
    reload; pictures go in."""
    trainee = walk.arrives(TRAINEE, phone=True)
    trainee.look()
    assert TODAY in trainee.text("main")
    to_write = [link.get_attribute("href") for link in trainee.page.locator("section:has(#write) li a").all()]
    trainee.choose("learning:my_sessions")
    trainee.look()
    trainee.choose("learning:my_journals")
    trainee.look()
    weeks = [link.get_attribute("href") for link in trainee.page.locator("main ul.rows a").all()]
    walk.weeks = weeks[:2]
    assert set(walk.weeks) & set(to_write) != set()
    for number, week in enumerate(walk.weeks):
        trainee.page.goto(week)
        if number == 0:
            trainee.look()
        _type_a_journal(walk, trainee, f"这一周走访了第 {number + 1} 家企业，最大的感受是：技术人员需要更多交流。")
        if number == 0:
            _add_a_picture(walk, trainee)
            trainee.look()
        trainee.press(trainee.page.locator(".dock button.btn-primary"))
    trainee.page.goto(walk.weeks[0])
    trainee.look()
    assert trainee.page.locator("textarea").count() == 0


def _type_a_journal(walk: Walk, trainee: Visitor, text: str) -> None:
    trainee.page.locator("textarea[name=body]").press_sequentially(text)
    until(trainee.page, KEPT, text)
    trainee.page.reload()  # mostly before the server has it
    expect(trainee.page.locator("textarea[name=body]")).to_have_value(text)
    trainee.page.locator("[data-saved]", has_text=re.compile(r"\d\d:\d\d")).wait_for()


def _add_a_picture(walk: Walk, trainee: Visitor) -> None:
    Image.new("RGB", (640, 480), (15, 90, 115)).save(path := walk.folder / "picture.jpg")
    trainee.page.locator("[name=picture]").set_input_files(path)
    trainee.press(trainee.page.locator("form[data-pictures] button"))
    assert trainee.page.locator(".thumbs img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def organizer_answers_journals_by_keyboard(walk: Walk) -> None:
    """One is accepted, one returned with words; the trainee hands it in again; all on the page are accepted."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.page.goto("/")
    organizer.press(organizer.need("learning:journal_review", cohort=cohort))
    organizer.look()
    assert journal_counts(walk) == {"submitted": 2, "returned": 0, "accepted": 0}
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
    assert journal_counts(walk) == {"submitted": 0, "returned": 1, "accepted": 1}

    trainee = walk.visitors[TRAINEE]
    trainee.page.goto("/")
    trainee.look()
    trainee.choose("learning:my_journals")
    for week in walk.weeks:
        trainee.page.goto(week)
        if trainee.page.locator("textarea").count():
            trainee.look()
            trainee.page.locator("textarea[name=body]").press_sequentially("例如：南康信息的三位工程师。")
            trainee.press(trainee.page.locator(".dock button.btn-primary"))
    organizer.open("learning:journal_review", cohort=cohort)
    assert journal_counts(walk) == {"submitted": 1, "returned": 0, "accepted": 1}
    organizer.press_action("learning:journal_accept_many", cohort=cohort)
    organizer.look()
    assert journal_counts(walk) == {"submitted": 0, "returned": 0, "accepted": 2}


def journal_counts(walk: Walk) -> dict[str, int]:
    """What the tabs above the journals say."""
    tabs = walk.visitors["lin"].page.locator('main nav.nav-line a[href^="?state="]').all()
    return {tab.get_attribute("href").partition("=")[2]: last_number(tab.inner_text()) for tab in tabs}


STEPS = (
    organizer_makes_two_sessions,
    organizer_opens_accounts_for_a_class,
    class_officer_calls_the_roll,
    trainee_writes_two_journals,
    organizer_answers_journals_by_keyboard,
)
