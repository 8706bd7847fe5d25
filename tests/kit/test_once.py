import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from learning.models import Attendance, Scan
from tests import make
from trainee_mgmt.kit.once import IfNew, KeyOf, insert_in_turn

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


def entry() -> AuditEntry:
    return AuditEntry(action="test", object_id=KeyOf(0), after=IfNew(1, {"mark": "present"}, {"mark": ""}))


def test_a_later_row_names_an_earlier_one_and_says_what_became_of_another():
    session, trainee = make.session(), make.trainee()
    scan, mark = rows(session, trainee)

    insert_in_turn(scan, mark, entry())

    written = AuditEntry.objects.get(action="test")
    assert (written.object_id, written.after) == (scan.pk, {"mark": "present"})


def test_a_later_row_says_that_another_was_there_already():
    session, trainee = make.session(), make.trainee()
    make.mark(session, trainee, "late")

    insert_in_turn(*rows(session, trainee), entry())

    assert AuditEntry.objects.get(action="test").after == {"mark": ""}


def test_rows_of_the_same_kinds_are_written_by_a_statement_that_the_server_knows(django_assert_num_queries):
    session = make.session()
    several = [rows(session, make.trainee()) for _time in range(4)]
    written = [insert_in_turn(*each) for each in several[:3]]

    with django_assert_num_queries(1) as seen:
        written.append(insert_in_turn(*several[3]))

    assert written == [[True, True]] * 4
    assert seen.captured_queries[0]["sql"].startswith("EXECUTE")
