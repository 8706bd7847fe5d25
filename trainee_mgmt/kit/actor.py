"""Who acts in this thread, for the audit log: set by the middleware or a task, read when an entry is written."""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Actor:
    user_id: int | None = None
    name: str = ""
    role: str = ""  # the role that opened the page
    seen_as_id: int | None = None  # the person whose view is borrowed ("view as")
    request_id: str = ""


_actor: ContextVar[Actor] = ContextVar("actor", default=Actor())  # frozen, so it can be shared


def current() -> Actor:
    return _actor.get()


def use_role(role: str) -> None:
    _actor.set(replace(_actor.get(), role=role))


@contextmanager
def acting(actor: Actor):
    token = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(token)
