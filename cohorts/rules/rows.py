"""What a row is that is no person: title, head teacher, group heading, total, note."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from cohorts.rules.values import HALF_WIDTH, BadValue, Cell, as_text, clean_name, clean_phone, is_blank

TITLE, HEADER, HEAD_TEACHER, GROUP, CLASS, TOTAL, NOTES, BLANK = (
    "row_title",
    "row_header",
    "row_head_teacher",
    "row_group",
    "row_class",
    "row_total",
    "row_notes",
    "row_blank",
)

LIMIT = 300
NUMERAL = "[一二三四五六七八九十百零〇两\\d]{1,4}"
CLAIM = re.compile(r"[(（]?\s*(?:总?共计?|合计|总计|计)?\s*(\d{1,6})\s*[人名位]")
HEADING_CLAIM = r"\s*(?:[(]\s*(?:总?共计?|合计|计)?\s*(?P<claimed>\d{1,6})\s*[人名]\s*[)])?"
NUMBERED_GROUP = re.compile(rf"(?P<name>第?\s*{NUMERAL}\s*(?:学习|讨论|小)?组)(?=[\s(:,]|$){HEADING_CLAIM}")
NAMED_GROUP = re.compile(rf"(?P<name>[^\s,。:()]{{1,20}}组){HEADING_CLAIM}")
CLASS_HEADING = re.compile(rf"(?P<name>[^\s,。:()]{{1,30}}班){HEADING_CLAIM}")
HEAD = re.compile(
    r"(?:^|[\s,;(])(?:班主任|带班老师|班级负责人)[^:\d]{0,20}[:\s]\s*(?P<name>[^\d:,;/]{1,40})"
    r"(?:(?:电话|手机|联系电话|tel)?:?\s*(?P<phone>\+?\d[\d\- ]{5,18}\d))?"
)
TRAILING_LABEL = re.compile(r"\s*[(]?(?:联系)?(?:电话|手机|手机号码?|tel)?[)]?\s*$")
TOTALS = re.compile(r"(?:合\s*计|共\s*计|总\s*计|小\s*计|总人数|人\s*数)(?![^\s:(\d])|共\s*\d+\s*[人名]")
NOTE = re.compile(
    r"(?:备\s*注|说\s*明|填表说明|填报说明|注意事项|注|填表人|填报人|制表人?|审核人?|经办人|填报单位|填表单位|联系人|联系电话|填报日期"
    r"|填表日期|制表日期|单位\s*[(]\s*盖章\s*[)]|负责人|要求)\s*(?:[:.、\d(]|$)|[※*★]|单位领导签字"
)
DATE_LINE = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?")
CLASS_IN_TITLE = re.compile(
    r"(?P<name>[^\s,。:()“”《》]{1,30}?班)(?=学员|学生|报到|报名|签到|花名册|名册|名单|人员|通讯录|信息|[(]|$)"
)
CLASS_LABEL = re.compile(r"(?:^|\s)(?:班级|班次|班别)(?:名称)?\s*:\s*(?P<name>[^\s,。:()]{1,40})")
SEASON = "(?:[春夏秋冬](?:季学期|季|期|学期))?"
BEFORE_CLASS = re.compile(rf"(?:.*\d{{4}}\s*年度?)?{SEASON}(?:第?{NUMERAL}[期届次])?{SEASON}(?=\S+班)")


class Heading(NamedTuple):
    """A group or class heading: its name and the number of people it speaks of."""

    name: str
    claimed: int | None


class HeadTeacher(NamedTuple):
    """Whoever leads a class, as far as the row could be read."""

    name: str
    phone: str
    is_clear: bool


def line(cells: Sequence[Cell]) -> str:
    """The filled cells of a row as one line of half-width text."""
    texts = []
    for cell in cells:
        if not is_blank(cell):
            try:
                texts.append(as_text(cell))
            except BadValue:
                continue
    return " ".join(texts)[:LIMIT].translate(HALF_WIDTH).strip()


def claimed_in(text: str) -> int | None:
    """The number of people that a title speaks of."""
    found = CLAIM.search(text)
    return int(found[1]) if found else None


def group_heading(text: str, *, must_be_plain: bool = False) -> Heading | None:
    """第一组（14人） and the like. ``must_be_plain``: a name could stand here, so only what cannot be one counts."""
    found = NUMBERED_GROUP.match(text)
    if found is None:
        found = NAMED_GROUP.fullmatch(text)
        if found and must_be_plain and not found["claimed"]:
            return None
    return _heading(found)


def class_heading(text: str, *, must_be_plain: bool = False) -> Heading | None:
    """县干1班（53人） and the like, alone in a row."""
    found = CLASS_HEADING.fullmatch(text)
    return None if found and must_be_plain and not found["claimed"] else _heading(found)


def _heading(found: re.Match[str] | None) -> Heading | None:
    if found is None:
        return None
    return Heading("".join(found["name"].split()), int(found["claimed"]) if found["claimed"] else None)


def head_teacher(text: str) -> HeadTeacher | None:
    """Name and mobile number after 班主任; unclear where one of the two cannot be read."""
    found = HEAD.search(text)
    if found is None:
        return None
    try:
        name = clean_name(TRAILING_LABEL.sub("", found["name"]))
    except BadValue:
        return HeadTeacher("", "", is_clear=False)
    try:
        return HeadTeacher(name, clean_phone(found["phone"]) if found["phone"] else "", is_clear=True)
    except BadValue:
        return HeadTeacher(name, "", is_clear=False)


def is_total(text: str) -> bool:
    return TOTALS.match(text) is not None


def is_note(text: str) -> bool:
    return NOTE.match(text) is not None or DATE_LINE.fullmatch(text) is not None


def class_in_title(title: str) -> str:
    """2026年春季县干1班学员报到表（53人） -> 县干1班; 班级：青干班 -> 青干班."""
    title = title.translate(HALF_WIDTH)
    if labelled := CLASS_LABEL.search(title):
        return labelled["name"]
    found = CLASS_IN_TITLE.search(title)
    return BEFORE_CLASS.sub("", found["name"], count=1) if found else ""
