"""Roll call: which marks there are, who is expected, and the rate that follows. Values in, values out."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from cohorts.rules.membership import Stay, is_member
from trainee_mgmt.kit.errors import Refused


class Mark(StrEnum):
    """What a roll call can say of one person at one session."""

    PRESENT = "present"
    LATE = "late"
    EARLY = "early"
    ABSENT = "absent"
    EXCUSED = "excused"


# One tap moves a name on by one: from the most frequent exception to the rarest, then back to present.
TAP_CYCLE = (Mark.PRESENT, Mark.LATE, Mark.ABSENT, Mark.EXCUSED, Mark.EARLY)
CAME = frozenset({Mark.PRESENT, Mark.LATE, Mark.EARLY})


def is_expected(stays: Iterable[Stay], day: date, classes: Iterable[int | str] | None = None) -> bool:
    """
    Whether somebody with these stays is expected at a session held on ``day`` for ``classes`` (None: the whole cohort).

    What counts is the class on that very day: who joined later, has left or was transferred owes nothing here.
    """
    return is_member(stays, day, classes)


def expected(members: Mapping[Hashable, Iterable[Stay]], day: date, classes: Iterable[int | str] | None = None) -> list:
    """The keys of ``members`` (stays by trainee) that are expected at the session, in the order given."""
    named = None if classes is None else frozenset(classes)
    return [key for key, stays in members.items() if is_expected(stays, day, named)]


def roll_call(people: Iterable[Hashable], exceptions: Mapping[Hashable, str]) -> dict[Hashable, Mark]:
    """Everybody expected is present but the exceptions; refuses an exception for somebody who is not expected."""
    marks = dict.fromkeys(people, Mark.PRESENT)
    strangers = [key for key in exceptions if key not in marks]
    if strangers:
        raise Refused(_("%(n)s of the people marked are not expected at this session.") % {"n": len(strangers)})
    unknown = sorted({mark for mark in exceptions.values() if mark not in set(Mark)})
    if unknown:
        raise Refused(_("“%(mark)s” is not a mark of the roll call.") % {"mark": unknown[0][:20]})
    return marks | {key: Mark(mark) for key, mark in exceptions.items()}


@dataclass(frozen=True)
class Tally:
    """The marks of one person, or of one session, counted. ``missing``: held and expected, but nothing recorded."""

    present: int = 0
    late: int = 0
    early: int = 0
    absent: int = 0
    excused: int = 0
    missing: int = 0

    @property
    def held(self) -> int:
        return self.present + self.late + self.early + self.absent + self.excused + self.missing

    @property
    def came(self) -> int:
        return self.present + self.late + self.early


@dataclass(frozen=True)
class Rate:
    """``numerator`` came out of ``denominator`` held; ``missing`` of these have no mark yet."""

    numerator: int
    denominator: int
    missing: int


def tally(marks: Iterable[str | None]) -> Tally:
    """Counts marks; None stands for a session that was held, expected and not recorded."""
    counts = Counter("missing" if mark is None else Mark(mark).value for mark in marks)
    return Tally(**counts)


def rate(counted: Tally, *, without_excused: bool = False) -> Rate:
    """
    Attended of held, as a pair of numbers and the number not recorded; late and early leave count as attended.

    Sessions that were cancelled, or held before somebody joined or after they left, never come in here: they are not
    expected (see ``is_expected``). Leave stays in the denominator unless ``without_excused`` takes it out.
    """
    denominator = counted.held - (counted.excused if without_excused else 0)
    return Rate(numerator=counted.came, denominator=denominator, missing=counted.missing)
