"""What was counted re-adds: for any people, answers and gaps."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.models import ClassMembership, Person, ProfileField, Trainee
from reports.selectors.figures import scope_of
from tests import make
from trainee_mgmt.kit.figures import Answers, Value, all_figures, count

ANSWERS = ("master", "doctor", "none of these", None, "")
people = st.lists(
    st.fixed_dictionaries(
        {
            "sex": st.sampled_from(["m", "f", ""]),
            "born_on": st.none() | st.dates(date(1950, 1, 1), date(2008, 12, 31)),
            "degree": st.sampled_from(ANSWERS),
            "room": st.sampled_from([0, 1, None]),
            "gone": st.booleans(),
        }
    ),
    max_size=25,
)


def full_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def test_the_share_is_of_what_is_known():
    assert Value(43, 450, 438).share == Decimal("9.8")
    assert Value(43, 450, 438).missing == 12
    assert Value(0, 12, 0).share is None
    assert Value().mean is None


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), max_size=8))
def test_values_of_parts_add_up(parts):
    values = [Value(n, n + rest + missing, n + rest) for n, rest, missing in parts]

    whole = sum(values, Value())

    assert whole.n + whole.rest + whole.missing == whole.of
    assert whole.n == sum(n for n, _rest, _missing in parts)


@given(
    st.dictionaries(st.text(max_size=3), st.integers(0, 500), max_size=6),
    st.integers(0, 50),
    st.sets(st.text(max_size=3)),
)
def test_named_and_other_answers_readd(counts, missing, named):
    answers = Answers(counts, missing)

    kept = sum(answers.value(answer).n for answer in named)

    assert kept + answers.other(named).n + answers.missing == answers.of


@pytest.fixture
def room(db):
    cohort = make.cohort()
    ProfileField.objects.create(
        cohort=cohort, key="degree", label="Degree", kind="choice", choices=["master", "doctor"], in_composition=True
    )
    return cohort, [make.training_class(cohort), make.training_class(cohort)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people)
def test_the_composition_of_any_people_readds_and_is_right(room, rows):
    cohort, classes = room
    with transaction.atomic():
        _write(cohort, classes, rows)
        here = scope_of(cohort, now=timezone.now())
        counted = count(all_figures(here).values(), here, by=("class",))
        transaction.set_rollback(True)

    staying = [row for row in rows if not row["gone"]]
    for name in ("cohorts.sex", "cohorts.age", "cohorts.profile.degree"):
        assert counted.answers[name].of == len(staying)
    assert counted.values["cohorts.trainees"].of == len(rows)
    assert counted.answers["cohorts.sex"].missing == sum(not row["sex"] for row in staying)
    degrees = Counter(row["degree"] for row in staying if row["degree"])
    assert +Counter(counted.answers["cohorts.profile.degree"].counts) == degrees
    ages = [full_years(row["born_on"], cohort.starts_on) for row in staying if row["born_on"]]
    assert counted.values["cohorts.aged_26_to_40"].n == sum(26 <= age <= 40 for age in ages)
    bands = counted.answers["cohorts.age"].counts
    assert bands["26-30"] + bands["31-35"] + bands["36-40"] == counted.values["cohorts.aged_26_to_40"].n
    assert sum(bands.values()) == len(ages)
    sizes = counted.parts["cohorts.with_class", "class"]
    assert sum(value.of for value in sizes.values()) == len(staying)
    assert counted.values["cohorts.with_class"].missing == sum(row["room"] is None for row in staying)


def _write(cohort, classes, rows):
    made = Person.objects.bulk_create(
        Person(name="x", name_key="x", sex=row["sex"], born_on=row["born_on"]) for row in rows
    )
    trainees = Trainee.objects.bulk_create(
        Trainee(
            cohort=cohort,
            person=person,
            number=str(number),
            joined_on=cohort.starts_on,
            profile={} if row["degree"] is None else {"degree": row["degree"]},
            status="withdrawn" if row["gone"] else "active",
            ended_on=cohort.ends_on if row["gone"] else None,
        )
        for number, (person, row) in enumerate(zip(made, rows))
    )
    ClassMembership.objects.bulk_create(
        ClassMembership(trainee=trainee, training_class=classes[row["room"]], starts_on=cohort.starts_on)
        for trainee, row in zip(trainees, rows)
        if row["room"] is not None
    )
