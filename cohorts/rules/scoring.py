"""How a cohort scores a journal: not at all, by points from 0 to 100, or by grades that stand for points. Values in, values out."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import half_up

FULL = 100
MOST_GRADES = 9  # one key for each
NAME_LENGTH = 20
NUMBER = re.compile(r"\d{1,4}(\.\d{1,30})?", re.ASCII)


class Marking(StrEnum):
    NONE = "none"
    POINTS = "points"
    GRADES = "grades"


@dataclass(frozen=True)
class Given:
    """The points that somebody gives, to one decimal, and the grade that stands for them."""

    points: Decimal
    grade: str = ""


@dataclass(frozen=True)
class Scoring:
    """``scale``: the grades of a score by grades, one on a line."""

    marking: Marking
    scale: str = ""

    @property
    def is_asked(self) -> bool:
        return self.marking != Marking.NONE

    @cached_property
    def grades(self) -> list[Given]:
        return grades_of(self.scale) if self.marking == Marking.GRADES else []

    def read(self, typed: str) -> Given | None:
        """What was typed or chosen; nothing is no score. Refuses what this cohort does not give."""
        typed = unicodedata.normalize("NFKC", typed).strip()
        if not typed:
            return None
        if not self.is_asked:
            raise Refused(_("The journals of this cohort are not scored."))
        if self.marking == Marking.POINTS:
            return Given(points_of(typed))
        found = next((each for each in self.grades if each.grade == typed), None)
        if found is None:
            raise Refused(_("“%(grade)s” is none of the grades of this cohort.") % {"grade": typed[:NAME_LENGTH]})
        return found


def points_of(text: str) -> Decimal:
    """Points from 0 to 100, to one decimal, halves up."""
    text = unicodedata.normalize("NFKC", text).strip()
    points = Decimal(text) if NUMBER.fullmatch(text) else None
    if points is None or points > FULL:
        raise Refused(_("“%(text)s” is no number of points from 0 to 100.") % {"text": text[:NAME_LENGTH]})
    return half_up(points, 1)


def grades_of(scale: str) -> list[Given]:
    """The grades in the order in which they stand. Refuses a line without points, a grade twice, and too many."""
    found: list[Given] = []
    for line in filter(None, (unicodedata.normalize("NFKC", each).strip() for each in scale.splitlines())):
        name, _space, points = line.rpartition(" ")
        name = name.strip()
        if not name or len(name) > NAME_LENGTH:
            raise Refused(
                _("“%(line)s”: write a grade of at most %(most)s characters, a space, and its points.")
                % {"line": line[:40], "most": NAME_LENGTH}
            )
        found.append(Given(points_of(points), name))
    if len({each.grade for each in found}) < len(found):
        raise Refused(_("A grade stands twice."))
    if len(found) > MOST_GRADES:
        raise Refused(_("At most %(most)s grades, please.") % {"most": MOST_GRADES})
    return found
