"""Telling the unit from the position where a form asks for both in one cell."""

import re
from typing import NamedTuple

LIMIT = 200
RANK = "(?:常务|执行|第一|党组|党委|党工委|党总支|党支部|纪委|纪检组|一级|二级|三级|四级|正|副|代|总|见习|助理|高级)"
TITLE = (
    "书记|常委|主任科员|主任|部长|局长|科长|处长|股长|所长|院长|校长|镇长|乡长|区长|县长|市长|主席|会长|秘书长|组长|队长|站长|馆长|"
    "委员|科员|调研员|巡视员|干事|办事员|专员|董事长|董事|监事|总经理|副总|经理|总监|总裁|主管|厂长|工程师|会计师|经济师|"
    "总工|主编|编辑|教授|讲师|教师|医师|研究员|秘书|负责人|创始人|合伙人|助理|顾问|主办|总管"
)
ENDS_IN_POSITION = re.compile(f"(?P<unit>.{{2,80}}?)(?P<position>{RANK}*(?:{TITLE})(?:[、，,/兼（(].{{1,60}})?)")
SPACED = re.compile(r"(?P<unit>\S.{1,80}\S) +(?P<position>\S{2,40})")


class UnitAndPosition(NamedTuple):
    unit: str
    position: str


def split_unit_and_position(text: str) -> UnitAndPosition:
    """福永街道综合保障中心主任 -> 福永街道综合保障中心, 主任. Without a known title all of it is the unit."""
    if len(text) <= LIMIT:
        for pattern in (SPACED, ENDS_IN_POSITION):
            found = pattern.fullmatch(text)
            if found and (pattern is ENDS_IN_POSITION or re.search(TITLE, found["position"])):
                return UnitAndPosition(found["unit"], found["position"])
    return UnitAndPosition(text, "")
