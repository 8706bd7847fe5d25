from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry, CalendarDay, ExportRecord, Notice, Role
from placements.models import OfficeHours, Ticket, TicketRule, TicketStep
from placements.rules import clock
from placements.rules.clock import Office
from placements.selectors.tickets import Rule, month_picture
from placements.services import tickets as services
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place():
    """A trainee who is placed at a host today, with an account."""
    today = timezone.localdate()
    cohort = make.cohort(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30))
    of_class = make.training_class(cohort)
    trainee = make.trainee(in_class=of_class, of=make.person(name="小李"))
    make.trainee_account(trainee)
    make.placement(trainee, at_offer=make.offer(cohort))
    trainee.person.refresh_from_db()
    return trainee


@pytest.fixture
def organizer(place):
    return make.user(Role.ORGANIZER, place.cohort)


def a_ticket(place, category="housing", text="", key=None):
    return services.open_ticket(place, category=category, text=text, key=key or uuid4(), by=place.person.user)


def url(name, pk):
    return reverse(f"placements:{name}", kwargs={"pk": pk})


@given(st.lists(st.tuples(st.sampled_from(["stop", "resume", "assign"]), st.integers(1, 100)), max_size=12))
def test_moving_the_due_time_at_each_start_is_the_same_as_counting_how_long_it_stood(moves):
    start = timezone.now()
    due, now, stopped, stood = start + 10 * HOUR, start, None, timedelta(0)
    for act, wait in moves:
        now += wait * HOUR
        stood += wait * HOUR if stopped else timedelta(0)
        if act == "stop" and stopped is None:
            stopped = now
        elif act == "resume" and stopped is not None:
            due, stopped = clock.moved(due, stopped, now), None

    assert due + (now - stopped if stopped else timedelta(0)) == start + 10 * HOUR + stood


def test_two_taps_open_a_ticket_on_a_phone(client, place, organizer):
    client.force_login(place.person.user)
    page = client.get(reverse("placements:my_tickets")).content.decode()
    first_tap = f"{url('ticket_open', place.pk)}?category=meals"

    assert f'href="{first_tap}"' in page
    form = client.get(first_tap).context["form"]
    sent = {name: form[name].value() for name in ("category", "key")} | {"text": ""}
    for _twice in range(2):
        client.post(url("ticket_open", place.pk), sent)

    ticket = Ticket.objects.get()
    assert (ticket.category, ticket.text, ticket.host) == ("meals", "", place.placements.get().seat.offer.post.host)
    assert ticket.due_at - ticket.opened_at == 48 * HOUR
    assert AuditEntry.objects.filter(action="placements.open_ticket").count() == 1
    assert Notice.objects.get(kind=services.OPENED).user == organizer


def test_the_owner_of_a_category_is_data_and_is_told(client, place, organizer):
    owner = make.user(Role.ORGANIZER, place.cohort)
    rules = [Rule(each, 6, owner if each == "safety" else None) for each in ("housing", "meals", "safety", "other")]
    services.set_ticket_rules(place.cohort, rules)

    ticket = a_ticket(place, "safety")

    assert (ticket.owner, ticket.due_at - ticket.opened_at) == (owner, 6 * HOUR)
    assert Notice.objects.get(kind=services.OPENED).user == owner


def test_the_clock_stops_only_with_a_reason_and_the_time_it_stood_does_not_count(place, organizer):
    ticket = a_ticket(place)
    due = ticket.due_at

    with pytest.raises(Refused, match="Say why the clock stops"):
        services.stop_clock(ticket, reason="  ", by=organizer)
    services.stop_clock(ticket, reason="the spare part is ordered", by=organizer)
    Ticket.objects.update(stopped_at=timezone.now() - 5 * HOUR)
    services.start_clock(ticket, by=organizer)

    ticket.refresh_from_db()
    assert timedelta(0) <= ticket.due_at - due - 5 * HOUR < timedelta(minutes=1)
    assert ticket.stopped_at is None


def test_the_database_keeps_no_stop_without_a_reason_and_changes_no_step(place, organizer):
    ticket = a_ticket(place)

    with pytest.raises(IntegrityError), transaction.atomic():
        TicketStep.objects.create(ticket=ticket, act="stop", text="", by=organizer, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        TicketStep.objects.update(text="never mind")


def test_overdue_is_only_what_runs(place):
    late, stopped, closed = (a_ticket(place) for _n in range(3))
    Ticket.objects.update(due_at=timezone.now() - HOUR)
    Ticket.objects.filter(pk=stopped.pk).update(stopped_at=timezone.now() - 2 * HOUR)
    Ticket.objects.filter(pk=closed.pk).update(closed_at=timezone.now(), answer="done")

    assert list(Ticket.objects.overdue()) == [late]
    assert services.still_overdue(list(Notice.objects.filter(kind=services.OVERDUE, about_id=stopped.pk))) == []


def test_the_trainee_rates_the_answer_and_may_open_it_again(client, place, organizer):
    ticket = a_ticket(place)
    client.force_login(organizer)
    client.post(url("ticket_answer", ticket.pk), {"text": "A new lock is in."})
    client.force_login(place.person.user)
    client.post(url("my_ticket_rate", ticket.pk), {"satisfaction": 5})
    rated = Ticket.objects.get().satisfaction

    client.post(url("my_ticket_reopen", ticket.pk), {"text": "It broke again."})

    ticket.refresh_from_db()
    assert (rated, ticket.satisfaction, ticket.closed_at, ticket.times_reopened) == (5, None, None, 1)
    acts = list(TicketStep.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["open", "close", "rate", "reopen"]
    assert Notice.objects.filter(kind=services.ANSWERED, user=place.person.user).count() == 1


def test_nothing_is_rated_before_it_is_answered(client, place):
    ticket = a_ticket(place)

    with pytest.raises(Refused, match="once it is answered"):
        services.rate_ticket(ticket, satisfaction=1, text="", by=place.person.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.update(satisfaction=3)


def test_an_officer_sees_the_tickets_of_the_own_class_and_those_to_answer(client, place):
    mine = a_ticket(place)
    of_class = place.memberships.get().training_class
    officer = make.user(Role.OFFICER, of_class)
    elsewhere = make.trainee(in_class=make.training_class(place.cohort))
    other, given = make.ticket(elsewhere), make.ticket(elsewhere, owner=officer)
    client.force_login(officer)

    table = client.get(reverse("placements:ticket_list", kwargs={"cohort": place.cohort_id})).context["table"]

    assert set(table.ordered) == {mine, given}
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.post(url("ticket_answer", other.pk), {"text": "x"}).status_code == 404


def test_a_trainee_sees_no_ticket_of_another(client, place):
    other = make.ticket(make.trainee(place.cohort))
    client.force_login(place.person.user)

    assert client.get(url("my_ticket", other.pk)).status_code == 404
    assert client.post(url("my_ticket_rate", other.pk), {"satisfaction": 1}).status_code == 404
    assert client.get(other.get_absolute_url()).status_code == 403


def test_the_month_adds_up_and_every_number_opens_its_rows(client, place, organizer):
    for category in ("housing", "housing", "meals"):
        a_ticket(place, category)
    make.ticket(make.trainee(place.cohort), category="safety")
    client.force_login(organizer)
    month = f"{timezone.localdate():%Y-%m}"
    address = reverse("placements:ticket_month", kwargs={"cohort": place.cohort_id})

    picture = client.get(address, {"month": month}).context["picture"]
    host = picture.rows[0].host
    rows = client.get(
        reverse("placements:ticket_list", kwargs={"cohort": place.cohort_id}),
        {"month": month, "host": host, "category": "housing"},
    ).context["table"]

    assert [[cell.count for cell in row.cells] for row in picture.rows] == [[2, 1, 0, 0], [0, 0, 1, 0]]
    assert ([each.count for each in picture.totals], picture.total) == ([2, 1, 1, 0], 4)
    assert rows.count == picture.rows[0].cells[0].count


@pytest.mark.parametrize("month", ["2026-13", "x", "0000-01", "2026-1", "9" * 40])
def test_a_month_that_is_none_shows_this_one(client, place, organizer, month):
    client.force_login(organizer)
    address = reverse("placements:ticket_month", kwargs={"cohort": place.cohort_id})

    assert client.get(address, {"month": month}).context["month"] == f"{timezone.localdate():%Y-%m}"


def test_the_list_is_exported_with_a_purpose(client, place, organizer):
    a_ticket(place, text="=1+1 the door")
    client.force_login(organizer)
    address = reverse("placements:ticket_list", kwargs={"cohort": place.cohort_id})

    file = b"".join(client.post(address, {"export": "csv", "purpose": "meeting"}).streaming_content).decode()

    assert "小李" in file
    assert ExportRecord.objects.get().purpose == "meeting"


@pytest.mark.parametrize("items", [1, 3])
def test_pages_need_the_same_queries_for_any_number_of_rows(client, place, organizer, items, django_assert_num_queries):
    for _n in range(items):
        a_ticket(place)
    client.force_login(organizer)
    cohort = {"cohort": place.cohort_id}
    client.get(reverse("placements:ticket_list", kwargs=cohort))

    with django_assert_num_queries(5):
        client.get(reverse("placements:ticket_list", kwargs=cohort))
    with django_assert_num_queries(4):
        client.get(reverse("placements:ticket_month", kwargs=cohort))
    client.force_login(place.person.user)
    client.get(reverse("placements:my_tickets"))
    with django_assert_num_queries(3):
        client.get(reverse("placements:my_tickets"))


def test_an_answer_to_a_closed_ticket_is_refused(place, organizer):
    ticket = a_ticket(place)
    services.answer_ticket(ticket, answer="done", by=organizer)

    with pytest.raises(Refused, match="was answered"):
        services.answer_ticket(ticket, answer="again", by=organizer)
    assert month_picture(Ticket.objects.all(), timezone.now() - HOUR, timezone.now() + HOUR).total == 1


def test_the_hours_that_count_are_data_and_a_ticket_keeps_those_it_was_opened_with(place, organizer):
    CalendarDay.objects.all().delete()
    for ahead in range(40):
        CalendarDay.objects.create(day=timezone.localdate() + ahead * DAY, is_working=ahead in (10, 11))
    services.set_ticket_rules(place.cohort, [Rule("meals", 10, None, "office")], Office(time(8, 30), time(17)))

    ticket = a_ticket(place, "meals")
    services.set_ticket_rules(place.cohort, [Rule("meals", 10)], Office(time(0), time(1)))
    services.stop_clock(ticket, reason="the cook is away", by=organizer)
    services.start_clock(ticket, by=organizer)
    due = timezone.localtime(Ticket.objects.get().due_at)

    # 8.5 of the 10 hours on the first working day
    assert (due.date() - timezone.localdate(), due.hour, due.minute) == (11 * DAY, 10, 0)
    assert (Ticket.objects.get().counts, a_ticket(place, "meals").counts) == ("office", "all")


def test_the_page_of_rules_keeps_hours_and_which_of_them_count(client, place, organizer):
    client.force_login(organizer)
    address = reverse("placements:ticket_rules", kwargs={"cohort": place.cohort_id})
    given = {f"{each}_hours": "8" for each in ("housing", "meals", "safety", "other")}
    given |= {f"{each}_counts": "days" for each in ("housing", "meals", "safety", "other")}

    given |= {"opens": "08:30", "closes": "17:30"}

    bad = [client.post(address, given | wrong) for wrong in ({"meals_counts": "never"}, {"closes": "08:30"})]
    kept = client.post(address, given)

    assert ([each.status_code for each in bad], kept.status_code) == ([422, 422], 302)
    assert OfficeHours.objects.values_list("opens", "closes").get() == (time(8, 30), time(17, 30))
    assert AuditEntry.objects.filter(action="placements.set_ticket_rules").count() == 1
    assert set(TicketRule.objects.values_list("hours", "counts")) == {(8, "days")}


def test_the_title_of_a_ticket_begins_with_a_capital(client, place, organizer):
    ticket = a_ticket(place)
    client.force_login(organizer)

    assert "<title>Housing · 小李" in client.get(ticket.get_absolute_url()).content.decode()
