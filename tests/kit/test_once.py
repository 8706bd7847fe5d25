import pytest
from django.utils import timezone

from learning.models import Attendance, Scan
from tests import make
from trainee_mgmt.kit.once import insert_in_turn

pytestmark = pytest.mark.django_db


def rows(session, trainee) -> tuple[Scan, Attendance]:
    now = timezone.now()
    scan = Scan(session=session, trainee=trainee, at=now, received_at=now, window=1, source="code", verdict="accepted")
    return scan, Attendance(session=session, trainee=trainee, state="present", marked_by=make.user(), marked_at=now)


def test_rows_in_turn_are_all_written_and_know_their_keys():
    scan, mark = rows(make.session(), make.trainee())

    assert insert_in_turn(scan, mark) == [True, True]
    assert (Scan.objects.get(), Attendance.objects.get()) == (scan, mark)


def test_what_follows_a_row_that_is_there_already_is_not_written():
    session, trainee = make.session(), make.trainee()
    insert_in_turn(rows(session, trainee)[0])

    assert insert_in_turn(*rows(session, trainee)) == [False, False]
    assert Attendance.objects.count() == 0


def test_a_row_that_follows_may_be_there_already():
    session, trainee = make.session(), make.trainee()
    old = make.mark(session, trainee, "late")

    assert insert_in_turn(*rows(session, trainee)) == [True, False]
    assert list(Attendance.objects.all()) == [old]
