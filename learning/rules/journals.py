"""Journals: when one is due, what text is taken, and who may move it where. Values in, values out."""

import re
import unicodedata
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.rules.timing import next_working_day
from cohorts.rules.journaling import DAY, Every, JournalRule, day_after, first_day
from cohorts.rules.membership import Stay, was_member_throughout
from trainee_mgmt.kit.errors import Refused

TEXT_LIMIT = 20_000
# Refused before any work is spent on it; below this, white space may still shrink a text under TEXT_LIMIT.
RAW_LIMIT = 4 * TEXT_LIMIT
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class State(StrEnum):
    """Where a journal stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Action(StrEnum):
    """What can be done with a journal."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"


MOVES = {
    (State.DRAFT, Action.EDIT): State.DRAFT,
    (State.DRAFT, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.RETURN): State.RETURNED,
    (State.SUBMITTED, Action.ACCEPT): State.ACCEPTED,
    (State.RETURNED, Action.EDIT): State.RETURNED,
    (State.RETURNED, Action.SUBMIT): State.SUBMITTED,
}
REFUSALS = {
    (State.DRAFT, Action.RETURN): gettext_noop("This journal is still a draft; it cannot be returned."),
    (State.DRAFT, Action.ACCEPT): gettext_noop("This journal is still a draft; it cannot be accepted."),
    (State.SUBMITTED, Action.EDIT): gettext_noop("This journal was handed in; it can be changed when it is returned."),
    (State.SUBMITTED, Action.SUBMIT): gettext_noop("This journal was handed in already."),
    (State.RETURNED, Action.RETURN): gettext_noop("This journal was returned already."),
    (State.RETURNED, Action.ACCEPT): gettext_noop("This journal was returned; it must be handed in again first."),
    (State.ACCEPTED, Action.EDIT): gettext_noop("This journal was accepted; it can no longer be changed."),
    (State.ACCEPTED, Action.SUBMIT): gettext_noop("This journal was accepted already; there is nothing to hand in."),
    (State.ACCEPTED, Action.RETURN): gettext_noop("This journal was accepted; it can no longer be returned."),
    (State.ACCEPTED, Action.ACCEPT): gettext_noop("This journal was accepted already."),
}


def move(state: str, action: str) -> State:
    """The state after the action; refuses with one sentence what the table does not allow."""
    step = (State(state), Action(action))
    if step not in MOVES:
        raise Refused(_(REFUSALS[step]))
    return MOVES[step]


def may(state: str, action: str) -> bool:
    """Whether the table allows the action, for showing a button."""
    return (State(state), Action(action)) in MOVES


@dataclass(frozen=True)
class Period:
    """A day, week or month that may ask for a journal.

    ``start`` names it and may lie before the cohort; ``first`` and ``last`` are its days inside the cohort.
    """

    start: date
    first: date
    last: date
    due_on: date

    @property
    def days(self) -> list[date]:
        return [self.first + n * DAY for n in range((self.last - self.first).days + 1)]


def periods(rules: Iterable[JournalRule], starts_on: date, ends_on: date) -> list[Period]:
    """The days, weeks or months from the first to the last day of a cohort (both included), whatever the calendar says.

    The database view ``JournalDue`` says the same. A week is due counted from its Sunday, even if the cohort ends before.
    """
    found = []
    for rule in rules:
        begin = max(starts_on, rule.from_on or starts_on)
        end = min(ends_on, rule.until_on - DAY) if rule.until_on else ends_on
        if rule.every == Every.NONE or begin > end:
            continue
        start = first_day(rule.every, begin)
        while start <= end:
            after = day_after(rule.every, start)
            last = min(after - DAY, end)
            named = max(start, rule.from_on or start)
            counted_from = last if rule.every == Every.MONTH else after - DAY
            found.append(Period(named, max(named, starts_on), last, counted_from + rule.due_in * DAY))
            start = after
    return found


def asks(period: Period, is_working_day: Callable[[date], bool]) -> bool:
    """A period without a working day asks for nothing."""
    return any(is_working_day(day) for day in period.days)


def owed(
    schedule: Iterable[Period],
    stays: Iterable[Stay],
    *,
    is_working_day: Callable[[date], bool],
    written: Container[date] = frozenset(),
) -> list[Period]:
    """The periods that ask this trainee for a journal: those with a working day that were spent in the cohort from first
    to last day. What was handed in (``written``: their starts) stays asked for, whatever changed since."""
    stays = list(stays)
    return [
        period
        for period in schedule
        if period.start in written
        or (asks(period, is_working_day) and was_member_throughout(stays, period.first, period.last))
    ]


def review_due(handed_in_on: date, days: int, is_working_day: Callable[[date], bool]) -> date:
    """The last day to answer a journal: so many days after it was handed in, or the next working day after them."""
    return next_working_day(handed_in_on + days * DAY, is_working_day)


def past_due(schedule: Iterable[Period], *, as_of: date) -> list[Period]:
    """The periods whose last day to hand in has passed on ``as_of``; on that day itself nothing is late yet."""
    return [period for period in schedule if period.due_on < as_of]


def clean_text(text: str) -> str:
    """
    The text as it is stored: composed characters, plain line ends, nothing invisible, at most one empty line in a row.

    Refuses more than ``TEXT_LIMIT`` characters, and far longer input before looking at it.
    """
    if len(text) <= RAW_LIMIT:
        text = UNPRINTABLE.sub("", LINE_END.sub("\n", text))
        text = unicodedata.normalize("NFC", text)
        text = "\n".join(line.rstrip() for line in text.split("\n"))
        text = re.sub(r"\n{3,}", "\n\n", text).strip()
    if len(text) > TEXT_LIMIT:
        raise Refused(
            _("The text has %(length)s characters; at most %(limit)s are taken.")
            % {"length": len(text), "limit": TEXT_LIMIT}
        )
    return text


def require_text(text: str) -> str:
    """The cleaned text of a journal that is handed in, which must say something."""
    text = clean_text(text)
    if not text:
        raise Refused(_("Write something before you hand in."))
    return text
