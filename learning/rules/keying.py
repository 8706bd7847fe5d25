"""What is typed from a signed sheet: which mark it means, and what becomes of it. Values in, values out."""

from enum import StrEnum

from learning.rules.attendance import Mark

# The digits of the grid's keys, the first letters in English and in pinyin, the signs that stand on paper, the words.
KEYS = {Mark.PRESENT: "1", Mark.LATE: "2", Mark.EARLY: "3", Mark.ABSENT: "4", Mark.EXCUSED: "5"}
TYPED = {
    Mark.PRESENT: ("1", "p", "d", "√", "✓", "✔", "o", "○", "到", "出勤", "present"),
    Mark.LATE: ("2", "l", "c", "迟", "迟到", "late"),
    Mark.EARLY: ("3", "e", "z", "早", "早退", "early", "leftearly"),
    Mark.ABSENT: ("4", "a", "q", "×", "x", "✗", "✕", "缺", "旷", "缺席", "缺勤", "旷课", "absent"),
    Mark.EXCUSED: ("5", "v", "j", "假", "请假", "onleave", "excused"),
}
MARKS = {word: mark for mark, words in TYPED.items() for word in words}
LONGEST = 20


def read_mark(text: str) -> Mark | None:
    """The mark that a cell means; None for nothing typed. Raises ``ValueError`` for what means none."""
    plain = "".join(text.split()).lower().translate(_WIDE)
    if not plain:
        return None
    if plain not in MARKS:
        raise ValueError(text[:LONGEST])
    return MARKS[plain]


_WIDE = {ord("！") + offset: chr(ord("!") + offset) for offset in range(94)}  # full-width signs as plain ones


class Fate(StrEnum):
    SAME = "same"  # the ledger says so already
    WRITE = "write"
    COMPARE = "compare"  # somebody says otherwise: both stand on the page of differences


def fate(typed: str, marked: str, *, source: str, is_own: bool) -> Fate:
    """What becomes of a typed mark beside the one in force (empty: none), from this ``source``, by oneself or another.

    A sheet writes where nothing stands, over an own check-in (the two are compared by themselves) and over what the same
    person keyed before. What a roll, the office or another person's keying says is never overwritten.
    """
    if typed == marked:
        return Fate.SAME
    if not marked or source == "scan" or (source == "paper" and is_own):
        return Fate.WRITE
    return Fate.COMPARE
