"""One plan for preview and commit.

Whatever changes many rows is first computed as a stored plan that a person reads; the commit applies that very plan.
A kind of plan is a class registered here; accounts keeps the rows (``accounts.models.Plan``) and runs the work.
"""

from collections.abc import Callable
from typing import Any

SHOWN = 200  # rows of each kind on the page of a plan
Progress = Callable[..., None]  # progress(done, total, words="")


class PlanKind:
    """What one kind of plan does. Payload and input are JSON; both lie encrypted in the database.

    ``allow``: the permission a person needs on the subject (row of ``subject_model``) to make and apply it.
    """

    name = ""
    title: Any = ""
    allow = ""
    subject_model = ""
    locks_subject = True  # False: ``apply`` locks it itself, after what others lock before it
    template = ""  # piece that shows payload and summary; expects plan, payload, subject

    def compute(self, subject, given: dict, source: bytes | None, progress: Progress) -> tuple[dict, dict]:
        """Read the input, decide everything, write nothing. Answers (payload, summary of counts)."""
        raise NotImplementedError

    def version(self, subject) -> str:
        """What the plan was computed against; a plan whose version changed is stale and refused."""
        raise NotImplementedError

    def apply(self, subject, payload: dict, progress: Progress) -> dict:
        """Write exactly the payload, inside the caller's transaction, with the subject locked if ``locks_subject``. Answers counts."""
        raise NotImplementedError

    def is_complete(self, payload: dict) -> bool:
        """Whether the payload can be applied; if not, the plan waits for the person's choices (state draft)."""
        return True

    def page_url(self, plan) -> str:
        """The page on which this kind of plan is read; empty for the general one of accounts."""
        return ""

    def done_url(self, subject, outcome: dict) -> str:
        """Where to go once it is applied; empty for the page of the plan."""
        return subject.get_absolute_url()

    def context(self, subject, payload: dict) -> dict:
        """What the template needs beyond payload and summary."""
        return {}


class Stale(Exception):
    """The plan was computed against another state of the data. ``apply`` may raise it for what ``version`` cannot see."""


KINDS: dict[str, PlanKind] = {}


def register(kind: type[PlanKind]) -> type[PlanKind]:
    if kind.name in KINDS:
        raise ValueError(f"the plan {kind.name} exists already")
    KINDS[kind.name] = kind()
    return kind
