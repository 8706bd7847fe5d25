"""What chat tools leave behind in a text that was pasted unread. Values in, values out; nothing here judges a person.

Only what can be laid before a person is looked for: words by which an assistant speaks of itself or to whoever asked, gaps of
a template, marks of sources and of formatting that mean nothing in plain text, and characters that nobody sees or types. How
a text sounds is not looked at: of that no passage could be shown.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

AROUND = 10  # characters shown on both sides


class Kind(StrEnum):
    SPEAKER = "speaker"
    ANSWER = "answer"
    GAP = "gap"
    SOURCE = "source"
    FORMAT = "format"
    INVISIBLE = "invisible"


@dataclass(frozen=True)
class Trace:
    """One place of a text: from where to where (characters), and what it is."""

    kind: Kind
    start: int
    end: int


_FIELD = "企业|公司|产业|行业|项目|专班|领域|学院|专业|园区|小组|部门|岗位|工程师|从业|爱好|初学"
_AI = rf"(?:(?:AI(?![A-Za-z0-9])|人工智能)(?!(?:{_FIELD}))|大?语言模型|智能助手|聊天机器人)"
_THIS = r"(?:这篇|这份|这段|以上|上述|该)(?:内容|日志|周记|文章|心得|总结|版本|文本|范文|模板|草稿|回答)"
PATTERNS = {
    Kind.SPEAKER: (
        rf"(?:作为|我是|身为)(?:一个|一名|一款|您的|你的)?\s*{_AI}[^，。,.\n]{{0,8}}",
        r"\bas an? (?:AI|artificial intelligence)(?: language)?(?: model| assistant)?\b",
        r"(?:我的知识|我的训练数据)(?:库)?(?:截止|截至|更新)[^，。\n]{0,12}",
        r"\bI(?:'m| am) (?:just )?an AI\b|\bmy (?:knowledge cutoff|training data)\b",
    ),
    Kind.ANSWER: (
        r"以下(?:是|为)(?:我)?(?:为|帮|替|根据|按照)(?:您|你)[^。：:\n]{0,30}",
        rf"希望{_THIS}[^。！!\n]{{0,8}}(?:对|能|可以|符合|满足)[^。！!\n]{{0,4}}(?:您|你)[^。！!\n]{{0,12}}",
        r"如(?:果|需)?(?:您|你)?(?:还)?(?:需要?|想|希望)[^。\n]{0,24}(?:请)?(?:随时|可以|直接)?(?:告诉|告知|联系|提出)我?",
        r"(?:我)?(?:已经?|可以)?(?:为|帮|替)(?:您|你)(?:生成|撰写|润色|改写|扩写|整理)[^。\n]{0,20}",
        r"(?:根据|按照)(?:您|你)(?:提供|给出|输入|提出)的(?:内容|信息|要求|提示|素材)[^。\n]{0,12}",
        r"\b(?:certainly|sure|of course)[!,.] here(?:'s| is| are)\b[^.\n]{0,30}|\blet me know if you(?:'d| would)? (?:like|need)\b",
        r"\bI hope this (?:helps|email finds you)\b",
    ),
    Kind.GAP: (
        r"[\[【{［<〈]\s*(?:您的|你的|请填写|请输入|此处|在此|插入|填写|具体|某某|相关|企业名称|公司名称|单位名称|部门名称|导师姓名"
        r"|姓名|日期|岗位名称|项目名称|insert\b|your\b|company name|name\b|date\b)[^\]】}］>〉\n]{0,20}[\]】}］>〉]",
        r"[（(]\s*(?:此处|在此|请在此)(?:可|可以|请)?(?:填写|补充|插入|添加|输入)[^）)\n]{0,24}[）)]",
    ),
    Kind.SOURCE: (
        r"(?:cite)?turn\d+(?:search|view|news|file)\d+",
        r":?contentReference\[oaicite:\d+\](?:\{index=\d+\})?",
        r"【\d+†[^】\n]{0,30}】",
        r"utm_source=(?:chatgpt|openai|copilot|deepseek|doubao|kimi)[\w.]*",
        r"</?think>",
    ),
    Kind.FORMAT: (
        r"\*\*(?=\S)[^*\n]{1,60}(?<=\S)\*\*",
        r"(?m:^#{1,6}[ \t]+\S[^\n]{0,40})",
        r"(?m:^```[^\n]{0,20})",
        r"(?m:^\|?[ \t]*:?-{3,}:?[ \t]*\|[-:| \t]*$)",
    ),
}
STARTS = {  # the signs that a place may begin with: the search skips all others
    Kind.SPEAKER: "作我身aim",
    Kind.ANSWER: "以希如我已可为帮替根按csoli",
    Kind.GAP: r"\[【{［<〈（(",
    Kind.SOURCE: "ct:【u<",
    Kind.FORMAT: r"*#`|:\- \t",
}
_FOUND = [
    (kind, re.compile(f"(?=[{STARTS[kind]}])(?:{'|'.join(each)})", re.IGNORECASE)) for kind, each in PATTERNS.items()
]
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff\U000e0000-\U000e007f]+")


def traces(text: str) -> list[Trace]:
    """In the order of the text, none over another."""
    found = [Trace(kind, each.start(), each.end()) for kind, pattern in _FOUND for each in pattern.finditer(text)]
    found += [Trace(Kind.INVISIBLE, *each.span()) for each in _UNSEEN.finditer(text) if not _is_of_a_sign(text, each)]
    found.sort(key=lambda each: (each.start, -each.end))
    return list(_apart(found))


def _apart(found: Iterable[Trace]) -> Iterable[Trace]:
    until = 0
    for each in found:
        if each.start >= until:
            yield each
            until = each.end


def _is_of_a_sign(text: str, found: re.Match) -> bool:
    """Joiners and tags stand within composed emoji, and in scripts that need them."""
    before = text[found.start() - 1 : found.start()]
    return bool(before) and (unicodedata.category(before) in ("So", "Sk", "Mn") or "\u0600" <= before <= "\u0dff")


def shown(text: str, trace: Trace) -> tuple[str, str, str]:
    """The words before, the place itself, and the words after, on one line; what nobody sees is shown by its number."""
    start, end = max(0, trace.start - AROUND), min(len(text), trace.end + AROUND)
    place = text[trace.start : trace.end]
    if trace.kind == Kind.INVISIBLE:
        place = " ".join(f"U+{ord(each):04X}" for each in place)
    return tuple(" ".join(part.split()) for part in (text[start : trace.start], place, text[trace.end : end]))
