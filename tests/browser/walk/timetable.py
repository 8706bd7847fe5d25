"""The timetable: a venue, a sheet of sessions, a conflict with both sides, a draft that is released, a calendar link."""

from datetime import timedelta
from pathlib import Path

from django.urls import reverse
from openpyxl import Workbook

from tests.browser.walk.walk import TRAINEE, Walk

VENUE, TEACHER, MOVED = "党校大礼堂", "钱教授", "领导能力"


def organizer_makes_a_venue(walk: Walk) -> None:
    organizer = walk.visitors["lin"]
    organizer.choose("library:venue_list")
    organizer.look()
    organizer.follow("library:venue_create")
    organizer.look()
    organizer.send(name=VENUE, unit="宝安区委组织部", place="区委党校 1 楼", capacity=300)
    organizer.look()


def organizer_imports_sessions(walk: Walk) -> None:
    """A sheet with a title above its headers; the row that ends before it begins is named; again it changes nothing."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    sheet = _sheet_of_sessions(walk)
    for figures in ([2, 0, 0, 1], [0, 0, 2, 1]):  # new, changed, unchanged, with problems
        organizer.choose("learning:session_list", cohort=cohort)
        organizer.follow("learning:session_import", cohort=cohort)
        organizer.look()
        organizer.send(file=sheet)
        organizer.wait_for_work()
        organizer.look()
        assert organizer.figures() == figures
        assert organizer.text("section:has(#p1) tbody th").endswith(" 5")
        if figures[0]:
            walk.apply(organizer)
    organizer.choose("learning:session_list", cohort=cohort)
    assert organizer.rows() == 4


def _sheet_of_sessions(walk: Walk) -> Path:
    book, day = Workbook(), walk.next_monday
    book.active.append(["第一期教学安排"])
    book.active.append(["日期", "时间", "课程名称", "班级", "讲师", "地点"])
    book.active.append([day, "09:00-11:30", "视野格局", "全部", TEACHER, VENUE])
    book.active.append([day + timedelta(days=1), "14:30-17:00", MOVED, "全部", "孙教授", VENUE])
    book.active.append([day, "16:00-14:30", "时间写反了", "全部", "孙教授", ""])
    book.save(path := walk.folder / "sessions.xlsx")
    return path


def organizer_meets_a_conflict_and_takes_a_free_slot(walk: Walk) -> None:
    """The same teacher at the same time: both sides are named, and three free slots are offered."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:session_list", cohort=cohort)
    organizer.follow("learning:session_create", cohort=cohort)
    organizer.field("classes").first.check()
    with organizer.expecting(422):
        organizer.send(
            title="加一讲", on=walk.next_monday, start="10:00", end="12:00", teacher_name=TEACHER, mode="on_site"
        )  # fmt: skip
    said = organizer.text("main form .note[role=alert]")
    assert all(word in said for word in (TEACHER, "视野格局", "加一讲"))
    organizer.look()
    slots = organizer.page.locator("main button[name=slot]")
    assert slots.count() == 3
    organizer.press(slots.first)
    organizer.look()
    organizer.choose("learning:session_list", cohort=cohort)
    assert organizer.rows() == 5
    organizer.follow("learning:conflict_list", cohort=cohort)
    organizer.look()


def organizer_releases_a_change(walk: Walk) -> None:
    """A draft is seen by nobody until it is released; then exactly those are told whose rows changed."""
    organizer, trainee, cohort = walk.visitors["lin"], walk.visitors[TRAINEE], walk.cohorts["第一期"]
    organizer.follow("learning:timetable_rule", cohort=cohort)
    organizer.look()
    organizer.send(at_once=False)
    organizer.choose("learning:session_list", cohort=cohort)
    organizer.press(organizer.page.locator("#list-rows tbody a", has_text=MOVED))
    organizer.press(organizer.page.locator('main a[href$="/edit/"]'))
    organizer.send(start="15:00", end="17:30")
    organizer.look()
    week = f"?week={walk.next_monday}"
    trainee.open("learning:my_week", week)
    trainee.look()
    assert ("14:30" in trainee.text("main"), "15:00" in trainee.text("main")) == (True, False)

    organizer.choose("learning:session_list", cohort=cohort)
    organizer.follow("learning:release_list", cohort=cohort)
    organizer.look()
    organizer.follow("learning:release_create", cohort=cohort)
    organizer.look()
    organizer.send(note="周二下午推迟半小时")
    organizer.look()
    trainee.open("learning:my_week", week)
    assert ("14:30" in trainee.text("main"), "15:00" in trainee.text("main")) == (False, True)
    organizer.open("learning:timetable_week", week, cohort=cohort)
    organizer.look()


def trainee_subscribes_to_the_sessions(walk: Walk) -> None:
    """A link for the calendar of the phone; it ends when it is revoked."""
    trainee = walk.visitors[TRAINEE]
    trainee.open("learning:calendar_list")
    trainee.look()
    trainee.press(trainee.page.locator("main form.card button.btn-primary"))
    trainee.look()
    link = trainee.page.locator("main input[readonly]").input_value()
    calendar = trainee.context.request.get(link)
    assert (calendar.status, MOVED in calendar.text()) == (200, True)
    trainee.press(
        trainee.page.locator(f'main form[action^="{reverse("learning:calendar_list")}"][action$="/revoke/"] button')
    )
    assert trainee.context.request.get(link).status == 404


STEPS = (
    organizer_makes_a_venue,
    organizer_imports_sessions,
    organizer_meets_a_conflict_and_takes_a_free_slot,
    organizer_releases_a_change,
    trainee_subscribes_to_the_sessions,
)
