"""What journals and the meeting make of life at the host: findings that cite, shared passages, leads with credit, actions."""

import re
from datetime import date, timedelta

import docx
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.browser.walk.walk import Walk
from tests.browsers import until

COMPANY = "深圳智能装备有限公司"
FOUND = "这家企业的订单已经排到明年六月，厂房不够用，正在找两万平方米的新址，老板说愿意到县里来看一看。"
OWN = ("早会之后跟着生产经理走了一遍车间。", "周二随采购去了两家供应商。")
LISTED = """async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  return page.querySelector("#list-rows tbody a") !== null;
}"""


def two_trainees_write_of_the_same(walk: Walk) -> None:
    """On phones; what the second wrote is for a great part what the first wrote."""
    first, second, *_rest = walk.people.values()
    for login, own in zip((first, second), OWN, strict=True):
        trainee = walk.visitors.get(login) or walk.arrives(login, phone=True)
        trainee.choose("learning:my_journals")
        trainee.press(trainee.page.locator("main ul.rows a").first)
        trainee.field("body").fill(f"{own}\n{FOUND}")
        expect(trainee.page.locator("[data-saved]")).to_contain_text(re.compile(r"\d\d:\d\d"))
        trainee.press(trainee.page.locator(".dock button.btn-primary"))


def organizer_makes_a_lead_of_a_paragraph(walk: Walk) -> None:
    """Words chosen in a journal become a finding that cites them; both ways lead back; the finding becomes a lead."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("learning:journal_review", cohort=cohort)
    organizer.look()
    organizer.press(organizer.page.locator("[data-journal-item]", has_text=OWN[0]).locator("h2 a"))
    organizer.page.locator("[data-cite] [data-start]", has_text=FOUND).select_text()
    expect(organizer.page.locator("[data-cite-bar]")).to_be_visible()
    organizer.look()
    organizer.press(organizer.page.locator("[data-cite-bar] a"))
    organizer.look()
    assert organizer.text("blockquote") == FOUND
    organizer.pick("owner", 1)
    organizer.send(kind="lead", title="企业想扩产", due_on=walk.today + timedelta(days=14))
    organizer.look()
    finding = organizer.key_in_url()
    organizer.press(organizer.page.locator("section:has(#cited) .card-head a"))
    organizer.look()
    assert organizer.text("main mark") == FOUND
    organizer.page.go_back()
    organizer.follow("reports:finding_lead", pk=finding)
    organizer.look()
    organizer.send(company=COMPANY)
    organizer.look()
    organizer.press(organizer.page.locator(f'main a[href="/findings/{finding}/"]'))
    expect(organizer.page.locator("section:has(#used) .rows > li")).to_have_count(1)
    organizer.look()


def organizer_looks_at_a_shared_passage(walk: Walk) -> None:
    """Both texts side by side; a person says what there is to it, and nothing is scored by it."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    organizer.choose("learning:journal_review", cohort=cohort)
    organizer.follow("learning:copysignal_list", "?view=open", cohort=cohort)
    until(organizer.page, LISTED)  # the worker compares what is handed in
    organizer.page.reload()
    organizer.look()
    assert organizer.rows() == 1
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.look()
    assert organizer.page.locator(".pair mark").all_inner_texts() == [FOUND.rstrip("。")] * 2
    organizer.send(state="fine", note="同一次走访，两人各自记录")
    organizer.look()
    assert organizer.tabs()["open"] == 0


def trainee_names_the_same_company(walk: Walk) -> None:
    """A lead from another phone; the two are put together with shares of credit, and go on by stages with evidence."""
    _first, second, *_rest = walk.people.values()
    trainee, organizer, cohort = walk.visitors[second], walk.visitors["cheng"], walk.cohorts["第六批"]
    trainee.choose("placements:my_leads")
    trainee.look()
    trainee.press(trainee.page.locator('main a[href^="/my/leads/"][href$="/new/"]').first)
    trainee.look()
    trainee.send(company=COMPANY, what="拟在本市建生产线")
    trainee.look()
    organizer.choose("placements:lead_list", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 2
    organizer.press(organizer.page.locator("#list-rows tbody a").first)
    organizer.press(organizer.page.locator("section:has(#same) a.btn"))
    organizer.look()
    organizer.send(reason="同一家企业")
    organizer.look()
    expect(organizer.page.locator("section:has(#credit) .rows .num")).to_have_text(["50%", "50%"])
    organizer.press(organizer.page.locator('main a[href$="/stage/"]'))
    organizer.look()
    organizer.pick("stage", 0)
    organizer.send(on=walk.today, text="与企业负责人面谈，已约定来访日期")
    organizer.look()
    organizer.choose("placements:lead_list", cohort=cohort)
    assert organizer.rows() == 1


def meeting_is_held_and_the_next_begins_with_what_is_open(walk: Walk) -> None:
    """The paper is built from what is open; minutes give an action with owner and day; it stands first in the next pack."""
    organizer, cohort = walk.visitors["cheng"], walk.cohorts["第六批"]
    _plan_meeting(walk, organizer, walk.today)
    meeting = organizer.key_in_url()
    organizer.look()
    paper = organizer.download(organizer.action("reports:dispatch_file", pk=meeting))
    assert any("第六批" in line.text for line in docx.Document(paper).paragraphs)
    organizer.follow("reports:dispatch_minutes", pk=meeting)
    organizer.look()
    organizer.send(minutes="一、企业扩产选址由县投资促进局跟进。")
    organizer.follow("reports:dispatch_action_create", pk=meeting)
    organizer.look()
    organizer.pick("owner", 1)
    organizer.send(text="陪同企业实地看地", due_on=walk.today + timedelta(days=10))
    organizer.look()
    _plan_meeting(walk, organizer, walk.today + timedelta(days=31))
    expect(organizer.page.locator("main section").first).to_contain_text("陪同企业实地看地")
    organizer.look()
    organizer.press(organizer.page.locator("main section a", has_text="陪同企业实地看地").first)
    organizer.look()
    organizer.send(state="done", result="已陪同看了两处地块")
    organizer.look()
    organizer.choose("reports:dispatch_list", cohort=cohort)
    organizer.look()


def _plan_meeting(walk: Walk, organizer: Visitor, day: date) -> None:
    organizer.choose("reports:dispatch_list", cohort=walk.cohorts["第六批"])
    organizer.follow("reports:dispatch_create", cohort=walk.cohorts["第六批"])
    organizer.send(held_on=day, place="301 会议室")


STEPS = (
    two_trainees_write_of_the_same,
    organizer_makes_a_lead_of_a_paragraph,
    organizer_looks_at_a_shared_passage,
    trainee_names_the_same_company,
    meeting_is_held_and_the_next_begins_with_what_is_open,
)
