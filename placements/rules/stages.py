"""How far a stay is on a day. Values in, values out."""

from datetime import date
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Stage(StrEnum):
    COMING = "coming"
    NOW = "now"
    OVER = "over"
    ENDED_EARLY = "ended_early"
    CALLED_OFF = "called_off"


STAGE_NAMES = {
    Stage.COMING: _("not begun yet"),
    Stage.NOW: _("there now"),
    Stage.OVER: _("over"),
    Stage.ENDED_EARLY: _("ended early"),
    Stage.CALLED_OFF: _("called off"),
}


def stage_of(state: str, starts_on: date, ends_on: date, today: date) -> Stage:
    """``state``: that of the placement. Who leaves early is there until the last day."""
    if state == Stage.CALLED_OFF:
        return Stage.CALLED_OFF
    if today < starts_on:
        return Stage.COMING
    if today <= ends_on:
        return Stage.NOW
    return Stage.ENDED_EARLY if state == Stage.ENDED_EARLY else Stage.OVER
