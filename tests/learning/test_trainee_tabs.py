import pytest
from django.urls import reverse

from accounts.models import Role
from learning.models import Attendance
from tests import make

pytestmark = pytest.mark.django_db


def test_the_tabs_of_a_trainee_show_that_trainees_rows_only(client):
    of = make.training_class()
    mine, other = make.trainee(in_class=of), make.trainee(in_class=of)
    session = make.session(classes=[of])
    user = make.user(Role.ORGANIZER, of.cohort)
    for trainee in (mine, other):
        make.journal(trainee, state="submitted")
        Attendance.objects.create(
            session=session, trainee=trainee, state="late", marked_by=user, marked_at=session.starts_at
        )
    client.force_login(user)

    rows = [
        list(client.get(reverse(f"learning:{name}", kwargs={"pk": mine.pk})).context["table"].ordered)
        for name in ("trainee_attendance", "trainee_journals")
    ]

    assert [[row.trainee for row in each] for each in rows] == [[mine], [mine]]


def test_a_trainee_out_of_reach_has_no_tabs(client):
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    answer = client.get(reverse("learning:trainee_attendance", kwargs={"pk": make.trainee().pk}))

    assert answer.status_code == 404
