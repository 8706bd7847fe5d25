"""The days of a lead's stages: which steps still hold, and on which day another one may be. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from placements.rules.leads import ORDER, Stage


@dataclass(frozen=True)
class Step:
    """A stage that was reached on a day. ``is_merge``: the stage is that of a lead that was put into this one."""

    key: int
    stage: str
    day: date
    is_merge: bool = False


def rank(stage: str) -> int:
    """How far a stage is; who gives up does so after any of them."""
    return ORDER.index(Stage(stage)) if stage in ORDER else len(ORDER)


def holding(path: Sequence[Step]) -> list[Step]:
    """Of the steps as they were entered those that still hold, each further and none earlier than the one before it.

    A step says that nothing as far as it, or further, holds any more. The stage of a lead that was put into this one also ends
    what came on later days.
    """
    held: list[Step] = []
    for step in path:
        held = [each for each in held if rank(each.stage) < rank(step.stage)]
        if step.is_merge:
            held = [each for each in held if each.day <= step.day]
        held.append(step)
    return held


def is_taken_back(path: Sequence[Step], key: int) -> bool:
    """Whether a later step of the path says that the lead was not that far, or said so again on another day."""
    at = next(number for number, each in enumerate(path) if each.key == key)
    return any(rank(later.stage) <= rank(path[at].stage) for later in path[at + 1 :])


def day_before(path: Sequence[Step], stage: str) -> Step | None:
    """The step on which a next one to ``stage`` would stand, and before whose day it cannot lie."""
    return next((each for each in reversed(holding(path)) if rank(each.stage) < rank(stage)), None)


def neighbours(path: Sequence[Step], key: int) -> tuple[Step | None, Step | None] | None:
    """The steps between whose days the day of this one lies; None when it does not hold any more."""
    held = [None, *holding(path), None]
    at = next((number for number, each in enumerate(held) if each and each.key == key), None)
    return None if at is None else (held[at - 1], held[at + 1])


def reached_on(path: Sequence[Step], stage: str) -> date:
    """On which day the lead came as far as the stage; since when it stands where it does if it did not."""
    held = holding(path)
    far = (each.day for each in held if each.stage in ORDER and rank(each.stage) >= rank(stage))
    return next(far, held[-1].day)


def next_stage(path: Sequence[Step]) -> Stage | None:
    """What most often comes next: the next stage, or for a lead that was given up the one where it stood; after the last none."""
    held = [each.stage for each in holding(path)]
    if held[-1] == Stage.LOST:
        return Stage(held[-2]) if len(held) > 1 else Stage.FOUND
    return next((stage for stage in ORDER if rank(stage) > rank(held[-1])), None)
