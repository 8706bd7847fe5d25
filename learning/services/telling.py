"""Who is told that a timetable changed: exactly those whose rows changed, each about the own rows and no others."""

from collections import defaultdict
from datetime import datetime

from django.db import models
from django.utils import timezone

from accounts.services.notices import notify
from cohorts.models import Cohort
from learning.rules.releases import Change
from learning.selectors.releases import Readers

CHANGED = "learning.timetable_changed"
NAMED = 3  # so many sessions stand in the message


def tell_changed(
    cohort: Cohort, changes: list[Change], readers: Readers, *, about: models.Model, key: str, note: str = ""
) -> None:
    """One message for each of them. What is over is not told."""
    now = timezone.now()
    groups = defaultdict(list)
    for user, places in readers.users.items():
        mine = tuple(place for place in places if latest_end(changes[place]) > now)
        if mine:
            groups[mine].append(user)
    for places, users in groups.items():
        mine = [changes[place] for place in places]
        notify(
            CHANGED,
            users,
            about=about,
            key=key,
            params={
                "cohort": cohort.name,
                "note": note,
                "count": len(mine),
                "changes": [
                    [each.what.value, each.after.title, each.after.starts_at, each.after.ends_at]
                    for each in mine[:NAMED]
                ],
            },
            expires_at=max(latest_end(each) for each in mine),
        )


def latest_end(change: Change) -> datetime:
    return max(row.end for row in (change.before, change.after) if row)
