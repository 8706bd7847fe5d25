"""An office of the immersive training: who applies, who is chosen, where they go, and how they live there."""

from tests.browser.walk.walk import Walk


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


STEPS = (administrator_opens_the_account_of_an_organizer, organizer_makes_the_sixth_batch)
