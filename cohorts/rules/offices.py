"""Class offices as files name them: ``OFFICES`` gives each code of ``ClassOfficer.Office`` the words people use."""

import re
from typing import NamedTuple

OTHER = "other"
OFFICES = {
    "monitor": "班长 正班长",
    "deputy_monitor": "副班长",
    "study": "学习委员 学委",
    "life": "生活委员 后勤委员",
    "discipline": "纪律委员 纪检委员",
    "sports": "文体委员 体育委员 文艺委员 文娱委员",
    "publicity": "宣传委员",
    "organization": "组织委员",
    "branch_secretary": "支部书记 党支部书记 临时党支部书记 支书",
    "committee": "班委 班委成员 班委会成员 班委委员",
    "group_leader": "组长 小组长 小组组长",
    "deputy_group_leader": "副组长 小组副组长 副小组长",
}
WORDS = {word: code for code, words in OFFICES.items() for word in words.split()}
SEPARATOR = re.compile(r"[\s、，,;；/|+＋兼和与()（）]+")
NUMBERED = re.compile(r"第?[一二三四五六七八九十\d]{1,3}(?:小?组(?=副?组长)|(?=小?组长))")
LIKE_OFFICE = re.compile(r"[^\d\s]{0,8}(?:委员|组长|班长|书记|课代表|联络员|干事|会长)")


class Office(NamedTuple):
    """An office as read: its code and the words in the file."""

    code: str
    text: str


def offices_in(text: str, *, only_offices: bool) -> tuple[tuple[Office, ...], str]:
    """The offices named in a cell, and what is left of the text.

    In a column of offices every word is one; in a column of remarks only words that look like one.
    """
    found, left = [], []
    for word in SEPARATOR.split(text.strip(" 。.（）()")):
        code = WORDS.get(word) or WORDS.get(NUMBERED.sub("", word))
        if code is None and word and (only_offices or (len(word) <= 12 and LIKE_OFFICE.fullmatch(word))):
            code = OTHER
        if code is None:
            left.append(word)
        elif not any(office.code == code != OTHER for office in found):
            found.append(Office(code, word))
    return tuple(found), text if not found else " ".join(word for word in left if word)
