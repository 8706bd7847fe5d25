"""Figures as pages ask for them: as of a moment, counted once for each state of the data, with names of their parts.

Counting reads every row of a cohort, so what was counted is kept until something is written or the clock moves on by
five minutes; every page says of which moment it speaks.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone, translation

import assessments.figures
import cohorts.figures
import learning.figures
import learning.figures.activities
import learning.figures.rates
from accounts.models import AuditEntry
from cohorts.models import Cohort, TrainingClass
from cohorts.rules.days import shown_day
from cohorts.selectors.home import without_class
from learning.models import Session
from trainee_mgmt.kit.figures import FIGURES, Distribution, Figure, Scope, Value, all_figures, count

MODULES = (  # they register their figures on import
    cohorts.figures, learning.figures, learning.figures.activities, learning.figures.rates, assessments.figures,
)  # fmt: skip
KEPT = 600  # seconds
MINUTE, FIRST_YEAR = "%Y-%m-%dT%H:%M", 2000
QUIET = ("learning.keep_draft",)  # written at every pause of typing, and no figure speaks of drafts
HEADLINES = (
    "cohorts.trainees", "cohorts.phone", "cohorts.id_number", "cohorts.account",
    "learning.held", "learning.attendance", "learning.journals_handed_in", "learning.journals_accepted",
    "learning.journals_late", "assessments.total",
)  # fmt: skip


def moment(now: datetime) -> datetime:
    """The last five minutes mark: figures of one page and their rows speak of the same moment."""
    return now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)


def asked_moment(text: str, *, now: datetime) -> datetime | None:
    """The moment that an address asks for (``2026-11-22T15:05``, our own time); None for what is none or lies ahead."""
    try:
        asked = datetime.fromisoformat(text)
    except ValueError:
        return None
    if asked.tzinfo or asked.year < FIRST_YEAR or asked.strftime(MINUTE) != text:
        return None
    asked = timezone.make_aware(asked)
    return asked if asked <= now else None


def as_minute(at: datetime) -> str:
    return timezone.localtime(at).strftime(MINUTE)


def scope_of(
    cohort: Cohort, *, now: datetime, within: Iterable[tuple[str, str]] = (), at: datetime | None = None
) -> Scope:
    """As of now, or of an earlier moment ``at``."""
    at = at or moment(now)
    day = shown_day(cohort.starts_on, cohort.ends_on, timezone.localdate(at))
    return Scope((cohort.pk,), at, day, tuple(within))


def version() -> int:
    """Changes with every write but drafts; one query along an index."""
    return AuditEntry.objects.exclude(action__in=QUIET).order_by("-pk").values_list("pk", flat=True).first() or 0


def remembered(scope: Scope, what: str, make: Callable[[], Any]) -> Any:
    """``make()``, or what it made before for the same scope, language and state of the data."""
    key = f"{what}|{scope}|{version()}|{translation.get_language()}"
    key = f"figures:{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, KEPT)
    return found


@dataclass(frozen=True)
class Part:
    """A class or a session that figures are divided by."""

    key: str
    name: str
    starts_at: datetime | None = None


@dataclass(frozen=True)
class Outline:
    classes: list[Part]
    sessions: list[Part]  # held by the moment of the scope

    def name_of(self, split: str, key: str) -> str:
        parts = {"class": self.classes, "session": self.sessions}.get(split, [])
        return next((part.name for part in parts if part.key == key), key)


def outline(scope: Scope) -> Outline:
    """The classes and the held sessions of a cohort, in order; one query."""
    here = {"cohort": OuterRef("pk")}
    classes = TrainingClass.objects.filter(**here).order_by("number", "pk").values(row=JSONObject(pk="pk", name="name"))
    held = Session.objects.filter(**here, cancelled_at=None, ends_at__lte=scope.at).order_by("starts_at", "pk")
    sessions = held.values(row=JSONObject(pk="pk", name="title", starts_at="starts_at"))
    row = Cohort.objects.filter(pk__in=scope.cohorts).values_list(ArraySubquery(classes), ArraySubquery(sessions))
    found_classes, found_sessions = row.get()
    return Outline(
        [Part(str(each["pk"]), each["name"]) for each in found_classes],
        [Part(str(each["pk"]), each["name"], datetime.fromisoformat(each["starts_at"])) for each in found_sessions],
    )


@dataclass(frozen=True)
class Headlines:
    """The figures of one cohort that home pages show. ``unplaced``: in training and without a class."""

    values: dict[str, Value]
    unplaced: int


def headlines(of: Iterable[int], *, now: datetime) -> dict[int, Headlines]:
    """For several cohorts at once, by cohort: one query for each base, whatever their number."""
    at = moment(now)
    scope = Scope(tuple(sorted(of)), at, timezone.localdate(at))

    def make():
        parts = count([FIGURES[name] for name in HEADLINES], scope, by=("cohort",)).parts
        unplaced = without_class(scope.cohorts, day=scope.day)
        return {
            cohort: Headlines(
                {name: parts[name, "cohort"].get(str(cohort), Value()) for name in HEADLINES}, unplaced.get(cohort, 0)
            )
            for cohort in scope.cohorts
        }

    return remembered(scope, "headlines", make) if scope.cohorts else {}


def find(name: str, scope: Scope) -> Figure | Distribution | None:
    """The figure of this name; those that data makes are asked for only where no other has it."""
    return FIGURES.get(name) or all_figures(scope).get(name)
