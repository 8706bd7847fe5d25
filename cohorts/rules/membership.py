"""
Which class somebody belongs to on which day. Values in, values out.

A stay is a half-open interval: it holds on ``starts_on`` and no longer on ``ends_on`` (None: until further notice).
The stays of one trainee are ordered by day and never overlap, so on any day there is at most one class.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day


@dataclass(frozen=True, order=True)
class Stay:
    """Belonging to one class from a day until the day before ``ends_on``."""

    starts_on: date
    ends_on: date | None
    training_class: int | str

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def as_of(stays: Iterable[Stay], day: date) -> Stay | None:
    """The stay that holds on the day, or None."""
    return next((stay for stay in stays if stay.holds_on(day)), None)


def is_member(stays: Iterable[Stay], day: date, classes: Iterable[int | str] | None = None) -> bool:
    """Whether the day falls in a stay, in one of ``classes`` where these are named (None: whichever class)."""
    stay = as_of(stays, day)
    return stay is not None and (classes is None or stay.training_class in classes)


def was_member_throughout(stays: Iterable[Stay], first: date, last: date) -> bool:
    """Whether every day from ``first`` to ``last`` (both included) falls in a stay; a transfer is no break."""
    reached = first
    for stay in sorted(stays, key=lambda one: one.starts_on):
        if stay.holds_on(reached):
            if stay.ends_on is None or stay.ends_on > last:
                return True
            reached = stay.ends_on
    return False


def faults(stays: Sequence[Stay]) -> list[str]:
    """What is wrong with a list of stays, in sentences; nothing for a sound list."""
    ordered = sorted(stays, key=lambda stay: stay.starts_on)
    found = [
        _("A stay in a class ends before it starts (%(day)s).") % {"day": day(stay.starts_on)}
        for stay in ordered
        if stay.ends_on is not None and stay.ends_on <= stay.starts_on
    ]
    for before, after in pairwise(ordered):
        if before.ends_on is None or before.ends_on > after.starts_on:
            found.append(_("Two classes hold on the same day (%(day)s).") % {"day": day(after.starts_on)})
    return found


def join(stays: Sequence[Stay], training_class: int | str, *, on: date, until: date | None = None) -> list[Stay]:
    """A new stay from ``on``, for a start, a late start or a return. What came before stays as it is."""
    if until is not None and until <= on:
        raise Refused(_("The last day lies before the first."))
    new = Stay(starts_on=on, ends_on=until, training_class=training_class)
    clash = next((stay for stay in sorted(stays) if _overlap(stay, new)), None)
    if clash is not None:
        first = max(clash.starts_on, on)
        raise Refused(_("This trainee already belongs to a class on %(day)s.") % {"day": day(first)})
    return _joined([*stays, new])


def transfer(stays: Sequence[Stay], to: int | str, *, on: date) -> list[Stay]:
    """
    Another class from ``on`` until the end of the stay that holds on that day.

    The days before ``on`` keep their class, a change already planned for later keeps its day, and no gap appears.
    """
    here = as_of(stays, on)
    if here is None:
        raise Refused(_("This trainee belongs to no class on %(day)s.") % {"day": day(on)})
    if here.training_class == to:
        raise Refused(_("This trainee is in that class already on %(day)s.") % {"day": day(on)})
    kept = [stay for stay in stays if stay != here]
    if here.starts_on < on:
        kept.append(replace(here, ends_on=on))
    return _joined([*kept, Stay(starts_on=on, ends_on=here.ends_on, training_class=to)])


def withdraw(stays: Sequence[Stay], *, on: date) -> list[Stay]:
    """No class from ``on``; what was planned for later is dropped. At least one day of membership remains."""
    if as_of(stays, on) is None:
        raise Refused(_("This trainee belongs to no class on %(day)s.") % {"day": day(on)})
    kept = [_cut(stay, on) for stay in stays if stay.starts_on < on]
    if not kept:
        raise Refused(_("This trainee joins on that very day and cannot leave before the next."))
    return _joined(kept)


def extend(stays: Sequence[Stay], *, until: date | None) -> list[Stay]:
    """The last stay lasts longer: until the day before ``until``, or until further notice."""
    if not stays:
        raise Refused(_("This trainee belongs to no class yet."))
    ordered = sorted(stays, key=lambda stay: stay.starts_on)
    last = ordered[-1]
    if last.ends_on is None:
        raise Refused(_("This membership has no end that could be moved."))
    if until is not None and until <= last.ends_on:
        raise Refused(_("The new end must lie after %(day)s.") % {"day": day(last.ends_on)})
    return [*ordered[:-1], replace(last, ends_on=until)]


def _overlap(one: Stay, other: Stay) -> bool:
    return (one.ends_on is None or other.starts_on < one.ends_on) and (
        other.ends_on is None or one.starts_on < other.ends_on
    )


def _cut(stay: Stay, on: date) -> Stay:
    return stay if stay.ends_on is not None and stay.ends_on <= on else replace(stay, ends_on=on)


def _joined(stays: Iterable[Stay]) -> list[Stay]:
    """In order of days, neighbours of the same class made one."""
    result: list[Stay] = []
    for stay in sorted(stays, key=lambda one: one.starts_on):
        if result and result[-1].ends_on == stay.starts_on and result[-1].training_class == stay.training_class:
            result[-1] = replace(result[-1], ends_on=stay.ends_on)
        else:
            result.append(stay)
    return result
