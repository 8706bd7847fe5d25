import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from learning.models import Attendance, Scan, Session
from learning.rules import codes
from learning.rules.states import DEFAULT
from learning.services import call_roll, cancel_session
from learning.services.checkins import check_in, code_key, device_key, make_ticket
from learning.services.rules import make_version
from tests import make
from tests.races import race

URL = "/my/check-in/"


def beginning(in_minutes: float, *, classes, **fields):
    """A session that begins so many minutes from now; its class meets all year."""
    start = timezone.now() + timedelta(minutes=in_minutes)
    return make.session(classes=classes, starts_at=start, ends_at=start + timedelta(hours=2), **fields)


def a_class(size=1):
    """A class that runs today, with its trainees and their accounts."""
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=60))
    of = make.training_class(cohort)
    people = [make.trainee(in_class=of) for _ in range(size)]
    return of, people, [make.trainee_account(each) for each in people]


def token(session, *, seconds_ago=0):
    window = codes.window_of(timezone.now() - timedelta(seconds=seconds_ago))
    return codes.token(code_key(), session.pk, window)


def phone_of(user) -> Client:
    phone = Client()
    phone.force_login(user)
    return phone


def scan(phone, session, **kwargs):
    """What a phone does: opens the address in the code and sends the ticket that it got."""
    landing = phone.get(reverse("learning:code_read", kwargs={"code": token(session, **kwargs)}), follow=True)
    return phone.post(URL, {"ticket": landing.context["ticket"]})


def told(response) -> str:
    """The kind of the answer on the page."""
    return re.search(r'class="answer answer-(\w+)', response.content.decode())[1]


def verdicts():
    return list(Scan.objects.order_by("pk").values_list("verdict", "reasons"))


@pytest.mark.django_db
@pytest.mark.parametrize(("in_minutes", "mark"), [(20, "present"), (-4, "present"), (-6, "late"), (-31, "absent")])
def test_a_scan_in_time_marks_the_person_once(in_minutes, mark):
    of, (first,), (account,) = a_class()
    session = beginning(in_minutes, classes=[of])
    phone = phone_of(account)

    pages = [scan(phone, session) for _again in range(2)]

    assert [told(page) for page in pages] == ["in", "already"]
    assert (b"answer-absent" in pages[0].content) == (mark == "absent")
    assert verdicts() == [("accepted", [])]
    assert list(Attendance.objects.values_list("trainee", "state", "source")) == [(first.pk, mark, "scan")]
    assert AuditEntry.objects.filter(action="learning.check_in").count() == 1


@pytest.mark.django_db
def test_two_people_in_the_same_minute_read_each_the_own_name_in_the_own_language_and_colours():
    of, _people, accounts = a_class(2)
    first, second = accounts
    first.name, first.language = "Li <b>", "zh-hans"
    second.name, second.theme = "Wang Wei", "dark"
    first.save()
    second.save()
    session = beginning(0, classes=[of])

    pages = [scan(phone_of(each), session).content.decode() for each in accounts]

    assert [told in pages[0] for told in ("Li &lt;b&gt;", "签到成功", 'data-theme="system"')] == [True] * 3
    assert [told in pages[1] for told in ("Wang Wei", "You are checked in", 'data-bs-theme="dark"')] == [True] * 3
    assert "\0" not in "".join(pages)


@pytest.mark.django_db
def test_opening_the_address_of_a_code_writes_nothing():
    of, _people, (account,) = a_class()
    session = beginning(0, classes=[of])

    response = phone_of(account).get(reverse("learning:code_read", kwargs={"code": token(session)}), follow=True)

    assert (response.status_code, Scan.objects.count(), AuditEntry.objects.count()) == (200, 0, 0)


@pytest.mark.django_db
def test_a_person_who_is_signed_out_signs_in_and_lands_where_they_were():
    of, (first,), (account,) = a_class()
    session = beginning(0, classes=[of])
    phone = Client()

    landing = phone.get(reverse("learning:code_read", kwargs={"code": token(session)}))
    asked = phone.get(landing.url)
    signed_in = phone.post(asked.url, {"login": account.username, "password": make.PASSWORD})
    page = phone.get(signed_in.url)
    answer = phone.post(URL, {"ticket": page.context["ticket"]})

    assert told(answer) == "in"
    assert list(Attendance.objects.values_list("trainee", flat=True)) == [first.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "outcome", "mark"), [(10, "in", "present"), (14, "in", "present"), (16, "refused", "")]
)
def test_who_signs_in_slowly_arrived_when_the_code_was_read(minutes, outcome, mark):
    of, _people, (account,) = a_class()
    session = beginning(-13, classes=[of])
    phone = phone_of(account)
    phone.get(URL)
    read_at = timezone.now() - timedelta(minutes=minutes)
    code, device = codes.Code(session.pk, codes.window_of(read_at)), device_key(phone.cookies["device"].value)
    ticket = make_ticket(code, token(session, seconds_ago=minutes * 60), at=read_at, device=device)

    answer = phone.post(URL, {"ticket": ticket})

    assert (told(answer), "".join(Attendance.objects.values_list("state", flat=True))) == (outcome, mark)


@pytest.mark.django_db
def test_who_comes_too_early_is_told_when_to_come_back_and_gets_in_then():
    of, _people, (account,) = a_class()
    session = beginning(45, classes=[of])
    phone = phone_of(account)

    early = scan(phone, session)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() + timedelta(minutes=29))
    then = scan(phone, session)

    opens_at = timezone.localtime(session.starts_at - timedelta(minutes=30))
    assert f"{opens_at:%H:%M}" in early.content.decode()
    assert (early.context["answer"].reason, told(then)) == ("early", "in")
    assert verdicts() == [("refused", ["early"]), ("accepted", [])]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("in_minutes", "seconds_ago", "reason"), [(0, 25, "old_code"), (0, 3600, "old_code"), (-125, 0, "over")]
)
def test_a_forwarded_picture_or_a_late_scan_is_refused_and_kept(in_minutes, seconds_ago, reason):
    of, _people, (account,) = a_class()
    session = beginning(in_minutes, classes=[of])

    answer = scan(phone_of(account), session, seconds_ago=seconds_ago).context["answer"]

    assert (answer.outcome, answer.reason) == ("refused", reason)
    assert verdicts() == [("refused", [reason])]
    assert Attendance.objects.count() == 0


@pytest.mark.django_db
def test_a_ticket_that_was_forwarded_to_another_phone_is_flagged_and_marks_nobody():
    of, _people, (there, at_home) = a_class(2)
    session = beginning(0, classes=[of])
    ticket = phone_of(there).get(
        reverse("learning:code_read", kwargs={"code": token(session)}), follow=True
    ).context["ticket"]  # fmt: skip
    other_phone = phone_of(at_home)
    other_phone.get(URL)

    answer = other_phone.post(URL, {"ticket": ticket}).context["answer"]

    assert answer.outcome == "flagged"
    assert verdicts() == [("flagged", ["other_device"])]
    assert Attendance.objects.count() == 0


@pytest.mark.django_db
def test_one_phone_for_several_people_counts_for_the_first_and_is_flagged_for_the_others():
    of, people, accounts = a_class(3)
    session, phone = beginning(0, classes=[of]), Client()

    outcomes = []
    for account in accounts:
        phone.force_login(account)
        outcomes.append(told(scan(phone, session)))

    assert outcomes == ["in", "flagged", "flagged"]
    assert list(Attendance.objects.values_list("trainee", flat=True)) == [people[0].pk]
    assert Scan.objects.values("device").distinct().count() == 1


@pytest.mark.django_db
def test_the_same_phone_at_another_session_is_nothing_unusual():
    of, _people, (account,) = a_class()
    first, second = beginning(-100, classes=[of]), beginning(10, classes=[of])
    phone = phone_of(account)

    assert [told(scan(phone, each)) for each in (first, second)] == ["in", "in"]


@pytest.mark.django_db
def test_a_code_does_not_count_for_another_session():
    of, _people, (account,) = a_class()
    mine, other = beginning(0, classes=[of]), beginning(0, classes=[make.training_class(of.cohort)])

    answer = scan(phone_of(account), other).context["answer"]

    assert (answer.outcome, answer.reason) == ("refused", "not_expected")
    assert verdicts() == [("refused", ["not_expected"])]
    assert Attendance.objects.filter(session=mine).count() == 0


@pytest.mark.django_db
def test_somebody_of_another_cohort_is_refused_and_learns_nothing():
    of, _people, _accounts = a_class()
    session = beginning(0, classes=[of], title="Strategy")
    _other, _strangers, (stranger,) = a_class()

    response = scan(phone_of(stranger), session)

    assert response.context["answer"].reason == "not_expected"
    assert "Strategy" not in response.content.decode()
    assert (Scan.objects.count(), AuditEntry.objects.filter(outcome="denied").count()) == (0, 1)


@pytest.mark.django_db
def test_a_cancelled_session_takes_nobody_in():
    of, _people, (account,) = a_class()
    session = beginning(0, classes=[of])
    cancel_session(session, reason="rain")

    assert scan(phone_of(account), session).context["answer"].reason == "cancelled"
    assert Attendance.objects.count() == 0


@pytest.mark.django_db
def test_a_roll_that_was_called_stands_and_the_scan_is_kept_beside_it():
    of, (first,), (account,) = a_class()
    session = beginning(-20, classes=[of])
    call_roll(session, exceptions={first.pk: "absent"}, by=make.user())

    answer = scan(phone_of(account), session)

    assert told(answer) == "in"
    assert list(Attendance.objects.values_list("state", "source")) == [("absent", "roll")]
    assert verdicts() == [("accepted", [])]


@pytest.mark.django_db
def test_scans_that_come_in_while_the_roll_is_called_overtake_no_officer():
    of, (first, second), (account, _other) = a_class(2)
    session = beginning(-20, classes=[of])
    scan(phone_of(account), session)

    call_roll(session, exceptions={first.pk: "absent"}, by=make.user(), seen={first.pk: None, second.pk: None})

    assert dict(Attendance.objects.filter(in_force=True).values_list("trainee", "state")) == {
        first.pk: "absent",
        second.pk: "present",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["1-2-3", "nonsense", "1-1-" + "0" * 20, "٣-1-1", "-" * 80])
def test_a_code_that_was_made_up_is_answered_in_words(text):
    response = Client().get(reverse("learning:code_read", kwargs={"code": text}))

    assert (response.status_code, b"no code of ours" in response.content or "不是" in response.content.decode()) == (
        404,
        True,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("data", "status"), [({}, 400), ({"ticket": "made up"}, 200), ({"digits": "x"}, 200)])
def test_junk_that_is_sent_marks_nobody(data, status):
    _of, _people, (account,) = a_class()

    response = phone_of(account).post(URL, data)

    assert (response.status_code, Scan.objects.count()) == (status, 0)


@pytest.mark.django_db
def test_six_digits_stand_for_the_code():
    of, (first,), (account,) = a_class()
    session = beginning(0, classes=[of])
    phone = phone_of(account)
    phone.get(URL)
    digits = codes.digits(code_key(), session.pk, timezone.now())

    answer = phone.post(URL, {"digits": f"{digits[:3]} {digits[3:]}"})

    assert told(answer) == "in"
    assert list(Scan.objects.values_list("trainee", "source", "verdict")) == [(first.pk, "digits", "accepted")]


@pytest.mark.django_db
def test_guessing_the_digits_ends_after_five_wrong_ones():
    of, _people, (account,) = a_class()
    session = beginning(0, classes=[of])
    phone = phone_of(account)
    phone.get(URL)
    right = codes.digits(code_key(), session.pk, timezone.now())
    wrong = f"{(int(right) + 500_000) % 1_000_000:06}"

    answers = [phone.post(URL, {"digits": each}).context["answer"] for each in [*[wrong] * 6, right]]

    assert [each.reason or each.outcome for each in answers] == ["wrong_digits"] * 5 + ["too_many"] * 2
    assert Attendance.objects.count() == 0


@pytest.mark.django_db
def test_digits_outside_of_any_session_say_when_the_next_one_opens():
    of, _people, (account,) = a_class()
    session = beginning(120, classes=[of])

    response = phone_of(account).post(URL, {"digits": "123456"})

    opens_at = timezone.localtime(session.starts_at - timedelta(minutes=30))
    assert response.context["answer"].outcome == "none_open"
    assert f"{opens_at:%H:%M}" in response.content.decode()


@pytest.mark.django_db
def test_the_screen_shows_a_code_that_works_and_how_many_are_in(client):
    of, _people, (account, _other) = a_class(2)
    session = beginning(0, classes=[of])
    scan(phone_of(account), session)
    client.force_login(make.user(Role.OFFICER, of))

    page = client.get(reverse("learning:checkin_screen", kwargs={"pk": session.pk}))

    digits = page.context["digits"].replace(" ", "")
    assert codes.are_digits_fresh(code_key(), session.pk, digits, timezone.now())
    assert (page.context["came"], page.context["expected"]) == (1, 2)
    assert page.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "<svg" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE learning_scan SET verdict = 'refused'", "DELETE FROM learning_scan"])
def test_the_database_refuses_to_rewrite_a_scan(statement):
    of, _people, (account,) = a_class()
    scan(phone_of(account), beginning(0, classes=[of]))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("size", [2, 4])
def test_a_check_in_takes_the_same_few_queries_in_a_class_of_any_size(django_assert_num_queries, size):
    of, _people, (account, other, *_) = a_class(size)
    session = beginning(0, classes=[of])
    scan(phone_of(other), session)
    phone = phone_of(account)
    ticket = phone.get(reverse("learning:code_read", kwargs={"code": token(session)}), follow=True).context["ticket"]

    with django_assert_num_queries(3 + 2):  # account; session with place and rules; scan with mark and audit; savepoint
        phone.post(URL, {"ticket": ticket})


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twenty_times_at_once_is_one_row_and_one_audit_entry():
    of, (first,), (account,) = a_class()
    session = beginning(0, classes=[of])
    code, now, device = codes.Code(session.pk, codes.window_of(timezone.now())), timezone.now(), device_key("phone")

    answers = race(*[lambda: check_in(account, code, at=now, device=device, read_by=device[:16])] * 20)

    assert sorted(answer.outcome for answer in answers) == ["already"] * 19 + ["in"]
    assert verdicts() == [("accepted", [])]
    assert list(Attendance.objects.values_list("trainee", flat=True)) == [first.pk]
    assert AuditEntry.objects.filter(action="learning.check_in").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_roll_and_scans_at_the_same_moment_leave_one_mark_in_force_for_each():
    of, people, accounts = a_class(6)
    session, officer = beginning(-20, classes=[of]), make.user()
    code, now = codes.Code(session.pk, codes.window_of(timezone.now())), timezone.now()

    def scanning(account):
        device = device_key(account.username)
        return lambda: check_in(account, code, at=now, device=device, read_by=device[:16])

    race(
        lambda: call_roll(session, exceptions={people[0].pk: "absent"}, by=officer),
        *[scanning(account) for account in accounts],
    )

    in_force = Attendance.objects.filter(in_force=True)
    assert in_force.count() == 6
    assert in_force.get(trainee=people[0]).state == "absent"
    assert Scan.objects.filter(verdict="accepted").count() == 6


@pytest.mark.django_db(transaction=True)
def test_a_session_is_not_cancelled_under_a_scan_nor_scanned_after_it_was_cancelled():
    of, _people, (account,) = a_class()
    session = beginning(0, classes=[of])
    code, now, device = codes.Code(session.pk, codes.window_of(timezone.now())), timezone.now(), device_key("phone")

    race(
        lambda: check_in(account, code, at=now, device=device, read_by=device[:16]),
        lambda: cancel_session(session, reason="rain"),
    )

    session.refresh_from_db()
    assert Attendance.objects.count() == (0 if session.cancelled_at else 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("numbers", "late", "absent"),
    [({}, 5, 30), ({"late_from": 20, "absent_from": 20}, None, 20), ({"absent_from": 600}, 5, None)],
)
def test_the_screen_says_from_when_one_is_late_and_from_when_absent(client, numbers, late, absent):
    of, *_rest = a_class()
    session = beginning(10, classes=[of])
    make_version(
        of.cohort, from_on=of.cohort.starts_on + timedelta(days=1), numbers=vars(DEFAULT) | numbers, by=make.user()
    )
    client.force_login(make.user(Role.OFFICER, of))

    shown = client.get(reverse("learning:checkin_screen", kwargs={"pk": session.pk})).context

    minutes = [
        each and (each - session.starts_at).total_seconds() / 60 for each in (shown["late_at"], shown["absent_at"])
    ]
    assert minutes == [late, absent]
