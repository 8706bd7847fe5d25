"""Hours that a person holds are told where the person is called to another training."""

import pytest

from cohorts.rules.calls import HOURS, in_words
from cohorts.selectors.calls import findings_of
from tests import make

pytestmark = pytest.mark.django_db


def test_whoever_calls_a_person_is_told_the_hours_of_the_year():
    round = make.application_round()
    application = make.application(round)
    trainee = make.trainee(make.cohort(), of=make.person(id_number=application.id_number.open()))
    make.hour_table(trainee.cohort.program.unit)
    credit = make.credit(trainee, "Teaching", quantity=2)

    found = findings_of([application], round.cohort)[application.pk]

    (told,) = [each for each in found if each.code == HOURS]
    assert told.asks is False
    assert in_words(*told.to_json()) == f"Has {credit.hours.normalize():f} credit hours in 2026 already."
