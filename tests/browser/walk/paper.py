"""Paper: a sign-in sheet is printed, its code opens the grid, what is keyed and differs from the roll goes to the bench."""

import docx
from django.urls import reverse

from tests.browser.walk.walk import HEAD_TEACHER, YESTERDAY, Walk


def organizer_prints_a_sign_in_sheet(walk: Walk) -> None:
    organizer = walk.visitors["lin"]
    organizer.open("learning:session_detail", pk=walk.sessions[YESTERDAY])
    sheet = organizer.download(organizer.action("learning:sheet_file", cohort=walk.cohorts["第一期"]))
    cells = [cell.text for table in docx.Document(sheet).tables for row in table.rows for cell in row.cells]
    assert "伍婷婷" in cells
    organizer.follow("learning:sheet_print", f"?session={walk.sessions[YESTERDAY]}", cohort=walk.cohorts["第一期"])
    organizer.look()
    assert organizer.page.locator(".signing tbody tr").count() == 53
    walk.sheet_code = organizer.text(".signing-code b")


def organizer_keys_the_signed_sheet(walk: Walk) -> None:
    """The code opens the grid; a digit marks and goes on; a mark that differs from the roll waits on the bench."""
    organizer = walk.visitors["lin"]
    organizer.choose("learning:session_list", cohort=walk.cohorts["第一期"])
    organizer.follow("learning:sheet_list", cohort=walk.cohorts["第一期"])
    organizer.look()
    organizer.field("code").fill(walk.sheet_code)
    organizer.press(organizer.action("learning:sheet_open"))
    organizer.look()
    boxes = organizer.page.locator("table.keying td.c input")
    assert boxes.count() == 53
    boxes.nth(5).focus()
    organizer.page.keyboard.press("2")
    organizer.page.keyboard.press("Escape")
    organizer.press(organizer.page.locator("form[data-keying] .key-save button.btn-primary"))
    organizer.look()
    organizer.open("learning:attendance_differences", cohort=walk.cohorts["第一期"])
    assert organizer.page.locator("section:has(#differ) li.difference").count() == 1
    organizer.press(organizer.page.locator("li.difference button[value=present]"))

    officer = walk.visitors[HEAD_TEACHER]
    officer.page.goto(reverse("learning:sheet_read", kwargs={"code": walk.sheet_code}))
    officer.look()
    assert officer.page.locator("table.keying td.c input").count() == 53


STEPS = (organizer_prints_a_sign_in_sheet, organizer_keys_the_signed_sheet)
