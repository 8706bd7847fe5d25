from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Role
from cohorts.models import ClassOfficer
from learning.models import Appeal, Attendance, AttendanceRules, PersonTime
from learning.rules.states import DEFAULT, NUMBERS
from learning.services.appeals import answer_appeal, object_to, still_open
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def a_mark(state="absent", *, days_ago=1, **numbers):
    """A mark made some days ago in a cohort that runs today."""
    today = timezone.localdate()
    of = make.training_class(make.cohort(starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=60)))
    values = {name: getattr(DEFAULT, name) for name in NUMBERS} | numbers
    AttendanceRules.objects.create(cohort=of.cohort, version=1, from_on=of.cohort.starts_on, **values)
    trainee = make.trainee(in_class=of)
    user = make.trainee_account(trainee)
    trainee.person.refresh_from_db()
    session = make.session(classes=[of], on=today - timedelta(days=days_ago))
    return of, user, make.mark(session, trainee, state)


def head_teacher(of):
    user = make.user(Role.OFFICER, of)
    make.officer(of, make.person(user=user), office=ClassOfficer.Office.HEAD_TEACHER)
    return user


def test_a_granted_objection_makes_a_new_mark_and_both_texts_stay():
    of, user, mark = a_mark()
    teacher = head_teacher(of)
    appeal = object_to(mark, text="I sat in the last row.", by=user)

    answer_appeal(appeal, grants=True, state="late", text="Seen on the list.", by=teacher)

    appeal.refresh_from_db()
    assert (appeal.state, appeal.text, appeal.answer) == ("granted", "I sat in the last row.", "Seen on the list.")
    ledger = Attendance.objects.order_by("pk").values_list("state", "in_force", "source")
    assert list(ledger) == [("absent", False, "roll"), ("late", True, "appeal")]
    assert PersonTime.objects.get().state == "late"
    actions = AuditEntry.objects.filter(action__startswith="learning.").values_list("action", flat=True)
    assert sorted(actions) == ["learning.answer_appeal", "learning.object_to_mark"]


def test_a_declined_one_leaves_the_mark_and_an_answer_is_final():
    of, user, mark = a_mark()
    teacher = head_teacher(of)
    appeal = object_to(mark, text="I was there.", by=user)

    answer_appeal(appeal, grants=False, text="Nobody saw you.", by=teacher)

    assert Attendance.objects.get().state == "absent"
    with pytest.raises(Refused, match="in the meantime"):
        answer_appeal(appeal, grants=True, state="present", text="Yes.", by=teacher)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE learning_appeal SET text = 'something else'")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"days_ago": 8}, "were taken until"),
        ({"state": "present"}, "nothing to object to"),
        ({"appeal_days": 0}, "cannot be objected to"),
    ],
)
def test_an_objection_is_refused_where_the_rule_says_so(given, words):
    _of, user, mark = a_mark(**given)

    with pytest.raises(Refused, match=words):
        object_to(mark, text="I was there.", by=user)


def test_the_last_day_is_a_day_and_the_answer_is_due_by_the_rule():
    _of, user, mark = a_mark(days_ago=7, answer_days=5)

    assert object_to(mark, text="I was there.", by=user).due_on == timezone.localdate() + timedelta(days=5)


def test_nobody_answers_the_own_objection():
    of, user, mark = a_mark()
    make.give(user, Role.OFFICER, of)
    appeal = object_to(mark, text="I was there.", by=user)

    with pytest.raises(Refused, match="your own"):
        answer_appeal(appeal, grants=True, state="present", text="Yes.", by=user)


def test_the_head_teacher_and_then_the_trainee_are_told():
    of, user, mark = a_mark()
    teacher = head_teacher(of)
    appeal = object_to(mark, text="I was there.", by=user)
    (made,) = Notice.objects.all()
    before = still_open([made])

    answer_appeal(appeal, grants=False, text="Nobody saw you.", by=teacher)

    assert (made.user, before, still_open([made])) == (teacher, [made], [])
    assert list(Notice.objects.exclude(pk=made.pk).values_list("kind", "user")) == [
        ("learning.appeal_answered", user.pk)
    ]


@pytest.mark.django_db(transaction=True)
def test_one_objection_sent_twenty_times_is_one():
    _of, user, mark = a_mark()

    results = race(*[lambda: object_to(mark, text="I was there.", by=user)] * 20)

    assert (refusals(results), Appeal.objects.count()) == (19, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts():
    of, user, mark = a_mark()
    teacher, other = head_teacher(of), make.user(Role.ORGANIZER, of.cohort)
    appeal = object_to(mark, text="I was there.", by=user)

    results = race(
        lambda: answer_appeal(appeal, grants=True, state="present", text="Yes.", by=teacher),
        lambda: answer_appeal(appeal, grants=False, text="No.", by=other),
    )

    assert refusals(results) == 1


# Pages


def test_a_trainee_objects_on_the_row_and_reads_the_answer_there(client):
    of, user, mark = a_mark()
    client.force_login(user)
    mine, form = reverse("learning:my_attendance"), reverse("learning:appeal_create", kwargs={"pk": mark.pk})
    before = client.get(mine).content.decode()

    client.post(form, {"text": "I sat in the last row."})
    answer_appeal(Appeal.objects.get(), grants=False, text="Nobody saw you.", by=head_teacher(of))

    page = client.get(mine).content.decode()
    assert form in before
    assert form not in page
    assert "I sat in the last row." in page
    assert "Nobody saw you." in page


def test_the_head_teacher_answers_and_overdue_ones_stand_at_home(client):
    of, user, mark = a_mark(days_ago=6)
    appeal = make.appeal(mark, due_on=timezone.localdate() - timedelta(days=1))
    client.force_login(head_teacher(of))

    home = client.get(reverse("reports:home")).content.decode()
    client.post(appeal.get_absolute_url(), {"decision": "present", "text": "Seen on the list."})

    assert "1 objection to a mark" in home
    assert Attendance.objects.get(in_force=True).state == "present"
    assert user.notices.filter(kind="learning.appeal_answered").count() == 1


@pytest.mark.parametrize("wrong", [{"decision": ""}, {"decision": "perhaps"}, {"text": ""}, {"text": "x" * 501}])
def test_an_answer_is_checked(client, wrong):
    of, _user, mark = a_mark()
    appeal = make.appeal(mark)
    client.force_login(head_teacher(of))

    answer = client.post(appeal.get_absolute_url(), {"decision": "decline", "text": "No."} | wrong)

    appeal.refresh_from_db()
    assert (answer.status_code, appeal.state) == (422, "open")


def test_marks_of_others_and_classes_of_others_are_out_of_reach(client):
    of, _user, mark = a_mark()
    appeal = make.appeal(mark)
    _of, stranger, _mark = a_mark()

    client.force_login(stranger)
    as_trainee = client.post(reverse("learning:appeal_create", kwargs={"pk": mark.pk}), {"text": "no"})
    client.force_login(head_teacher(make.training_class(of.cohort)))
    as_teacher = client.get(appeal.get_absolute_url())

    assert (as_trainee.status_code, as_teacher.status_code) == (404, 404)


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    of = make.training_class()
    for day in range(items):
        session = make.session(classes=[of], on=date(2026, 9, 8) + timedelta(days=day))
        make.appeal(make.mark(session, make.trainee(in_class=of), "absent"))
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    url = reverse("learning:appeal_list", kwargs={"cohort": of.cohort_id})
    client.get(url)

    with django_assert_num_queries(4):
        client.get(url)


def test_a_granted_objection_and_its_answer_stay_on_the_page_of_the_trainee(client):
    of, user, mark = a_mark()
    answer_appeal(
        object_to(mark, text="I sat in the last row.", by=user),
        grants=True, state="late", text="Seen on the list.", by=head_teacher(of),
    )  # fmt: skip
    client.force_login(user)

    html = client.get(reverse("learning:my_attendance")).content.decode()

    assert "I sat in the last row." in html
    assert "Seen on the list." in html
    assert "/object/" in html  # the new mark may be objected to like any other
