"""The clock of a ticket: it stands still only between a stop and the next start."""

from collections.abc import Iterable
from datetime import datetime, timedelta

STOP, RESUME = "stop", "resume"


def due_at(since: datetime, hours: int) -> datetime:
    """When a ticket has to be answered: so many hours of the clock after ``since``, nights and holidays included."""
    return since + timedelta(hours=hours)


def moved(due: datetime, stopped_at: datetime, now: datetime) -> datetime:
    """When it is due once the clock runs again: later by as long as it stood."""
    return due + max(now - stopped_at, timedelta(0))


def stood_still(acts: Iterable[tuple[str, datetime]], until: datetime) -> timedelta:
    """For how long the clock stood, by the steps in their order."""
    total, since = timedelta(0), None
    for act, at in acts:
        if act == STOP and since is None:
            since = at
        elif since is not None:  # whatever comes next, the clock runs again
            total += at - since
            since = None
    return total + (until - since if since is not None else timedelta(0))
