"""Where each trainee stands: counts of marks per person, in the database, and what the rules make of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, JSONObject, Least, NullIf

from cohorts.models import Cohort, Trainee
from learning.models import CAME, PersonTime
from learning.rules.attendance import Tally
from learning.rules.states import NEAR, Counted, Limits, Standing, standing
from learning.selectors.rules import Version, version_on, versions_of


def basic_counts(at: datetime) -> dict[str, Count]:
    """What the three rates are made of, at one moment."""
    over, came, is_open = Q(ends_at__lte=at), Q(state__in=CAME), Q(state=None)
    return {
        "planned": Count("pk"),
        "held": Count("pk", filter=over),
        "came": Count("pk", filter=over & came),
        "attended": Count("pk", filter=came),  # also of a session that still goes on
        "missing": Count("pk", filter=over & is_open),
        "coming": Count("pk", filter=~over & (came | is_open)),
    }


@dataclass(frozen=True)
class Measure:
    """How people of one cohort are measured at one moment."""

    versions: Sequence[Version]
    aim: Limits
    at: datetime

    @classmethod
    def of(cls, cohort: Cohort | int, *, at: datetime, today: date) -> "Measure":
        versions = versions_of(cohort)
        return cls(versions, version_on(versions, today).limits, at)

    def counts(self) -> dict[str, Count]:
        """What is counted of one person; late and early by version, where no leave covers them."""
        over = Q(ends_at__lte=self.at)
        found = basic_counts(self.at) | {
            "late": Count("pk", filter=over & Q(state="late")),
            "early": Count("pk", filter=over & Q(state="early")),
            "absent": Count("pk", filter=over & Q(state="absent")),
            "excused": Count("pk", filter=over & Q(state="excused")),
        }
        for each in self.versions:
            days = Q(held_on__gte=each.from_on) if each.from_on else Q()
            days &= Q(held_on__lte=each.last_on) if each.last_on else Q()
            for state in ("late", "early"):
                found[f"{state}_{each.number}"] = Count("pk", filter=over & days & Q(state=state, leave=None))
        return found

    def standing(self, counts: Mapping[str, int]) -> Standing:
        by_version = [
            Counted(Tally(late=counts[f"late_{each.number}"], early=counts[f"early_{each.number}"]), each.limits)
            for each in self.versions
        ]
        present = counts["came"] - sum(each.marks.came for each in by_version)
        marks = Tally(present=present, absent=counts["absent"], excused=counts["excused"], missing=counts["missing"])
        coming = counts["coming"]
        away = counts["planned"] - counts["held"] - coming
        return standing([Counted(marks, self.aim, coming, away), *by_version], self.aim)

    def with_spare(self, rows: QuerySet[PersonTime]) -> QuerySet:
        """Trainees with ``spare`` and ``allowed`` as ``standing`` computes them, in one statement; a test compares the two."""
        made = Value(0)
        for each in self.versions:
            for state, per in (("late", each.limits.lates_per_absence), ("early", each.limits.earlies_per_absence)):
                if per:
                    made += F(f"{state}_{each.number}") / Value(per)
        best = F("came") - made + F("missing") + F("coming")
        needed = (F("planned") * Value(self.aim.least_percent) + Value(99)) / Value(100)
        spare, allowed = best - needed, F("planned") - needed
        if self.aim.most_absences:
            spare = Least(spare, Value(self.aim.most_absences) - F("absent") - made)
            allowed = Least(allowed, Value(self.aim.most_absences))
        counted = rows.order_by().values("trainee").annotate(**self.counts())
        return counted.annotate(spare=spare, allowed=allowed)


def with_counts(trainees: QuerySet[Trainee], measure: Measure) -> QuerySet[Trainee]:
    """Each trainee with ``counts``, as JSON; computed for the rows that are shown."""
    rows = PersonTime.objects.filter(trainee=OuterRef("pk"), cohort=OuterRef("cohort")).order_by().values("trainee")
    names = measure.counts()
    counted = rows.annotate(**names).annotate(all=JSONObject(**{name: name for name in names})).values("all")
    return trainees.annotate(counts=Subquery(counted))


def pair_of(rate: str, count: Callable[[str], Any]) -> tuple[Any, Any]:
    """Numerator and denominator of one of the three rates; ``count`` gives a count by its name, as a number or an expression."""
    if rate == "held":
        return count("came"), count("held") - count("missing")
    if rate == "planned":
        return count("attended"), count("planned")
    return count("came") + count("missing") + count("coming"), count("planned")


def by_rate(rows: QuerySet, rate: str, *, at: datetime, of: str, down: bool, then: Sequence[str]) -> QuerySet:
    """People (``of`` their ``trainee``) or classes (``training_class``) in the order of one rate; those without a denominator
    last both ways, those of the same rate by ``then``."""
    times = PersonTime.objects.filter(**{of: OuterRef("pk")}, cohort=OuterRef("cohort")).order_by().values(of)
    n, among = pair_of(rate, F)
    share = Cast(n, FloatField()) / NullIf(Cast(among, FloatField()), Value(0.0))
    found = rows.annotate(share=Subquery(times.annotate(**basic_counts(at)).annotate(share=share).values("share")))
    share = F("share")
    return found.order_by(share.desc(nulls_last=True) if down else share.asc(nulls_last=True), *then)


LOST = Q(spare__lt=0)
IS_NEAR = Q(spare__gte=0, spare__lte=NEAR, spare__lt=F("allowed"), allowed__gte=2 * F("spare"))
STANDINGS = {"lost": LOST, "near": IS_NEAR, "fine": ~LOST & ~IS_NEAR}


def standing_like(cohort: int, word: str, measure: Measure) -> QuerySet:
    """The keys of the trainees of a cohort who stand so; one pass over its person-times."""
    rows = measure.with_spare(PersonTime.objects.filter(cohort=cohort))
    return rows.filter(STANDINGS[word]).values("trainee")


def counts_of(trainee: int, measure: Measure) -> dict[str, Any] | None:
    """The counts of one person; None for whom nothing is planned."""
    rows = PersonTime.objects.filter(trainee=trainee).order_by("trainee").values("trainee").annotate(**measure.counts())
    return rows.first()
