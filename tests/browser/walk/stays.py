"""Life at the host: help in two taps, visits, places that change, mentors without an account, what trainees think."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.walk.walk import Walk


def trainee_lives_there_and_asks_for_help(walk: Walk) -> None:
    """On a phone: two taps and a word open a ticket; its clock stops only with a reason; the trainee rates the answer."""
    trainee = walk.visitors[walk.placed]
    trainee.choose("placements:my_tickets")
    trainee.look()
    trainee.press(trainee.page.locator('main a[href*="category=housing"]'))
    trainee.look()
    trainee.send(text="宿舍热水器坏了")
    trainee.look()

    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("placements:ticket_list", cohort=cohort)
    organizer.look()
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    organizer.page.locator("details:has(#why) summary").click()
    organizer.page.locator("#why").fill("配件已订，周五到货")
    organizer.press(organizer.page.locator('main form[action$="/stop/"] button'))
    organizer.press(organizer.page.locator('main form[action$="/start/"] button'))
    organizer.page.locator("#answer").fill("已换新的热水器")
    organizer.press(organizer.page.locator('main form[action$="/answer/"] button'))
    organizer.look()

    trainee.choose("placements:my_tickets")
    trainee.press(trainee.page.locator("section:has(#mine) a").first)
    trainee.press(trainee.page.locator('main button[name="satisfaction"][value="5"]'))
    trainee.look()
    organizer.choose("placements:ticket_list", cohort=cohort)
    organizer.follow("placements:ticket_month", cohort=cohort)
    organizer.look()
    assert organizer.figures()[:2] == [1, 0]  # opened, late


def organizer_visits_a_host(walk: Walk) -> None:
    """Every host stands in red or not; notes give tasks with owner and day, which are done."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("placements:visit_list", cohort=cohort)
    organizer.follow("placements:visit_coverage", cohort=cohort)
    organizer.look()
    late = organizer.figures()[1]
    organizer.press(organizer.page.locator('main tbody a[href*="/visits/new/?host="]').first)
    organizer.look()
    organizer.send(planned_on=walk.today)
    organizer.look()
    organizer.choose("placements:visit_list", cohort=cohort)
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    visit = organizer.page.url
    organizer.press(organizer.page.locator('main a[href$="/notes/"]'))
    organizer.look()
    organizer.send(done_on=walk.today, notes="住宿和伙食都好，学员希望参加一次生产例会。")
    organizer.press(organizer.page.locator('main a[href$="/tasks/new/"]'))
    organizer.look()
    organizer.pick("owner", 1)
    organizer.send(text="与企业商定生产例会的时间", due_on=walk.today + timedelta(days=7))
    assert organizer.page.url == visit
    organizer.field("text").fill("每周三上午")
    organizer.press(organizer.page.locator('main form[action$="/finish/"] button'))
    organizer.look()
    organizer.choose("placements:visit_list", cohort=cohort)
    organizer.follow("placements:visit_coverage", cohort=cohort)
    assert organizer.figures()[1] == late - 1


def mentor_answers_on_a_phone(walk: Walk) -> None:
    """By a link, without an account: the last four digits of the own phone, one screen, a tap a question."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("placements:feedback_list", cohort=cohort)
    organizer.look()
    organizer.follow("placements:feedbackrules_list", cohort=cohort)
    organizer.look()
    organizer.follow("placements:feedbackrules_create", cohort=cohort)
    organizer.look()
    organizer.send(weeks_0="4")
    organizer.look()
    organizer.choose("placements:feedback_list", cohort=cohort)
    organizer.follow("placements:feedback_links", cohort=cohort)
    make = organizer.action("placements:feedback_links_make", cohort=cohort)
    if make.count():
        organizer.press(make)
    organizer.look()
    words = organizer.page.locator("[data-copy]").first.get_attribute("data-copy")
    mentor = walk.opens_signed_link(words, organizer.text("section:has(#waited) li"))
    mentor.look()
    for question in mentor.page.locator("form.ask fieldset:has(input[type=radio])").all():
        question.locator("label").first.tap()
    mentor.press(mentor.page.locator("form.ask button.btn-primary"))
    mentor.look()

    organizer.choose("placements:feedback_list", cohort=cohort)
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()


def organizer_moves_a_trainee_to_another_post(walk: Walk) -> None:
    """What moves with it is shown first and done as it was read; the trainee sees the new place beside the old one."""
    organizer, trainee = walk.visitors["cheng"], walk.visitors[walk.placed]
    _open_placement(walk, walk.placed)
    organizer.look()
    organizer.press(organizer.page.locator('main a[href$="/transfer/"]'))
    organizer.look()
    new_place = organizer.field("offer").locator("option").nth(1).inner_text()
    organizer.pick("offer", 1)
    organizer.send(on=walk.today + timedelta(days=2), reason="企业岗位调整")
    organizer.wait_for_work()
    organizer.look()
    expect(organizer.page.locator("section:has(#duties) tbody tr")).not_to_have_count(0)
    walk.apply(organizer)
    organizer.look()
    trainee.choose("placements:my_placement")
    trainee.look()
    hosts = trainee.page.locator("main h2").all_inner_texts()
    assert [new_place.startswith(each) for each in hosts].count(True) == 1
    assert len(hosts) == 2


def organizer_extends_one_stay_and_ends_another(walk: Walk) -> None:
    """The cohort lasts longer with the one; whoever ended is asked without a name, and nobody reads it before two others answer."""
    organizer = walk.visitors["cheng"]
    _second, third, fourth, *_rest = walk.people.values()
    _change_stay(walk, third, "extend", until=walk.last_day + timedelta(days=7), extends_cohort=True, reason="项目未完")
    _change_stay(walk, fourth, "end", last=walk.today, reason="单位另有任务")
    trainee = walk.arrives(fourth, phone=True)
    trainee.choose("placements:my_placement")
    trainee.press(trainee.page.locator('main a[href$="/opinion/"]'))
    trainee.look()
    for aspect in ("work", "mentor", "insight", "living"):
        trainee.field(aspect).first.check()
    trainee.press(trainee.page.locator("main form button.btn-primary"))
    trainee.look()
    organizer.choose("placements:opinion_list")
    organizer.look()
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    assert not organizer.page.locator("section:has(#means)").count()


def _change_stay(walk: Walk, login: str, kind: str, **fields) -> None:
    organizer = walk.visitors["cheng"]
    _open_placement(walk, login)
    organizer.press(organizer.page.locator(f'main a[href$="/{kind}/"]'))
    organizer.look()
    organizer.send(**fields)
    organizer.wait_for_work()
    walk.apply(organizer)


def _open_placement(walk: Walk, login: str) -> None:
    organizer = walk.visitors["cheng"]
    name = next(name for name, each in walk.people.items() if each == login)
    organizer.choose("placements:placement_list", cohort=walk.cohorts["第六批"])
    organizer.press(organizer.page.locator("#list-rows tbody th a", has_text=name))


STEPS = (
    trainee_lives_there_and_asks_for_help,
    organizer_visits_a_host,
    mentor_answers_on_a_phone,
    organizer_moves_a_trainee_to_another_post,
    organizer_extends_one_stay_and_ends_another,
)
