"""What the search of the top bar finds, within the reach of the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Q, Value, When

from cohorts.models import Trainee, TrainingClass
from cohorts.selectors.people import secret_index

MOST = 12


@dataclass(frozen=True)
class Found:
    trainees: Sequence[tuple]  # key, name, number, class, cohort, work unit
    classes: Sequence[tuple]  # key, name, cohort

    @property
    def is_nothing(self) -> bool:
        return not (self.trainees or self.classes)


def search(typed: str, *, trainees: Q, classes: Q, day: date, by_number: bool) -> Found:
    """Two queries. ``by_number``: a whole phone or ID number finds its owner; of a part of one nothing is told."""
    if by_number and (index := secret_index(typed)):
        wanted = Q(person__phone_index=index) | Q(person__id_index=index)
    else:
        wanted = Q(person__name__icontains=typed) | Q(number__istartswith=typed) | Q(work_unit__icontains=typed)
    best_first = Case(
        When(Q(person__name=typed) | Q(number__iexact=typed), then=Value(0)),
        When(person__name__istartswith=typed, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    people = (
        Trainee.objects.filter(trainees)
        .filter(wanted)
        .with_class(day)
        .order_by(best_first, "-cohort__starts_on", "person__name_key", "pk")
        .values_list("pk", "person__name", "number", "membership__training_class__name", "cohort__name", "work_unit")[
            :MOST
        ]
    )
    rooms = TrainingClass.objects.filter(classes, Q(name__icontains=typed) | Q(unit__name__icontains=typed))
    rooms = rooms.order_by("-cohort__starts_on", "number", "pk").values_list("pk", "name", "cohort__name")[:MOST]
    return Found(list(people), list(rooms))
