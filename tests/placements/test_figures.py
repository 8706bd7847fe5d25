from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from placements.figures import BY_CATEGORY, SATISFACTION, TICKETS_IN_TIME, TICKETS_OPEN, TICKETS_OVERDUE, VISITS_DONE
from placements.models import Ticket
from placements.selectors.tickets import open_tickets
from tests import make
from tests.reports.test_home import home_of
from trainee_mgmt.kit.figures import Scope, count

pytestmark = pytest.mark.django_db


def test_every_number_is_that_of_the_selectors_and_adds_up():
    now, hour = timezone.now(), timedelta(hours=1)
    cohort = make.cohort()
    of = make.trainee(cohort)
    make.ticket(of, due_at=now - hour)
    make.ticket(of, due_at=now - hour, stopped_at=now - 2 * hour)
    make.ticket(of, category="meals", due_at=now + hour)
    make.ticket(of, due_at=now + hour, closed_at=now, answer="x", satisfaction=4)
    make.ticket(of, due_at=now - hour, closed_at=now, answer="x", satisfaction=1)
    make.ticket()
    make.visit(cohort, on=timezone.localdate(), done_on=timezone.localdate())
    make.visit(cohort, on=timezone.localdate() - timedelta(days=3))
    scope = Scope((cohort.pk,), timezone.now(), timezone.localdate())

    asked = (TICKETS_OPEN, TICKETS_OVERDUE, TICKETS_IN_TIME, SATISFACTION, BY_CATEGORY, VISITS_DONE)
    counted = count(asked, scope)

    values = {name.partition(".")[2]: (each.n, each.known, each.of) for name, each in counted.values.items()}
    assert values == {
        "tickets_open": (3, 5, 5),
        "tickets_overdue": (1, 3, 5),
        "tickets_in_time": (1, 3, 5),
        "ticket_satisfaction": (2, 2, 5),
        "visits_done": (1, 2, 2),
    }
    assert counted.values[SATISFACTION.name].mean == 2.5
    assert counted.answers[BY_CATEGORY.name].counts == {"housing": 4, "meals": 1, "safety": 0, "other": 0}
    assert open_tickets(cohort).count() == TICKETS_OPEN.rows(scope).count()
    assert set(Ticket.objects.filter(cohort=cohort).overdue()) == set(TICKETS_OVERDUE.rows(scope))


def test_whoever_answers_finds_tickets_and_visits_on_the_first_page():
    cohort = make.cohort(ends_on=timezone.localdate() + timedelta(days=30))
    organizer = make.user(Role.ORGANIZER, cohort)
    of = make.trainee(cohort)
    for _n in range(2):
        make.ticket(of)
    Ticket.objects.filter(pk=make.ticket(of).pk).update(due_at=timezone.now() - timedelta(hours=1))
    make.visit(cohort, on=timezone.localdate() - timedelta(days=3))

    told = {need.what: need.why for need in home_of(organizer).needs}

    assert told["3 open tickets"] == "1 is overdue"
    assert told["1 visit to a host is overdue"].startswith("planned for ")
