"""An office of the immersive training: who applies, who is chosen, where they go, and how they live there.

The data are those of the sixth batch as its office has them: files/applications-60.xlsx and files/hosts-23.xlsx. Which promise
is walked where:

- Application and nomination: applying (a field of the cohort's own, the rule told first), nominating (live quota, a slot sent
  back with its reason), the import here; the waiting list proposes in screening.next_who_waits_is_proposed_and_chosen.
- Screening and calls: screening (on leave all the same, ranked, other rules tried, changed by hand, the report of both).
- Hosts and posts: imported and checked, one by one and together, here.
- Wishes of both sides, the host's by its link: wishes. Matching, from clashing rules to the one moment of publication: matching.
- Changes, visits, mentors' answers, what trainees think, tickets: stays. The mentor's seconds: ../test_mentor.py.
- A paragraph that becomes a finding and a lead, shared passages, leads put together, dispatch meetings: leads.
"""

from datetime import timedelta

from tests.browser.walk import applying, leads, matching, nominating, screening, stays, wishes
from tests.browser.walk.roster import FILES
from tests.browser.walk.walk import Walk

HOSTS, APPLICATIONS = FILES / "hosts-23.xlsx", FILES / "applications-60.xlsx"
NOMINATING = ("县委组织部", "市直单位")


def administrator_opens_the_account_of_an_organizer(walk: Walk) -> None:
    admin = walk.visitors["admin"]
    admin.page.goto("/")
    admin.choose("accounts:user_list")
    admin.follow("accounts:user_create")
    admin.send(name="程组织", username="cheng", unit="宝安区委组织部")
    key = walk.accounts["cheng"] = admin.key_in_url()
    admin.press_action("accounts:user_slip", pk=key)
    walk.first_passwords["cheng"] = admin.text(".code-plain")
    admin.open("accounts:user_detail", pk=key)
    admin.follow("accounts:grant_give", pk=key)
    admin.send(role="organizer", scope_kind="unit", scope="宝安区委组织部", reason="分管沉浸式培训")
    for number, unit in enumerate(NOMINATING, 1):
        admin.choose("accounts:unit_list")
        admin.press(admin.page.locator('main a[href$="/new/"].btn-primary'))
        admin.send(name=unit, level="office", code=f"BA-{number:02}")


def organizer_makes_the_sixth_batch(walk: Walk) -> None:
    organizer = walk.arrives("cheng")
    organizer.choose("programs:program_list")
    organizer.follow("programs:program_create")
    organizer.send(name="沉浸式培训", unit="宝安区委组织部", summary="每批 46 人，驻点三个月。")
    program = organizer.key_in_url()
    organizer.open("programs:program_detail", pk=program)
    organizer.follow("cohorts:cohort_create", f"?program={program}")
    organizer.send(name="第六批", starts_on=walk.first_day, ends_on=walk.last_day, journal_every="week")
    walk.cohorts["第六批"] = organizer.key_in_url()
    organizer.look()


def organizer_imports_the_hosts(walk: Walk) -> None:
    """The office's file as it is: 23 hosts, 30 posts, 50 seats; the same file again changes nothing."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    for new in (23, 0):
        organizer.choose("placements:offer_list", cohort=cohort)
        organizer.follow("placements:host_import", cohort=cohort)
        organizer.look()
        organizer.send(file=HOSTS)
        organizer.wait_for_work()
        organizer.look()
        assert organizer.figures()[:3] == [new, 0, 23 - new]  # new, changed, unchanged
        if new:
            walk.apply(organizer)
            organizer.look()
    organizer.choose("placements:offer_list", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 30


def organizer_checks_the_hosts(walk: Walk) -> None:
    """Nobody is placed at a host that was not looked at."""
    organizer = walk.visitors["cheng"]
    organizer.choose("placements:host_list")
    organizer.look()
    assert organizer.rows() == 23
    organizer.view("new")
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    organizer.follow("placements:host_check", pk=organizer.key_in_url())
    organizer.look()
    organizer.send(note="执照、安全和岗位均已现场看过")
    organizer.look()
    organizer.choose("placements:host_list")
    organizer.view("new")
    organizer.page.locator("[data-pick-page]").check()
    organizer.press(organizer.page.locator('[data-bulk-bar] button[formaction*="/hosts/check/"]'))
    organizer.look()
    organizer.send(note="与街道一并走访，均已看过")
    organizer.choose("placements:host_list")
    assert organizer.tabs() == {"all": 23, "new": 0, "checked": 23, "closed": 0, "unready": 0}


def organizer_opens_a_round(walk: Walk) -> None:
    """When and for how many, which units nominate how many."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.look()
    organizer.follow("cohorts:round_detail", cohort=cohort)
    organizer.follow("cohorts:round_update", cohort=cohort)
    organizer.look()
    opens, closes = walk.today - timedelta(days=1), walk.today + timedelta(days=9)
    organizer.send(
        opens_at=f"{opens}T08:00", closes_at=f"{closes}T18:00", seats=46, self_application=True, nomination=True
    )
    for unit in NOMINATING:
        organizer.follow("cohorts:quota_update", cohort=cohort)
        organizer.send(unit=unit, seats=30)
    organizer.look()


def organizer_imports_the_applications(walk: Walk) -> None:
    """The office's file as it is: 60 people; the same file again changes nothing."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    for new in (60, 0):
        organizer.choose("cohorts:application_list", cohort=cohort)
        organizer.follow("cohorts:applications_import", cohort=cohort)
        organizer.look()
        organizer.send(file=APPLICATIONS)
        organizer.wait_for_work()
        organizer.look()
        assert organizer.figures()[0] == new
        if new:
            walk.apply(organizer)
            organizer.look()
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 60


def organizer_types_the_days_of_preparation(walk: Walk) -> None:
    """Rows as one thinks of them: the one that cannot be is marked at its field, and one plan is read before it is written."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:class_list", cohort=cohort)
    organizer.follow("cohorts:class_create", cohort=cohort)
    organizer.send(name="沉浸班")
    organizer.choose("learning:session_list", cohort=cohort)
    organizer.follow("learning:timetable_week", cohort=cohort)
    organizer.press(organizer.page.locator('main a[href*="/sessions/rows/"]'))
    organizer.look()
    rows = ((walk.today, "09:00-11:30", "行前动员"), (walk.today, "16:00-14:30", "安全教育"))
    for number, (day, hours, title) in enumerate(rows, 1):
        for name, value in (("day", day), ("hours", hours), ("title", title), ("classes", "沉浸班")):
            organizer.field(f"{name}-{number}").fill(str(value))
    with organizer.expecting(422):
        organizer.press(organizer.page.locator('main button[value="check"]'))
    organizer.look()
    organizer.field("hours-2").fill("14:30-16:00")
    organizer.press(organizer.page.locator('main button[value="check"]'))
    organizer.wait_for_work()
    organizer.look()
    walk.apply(organizer)
    organizer.choose("learning:session_list", cohort=cohort)
    assert organizer.rows() == 2


STEPS = (
    administrator_opens_the_account_of_an_organizer,
    organizer_makes_the_sixth_batch,
    organizer_opens_a_round,
    organizer_imports_the_applications,
    *applying.STEPS,
    *nominating.STEPS,
    *screening.STEPS,
    organizer_types_the_days_of_preparation,
    organizer_imports_the_hosts,
    organizer_checks_the_hosts,
    *wishes.STEPS,
    *matching.STEPS,
    *stays.STEPS,
    *leads.STEPS,
)
