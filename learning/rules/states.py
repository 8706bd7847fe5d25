"""Rules of attendance: what the clock makes of a person, what lateness adds up to, and whether it is enough.

Values in, values out. A state is decided by half-open intervals, so that every second belongs to exactly one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.rules.attendance import Mark, Tally


@dataclass(frozen=True)
class Limits:
    """The numbers of one version. 0 switches a conversion, a veto or a warning off."""

    late_from: int = 5  # so many minutes after the start an arrival is late
    absent_from: int = 30  # and from here on it is an absence
    early_before: int = 5  # whoever leaves more than so many minutes before the end leaves early
    lates_per_absence: int = 0
    earlies_per_absence: int = 0
    least_percent: int = 80
    most_absences: int = 0
    appeal_days: int = 7
    answer_days: int = 3
    warn_in_row: int = 3
    warn_below: int = 80
    warn_drop: int = 0


DEFAULT = Limits()
NEAR = 2  # whoever may miss at most so many sessions more may be near the border
NUMBERS = tuple(Limits.__dataclass_fields__)


@dataclass(frozen=True)
class Span:
    """From ``start`` until just before ``end`` whoever arrives is in this state; None: since or for ever."""

    start: datetime | None
    end: datetime | None
    state: Mark


def spans(starts_at: datetime, ends_at: datetime, limits: Limits) -> list[Span]:
    """All of time, cut into what an arrival means; empty spans are left out."""
    absent_at = min(starts_at + timedelta(minutes=limits.absent_from), ends_at)
    late_at = min(starts_at + timedelta(minutes=limits.late_from), absent_at)
    found = [Span(None, late_at, Mark.PRESENT), Span(late_at, absent_at, Mark.LATE), Span(absent_at, None, Mark.ABSENT)]
    return [span for span in found if span.start is None or span.end is None or span.start < span.end]


def arrival(came_at: datetime, starts_at: datetime, ends_at: datetime, limits: Limits) -> Mark:
    """What somebody is who arrives at this moment and stays."""
    if came_at >= min(starts_at + timedelta(minutes=limits.absent_from), ends_at):
        return Mark.ABSENT
    if came_at >= starts_at + timedelta(minutes=limits.late_from):
        return Mark.LATE
    return Mark.PRESENT


def state_of(
    came_at: datetime | None, left_at: datetime | None, starts_at: datetime, ends_at: datetime, limits: Limits
) -> Mark:
    """
    The one state of somebody who came and left at these moments (None: never came; stayed to the end).

    Who was gone before the beginning was absent. Who came late and left early is late: one state a session.
    """
    if came_at is None or (left_at is not None and left_at <= max(came_at, starts_at)):
        return Mark.ABSENT
    state = arrival(came_at, starts_at, ends_at, limits)
    left_early = left_at is not None and left_at < ends_at - timedelta(minutes=limits.early_before)
    return Mark.EARLY if state is Mark.PRESENT and left_early else state


@dataclass(frozen=True)
class Counted:
    """The marks of one person under one version, of sessions that are over. ``coming``: planned, and may be attended;
    ``away``: planned, and leave is known for it."""

    marks: Tally
    limits: Limits
    coming: int = 0
    away: int = 0


def made_of_lateness(marks: Tally, limits: Limits) -> int:
    """Absences that late arrivals and early leaving add up to; what is left over adds up to nothing."""
    late = marks.late // limits.lates_per_absence if limits.lates_per_absence else 0
    early = marks.early // limits.earlies_per_absence if limits.earlies_per_absence else 0
    return late + early


@dataclass(frozen=True)
class Standing:
    """
    Where somebody stands. ``counted`` attended (conversions taken off) of ``held``; ``best``: what it becomes at most, of
    ``planned``; ``spare``: how many of the coming sessions may be missed, of ``allowed`` at the beginning; below 0 the aim is out of
    reach.
    """

    counted: int
    held: int
    best: int
    planned: int
    absences: int
    spare: int
    allowed: int

    @property
    def is_lost(self) -> bool:
        return self.spare < 0

    @property
    def is_near(self) -> bool:
        """At most ``NEAR`` more may be missed, and half of what was allowed is gone: nobody is warned on the first day."""
        return 0 <= self.spare <= NEAR and self.spare < self.allowed and 2 * self.spare <= self.allowed


def standing(versions: Iterable[Counted], aim: Limits) -> Standing:
    """
    What the marks under each version make together, measured by ``aim``.

    The best end is that everything to come is attended on time, but what leave is known for, and that whatever is not
    marked yet was attended.
    """
    versions = list(versions)
    converted = sum(made_of_lateness(each.marks, each.limits) for each in versions)
    came, held = (sum(getattr(each.marks, name) for each in versions) for name in ("came", "held"))
    coming, missing = sum(each.coming for each in versions), sum(each.marks.missing for each in versions)
    absences = sum(each.marks.absent for each in versions) + converted
    best, planned = came - converted + missing + coming, held + coming + sum(each.away for each in versions)
    spare = best - least(planned, aim)
    allowed = planned - least(planned, aim)
    if aim.most_absences:
        spare, allowed = min(spare, aim.most_absences - absences), min(allowed, aim.most_absences)
    return Standing(came - converted, held, best, planned, absences, spare, allowed)


def least(planned: int, aim: Limits) -> int:
    """How many of ``planned`` sessions must be attended."""
    return -(-planned * aim.least_percent // 100)


def reaches(attended: int, absences: int, planned: int, aim: Limits) -> bool:
    """Whether it is enough at the end."""
    if aim.most_absences and absences > aim.most_absences:
        return False
    return not planned or Fraction(attended, planned) >= Fraction(aim.least_percent, 100)


def in_words(limits: Limits) -> list[str]:
    """The rule as people read it, a sentence a line."""
    found = [
        _("On time until %(late)s minutes after the beginning, late from then on; from %(absent)s minutes on absent.")
        % {"late": limits.late_from, "absent": limits.absent_from}
        if limits.late_from < limits.absent_from
        else _("On time until %(absent)s minutes after the beginning, absent from then on; nobody is late.")
        % {"absent": limits.absent_from},
        _("Whoever leaves more than %(early)s minutes before the end leaves early.") % {"early": limits.early_before},
    ]
    found += _made_absences_in_words(limits)
    found.append(
        _("At least %(percent)s%% of the planned sessions must be attended; leave does not count as attended.")
        % {"percent": limits.least_percent}
    )
    if limits.most_absences:
        words = ngettext(
            "More than %(n)s absence fails the training.",
            "More than %(n)s absences fail the training.",
            limits.most_absences,
        )
        found.append(words % {"n": limits.most_absences})
    else:
        found.append(_("No number of absences fails the training by itself."))
    if limits.appeal_days:
        found.append(
            _("A mark can be objected to for %(days)s days; the answer is due within %(answer)s days.")
            % {"days": limits.appeal_days, "answer": limits.answer_days}
        )
    else:
        found.append(_("Marks cannot be objected to."))
    return found + _warnings_in_words(limits)


def _made_absences_in_words(limits: Limits) -> list[str]:
    found = []
    if limits.lates_per_absence:
        words = ngettext(
            "Each late arrival makes one absence.", "%(n)s late arrivals make one absence.", limits.lates_per_absence
        )
        found.append(words % {"n": limits.lates_per_absence})
    if limits.earlies_per_absence:
        words = ngettext(
            "Leaving early once makes one absence.",
            "Leaving early %(n)s times makes one absence.",
            limits.earlies_per_absence,
        )
        found.append(words % {"n": limits.earlies_per_absence})
    if not limits.lates_per_absence and not limits.earlies_per_absence:
        found.append(_("Late arrivals and early leaving make no absences."))
    elif not limits.earlies_per_absence:
        found.append(_("Early leaving makes no absences."))
    elif not limits.lates_per_absence:
        found.append(_("Late arrivals make no absences."))
    return found


def _warnings_in_words(limits: Limits) -> list[str]:
    causes = []
    if limits.warn_in_row:
        words = ngettext("%(n)s absence", "%(n)s absences in a row", limits.warn_in_row)
        causes.append(words % {"n": limits.warn_in_row})
    if limits.warn_below:
        causes.append(_("a rate under %(percent)s%%") % {"percent": limits.warn_below})
    if limits.warn_drop:
        causes.append(_("a rate that fell by %(points)s points") % {"points": limits.warn_drop})
    if not causes:
        return [_("The head teacher is not warned.")]
    found = [_("The head teacher is warned of: %(causes)s.") % {"causes": _("; ").join(causes)}]
    off = [
        word
        for number, word in (
            (limits.warn_in_row, _("absences in a row")),
            (limits.warn_below, _("a low rate")),
            (limits.warn_drop, _("a rate that falls")),
        )
        if not number
    ]
    if off:
        found.append(_("There is no warning of: %(causes)s.") % {"causes": _("; ").join(off)})
    return found
