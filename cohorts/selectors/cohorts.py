from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cohorts.models import ClassMembership, Cohort, ProfileField, StudyGroup, Trainee, TrainingClass
from cohorts.rules.days import shown_day
from cohorts.rules.journaling import JournalRule
from cohorts.selectors.offices import head_teachers
from trainee_mgmt.kit.kept import of_version
from trainee_mgmt.kit.prepared import Prepared

# Apps that keep a list of what is to be done for a class say here how many things are overdue on a day, by class.
OVERDUE: list[Callable[[Collection[int] | QuerySet, date], Mapping[int, int]]] = []
fields_of = Prepared(lambda cohort: ProfileField.objects.filter(cohort=cohort).order_by("order", "pk"))
class_names = Prepared(
    lambda cohort: TrainingClass.objects.filter(cohort=cohort).order_by("number", "pk").values_list("pk", "name")
)
groups_of = Prepared(lambda cohort: StudyGroup.objects.filter(cohort=cohort).values_list("pk"))


def journal_rules(cohort: Cohort) -> list[JournalRule]:
    """All rules by which the cohort asks for journals, oldest first. No query where the rule was never changed."""
    past = cohort.past_journal_rules.order_by("until_on") if cohort.journal_from else ()
    return [*(each.rule for each in past), cohort.journal_rule]


@dataclass(frozen=True)
class ClassLine:
    pk: int
    name: str
    unit: str
    members: int
    head_teachers: Sequence[str]


@dataclass(frozen=True)
class Overview:
    """A cohort at a glance on ``day``: its classes with members, and who is in none."""

    day: date
    classes: Sequence[ClassLine]
    active: int
    withdrawn: int
    without_class: int
    without_account: int
    groups: int
    fields: int


def counted(rows: QuerySet, field: str) -> Coalesce:
    """How many of these rows point here by ``field``; a subquery, so that joins do not multiply."""
    per_row = rows.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(per_row.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def members_on(day: date) -> QuerySet:
    """The class memberships that hold on the day."""
    return ClassMembership.objects.filter(Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gt=day))


def overdue_things(classes: Collection[int] | QuerySet, today: date) -> dict[int, int]:
    """How many things are overdue in each of these classes that has some."""
    found: dict[int, int] = {}
    for count in OVERDUE:
        for key, number in count(classes, today).items():
            found[key] = found.get(key, 0) + number
    return found


def overview(cohort: Cohort, today: date) -> Overview:
    """Two queries, and two more after a change of the roster, however large the cohort is."""
    day = shown_day(cohort.starts_on, cohort.ends_on, today)
    version = (cohort.pk, cohort.roster_version, day)
    people, members = of_version("overview", *version, make=lambda: _people_and_members(cohort, day))
    lines = cohort.classes.order_by("number", "pk").annotate(heads=head_teachers(day))
    classes = [
        ClassLine(pk, name, unit, members.get(pk, 0), heads)
        for pk, name, unit, heads in lines.values_list("pk", "name", "unit__name", "heads")
    ]
    rest = Cohort.objects.filter(pk=cohort.pk).aggregate(
        groups=Count("groups", distinct=True), fields=Count("profile_fields", distinct=True)
    )
    return Overview(day, classes, **people, **rest)


def _people_and_members(cohort: Cohort, day: date) -> tuple[dict[str, int], dict[int, int]]:
    """The people of the cohort by what they lack, and the members of each class."""
    active = Q(status=Trainee.Status.ACTIVE)
    placed = members_on(day).filter(training_class__cohort=cohort)
    people = cohort.trainees.aggregate(
        active=Count("pk", filter=active),
        withdrawn=Count("pk", filter=Q(status=Trainee.Status.WITHDRAWN)),
        without_class=Count("pk", filter=active & ~Q(pk__in=placed.values("trainee"))),
        without_account=Count("pk", filter=active & Q(person__user=None)),
    )
    members = placed.order_by().values_list("training_class").annotate(n=Count("pk"))
    return people, dict(members)
