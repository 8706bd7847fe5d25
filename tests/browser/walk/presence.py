"""Who was there: the code on the screen against the roll, leave, objections, and three rates that open their rows."""

from datetime import timedelta

from PIL import Image
from playwright.sync_api import expect

from tests.browser.visitor import numbers
from tests.browser.walk.walk import HEAD_TEACHER, TODAY, TRAINEE, Walk


def trainee_checks_in_by_the_digits_on_the_screen(walk: Walk) -> None:
    """Hours after the session began: it counts as what it is, and the roll says something else."""
    officer, trainee = walk.visitors[HEAD_TEACHER], walk.visitors[TRAINEE]
    officer.open("learning:checkin_screen", pk=walk.sessions[TODAY])
    officer.look()
    trainee.page.goto("/")
    trainee.follow("learning:check_in")
    trainee.look()
    digits = officer.text("[data-code] .code6")  # the ones of now: half a minute later there are others
    trainee.page.locator("[name=digits]").fill(digits)
    trainee.press(trainee.page.locator("main form button.btn-primary"))
    trainee.look()
    assert trainee.page.locator(".answer-in").count() == 1


def organizer_settles_the_difference_of_two_sources(walk: Walk) -> None:
    organizer, officer = walk.visitors["lin"], walk.visitors[HEAD_TEACHER]
    officer.open("learning:roll_call", pk=walk.sessions[TODAY])
    line = officer.page.locator("form[data-roll] li", has_text="伍婷婷")
    while line.locator("select").evaluate("choices => choices.value") != "excused":  # which no scan ever says
        line.locator("button.state").tap()
    officer.press(officer.page.locator(".dock button.btn-primary"))
    organizer.open("learning:session_detail", pk=walk.sessions[TODAY])
    organizer.follow(
        "learning:attendance_differences", f"?session={walk.sessions[TODAY]}", cohort=walk.cohorts["第一期"]
    )
    organizer.look()
    lines = organizer.page.locator("section:has(#differ) li.difference")
    assert lines.count() == 1
    organizer.press(lines.locator("button[value=late]"))
    organizer.look()
    assert lines.count() == 0


def trainee_objects_to_a_mark(walk: Walk) -> None:
    """The objection and its answer stay beside the mark, and the rates follow."""
    organizer, trainee, cohort = walk.visitors["lin"], walk.visitors[TRAINEE], walk.cohorts["第一期"]
    trainee.page.goto("/")
    trainee.choose("learning:my_sessions")
    trainee.follow("learning:my_attendance")
    trainee.look()
    trainee.press(trainee.page.locator('main a[href$="/object/"]').first)
    trainee.look()
    trainee.send(text="我八点五十就到了，坐在第二排。")
    trainee.look()
    organizer.choose("learning:rate_list", cohort=cohort)
    organizer.follow("learning:appeal_list", cohort=cohort)
    organizer.look()
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    organizer.send(decision="present", text="签到表上有您，已更正。")
    trainee.open("learning:my_attendance")
    trainee.look()
    assert "签到表上有您" in trainee.text("main")


def organizer_offers_kinds_of_leave(walk: Walk) -> None:
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:leave_list", cohort=cohort)
    organizer.look()
    organizer.follow("learning:leavetype_list", cohort=cohort)
    organizer.press_action("learning:leavetype_usual", pk=cohort)
    organizer.look()


def trainee_asks_for_leave_and_the_head_teacher_agrees(walk: Walk) -> None:
    """On phones, with a certificate; the session that the leave covers is named."""
    trainee, officer = walk.visitors[TRAINEE], walk.visitors[HEAD_TEACHER]
    trainee.choose("learning:my_leave")
    trainee.look()
    trainee.press(trainee.page.locator('main a[href$="/new/"]').first)
    trainee.look()
    Image.new("RGB", (640, 480), (240, 240, 235)).save(certificate := walk.folder / "certificate.jpg")
    trainee.field("leave_type").first.check()
    trainee.send(
        starts_at=f"{walk.next_monday}T08:00", ends_at=f"{walk.next_monday}T18:00", reason="去医院复查", files=certificate
    )  # fmt: skip
    trainee.look()
    trainee.press(trainee.page.locator("main ul.rows a").first)
    leave = trainee.key_in_url()
    officer.page.goto("/")
    officer.press(officer.need("learning:leave_detail", pk=leave))
    officer.look()
    officer.press(officer.action("learning:leave_decide", pk=leave))
    officer.look()
    trainee.open("learning:leave_detail", pk=leave)
    trainee.look()
    assert trainee.page.locator("section:has(#sessions) li").count() == 2


def organizer_reads_three_rates_down_to_their_rows(walk: Walk) -> None:
    """Held, planned and still possible, of everybody and of each class: a number opens as many rows."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:rate_list", cohort=cohort)
    organizer.look()
    line = organizer.page.locator("#list-rows tbody tr", has_text="伍婷婷")
    cells = line.locator("td:has(a[href*='of='])")
    expect(cells).to_have_count(3)
    said = [(cell.locator("a").get_attribute("href"), numbers(cell.inner_text())[-2]) for cell in cells.all()]
    for url, n in said:
        organizer.page.goto(url)
        assert (url, organizer.rows()) == (url, n)
    organizer.look()
    organizer.open("learning:rate_class_list", cohort=cohort)
    organizer.look()
    organizer.open("learning:attendancerules_list", cohort=cohort)
    organizer.look()
    organizer.follow("learning:attendancerules_create", cohort=cohort)
    organizer.look()
    organizer.send(from_on=walk.today + timedelta(days=1), lates_per_absence=2)
    organizer.look()


STEPS = (
    trainee_checks_in_by_the_digits_on_the_screen,
    organizer_settles_the_difference_of_two_sources,
    trainee_objects_to_a_mark,
    organizer_offers_kinds_of_leave,
    trainee_asks_for_leave_and_the_head_teacher_agrees,
    organizer_reads_three_rates_down_to_their_rows,
)
