"""Somebody applies on a phone, without an account: told the rule first, then on to the receipt, and out again."""

import re
from datetime import date

from django.urls import reverse

from tests import make
from tests.browser.walk.walk import Walk

TALENT = "专业特长"
TOO_OLD, BORN = date(1965, 3, 1), date(1992, 5, 6)


def organizer_asks_what_the_form_does_not(walk: Walk) -> None:
    """A field of this cohort, made on a page: applicants answer it, and the trainee whom they become has the answer."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:profile_field_list", cohort=cohort)
    organizer.follow("cohorts:profile_field_create", cohort=cohort)
    organizer.look()
    organizer.send(label=TALENT, kind="text", asked_of_applicants=True)
    organizer.look()


def organizer_says_who_may_apply(walk: Walk) -> None:
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.follow("cohorts:round_detail", cohort=cohort)
    organizer.follow("cohorts:rule_create", cohort=cohort)
    organizer.look()
    organizer.send(field="age", operator="at_most", value="45")
    organizer.look()
    walk.public_link = organizer.page.locator('main a[href*="/apply/"]').get_attribute("href")
    organizer.choose("cohorts:application_list", cohort=cohort)


def somebody_applies_on_a_phone(walk: Walk) -> None:
    """The rule that is not met is told before anything else is typed; a draft is found again; the receipt has all."""
    applicant = walk.visitor(phone=True)
    applicant.page.goto(walk.public_link)
    applicant.look()
    with applicant.expecting(422):
        applicant.send(born_on=TOO_OLD)
    assert not applicant.field("name").count()
    applicant.look()
    applicant.send(born_on=BORN)
    applicant.look()
    applicant.fill(name="林小满", work_unit="县商务局")
    applicant.press(applicant.page.locator('main button[value="keep"]'))
    applicant.page.goto(walk.public_link)
    applicant.press(applicant.page.locator("main .note a.btn"))
    assert applicant.field("name").input_value() == "林小满"
    applicant.fill(id_number=make.id_number_of(BORN), phone="19900009999", position="科员")
    applicant.page.get_by_label(TALENT).fill("无人机驾驶")
    for needed in applicant.page.locator("main select").all():
        needed.select_option(index=1)
    applicant.press(applicant.page.locator('main button[value="hand_in"]'))
    applicant.look()
    assert "无人机驾驶" in applicant.text("main")
    key = re.search(r"/one/([^/]+)/", applicant.page.url)[1]
    applicant.press(applicant.page.locator(f'main a[href="{reverse("cohorts:apply_form", kwargs={"key": key})}"]'))
    applicant.fill(position="副科长")
    applicant.press(applicant.page.locator('main button[value="hand_in"]'))
    applicant.press_action("cohorts:apply_withdraw", key=key)
    applicant.look()


STEPS = (organizer_asks_what_the_form_does_not, organizer_says_who_may_apply, somebody_applies_on_a_phone)
