"""What else counts: online courses and what completion asks for, activities with seats, credit hours by a released table."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from tests.browser.walk.roster import FILES
from tests.browser.walk.walk import SECOND_TRAINEE, TRAINEE, Walk

PROGRESS = FILES / "online-progress-gbk.csv"
THEMES = ("战略思维", "视野格局", "领导能力")


def organizer_imports_progress_of_online_courses(walk: Walk) -> None:
    """The file of the platform as it is, in GBK: bad rows are told, strangers wait for a person, again it changes nothing."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:online_list", cohort=cohort)
    organizer.look()
    organizer.follow("learning:online_courses", cohort=cohort)
    organizer.look()
    organizer.send(courses="\n".join(f"{theme}：{theme}{number}" for theme in THEMES for number in range(1, 5)))
    organizer.follow("learning:completion_rule", cohort=cohort)
    organizer.look()
    organizer.send(due_on=walk.last_day, sessions=2, activities=1, theme0=3, theme1=3, theme2=3)
    organizer.look()
    for figures in ([360, 0, 0, 1, 0, 3], [0, 0, 361, 0, 0, 3]):  # new, changed, unchanged, for nobody, odd, left out
        organizer.choose("learning:online_list", cohort=cohort)
        organizer.follow("learning:progress_import", cohort=cohort)
        organizer.look()
        organizer.send(file=PROGRESS, as_of=f"{timezone.localtime():%Y-%m-%dT%H:%M}")
        organizer.wait_for_work()
        organizer.look()
        assert organizer.figures() == figures
        if figures[0]:
            walk.apply(organizer)
    organizer.choose("learning:online_list", cohort=cohort)
    organizer.look()
    organizer.follow("learning:progress_queue", cohort=cohort)
    organizer.look()
    trainee = walk.visitors[TRAINEE]
    trainee.page.goto("/")
    trainee.choose("learning:my_completion")
    trainee.look()
    assert "战略思维2" in trainee.text("main")


def two_trainees_want_the_only_seat(walk: Walk) -> None:
    """The second waits, and is offered the seat when the first gives it back."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:activity_list", cohort=cohort)
    organizer.look()
    organizer.follow("learning:activity_create", cohort=cohort)
    organizer.look()
    day, now = datetime.combine(walk.next_monday, time(19)), timezone.localtime()
    organizer.pick("platform", 1)
    organizer.send(
        title="桥头夜话", mode="offline", place="党群服务中心", capacity=1, starts_at=f"{day:%Y-%m-%dT%H:%M}",
        ends_at=f"{day + timedelta(hours=2):%Y-%m-%dT%H:%M}", opens_at=f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        closes_at=f"{day - timedelta(hours=1):%Y-%m-%dT%H:%M}",
    )  # fmt: skip
    organizer.look()
    activity = organizer.key_in_url()
    first, second = walk.visitors[TRAINEE], walk.arrives(SECOND_TRAINEE, phone=True)
    for trainee in (first, second):
        trainee.page.goto("/")
        trainee.choose("learning:my_activities")
        trainee.look()
        trainee.press_action("learning:activity_join", pk=activity)
    organizer.open("learning:activity_detail", pk=activity)
    organizer.look()
    assert [organizer.page.locator(f"section:has(#{part}) .rows > li").count() for part in ("people", "waiting")] == [
        1,
        1,
    ]
    first.press_action("learning:activity_leave", pk=activity)
    second.choose("learning:my_activities")
    second.look()
    second.press_action("learning:activity_accept", pk=activity)
    second.look()
    assert second.action("learning:activity_leave", pk=activity).count() == 1


def organizer_enters_credit_hours(walk: Walk) -> None:
    """A table of hours is put to use; hours with their evidence; what was wrong is taken back by a row of its own."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("learning:hour_table_list")
    organizer.look()
    organizer.follow("learning:hour_table_create")
    organizer.look()
    organizer.send(
        name="干部教育培训学时办法", unit="宝安区委组织部", starts_on=f"{walk.today.year}-01-01", begin_with="city"
    )
    organizer.look()
    organizer.press_action("learning:hour_table_release", pk=organizer.key_in_url())
    organizer.look()
    organizer.choose("learning:credit_list", cohort=cohort)
    organizer.look()
    organizer.choose("cohorts:trainee_list", cohort=cohort)
    organizer.press(organizer.page.locator("#list-rows tbody th a", has_text="伍婷婷"))
    trainee = organizer.key_in_url()
    for quantity in (2, 3):
        organizer.open("learning:trainee_hours", pk=trainee)
        organizer.follow("learning:credit_create", f"?year={walk.today.year}", pk=trainee)
        organizer.look()
        organizer.pick("rule", 1)
        organizer.send(happened_on=walk.today, quantity=quantity, evidence="结业证书 2026-017")
    organizer.look()
    organizer.choose("learning:credit_list", cohort=cohort)
    entered = organizer.rows()
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    organizer.press(organizer.page.locator('main a[href$="/reverse/"]'))
    organizer.look()
    organizer.send(reason="重复录入")
    organizer.choose("learning:credit_list", cohort=cohort)
    assert organizer.rows() == entered + 1
    organizer.open("learning:cohort_hours", cohort=cohort)
    organizer.look()
    own = walk.visitors[TRAINEE]
    own.choose("learning:my_hours")
    own.look()


STEPS = (organizer_imports_progress_of_online_courses, two_trainees_want_the_only_seat, organizer_enters_credit_hours)
