"""Journals: when one is due, what text is taken, and who may move it where. Values in, values out."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cohorts.rules.membership import Stay, was_member_throughout
from trainee_mgmt.kit.errors import Refused

TEXT_LIMIT = 20_000
SUNDAY = 6
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
class Week:
    """A week that asks for a journal: its Monday, the days of it inside the cohort, and the last day to hand in."""

    monday: date
    first: date
    last: date
    due_on: date


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(starts_on: date, ends_on: date, *, due_after: int = SUNDAY) -> list[Week]:
    """The weeks from the first to the last day of a cohort (both included), due ``due_after`` days after Monday."""
    found = []
    monday = monday_of(starts_on)
    while monday <= ends_on:
        last = min(monday + timedelta(days=SUNDAY), ends_on)
        due_on = monday + timedelta(days=due_after)
        found.append(Week(monday=monday, first=max(monday, starts_on), last=last, due_on=due_on))
        monday += timedelta(days=7)
    return found


def owed(schedule: Iterable[Week], stays: Iterable[Stay]) -> list[Week]:
    """The weeks that ask this trainee for a journal: only weeks spent in the cohort from first to last day."""
    stays = list(stays)
    return [week for week in schedule if was_member_throughout(stays, week.first, week.last)]


def due(schedule: Iterable[Week], stays: Iterable[Stay], *, as_of: date) -> list[Week]:
    """The owed weeks whose last day to hand in has passed on ``as_of``; on that day itself nothing is late yet."""
    return [week for week in owed(schedule, stays) if week.due_on < as_of]


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
