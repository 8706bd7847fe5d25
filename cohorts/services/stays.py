"""Reading and writing the class memberships of many trainees as the values of ``cohorts.rules.membership``."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from cohorts.models import ClassMembership
from cohorts.rules import membership
from cohorts.rules.membership import Stay


def stays_of(trainees: Iterable[int]) -> dict[int, list[Stay]]:
    """The stays of each trainee (key) in order; one query."""
    rows = ClassMembership.objects.filter(trainee__in=trainees).order_by("starts_on")
    found: dict[int, list[Stay]] = defaultdict(list)
    for trainee, starts_on, ends_on, training_class in rows.values_list(
        "trainee", "starts_on", "ends_on", "training_class"
    ):
        found[trainee].append(Stay(starts_on, ends_on, training_class))
    return found


def write_stays(wanted: Mapping[int, list[Stay]]) -> None:
    """Make the memberships of these trainees what is wanted; rows that stay as they are keep their keys. Four queries."""
    gone, shortened, new = [], [], []
    left = {trainee: list(stays) for trainee, stays in wanted.items()}
    for row in ClassMembership.objects.filter(trainee__in=wanted).order_by("starts_on"):
        match = next(
            (
                stay
                for stay in left[row.trainee_id]
                if (stay.starts_on, stay.training_class) == (row.starts_on, row.training_class_id)
            ),
            None,
        )
        if match is None:
            gone.append(row.pk)
            continue
        left[row.trainee_id].remove(match)
        if match.ends_on != row.ends_on:
            row.ends_on = match.ends_on
            shortened.append(row)
    for trainee, stays in left.items():
        new += [
            ClassMembership(
                trainee_id=trainee,
                training_class_id=stay.training_class,
                starts_on=stay.starts_on,
                ends_on=stay.ends_on,
            )
            for stay in stays
        ]
    if gone:
        ClassMembership.objects.filter(pk__in=gone).delete()
    if shortened:
        ClassMembership.objects.bulk_update(shortened, ["ends_on"], batch_size=1000)
    if new:
        ClassMembership.objects.bulk_create(new, batch_size=1000)


def placed(stays: list[Stay], to: int, *, on: date) -> list[Stay]:
    """In the class from ``on``: a transfer for who has a class on that day, else a new stay up to the next one planned.

    The same list for who is there already.
    """
    here = membership.as_of(stays, on)
    if here is not None:
        return stays if here.training_class == to else membership.transfer(stays, to, on=on)
    later = min((stay.starts_on for stay in stays if stay.starts_on > on), default=None)
    return membership.join(stays, to, on=on, until=later)
