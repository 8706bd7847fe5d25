"""What speaks against calling people, read for many at once: a constant number of queries whatever their number."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q

from cohorts.models import Application, Cohort, Exemption, Override, Person, ScreeningRules, Trainee
from cohorts.rules.calls import (
    APPLIED,
    CHOSEN,
    NOMINATED,
    REPEAT_YEARS,
    TRAINEE,
    Absence,
    Engagement,
    Finding,
    findings,
)

# Apps above say what hours people hold in a year: (keys of people, year) -> hours by person.
HOURS_HELD: list[Callable[[Collection[int], int], Mapping[int, Decimal]]] = []

State = Application.State


def findings_of(applications: Iterable[Application], cohort: Cohort) -> dict[int, list[Finding]]:
    """For each application, by its key, what speaks against calling this human to the cohort."""
    rows = list(applications)
    humans = [row.id_index for row in rows if row.id_index]
    people = _people(humans)
    engagements = _engagements(people, humans, cohort)
    absences = _absences(humans, cohort)
    hours = _hours(people.values(), cohort.starts_on.year)
    untrained = _untrained(rows, cohort)
    years = repeat_years(cohort)
    program = cohort.program
    here = Engagement(TRAINEE, cohort.pk, program.pk, cohort.starts_on, cohort.ends_on, "", program.theme_key)
    return {
        row.pk: findings(
            cohort=here,
            engagements=engagements.get(row.id_index, ()),
            absences=absences.get(row.id_index, ()),
            hours=hours.get(people.get(row.id_index)),
            untrained=untrained.get(row.work_unit, 0),
            repeat_years=years,
            theme=program.theme,
        )
        for row in rows
    }


def without_reason(found: Mapping[int, Collection[Finding]]) -> dict[int, list[Finding]]:
    """Of these findings those that ask for a reason which nobody has given yet, by application."""
    given = Override.objects.filter(application__in=found, kind=Override.Kind.CALL, in_force=True)
    answered = {
        application: [code for code, _params in stored]
        for application, stored in given.values_list("application", "findings")
    }
    open_ones = {
        key: [each for each in mine if each.asks and each.code not in answered.get(key, ())]
        for key, mine in found.items()
    }
    return {key: mine for key, mine in open_ones.items() if mine}


def repeat_years(cohort: Cohort) -> int:
    """Within how many years the same program or theme is a repeat, as the newest rules of the cohort's screening say."""
    rules = ScreeningRules.objects.filter(round__cohort=cohort).order_by("-version").first()
    return rules.rule_set.repeat_years if rules else REPEAT_YEARS


def _people(humans: Collection[str]) -> dict[str, int]:
    return dict(Person.objects.filter(id_index__in=humans).values_list("id_index", "pk"))


def _engagements(people: Mapping[str, int], humans: Collection[str], cohort: Cohort) -> dict[str, list[Engagement]]:
    found = defaultdict(list)
    places = Trainee.objects.filter(person__in=people.values()).exclude(cohort=cohort)
    of_person = {pk: human for human, pk in people.items()}
    for person, joined_on, ended_on, *of_cohort in places.values_list(
        "person", "joined_on", "ended_on", *_cohort_fields("cohort")
    ):
        pk, program, _starts_on, ends_on, *about = of_cohort
        found[of_person[person]].append(
            Engagement(TRAINEE, pk, program, joined_on, max(joined_on, min(ended_on or ends_on, ends_on)), *about)
        )
    wishes = Application.objects.open().filter(id_index__in=humans, trainee=None).exclude(round__cohort=cohort)
    for human, state, origin, *of_cohort in wishes.values_list(
        "id_index", "state", "origin", *_cohort_fields("round__cohort")
    ):
        found[human].append(Engagement(_kind(state, origin), *of_cohort))
    return found


def _cohort_fields(path: str) -> list[str]:
    names = ("pk", "program", "starts_on", "ends_on", "program__unit__name", "program__theme_key")
    return [f"{path}__{name}" for name in names]


def _kind(state: str, origin: str) -> str:
    if state == State.CHOSEN:
        return CHOSEN
    return NOMINATED if origin == Application.Origin.NOMINATED else APPLIED


def _absences(humans: Collection[str], cohort: Cohort) -> dict[str, list[Absence]]:
    found = defaultdict(list)
    around = Exemption.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=cohort.starts_on), id_index__in=humans, starts_on__lte=cohort.ends_on
    )
    for human, *fields in around.values_list("id_index", "kind", "starts_on", "ends_on", "unit__name"):
        found[human].append(Absence(*fields))
    return found


def _hours(people: Collection[int], year: int) -> dict[int, Decimal]:
    held: dict[int, Decimal] = {}
    for read in HOURS_HELD:
        for person, hours in read(people, year).items():
            held[person] = held.get(person, Decimal(0)) + hours
    return held


def _untrained(rows: Iterable[Application], cohort: Cohort) -> dict[str, int]:
    """How many humans of each work unit applied for the program, now or before, and never were in it, nor in another one
    of its theme."""
    units = {row.work_unit for row in rows if row.work_unit}
    theme = cohort.program.theme_key
    same = Q(cohort__program=cohort.program_id) | (Q(cohort__program__theme_key=theme) if theme else Q())
    trained = Trainee.objects.filter(same, person__id_index=OuterRef("id_index"))
    applied = Application.objects.filter(
        ~Exists(trained), round__cohort__program=cohort.program_id, work_unit__in=units, id_index__isnull=False
    )
    counted = applied.order_by().values_list("work_unit").annotate(n=Count("id_index", distinct=True))
    return dict(counted)
