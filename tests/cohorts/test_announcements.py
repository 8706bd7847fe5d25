"""Office notices: nobody is told before the check, exactly those who were shown are, once, and it can be stopped."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Message, Notice, Role
from accounts.services import outbox
from cohorts.models import Announcement
from cohorts.services.announcements import audience, draft, send, stop
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 8)


@pytest.fixture
def cohort():
    """Two classes of two, one of the four without an account; a head teacher; somebody who left; another cohort."""
    made = make.cohort(name="Third")
    for name in ("A", "B"):
        training_class = make.training_class(made, name=name)
        for n in range(2):
            trainee = make.trainee(in_class=training_class, of=make.person(name=f"{name}{n}", name_key=f"{name}{n}"))
            if (name, n) != ("B", 1):
                make.trainee_account(trainee, name=f"{name}{n}")
    head = make.person(name="Head", user=make.user(name="Head"))
    make.officer(made.classes.get(name="A"), head)
    make.trainee_account(make.trainee(made, status="withdrawn", ended_on=date(2026, 9, 2)), name="Gone")
    make.trainee_account(make.trainee(), name="Elsewhere")
    return made


def names(users) -> list[str]:
    return sorted(make.User.objects.filter(pk__in=users).values_list("name", flat=True))


def url(name, **kwargs):
    return reverse(f"cohorts:announcement_{name}", kwargs=kwargs)


def text(response) -> str:
    return response.content.decode()


def test_the_audience_is_who_is_in_training_there_with_an_account(cohort):
    everybody = make.announcement(cohort, with_officers=True)
    of_a = make.announcement(cohort, is_for_all=False)
    of_a.classes.set(cohort.classes.filter(name="A"))
    of_none = make.announcement(cohort, is_for_all=False)

    found = audience(everybody, today=TODAY)

    assert names(found.users) == ["A0", "A1", "B0", "Head"]
    assert found.unreachable == ["B1"]
    assert found.by_way == {"": 4}
    assert names(audience(of_a, today=TODAY).users) == ["A0", "A1"]
    assert audience(of_none, today=TODAY).users == []


def test_a_notice_is_written_checked_sent_and_read(client, cohort, clock):
    organizer = make.user(Role.ORGANIZER, cohort)
    client.force_login(organizer)

    checked = client.post(
        url("create", cohort=cohort.pk),
        {"title": "Storm", "text": "No classes tomorrow.", "is_urgent": "on"},
        follow=True,
    )
    nobody_yet = Notice.objects.count()
    made = Announcement.objects.get()
    digest = checked.context["found"].digest
    told = client.post(url("send", pk=made.pk), {"digest": digest}, follow=True)
    clock.forward(minutes=1)
    outbox.run(seconds=5)
    client.force_login(make.User.objects.get(name="A0"))

    assert "Send it to 3 people" in text(checked)
    assert "B1" in text(checked)
    assert nobody_yet == 0
    assert "3 people are told." in text(told)
    assert "【Storm】No classes tomorrow." in text(client.get(reverse("accounts:inbox")))
    assert list(AuditEntry.objects.filter(action__startswith="cohorts.").order_by("pk").values_list("action", flat=True)) == [
        "cohorts.draft_announcement", "cohorts.send_announcement",
    ]  # fmt: skip


def test_it_is_refused_when_others_would_get_it_than_were_shown(cohort, clock):
    made = make.announcement(cohort)
    seen = audience(made, today=TODAY).digest
    make.trainee_account(make.trainee(cohort))

    with pytest.raises(Refused, match="changed since you looked"):
        send(made, digest=seen)

    assert Notice.objects.count() == 0


def test_a_notice_to_nobody_is_refused(clock):
    made = make.announcement()

    with pytest.raises(Refused, match="Nobody would get it"):
        send(made, digest=audience(made, today=TODAY).digest)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_at_once_send_once(cohort):
    made = make.announcement(cohort)
    digest = audience(made, today=timezone.localdate()).digest

    results = race(*[lambda: send(made, digest=digest)] * 3)

    assert refusals(results) == 2
    assert Notice.objects.count() == 3


def test_stopped_in_time_it_reaches_nobody_and_later_nobody_else(cohort, clock):
    first, second = make.announcement(cohort), make.announcement(cohort)
    for made in (first, second):
        send(made, digest=audience(made, today=TODAY).digest)

    stopped = stop(first)
    clock.forward(minutes=1)
    outbox.run(seconds=5)
    too_late = stop(second)

    assert (stopped, too_late) == (3, 0)
    assert set(Notice.objects.filter(about_id=first.pk).values_list("state", flat=True)) == {"cancelled"}
    assert list(Message.objects.values_list("lines", flat=True)) == [[[f"【{second.title}】Bring a pen.", ""]]] * 3
    with pytest.raises(Refused):
        stop(first)


def test_what_is_not_urgent_waits_for_the_morning(cohort, clock):
    clock.set(make.at(TODAY, 22))
    calm, urgent = make.announcement(cohort), make.announcement(cohort, is_urgent=True)
    for made in (calm, urgent):
        send(made, digest=audience(made, today=TODAY).digest)
    clock.forward(minutes=1)

    outbox.run(seconds=5)

    assert set(Notice.objects.filter(about_id=urgent.pk).values_list("state", flat=True)) == {"sent"}
    assert set(Notice.objects.filter(about_id=calm.pk).values_list("state", flat=True)) == {"waiting"}


def test_a_sent_notice_is_not_changed_and_a_draft_is_thrown_away(client, cohort, clock):
    client.force_login(make.user(Role.ORGANIZER, cohort))
    sent, thrown = make.announcement(cohort), make.announcement(cohort)
    send(sent, digest=audience(sent, today=TODAY).digest)

    client.post(url("discard", pk=sent.pk))
    client.post(url("discard", pk=thrown.pk))

    assert client.get(url("update", pk=sent.pk)).status_code == 404
    assert client.get(url("check", pk=sent.pk)).status_code == 404
    assert list(Announcement.objects.values_list("pk", flat=True)) == [sent.pk]


def test_a_class_of_another_cohort_is_refused(cohort):
    with pytest.raises(Refused):
        draft(cohort, by=make.user(), classes=[make.training_class()], title="x", text="y")


def test_organizers_of_other_cohorts_see_nothing(client, cohort):
    made = make.announcement(cohort)
    client.force_login(make.user(Role.ORGANIZER, make.cohort()))

    answers = [client.get(url(name, pk=made.pk)).status_code for name in ("detail", "check", "update")]

    assert answers == [404, 404, 404]
    assert client.get(url("list", cohort=cohort.pk)).status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_the_pages_need_the_same_queries_for_any_number_of_people(client, clock, django_assert_num_queries, people):
    cohort = make.cohort()
    for _ in range(people):
        make.trainee_account(make.trainee(cohort))
        sent, kept = make.announcement(cohort), make.announcement(cohort)
    send(sent, digest=audience(sent, today=TODAY).digest)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    with django_assert_num_queries(4):
        client.get(url("list", cohort=cohort.pk))
    with django_assert_num_queries(5):
        client.get(url("detail", pk=sent.pk))
    with django_assert_num_queries(7):
        client.get(url("check", pk=kept.pk))
