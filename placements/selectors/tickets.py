"""Tickets of a cohort: who answers what by when, which are open, and the picture of a month."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from cohorts.models import Cohort
from placements.models import Category, Ticket, TicketRule

USUAL_HOURS = {Category.HOUSING: 72, Category.MEALS: 48, Category.SAFETY: 4, Category.OTHER: 120}


@dataclass(frozen=True)
class Rule:
    """Who answers tickets of a category, and within how many hours."""

    category: Category
    hours: int
    owner: User | None


def rules_of(cohort: Cohort) -> dict[str, Rule]:
    """By category; what the cohort has not set is the usual."""
    found = {each.category: each for each in TicketRule.objects.filter(cohort=cohort).select_related("owner")}
    return {
        category: Rule(category, found[category].hours, found[category].owner)
        if category in found
        else Rule(category, USUAL_HOURS[category], None)
        for category in Category
    }


def open_tickets(cohort: Cohort):
    return Ticket.objects.filter(cohort=cohort).open()


def overdue_tickets(cohort: Cohort, now: datetime | None = None):
    return Ticket.objects.filter(cohort=cohort).overdue(now or timezone.now())
