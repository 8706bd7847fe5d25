"""What both sides wish: trainees on their phones, hosts by a signed link without an account; demand per post."""

from collections import Counter
from datetime import timedelta

from openpyxl import load_workbook
from playwright.sync_api import expect

from placements.rules.host_wishes import REFUSED
from tests.browser.walk import nominating
from tests.browser.walk.roster import FILES
from tests.browser.walk.walk import Walk

APPLICATIONS = FILES / "applications-60.xlsx"


def organizer_asks_for_wishes(walk: Walk) -> None:
    """Accounts with first passwords, and the days in which wishes are taken."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.open("cohorts:account_open", cohort=cohort)
    organizer.send(who="all")
    organizer.wait_for_work()
    organizer.follow("cohorts:account_slips", cohort=cohort)
    organizer.fill(who="all", kind="xlsx", purpose="发给学员本人")
    slips = organizer.download(organizer.page.locator("main .form-save button"))
    _header, *rows = load_workbook(slips).active.iter_rows(values_only=True)
    assert len(rows) == 46
    applied = load_workbook(APPLICATIONS).active.iter_rows(min_row=2, values_only=True)
    phones = [(name, phone) for name, _sex, _id_number, phone, *_rest in applied]
    phones.append((nominating.NOMINEE, nominating.PHONE))
    namesakes = {name for name, count in Counter(name for name, _phone in phones).items() if count > 1}
    logins = {name: phone for name, phone in phones if name not in namesakes}
    walk.people = {name: logins[name] for _class, _number, name, _login, _password in rows if name in logins}
    walk.first_passwords |= {logins[name]: password for *_place, name, _login, password in rows if name in logins}

    organizer.choose("placements:match_plan_list", cohort=cohort)
    organizer.follow("placements:wish_demand", cohort=cohort)
    organizer.look()
    organizer.follow("placements:wish_window", cohort=cohort)
    organizer.look()
    opens, closes = walk.today - timedelta(days=1), walk.today + timedelta(days=5)
    organizer.send(
        trainees_from=f"{opens}T08:00", trainees_until=f"{closes}T18:00", most_ranks=3, most_refusals=1,
        hosts_from=f"{opens}T08:00", hosts_until=f"{closes}T18:00",
    )  # fmt: skip


def trainee_says_where_to_go(walk: Walk) -> None:
    """On a phone: two wishes and a refusal with its reason; nothing is heard of plans before they are published."""
    walk.placed = next(iter(walk.people.values()))
    trainee = walk.arrives(walk.placed, phone=True)
    trainee.choose("placements:my_wishes")
    trainee.look()
    trainee.press(trainee.page.locator("main .card-foot a.btn-primary"))
    trainee.look()
    trainee.pick("wish_1", 1)
    trainee.pick("wish_2", 2)
    trainee.pick("refusal_1", 3)
    trainee.send(refusal_reason_1="家中有老人要照顾")
    trainee.look()

    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("placements:match_plan_list", cohort=cohort)
    organizer.follow("placements:wish_list", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 3


def host_says_whom_it_would_like(walk: Walk) -> None:
    """On a phone, by the link that the office copied: one wished, one refused with the reason; the board shows the answer."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.follow("placements:wish_link_list", cohort=cohort)
    organizer.look()
    organizer.press_action("placements:wish_links_make", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 23
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    board = organizer.page.url
    words = organizer.page.locator("[data-copy]").first.get_attribute("data-copy")
    host = walk.opens_signed_link(words, organizer.text("section:has(#link) dd"))
    host.look()
    host.page.locator("main .picks select").nth(0).select_option("1")
    host.page.locator("main .picks select").nth(1).select_option(REFUSED)
    with host.expecting(422):
        host.press(host.page.locator("main .pick-send button.btn-primary"))
    host.look()
    host.page.locator("main .picks .pick-why").nth(1).fill("岗位已有人选")
    host.press(host.page.locator("main .pick-send button.btn-primary"))
    expect(host.page.locator("main .note-ok")).to_be_visible()
    host.look()

    organizer.page.goto(board)
    organizer.look()
    organizer.open("placements:wish_list", cohort=cohort)
    assert organizer.rows() == 5


STEPS = (organizer_asks_for_wishes, trainee_says_where_to_go, host_says_whom_it_would_like)
