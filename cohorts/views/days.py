from datetime import date

from django.utils import timezone

from cohorts.models import Cohort
from cohorts.rules.days import shown_day


def day_of(request, cohort: Cohort) -> tuple[date, date | None]:
    """The day a list speaks of, and the day asked for by ``?as_of=2026-09-01`` (None if none was)."""
    try:
        asked = date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        asked = None
    return asked or shown_day(cohort.starts_on, cohort.ends_on, timezone.localdate()), asked
