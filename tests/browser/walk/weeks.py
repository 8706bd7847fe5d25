"""What a class does each week, and what is asked for before it may be closed."""

from django.urls import reverse

from tests.browser.walk.walk import HEAD_TEACHER, TRAINEE, Walk


def organizer_begins_the_weekly_duties(walk: Walk) -> None:
    """Study, sharing and seminar; what is missing and who never spoke are figures that open their rows."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:duty_board", cohort=cohort)
    organizer.look()
    organizer.follow("learning:dutykind_list", cohort=cohort)
    organizer.look()
    organizer.press_action("learning:dutykind_usual", pk=cohort)
    organizer.look()


def class_officer_records_what_was_held(walk: Walk) -> None:
    """On a phone; the next speakers are proposed by turn, and the board counts what is still missing."""
    officer, organizer, cohort = walk.visitors[HEAD_TEACHER], walk.visitors["lin"], walk.cohorts["第一期"]
    officer.open("learning:duty_class", pk=walk.class_of_officer)
    officer.look()
    officer.press(officer.page.locator('main a[href*="/duties/record/"]').first)
    officer.look()
    if officer.field("speakers").count():
        officer.field("speakers").first.check()
    officer.send(held_on=walk.today, topic="新质生产力与我区产业")
    officer.look()
    organizer.open("learning:duty_board", cohort=cohort)
    organizer.look()
    missing, never = organizer.figures()
    for name, view, count in (("duty_list", "missing", missing), ("duty_speaker_list", "never", never)):
        organizer.open(f"learning:{name}", f"?view={view}", cohort=cohort)
        organizer.look()
        assert (name, organizer.rows()) == (name, count)
    trainee = walk.visitors[TRAINEE]
    trainee.open("learning:my_duties")
    trainee.look()


def organizer_sets_up_the_closing_checklist(walk: Walk) -> None:
    """Plan, agenda, sign-in sheets and timetable of each class, with an owner and a day; the rule keeps the cohort open."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:closing_list", cohort=cohort)
    organizer.look()
    organizer.follow("learning:closing_set_up", cohort=cohort)
    organizer.look()
    organizer.send(due_on=walk.last_day)
    organizer.look()
    assert organizer.rows() == 4 * 4
    organizer.follow("learning:closing_rule", cohort=cohort)
    organizer.look()
    organizer.field("kinds").first.check()
    organizer.press(organizer.page.locator("main form .form-save button.btn-primary"))
    organizer.look()
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    organizer.open("cohorts:cohort_detail", cohort=cohort)  # instead of a button to close, what stands open
    assert organizer.action("cohorts:cohort_close", pk=cohort).count() == 0
    organizer.press(
        organizer.page.locator(f'main .menu-list a[href^="{reverse("learning:closing_list", args=[cohort])}"]')
    )
    organizer.look()


STEPS = (
    organizer_begins_the_weekly_duties,
    class_officer_records_what_was_held,
    organizer_sets_up_the_closing_checklist,
)
