"""Which rules of attendance hold on which day."""

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models.functions import JSONObject

from cohorts.models import Cohort
from learning.models import AttendanceRules
from learning.rules.states import DEFAULT, NUMBERS, Limits
from trainee_mgmt.kit.prepared import Prepared


@dataclass(frozen=True)
class Version:
    """Rules with the days on which they hold; ``pk`` is None while a cohort has only what holds everywhere."""

    number: int
    limits: Limits
    from_on: date | None = None  # the first version holds before its day too
    last_on: date | None = None
    pk: int | None = None
    is_used: bool = False

    def holds_on(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.last_on is None or day <= self.last_on)


_rules_of = Prepared(lambda cohort: AttendanceRules.objects.filter(cohort=cohort).order_by("from_on", "pk"))


def versions_of(cohort: Cohort | int) -> list[Version]:
    """The versions of a cohort, the oldest first; never empty; one query."""
    return versions_from(_rules_of(cohort=cohort if isinstance(cohort, int) else cohort.pk))


def versions_from(rows: list[AttendanceRules]) -> list[Version]:
    """The same from the rows of one cohort, the oldest first."""
    if not rows:
        return [Version(1, DEFAULT)]
    ends = [row.from_on - timedelta(days=1) for row in rows[1:]]
    return [
        Version(row.version, row.limits, row.from_on if at else None, last, row.pk, row.used_at is not None)
        for at, (row, last) in enumerate(zip(rows, [*ends, None], strict=True))
    ]


AS_JSON = JSONObject(**{name: name for name in ("pk", "version", "from_on", "used_at", *NUMBERS)})


def versions_from_json(rows: list[dict[str, Any]]) -> list[Version]:
    """The same from rows that came along with another query, each ``AS_JSON``."""
    return versions_from([_rule(**row) for row in rows])


def _rule(*, version: int, from_on: str, used_at: str | None, pk: int, **numbers: int) -> SimpleNamespace:
    day, limits = date.fromisoformat(from_on), Limits(**numbers)
    return SimpleNamespace(pk=pk, version=version, from_on=day, used_at=used_at, limits=limits)


def version_on(versions: list[Version], day: date) -> Version:
    return next(each for each in reversed(versions) if each.holds_on(day))


def limits_on(cohort: Cohort | int, day: date) -> Limits:
    """The rules of a cohort on one day; one query."""
    return version_on(versions_of(cohort), day).limits
