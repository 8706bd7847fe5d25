from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Role
from cohorts.models import ClassOfficer
from learning.models import AttendanceRules
from learning.notices import _warning
from learning.rules.states import DEFAULT, NUMBERS, Limits
from learning.rules.warnings import causes
from learning.services import correct_mark
from learning.services.warnings import still_true, warn_head_teachers
from tests import make

DAY = date(2026, 9, 1)
OFF = {"warn_in_row": 0, "warn_below": 0, "warn_drop": 0}
SIGNS = {"p": "present", "l": "late", "a": "absent", "e": "excused", "?": None}


def history(signs):
    return [(DAY + timedelta(days=at), SIGNS[sign]) for at, sign in enumerate(signs)]


def since(signs, **numbers):
    """The number of the session at which each condition that holds now began to hold."""
    return {str(each.reason): (each.since - DAY).days for each in causes(history(signs), Limits(**OFF | numbers))}


@pytest.mark.parametrize(
    ("signs", "found"),
    [
        ("paa", {}),
        ("paaa", {"in_row": 3}),
        ("paaaa", {"in_row": 3}),
        ("aaap", {}),
        ("aa?ea", {"in_row": 4}),
        ("aaalaa", {}),
        ("", {}),
    ],
)
def test_absences_in_a_row(signs, found):
    assert since(signs, warn_in_row=3) == found


@pytest.mark.parametrize(
    ("signs", "found"),
    [
        ("aa", {}),
        ("aap", {"below": 2}),
        ("ppppa", {}),
        ("pppa", {"below": 3}),
        ("pppap", {}),
        ("papppap", {"below": 5}),
    ],
)
def test_a_rate_under_the_border_since_it_last_fell(signs, found):
    assert since(signs, warn_below=80) == found


@pytest.mark.parametrize(
    ("signs", "found"), [("pppppaapp", {}), ("pppppaappp", {"drop": 9}), ("aaaaaaaaaa", {}), ("pppppaapppppppp", {})]
)
def test_a_rate_that_fell(signs, found):
    assert since(signs, warn_drop=40) == found


def a_running_class(**numbers):
    today = timezone.localdate()
    of = make.training_class(make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30)))
    values = {name: getattr(DEFAULT, name) for name in NUMBERS} | OFF | {"warn_in_row": 2} | numbers
    AttendanceRules.objects.create(cohort=of.cohort, version=1, from_on=of.cohort.starts_on, **values)
    teacher = make.user(Role.OFFICER, of)
    make.officer(of, make.person(user=teacher), office=ClassOfficer.Office.HEAD_TEACHER)
    sessions = [make.session(classes=[of], on=today - timedelta(days=back)) for back in (3, 2, 1)]
    return of, teacher, sessions


@pytest.mark.django_db
def test_the_head_teacher_is_told_once_with_the_dates():
    of, teacher, sessions = a_running_class()
    trainee = make.trainee(in_class=of)
    for session in sessions[:2]:
        make.mark(session, trainee, "absent")

    for _hour in range(3):
        warn_head_teachers()

    (notice,) = Notice.objects.all()
    line = _warning(notice)
    assert notice.user == teacher
    assert trainee.person.name in line.text
    assert all(str(timezone.localdate(session.starts_at).day) in line.text for session in sessions[:2])
    assert line.path.endswith(f"/trainees/{trainee.pk}/attendance/")


@pytest.mark.django_db
def test_what_no_longer_holds_is_not_sent():
    of, teacher, sessions = a_running_class()
    trainee = make.trainee(in_class=of)
    for session in sessions[:2]:
        make.mark(session, trainee, "absent")
    warn_head_teachers()
    notices = list(Notice.objects.all())
    before = still_true(notices)

    correct_mark(sessions[1], trainee.pk, state="present", note="was there", by=teacher)

    assert (before, still_true(notices)) == (notices, [])


@pytest.mark.django_db
def test_leave_approved_in_between_takes_the_warning_back():
    of, _teacher, sessions = a_running_class()
    trainee = make.trainee(in_class=of)
    for session in sessions[:2]:
        make.mark(session, trainee, "absent")
    warn_head_teachers()

    make.leave(trainee, starts_at=sessions[0].starts_at, ends_at=sessions[0].ends_at, state="approved")

    assert still_true(list(Notice.objects.all())) == []


@pytest.mark.django_db
def test_whoever_no_longer_heads_the_class_is_not_told():
    of, teacher, sessions = a_running_class()
    trainee = make.trainee(in_class=of)
    for session in sessions[:2]:
        make.mark(session, trainee, "absent")
    warn_head_teachers()

    today = timezone.localdate()
    ClassOfficer.objects.filter(person__user=teacher).update(ends_on=today - timedelta(days=1))

    assert still_true(list(Notice.objects.all())) == []


@pytest.mark.django_db
@pytest.mark.parametrize("people", [1, 3])
def test_warnings_take_the_same_queries_for_any_number_of_people(django_assert_num_queries, people):
    of, _teacher, sessions = a_running_class()
    for _each in range(people):
        trainee = make.trainee(in_class=of)
        for session in sessions:
            make.mark(session, trainee, "absent")

    with django_assert_num_queries(9):
        warn_head_teachers()

    assert Notice.objects.count() == people
