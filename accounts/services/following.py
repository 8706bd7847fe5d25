"""Roles that follow from something else: a trainee's place, an officer's term, a program that is there.

Given and ended many at once by the service that makes or ends the thing itself; that service has checked who may do it
and writes the one audit entry for all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from accounts.models import Grant
from trainee_mgmt.kit import actor


@dataclass(frozen=True)
class FollowingGrant:
    user_id: int
    role: str
    scope_kind: str
    scope_id: int
    scope_label: str
    starts_on: date
    ends_on: date | None = None
    reason: str = ""


def give_following(wanted: Sequence[FollowingGrant]) -> list[Grant]:
    """One grant for each, in the same order; the caller is inside a transaction and knows that they are missing."""
    by = actor.current().user_id
    if not wanted:
        return []
    return Grant.objects.bulk_create(
        (
            Grant(
                user_id=each.user_id,
                role=each.role,
                scope_kind=each.scope_kind,
                scope_id=each.scope_id,
                scope_label=each.scope_label[:200],
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                reason=each.reason[:200],
                granted_by_id=by,
            )
            for each in wanted
        ),
        batch_size=1000,
    )


def end_following(grants: Iterable[int], *, last_day: date) -> None:
    """These grants (keys) hold until the end of the day at most; what would begin later is taken back at once."""
    open_grants = Grant.objects.filter(pk__in=[key for key in grants if key], ended_at=None)
    begun = open_grants.filter(starts_on__lte=last_day)
    begun.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)).update(ends_on=last_day)
    open_grants.filter(starts_on__gt=last_day).update(ended_at=timezone.now(), ended_by_id=actor.current().user_id)


def end_over(scope_kind: str, scope_id: int) -> None:
    """Whatever was granted over something that is deleted now."""
    over = Grant.objects.filter(scope_kind=scope_kind, scope_id=scope_id, ended_at=None)
    over.update(ended_at=timezone.now(), ended_by_id=actor.current().user_id)
