"""The outbox at work: notices that are due become one message to each person, and messages go out by channels.

Everything is in PostgreSQL and every step may be cut off: people are locked while their notices are merged; deliveries
are claimed in small batches (``SKIP LOCKED``, so that any number of senders share the work) and one by one marked as
being sent before the provider is asked. ``sweep`` gives back what a dead sender had claimed: nothing is lost, and only
the one delivery that a killed process had in hand may arrive twice; it is marked.
"""

import os
import socket
import time
from uuid import uuid4

from accounts.services.outbox.merging import merge_due
from accounts.services.outbox.sending import claim, deliver, sweep


def run(*, seconds: float) -> int:
    """Give back what dead senders held, merge what is due, send what is due, for so long. Answers how many were sent."""
    end = time.monotonic() + seconds
    me = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid4().hex[:8]}"
    sweep()
    while merge_due() and time.monotonic() < end:
        pass
    sent = 0
    while time.monotonic() < end:
        batch = claim(me)
        if not batch:
            break
        sent += deliver(batch, me)
    return sent
