from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import AuditEntry, Notice, Role
from cohorts.models import ClassOfficer
from learning.models import Attendance, Leave, LeaveStep, LeaveType, PersonTime
from learning.selectors import roll
from learning.services import (
    approve_leave,
    ask_leave,
    call_roll,
    change_session,
    refuse_leave,
    return_leave,
    revoke_leave,
    withdraw_leave,
)
from learning.services.leave import Request, away_on, still_waiting
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]  # on the eighth of September 2026
DAY = date(2026, 9, 8)
HALF = Decimal("0.5")


def a_class():
    of = make.training_class()
    trainee = make.trainee(in_class=of)
    make.trainee_account(trainee)
    trainee.person.refresh_from_db()
    return of, trainee


def head_teacher(of):
    user = make.user(Role.OFFICER, of)
    make.officer(of, make.person(user=user), office=ClassOfficer.Office.HEAD_TEACHER)
    return user


def organizer(of):
    return make.user(Role.ORGANIZER, of.cohort)


def states(trainee):
    rows = PersonTime.objects.filter(trainee=trainee).order_by("session__starts_at", "pk")
    return list(rows.values_list("state", flat=True))


def asked(trainee, *, hours=(9, 18), on=DAY, **kind):
    kind = make.leave_type(trainee.cohort, **kind)
    request = Request(kind, make.at(on, hours[0]), make.at(on, hours[1]), "a wedding")
    return ask_leave(trainee, request, by=trainee.person.user)


# What leave does to sessions


def test_approval_excuses_exactly_the_sessions_that_it_overlaps():
    of, trainee = a_class()
    for hour in (8, 10, 12, 14):
        make.session(classes=[of], starts_at=make.at(DAY, hour), ends_at=make.at(DAY, hour + 2))
    leave = asked(trainee, hours=(10, 14))

    before = states(trainee)
    approve_leave(leave, by=head_teacher(of))

    assert before == [None] * 4
    assert states(trainee) == [None, "excused", "excused", None]


def test_a_session_added_or_moved_into_the_leave_later_is_excused_by_itself():
    of, trainee = a_class()
    approve_leave(asked(trainee), by=head_teacher(of))
    moved = make.session(classes=[of], on=DAY + timedelta(days=1))

    make.session(classes=[of], on=DAY)
    change_session(
        moved,
        classes=[of],
        title=moved.title,
        teacher_name="",
        place="",
        mode="on_site",
        starts_at=make.at(DAY, 14),
        ends_at=make.at(DAY, 16),
    )

    assert states(trainee) == ["excused", "excused"]


def test_revoking_restores_what_the_ledger_says():
    of, trainee = a_class()
    first = make.session(classes=[of], starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 11))
    make.session(classes=[of], starts_at=make.at(DAY, 14), ends_at=make.at(DAY, 16))
    make.mark(first, trainee, "absent")
    before, ledger = states(trainee), list(Attendance.objects.values())
    teacher = head_teacher(of)
    leave = approve_leave(asked(trainee), by=teacher)
    during = states(trainee)

    revoke_leave(leave, text="it was a mistake", by=teacher)

    assert (before, during, states(trainee)) == (["absent", None], ["excused", "excused"], ["absent", None])
    assert list(Attendance.objects.values()) == ledger


def test_who_came_in_spite_of_leave_came():
    of, trainee = a_class()
    session = make.session(classes=[of], on=DAY)
    make.mark(session, trainee, "late")

    make.leave(trainee, starts_at=make.at(DAY), ends_at=make.at(DAY, 12), state="approved")

    assert states(trainee) == ["late"]


def test_two_leaves_that_touch_one_session_make_one_row():
    of, trainee = a_class()
    make.session(classes=[of], starts_at=make.at(DAY, 9), ends_at=make.at(DAY, 12))
    for begins, ends in ((8, 10), (10, 11), (11, 18)):
        make.leave(trainee, starts_at=make.at(DAY, begins), ends_at=make.at(DAY, ends), state="approved")

    assert states(trainee) == ["excused"]


def test_the_roll_knows_who_is_away_and_writes_what_was_seen():
    of, trainee = a_class()
    session = make.session(classes=[of], on=DAY)
    teacher = head_teacher(of)
    leave = make.leave(trainee, starts_at=make.at(DAY), ends_at=make.at(DAY, 12), state="approved")
    (line,) = roll(session)

    first = call_roll(session, exceptions={trainee.pk: line.state}, by=teacher)
    again = call_roll(session, exceptions={trainee.pk: "excused"}, by=teacher)
    revoke_leave(leave, text="it was a mistake", by=teacher)

    assert (line.state, line.leave, first, again) == ("excused", leave.leave_type.name, 1, 0)
    assert states(trainee) == ["absent"]


# Asking and deciding


def test_long_leave_goes_by_the_head_teacher_to_the_organizer():
    of, trainee = a_class()
    leave = asked(trainee, head_teacher_days=0)

    first = approve_leave(leave, by=head_teacher(of))
    with pytest.raises(Refused, match="waits for: organizer"):
        approve_leave(leave, by=head_teacher(of))
    second = approve_leave(leave, text="safe journey", by=organizer(of))

    assert (first.state, first.level, second.state) == ("waiting", 3, "approved")
    acts = LeaveStep.objects.order_by("pk").values_list("act", "level", "text")
    assert list(acts) == [("asked", None, "a wedding"), ("forwarded", 2, ""), ("approved", 3, "safe journey")]


def test_an_organizer_decides_in_place_of_a_missing_head_teacher():
    of, trainee = a_class()

    assert approve_leave(asked(trainee), by=organizer(of)).state == "approved"


def test_a_class_officer_decides_about_half_a_day_only():
    of, trainee = a_class()
    monitor = make.user(Role.OFFICER, of)
    short = asked(trainee, hours=(9, 13), officer_days=HALF)
    long = asked(trainee, on=DAY + timedelta(days=1), officer_days=HALF)

    assert approve_leave(short, by=monitor).state == "approved"
    with pytest.raises(Refused, match="waits for: head teacher"):
        approve_leave(long, by=monitor)


def test_nobody_decides_about_the_own_leave():
    of, trainee = a_class()
    make.give(trainee.person.user, Role.OFFICER, of)
    leave = asked(trainee, hours=(9, 13), officer_days=HALF)

    with pytest.raises(Refused, match="You do not decide"):
        approve_leave(leave, by=trainee.person.user)


def test_a_refusal_or_a_return_needs_a_reason():
    of, trainee = a_class()
    leave, teacher = asked(trainee), head_teacher(of)

    for decide in (refuse_leave, return_leave):
        with pytest.raises(Refused, match="Give the reason"):
            decide(leave, text="  ", by=teacher)


def test_what_was_decided_is_not_decided_again():
    of, trainee = a_class()
    leave, teacher = asked(trainee), head_teacher(of)
    refuse_leave(leave, text="the exam is that day", by=teacher)

    with pytest.raises(Refused, match="in the meantime"):
        approve_leave(leave, by=teacher)
    with pytest.raises(Refused, match="in the meantime"):
        withdraw_leave(leave, by=trainee.person.user)


def test_evidence_is_asked_for_where_the_kind_says_so():
    _of, trainee = a_class()

    with pytest.raises(Refused, match="needs a picture"):
        asked(trainee, needs_evidence=True)


def test_what_happened_with_a_leave_is_never_rewritten():
    _of, trainee = a_class()
    asked(trainee)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE learning_leavestep SET text = 'another reason'")


def test_the_head_teacher_and_then_the_trainee_are_told():
    of, trainee = a_class()
    teacher = head_teacher(of)
    leave = asked(trainee)
    (waiting,) = Notice.objects.filter(kind="learning.leave_waiting")
    still = still_waiting([waiting])

    approve_leave(leave, by=teacher)

    assert (waiting.user, still, still_waiting([waiting])) == (teacher, [waiting], [])
    told = Notice.objects.exclude(state="cancelled").values_list("kind", "user")
    assert list(told) == [("learning.leave_decided", trainee.person.user_id)]


def test_who_is_on_leave_is_away():
    _of, trainee = a_class()
    make.leave(trainee, starts_at=make.at(DAY), ends_at=make.at(DAY, 18), state="approved")
    me = trainee.person.user_id

    assert [away_on({me}, day) for day in (DAY, DAY + timedelta(days=1))] == [{me}, set()]


# Two at once


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twenty_times_at_once_is_one_leave():
    _of, trainee = a_class()
    kind = make.leave_type(trainee.cohort)
    request = Request(kind, make.at(DAY), make.at(DAY, 18), "a wedding")

    results = race(*[lambda: ask_leave(trainee, request, by=trainee.person.user)] * 20)

    assert refusals(results) == 19
    assert (Leave.objects.count(), AuditEntry.objects.filter(action="learning.ask_leave").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_agree_at_once_twenty_times_approve_once():
    of, trainee = a_class()
    leave, deciders = asked(trainee), [head_teacher(of), organizer(of)]

    results = race(*[lambda by=by: approve_leave(leave, by=by) for by in deciders * 10])

    assert refusals(results) == 19
    assert LeaveStep.objects.filter(act="approved").count() == 1
    assert AuditEntry.objects.filter(action="learning.approve_leave").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts():
    of, trainee = a_class()
    leave, teacher, other = asked(trainee), head_teacher(of), organizer(of)

    results = race(
        lambda: approve_leave(leave, by=teacher), lambda: refuse_leave(leave, text="the exam is that day", by=other)
    )

    assert refusals(results) == 1
    assert LeaveStep.objects.exclude(act="asked").count() == 1


# Pages


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def soon():
    """Tomorrow, inside a cohort that runs today."""
    today = timezone.localdate()
    of = make.training_class(make.cohort(starts_on=today, ends_on=today + timedelta(days=60)))
    trainee = make.trainee(in_class=of)
    user = make.trainee_account(trainee)
    return of, trainee, user, today + timedelta(days=1)


def test_a_trainee_asks_on_the_phone_with_a_picture(client):
    of, trainee, user, day = soon()
    kind = make.leave_type(of.cohort, needs_evidence=True)
    client.force_login(user)

    response = client.post(
        reverse("learning:leave_create", kwargs={"pk": trainee.pk}),
        {
            "leave_type": kind.pk,
            "starts_at": f"{day}T09:00",
            "ends_at": f"{day}T18:00",
            "reason": "a wedding",
            "files": SimpleUploadedFile("photo.png", picture(), "image/png"),
        },
    )

    leave = Leave.objects.get()
    evidence = leave.evidence.get()
    assert (response.status_code, leave.days, leave.training_class, evidence.kind) == (302, 1, of, "picture")
    with evidence.file.open("rb") as file:
        assert file.read(3) == b"\xff\xd8\xff"
    assert "a wedding" in client.get(leave.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_at": ""},
        {"starts_at": "yesterday"},
        {"ends_at": "0001-01-01T00:00"},
        {"ends_at": "9999-12-31T23:59"},
        {"starts_at": "0001-01-01T00:00", "ends_at": "0001-01-02T00:00"},
        {"leave_type": "99999999999999999999"},
        {"reason": ""},
        {"reason": "x" * 501},
        {"files": SimpleUploadedFile("photo.png", b"<svg onload=alert(1)>", "image/png")},
        {"files": SimpleUploadedFile("letter.pdf", b"%PDF-1.7 /JavaScript %%EOF", "application/pdf")},
    ],
)
def test_the_form_says_what_is_wrong(client, wrong):
    of, trainee, user, day = soon()
    kind = make.leave_type(of.cohort)
    client.force_login(user)
    fields = {"leave_type": kind.pk, "starts_at": f"{day}T09:00", "ends_at": f"{day}T18:00", "reason": "a wedding"}

    response = client.post(reverse("learning:leave_create", kwargs={"pk": trainee.pk}), fields | wrong)

    assert (response.status_code, Leave.objects.count()) == (422, 0)


def test_a_kind_of_another_cohort_is_no_choice(client):
    _of, trainee, user, day = soon()
    foreign = make.leave_type(make.cohort())
    client.force_login(user)

    response = client.post(
        reverse("learning:leave_create", kwargs={"pk": trainee.pk}),
        {"leave_type": foreign.pk, "starts_at": f"{day}T09:00", "ends_at": f"{day}T18:00", "reason": "a wedding"},
    )

    assert response.status_code == 422


def test_the_head_teacher_finds_it_at_home_and_decides(client):
    of, trainee = a_class()
    teacher, leave = head_teacher(of), asked(trainee)
    client.force_login(teacher)

    home = client.get(reverse("reports:home")).content.decode()
    client.post(reverse("learning:leave_decide", kwargs={"pk": leave.pk}), {"do": "approve", "text": "go"})

    assert reverse("learning:leave_detail", kwargs={"pk": leave.pk}) in home
    leave.refresh_from_db()
    assert leave.state == "approved"
    assert AuditEntry.objects.filter(action="learning.approve_leave").count() == 1


def test_an_officer_of_another_class_sees_none_of_it(client):
    of, trainee = a_class()
    leave = asked(trainee)
    other = make.training_class(of.cohort)
    client.force_login(head_teacher(other))

    detail = client.get(leave.get_absolute_url())
    decided = client.post(reverse("learning:leave_decide", kwargs={"pk": leave.pk}), {"do": "approve"})
    listed = client.get(reverse("learning:leave_list", kwargs={"cohort": of.cohort_id}))

    assert (detail.status_code, decided.status_code) == (404, 404)
    assert trainee.person.name not in listed.content.decode()


def test_a_monitor_sees_evidence_only_of_what_officers_decide(client):
    of, trainee = a_class()
    leave = asked(trainee)
    evidence = leave.evidence.create(kind="pdf", size=1)
    evidence.file.save("evidence.pdf", SimpleUploadedFile("x", b"%PDF-1.4 %%EOF"))
    url = reverse("learning:evidence_show", kwargs={"pk": evidence.pk})

    client.force_login(make.user(Role.OFFICER, of))
    as_monitor = client.get(url)
    client.force_login(head_teacher(of))
    as_teacher = client.get(url)
    b"".join(as_teacher.streaming_content)

    assert (as_monitor.status_code, as_teacher.status_code) == (404, 200)
    assert as_teacher["Content-Disposition"].startswith("attachment")


def test_the_usual_kinds_are_made_once(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))
    url = reverse("learning:leavetype_usual", kwargs={"pk": cohort.pk})

    for _twice in range(2):
        client.post(url)

    assert LeaveType.objects.count() == 3
    page = client.get(reverse("learning:leavetype_list", kwargs={"cohort": cohort.pk})).content.decode()
    assert "Up to 0.5 days a class officer decides." in page


@pytest.mark.parametrize(
    "wrong", [{"officer_days": "-1"}, {"officer_days": "9"}, {"head_teacher_days": "1e9"}, {"name": ""}]
)
def test_a_kind_of_leave_is_checked(client, wrong):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))
    fields = {"name": "sick", "officer_days": "0.5", "head_teacher_days": "3", "after_days": "1"}

    response = client.post(reverse("learning:leavetype_create", kwargs={"cohort": cohort.pk}), fields | wrong)

    assert (response.status_code, LeaveType.objects.count()) == (422, 0)


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    of = make.training_class()
    for _each in range(items):
        make.leave(make.trainee(in_class=of), starts_at=make.at(DAY), ends_at=make.at(DAY, 18))
    client.force_login(organizer(of))
    url = reverse("learning:leave_list", kwargs={"cohort": of.cohort_id})
    client.get(url)

    with django_assert_num_queries(6):
        client.get(url)
