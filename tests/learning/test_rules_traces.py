"""What chat tools leave behind: what is found, and how often somebody is bothered for nothing."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.rules.traces import Kind, Trace, shown, traces
from tests.learning import journal_texts as texts

LEFT_BEHIND = {
    Kind.SPEAKER: (
        "作为一个AI语言模型，我无法亲身到企业实习。",
        "作为人工智能助手，我没有真实的工作经历，",
        "我是一个 AI，以下内容仅供参考。",
        "As an AI language model, I cannot visit a company.",
        "我的知识截止到 2024 年 6 月，",
    ),
    Kind.ANSWER: (
        "以下是为您撰写的实习周记：",
        "以下是根据您的要求整理的一篇驻企日志，约 500 字。",
        "希望这篇周记对您有所帮助！",
        "如需进一步修改，请随时告诉我。",
        "如果您需要调整语气或者补充细节，可以告诉我。",
        "根据您提供的信息，本周的重点如下。",
        "Certainly! Here is a revised version of your journal.",
        "Let me know if you would like me to shorten it.",
    ),
    Kind.GAP: (
        "本周我在[公司名称]跟班学习。",
        "导师【您的导师姓名】带我看了车间。",
        "（此处填写具体数据）",
        "at [Company Name] this week",
    ),
    Kind.SOURCE: (
        "石墨负极价格下降 citeturn0search3。",
        "产能利用率约七成:contentReference[oaicite:2]{index=2}。",
        "见报告【4†source】。",
        "https://example.org/a?utm_source=chatgpt.com",
    ),
    Kind.FORMAT: ("**一、工作内容**", "### 二、收获与体会", "```markdown", "| --- | --- |"),
    Kind.INVISIBLE: ("本周\u200b在车间跟班。", "收获\u2060很多。", "体会\ufeff如下。"),
}
HONEST = (
    "作为一名年轻干部，我深感责任重大。",
    "作为人工智能企业的联络员，我走访了三家公司。",
    "我是AI产业专班的成员，本周学习大模型应用。",
    "我是一名人工智能爱好者，也去听了课。",
    "导师说希望这份方案对企业有帮助。",
    "以下是本周的三点体会。",
    "如果企业需要贷款，可以联系银行。",
    "XX公司的李工教我看图纸（详见附件）。",
    "夹具尺寸是 3*4*5，#2 机台要等 7 天。",
    "#学习笔记# 今天讲质量管理。",
    "食堂阿姨👩‍🍳很热情，晚上和家人👨‍👩‍👧视频。",
    "一、工作内容\n二、收获\n----------\n三、问题",
    "〔2024〕12 号文件【重要】要求月底前报送。",
    "根据导师提供的资料，我整理了客户清单。",
)


@pytest.fixture(scope="module")
def journals():
    dice = random.Random(7)
    return [texts.journal(dice) for _each in range(276)]


def test_at_least_95_in_100_of_what_was_left_in_a_journal_is_found_as_what_it_is(journals):
    planted = [(kind, words) for kind, many in LEFT_BEHIND.items() for words in many]
    missed = []
    for number, journal in enumerate(journals):
        kind, words = planted[number % len(planted)]
        lines = journal.split("\n")
        at = number % (len(lines) + 1)
        text = "\n".join([*lines[:at], words, *lines[at:]])
        if kind not in {each.kind for each in traces(text)}:
            missed.append(words)

    assert len(missed) <= 0.05 * len(journals), missed


def test_at_most_2_in_100_honest_journals_bother_somebody(journals):
    bothering = [each for each in journals if traces(each)]

    assert len(bothering) <= 0.02 * len(journals)


@pytest.mark.parametrize("text", HONEST)
def test_what_people_write_themselves_is_no_trace(text):
    assert traces(text) == []


def test_a_place_is_shown_with_its_words_and_what_nobody_sees_by_its_number():
    text = "本周在车间\n跟班。**收获**很多，\u200b也很累。"

    found = traces(text)

    assert [each.kind for each in found] == [Kind.FORMAT, Kind.INVISIBLE]
    assert shown(text, found[0]) == ("本周在车间 跟班。", "**收获**", "很多，\u200b也很累。")
    assert shown(text, found[1])[1] == "U+200B"


@given(
    st.lists(
        st.sampled_from(["**", "#", " ", "\n", "[", "您的", "]", "\u200b", "👩", "\u200d", "AI", "作为一个", "x"]),
        max_size=30,
    )
)
def test_places_stand_in_the_text_in_order_and_none_over_another(parts):
    text = "".join(parts)
    found = traces(text)

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(isinstance(one, Trace) and one.end <= other.start for one, other in pairwise(found))
