"""Who is chosen: warnings about calls, the ranked list, other rules tried out, an outcome changed by hand, the waiting list."""

from playwright.sync_api import expect

from tests.browser.walk.walk import Walk


def organizer_closes_the_round(walk: Walk) -> None:
    """Nobody applies any more; what came in meets the rules."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.follow("cohorts:round_detail", cohort=cohort)
    organizer.press(organizer.page.locator('main form[action$="/close/"] button'))
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.choose_all()
    organizer.press(organizer.page.locator('[data-bulk-bar] button[formaction*="/applications/accept/"]'))
    organizer.look()


def organizer_calls_somebody_on_leave_all_the_same(walk: Walk) -> None:
    """Whoever is on leave needs a reason before being called; the report of what was decided by hand has it."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.view("accepted")
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    organizer.press(organizer.page.locator('main a[href$="/exempt/"]'))
    organizer.look()
    organizer.send(kind="leave", reason="产假", starts_on=walk.first_day, ends_on=walk.today)
    organizer.choose("cohorts:screening_list", cohort=cohort)
    organizer.follow("cohorts:call_list", cohort=cohort)
    organizer.look()
    organizer.press(organizer.page.locator('main .rows a[href$="/call/"]'))
    organizer.look()
    organizer.send(reason="提前返岗，单位已书面同意")
    organizer.follow("cohorts:override_list", f"?cohort={cohort}")
    organizer.look()
    assert organizer.rows() == 1


def organizer_ranks_the_applications(walk: Walk) -> None:
    """Four priorities, a list that can be computed again, a reason for each."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:screening_list", cohort=cohort)
    organizer.press_action("cohorts:screeningrules_begin", cohort=cohort)
    organizer.look()
    organizer.choose("cohorts:screening_list", cohort=cohort)
    organizer.look()
    organizer.press_action("cohorts:screening_run", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 61
    walk.screening = organizer.key_in_url()
    organizer.press_action("cohorts:screening_check", pk=walk.screening)


def organizer_tries_other_rules(walk: Walk) -> None:
    """The trial shows who would come in, fall out and move, and stores nothing; a version of one's own does."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:screening_list", cohort=cohort)
    organizer.follow("cohorts:screeningrules_create", cohort=cohort)
    organizer.look()
    organizer.fill(points_0=1, points_3=60)
    organizer.press(organizer.page.locator('main button[value="try"]'))
    organizer.look()
    comes_in, falls_out, moves, people = organizer.figures()
    assert (comes_in, people) == (falls_out, 61)
    assert 0 < comes_in < moves
    assert organizer.page.locator("#trial tbody tr").count() == moves
    organizer.choose("cohorts:screening_list", cohort=cohort)
    assert organizer.page.locator("section:has(#runs) .rows > li").count() == 1
    organizer.press_action("cohorts:screening_run", cohort=cohort)
    assert organizer.key_in_url() == walk.screening  # the same list, under the rules that stand


def organizer_changes_an_outcome_by_hand(walk: Walk) -> None:
    """The last who was chosen waits, by own wish, and the first who waited is chosen; each with its reason."""
    organizer = walk.visitors["cheng"]
    for view, row, outcome in (("chosen", "last", "waiting"), ("waiting", "first", "chosen")):
        organizer.open("cohorts:screening_detail", f"?view={view}", pk=walk.screening)
        organizer.press(getattr(organizer.page.locator("#list-rows tbody a"), row))
        organizer.look()
        organizer.press(organizer.page.locator('main a[href$="/change/"]'))
        organizer.look()
        organizer.send(outcome=outcome, reason="本人申请下一批参加，单位同意")
        organizer.look()


def organizer_publishes_the_outcomes(walk: Walk) -> None:
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.open("cohorts:screening_detail", pk=walk.screening)
    organizer.follow("cohorts:screening_decide", pk=walk.screening)
    organizer.look()
    organizer.press(organizer.page.locator("main form button.btn-primary").last)
    organizer.look()
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.look()
    assert organizer.tabs()["chosen"] == 46


def next_who_waits_is_proposed_and_chosen(walk: Walk) -> None:
    """Somebody withdraws: whose turn it is stands on top of the list, and a person decides."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.view("chosen")
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.press(organizer.page.locator('main a[href$="/withdraw/"]'))
    organizer.look()
    organizer.send(reason="单位工作调整")
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.look()
    assert organizer.tabs()["chosen"] == 45
    expect(organizer.page.locator("section:has(#proposed) .rows > li")).to_have_count(1)
    organizer.press(organizer.page.locator("section:has(#proposed) button"))
    assert organizer.tabs()["chosen"] == 46


def organizer_takes_the_chosen_in(walk: Walk) -> None:
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("cohorts:application_list", cohort=cohort)
    organizer.press_action("cohorts:applications_enroll", cohort=cohort)
    organizer.wait_for_work()
    organizer.look()
    walk.apply(organizer)
    organizer.choose("cohorts:trainee_list", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 46


STEPS = (
    organizer_closes_the_round,
    organizer_calls_somebody_on_leave_all_the_same,
    organizer_ranks_the_applications,
    organizer_tries_other_rules,
    organizer_changes_an_outcome_by_hand,
    organizer_publishes_the_outcomes,
    next_who_waits_is_proposed_and_chosen,
    organizer_takes_the_chosen_in,
)
