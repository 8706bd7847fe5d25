"""Actions of dispatch meetings that wait for somebody."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Min

from accounts.models import User
from placements.models import DispatchAction


def my_open_actions(user: User, cohorts: Collection[int], *, until: date) -> list[tuple[int, int, date, int]]:
    """(cohort, how many, the first day, the oldest action) of what this person is in charge of; one query."""
    mine = DispatchAction.objects.filter(
        owner=user, state=DispatchAction.State.OPEN, due_on__lte=until, meeting__cohort__in=cohorts
    )
    grouped = mine.order_by().values_list("meeting__cohort").annotate(n=Count("pk"), due=Min("due_on"), first=Min("pk"))
    return list(grouped.order_by("meeting__cohort"))
