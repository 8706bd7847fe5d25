"""What a round asks and of whom; where its applications and quotas stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cohorts.models import Application, ApplicationRound, EligibilityRule, ProfileField, UnitQuota
from cohorts.rules.applications import AGE, SEX, Condition, facts, in_words
from cohorts.selectors.cohorts import fields_of


def asked_fields(cohort: int) -> list[ProfileField]:
    """What is asked of applicants, in the order of the form."""
    return [field for field in fields_of(cohort=cohort) if field.asked_of_applicants]


def conditions_of(round: ApplicationRound, version: int | None = None) -> list[Condition]:
    """The eligibility rules of a version (else of now), with the words for what they are about."""
    version = round.rules_version if version is None else version
    rows = EligibilityRule.objects.filter(Q(until=None) | Q(until__gt=version), round=round, since__lte=version)
    fields = {field.key: field for field in fields_of(cohort=round.cohort_id)}
    return [condition_of(row, fields) for row in rows.order_by("pk")]


def condition_of(row: EligibilityRule, fields: dict[str, ProfileField]) -> Condition:
    if row.field in (AGE, SEX):
        label = _("Age") if row.field == AGE else _("Sex")
        return Condition(row.field, row.operator, row.value, label, row.field)
    field = fields.get(row.field)
    return Condition(
        row.field, row.operator, row.value, field.label if field else row.field, field.kind if field else "text"
    )


def rules_in_words(round: ApplicationRound) -> list[str]:
    day = round.cohort.starts_on
    return [in_words(each, day=day) for each in conditions_of(round)]


def facts_of(application: Application, day: date) -> dict[str, Any]:
    """What eligibility rules, and the screening, are asked of."""
    return facts(application.answers, born_on=application.born_on, sex=application.sex, day=day)


@dataclass(frozen=True)
class QuotaLine:
    """One unit's quota: slots, how many are taken by nominations, how many nominees came back."""

    pk: int
    unit: int
    name: str
    seats: int
    taken: int
    returned: int

    @property
    def free(self) -> int:
        return max(0, self.seats - self.taken)


def quota_lines(round: ApplicationRound) -> list[QuotaLine]:
    """Two queries."""
    counted = (
        Application.objects.filter(round=round, origin=Application.Origin.NOMINATED)
        .order_by()
        .values_list("nominating_unit")
        .annotate(
            taken=Count("pk", filter=Q(state__in=Application.OPEN)),
            returned=Count("pk", filter=Q(state=Application.State.RETURNED)),
        )
    )
    by_unit = {unit: (taken, returned) for unit, taken, returned in counted}
    rows = UnitQuota.objects.filter(round=round).order_by("unit__name", "pk")
    return [
        QuotaLine(pk, unit, name, seats, *by_unit.get(unit, (0, 0)))
        for pk, unit, name, seats in rows.values_list("pk", "unit", "unit__name", "seats")
    ]


def taken_slots(quota: UnitQuota) -> int:
    nominated = Application.objects.taking_a_slot()
    return nominated.filter(round=quota.round_id, nominating_unit=quota.unit_id).count()


def state_counts(round: ApplicationRound) -> dict[str, int]:
    rows = Application.objects.filter(round=round).order_by().values_list("state")
    return dict.fromkeys(Application.State.values, 0) | dict(rows.annotate(n=Count("pk")))


def waiting_to_be_read(cohorts: Sequence[int]) -> dict[int, int]:
    """How many applications were handed in and not answered, by cohort; one query."""
    rows = Application.objects.filter(round__cohort__in=cohorts, state=Application.State.SUBMITTED)
    return dict(rows.order_by().values_list("round__cohort").annotate(n=Count("pk")))
