"""The best places for everybody: rules that clash are named, the best plan explains itself, keeps locks, and is published once."""

from playwright.sync_api import expect

from tests.browser.walk.walk import Walk


def organizer_is_told_which_rules_clash(walk: Walk) -> None:
    """Three at each of 23 hosts are more than 46 people: the plan has no solution, and the page names the rule."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("placements:match_plan_list", cohort=cohort)
    organizer.look()
    organizer.follow("placements:matching_rules_update", cohort=cohort)
    organizer.look()
    organizer.send(least_at_host=3, note="每家至少三人")
    organizer.look()
    _solve(walk)
    expect(organizer.page.locator("section:has(#clash) .rows > li")).not_to_have_count(0)
    organizer.look()
    organizer.open("placements:matching_rules", cohort=cohort)
    organizer.follow("placements:matching_rules_update", cohort=cohort)
    organizer.send(least_at_host=0, note="第六批")


def _solve(walk: Walk) -> None:
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("placements:match_plan_list", cohort=cohort)
    organizer.follow("placements:match_plan_create", cohort=cohort)
    organizer.press(organizer.page.locator("main form button.btn-primary").last)
    organizer.wait_for_work()


def organizer_finds_the_best_plan(walk: Walk) -> None:
    """46 people, 50 seats: everybody has a place; each place says why and what another would cost; a move asks why."""
    organizer = walk.visitors["cheng"]
    _solve(walk)
    plan = organizer.key_in_url()
    organizer.look()
    assert organizer.rows() == 46
    name = organizer.page.locator("#list-rows tbody a").nth(1)
    who = name.inner_text()
    name.click()  # explained beside the list
    expect(organizer.page.locator("#beside-name")).to_contain_text(who)
    organizer.look()
    organizer.press(organizer.page.locator("#beside-name a"))
    organizer.look()
    organizer.press(organizer.page.locator('main a[href*="/move/?offer="]').first)
    organizer.look()
    organizer.send(reason="企业书面提出")
    organizer.look()
    for view in ("hosts", "wishes"):
        organizer.open("placements:match_plan_detail", pk=plan)
        organizer.follow(f"placements:match_plan_{view}", pk=plan)
        organizer.look()


def organizer_solves_again_and_keeps_the_locks(walk: Walk) -> None:
    """What was moved by hand stays; what became another is listed against the plan before. Trainees still see nothing."""
    organizer, trainee = walk.visitors["cheng"], walk.visitors[walk.placed]
    organizer.follow("placements:match_plan_detail", pk=organizer.key_in_url())
    organizer.press(organizer.page.locator('main form[action$="/again/"] button'))
    organizer.wait_for_work()
    assert organizer.page.url.endswith("/changes/")
    organizer.look()
    trainee.choose("placements:my_placement")
    trainee.look()
    assert not trainee.page.locator("main dl.facts").count()


def organizer_publishes_the_plan(walk: Walk) -> None:
    organizer, trainee = walk.visitors["cheng"], walk.visitors[walk.placed]
    organizer.follow("placements:match_plan_detail", pk=organizer.key_in_url())
    organizer.follow("placements:match_plan_publish", pk=organizer.key_in_url())
    organizer.look()
    organizer.press(organizer.page.locator("main form button.btn-primary").last)
    organizer.look()
    assert organizer.rows() == 46
    trainee.choose("placements:my_placement")
    trainee.look()
    assert trainee.page.locator("main dl.facts").count() == 1


STEPS = (
    organizer_is_told_which_rules_clash,
    organizer_finds_the_best_plan,
    organizer_solves_again_and_keeps_the_locks,
    organizer_publishes_the_plan,
)
