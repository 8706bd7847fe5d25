"""A unit nominates within its quota, gets a slot back with the reason, and mends; a free seat goes to the next who waits."""

from datetime import date

from playwright.sync_api import expect

from tests import make
from tests.browser.walk.walk import Walk

UNIT, NOMINEE, BORN, PHONE = "县商务局", "方晓晴", date(1990, 4, 3), "19908600999"


def administrator_opens_the_account_of_a_unit(walk: Walk) -> None:
    admin = walk.visitors["admin"]
    admin.choose("accounts:unit_list")
    admin.press(admin.page.locator('main a[href$="/new/"].btn-primary'))
    admin.send(name=UNIT, level="office", code="BA-03")
    admin.choose("accounts:user_list")
    admin.follow("accounts:user_create")
    admin.send(name="冯干事", username="feng", unit=UNIT)
    key = walk.accounts["feng"] = admin.key_in_url()
    admin.press_action("accounts:user_slip", pk=key)
    walk.first_passwords["feng"] = admin.text(".code-plain")
    admin.open("accounts:user_detail", pk=key)
    admin.follow("accounts:grant_give", pk=key)
    admin.send(role="organizer", scope_kind="unit", scope=UNIT, reason="负责本单位推荐")


def unit_nominates_within_its_quota(walk: Walk) -> None:
    """One slot: the rule is told before the rest is typed; with it used, nobody else can be nominated."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.follow("cohorts:round_detail", cohort=cohort)
    organizer.follow("cohorts:quota_update", cohort=cohort)
    organizer.send(unit=UNIT, seats=1)

    unit = walk.arrives("feng")
    unit.choose("cohorts:nomination_list")
    unit.look()
    unit.press(unit.page.locator("#list-rows tbody a").first)
    assert unit.figures() == [1, 0, 1]  # slots, used, free
    quota = unit.key_in_url()
    unit.follow("cohorts:nominee_create", pk=quota)
    unit.look()
    with unit.expecting(422):
        unit.send(born_on=date(1965, 3, 1))
    unit.look()
    unit.send(born_on=BORN)
    unit.look()
    unit.fill(name=NOMINEE, id_number=make.id_number_of(BORN), phone=PHONE, work_unit=UNIT)
    unit.press(unit.page.locator('main button[value="hand_in"]'))
    unit.look()
    assert unit.figures() == [1, 1, 0]
    assert not unit.link("cohorts:nominee_create", pk=quota).count()


def organizer_sends_the_nomination_back(walk: Walk) -> None:
    """With the reason; the slot is free again, and the unit mends what was missing."""
    organizer, unit, cohort = walk.visitors["cheng"], walk.visitors["feng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.press(organizer.page.locator("#list-rows tbody a", has_text=NOMINEE))
    organizer.look()
    organizer.press(organizer.page.locator('main a[href$="/return/"]'))
    organizer.look()
    organizer.send(reason="请补充职务")

    unit.page.goto("/")
    unit.look()
    unit.choose("cohorts:nomination_list")
    unit.press(unit.page.locator("#list-rows tbody a").first)
    assert unit.figures() == [1, 0, 1]
    unit.press(unit.page.locator("#list-rows tbody a", has_text=NOMINEE))
    expect(unit.page.locator("main .note-warn")).to_contain_text("请补充职务")
    unit.look()
    unit.press(unit.page.locator('main a.btn-primary[href$="/edit/"]'))
    unit.look()
    unit.fill(position="科员")
    unit.press(unit.page.locator('main button[value="hand_in"]'))
    assert unit.figures() == [1, 1, 0]


def next_on_the_waiting_list_is_proposed_and_chosen(walk: Walk) -> None:
    """Somebody who was chosen withdraws; whose turn it is stands on top, and a person chooses."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.press(organizer.page.locator('#list-tabs a[href*="view=chosen"]'))
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.press(organizer.page.locator('main a[href$="/withdraw/"]'))
    organizer.look()
    organizer.send(reason="单位工作调整")
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.look()
    assert organizer.tabs()["chosen"] == 45


STEPS = (
    administrator_opens_the_account_of_a_unit,
    unit_nominates_within_its_quota,
    organizer_sends_the_nomination_back,
)
