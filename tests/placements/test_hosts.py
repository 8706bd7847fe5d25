from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, ExportRecord, Role, SecretLook
from placements.models import Host, HostContact, Offer, Post
from placements.services.seats import claim_seat
from tests import make

pytestmark = pytest.mark.django_db
CODE = "91350100M000100Y43"


def url(name, pk):
    return reverse(f"placements:{name}", kwargs={"pk": pk})


@pytest.fixture
def cohort():
    return make.cohort()


@pytest.fixture
def organizer(client, cohort):
    user = make.user(Role.ORGANIZER, cohort.program)
    client.force_login(user)
    return user


def acts():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_host_is_entered_checked_and_then_takes_trainees(client, cohort, organizer):
    unit = cohort.program.unit
    typed = {"name": "甲公司", "unit": unit.pk, "credit_code": f" {CODE.lower()} ", "industry": "物流"}

    client.post(reverse("placements:host_create"), typed)
    host = Host.objects.get()
    offer = make.offer(cohort, at_host=host)
    early = client.get(host.get_absolute_url()).content.decode()
    client.post(url("host_check", host.pk), {"on": "2026-09-01", "note": "licence and lodging seen"})

    host.refresh_from_db()
    assert "Nobody has checked this host" in early
    assert (host.credit_code, host.state, host.checked_by) == (CODE, Host.State.CHECKED, organizer)
    assert claim_seat(offer, make.trainee(cohort)).seat.offer == offer
    assert acts()[:2] == ["placements.create_host", "placements.check_host"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"credit_code": "123"}, "A credit code has 18 signs"),
        ({"credit_code": CODE}, "This is the code of 甲公司."),
        ({"name": "甲公司"}, "This unit has a host of this name already."),
    ],
)
def test_a_host_that_cannot_be_is_refused(client, cohort, organizer, typed, said):
    unit = cohort.program.unit
    make.host(unit, name="甲公司", credit_code=CODE)

    answer = client.post(reverse("placements:host_create"), {"name": "乙公司", "unit": unit.pk} | typed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Host.objects.count() == 1


def test_a_host_is_not_checked_on_a_day_to_come_and_what_was_found_stays_typed(client, cohort, organizer):
    client.force_login(organizer)
    host = make.host(cohort.program.unit, state=Host.State.NEW)
    tomorrow = timezone.localdate() + timedelta(days=1)

    answer = client.post(url("host_check", host.pk), {"on": tomorrow.isoformat(), "note": "lodging seen"})

    assert answer.status_code == 422
    assert "This day has not come yet." in answer.content.decode()
    assert "lodging seen" in answer.content.decode()
    host.refresh_from_db()
    assert host.state == Host.State.NEW


def test_a_wrong_check_digit_is_told_on_the_page_and_refuses_nothing(client, cohort, organizer):
    typed = {"name": "甲公司", "unit": cohort.program.unit.pk, "credit_code": CODE[:-1] + "4"}

    client.post(reverse("placements:host_create"), typed)

    page = client.get(Host.objects.get().get_absolute_url()).content.decode()
    assert "The check digit is wrong." in page


def test_a_host_with_people_is_not_closed_and_one_with_a_history_not_deleted(client, cohort, organizer):
    host = make.host(cohort.program.unit)
    make.placement(make.trainee(cohort), at_offer=make.offer(cohort, at_host=host, ends_on=date(2099, 12, 31)))

    closed = client.post(url("host_close", host.pk), follow=True)
    deleted = client.post(url("host_delete", host.pk), follow=True)

    host.refresh_from_db()
    assert host.state == Host.State.CHECKED
    assert "1 placements there are not over yet" in closed.content.decode()
    assert "This host has a history" in deleted.content.decode()
    assert acts() == []


def test_a_host_is_closed_reopened_to_be_checked_and_deleted_while_unused(client, cohort, organizer):
    host = make.host(cohort.program.unit)
    Post.objects.create(host=host, name="助理")

    client.post(url("host_close", host.pk))
    client.post(url("host_reopen", host.pk))
    host.refresh_from_db()
    client.post(url("host_delete", host.pk))

    assert host.state == Host.State.NEW
    assert not Host.objects.exists()
    assert acts() == ["placements.close_host", "placements.reopen_host", "placements.delete_host"]


def test_the_phone_of_a_contact_is_masked_everywhere_and_opened_for_a_reason(client, cohort, organizer):
    host = make.host(cohort.program.unit)

    client.post(url("contact_create", host.pk), {"name": "李导师", "number": "138 0013 8000", "is_mentor": "on"})
    contact = HostContact.objects.get()
    page = client.get(host.get_absolute_url()).content.decode()
    client.post(url("contact_update", contact.pk), {"name": "李导师", "position": "总监", "number": ""})
    shown = client.post(url("contact_phone", contact.pk), {"reason": "call about a visit"}).content.decode()

    contact.refresh_from_db()
    assert "138****8000" in page
    assert "13800138000" not in page
    assert (contact.position, contact.phone.open()) == ("总监", "13800138000")
    assert "13800138000" in shown
    assert SecretLook.objects.get().reason == "call about a visit"


def test_the_export_has_masked_phones_and_is_recorded_with_its_purpose(client, cohort, organizer):
    make.contact(make.host(cohort.program.unit), name="李导师", phone="13800138000")
    address = reverse("placements:host_list")

    without = client.post(address, {"export": "csv"})
    file = b"".join(client.post(address, {"export": "csv", "purpose": "talks"}).streaming_content).decode()

    assert without.status_code == 422
    assert "李导师 138****8000" in file
    assert "13800138000" not in file
    assert ExportRecord.objects.get().purpose == "talks"


def test_the_list_is_searched_by_post_and_contact_and_filtered(client, cohort, organizer):
    unit = cohort.program.unit
    first = make.host(unit, name="A", industry="物流", has_lodging=True)
    second = make.host(unit, name="B", industry="电子", size="大型")
    make.contact(first, name="李导师")
    Post.objects.create(host=second, name="总经理助理")

    def found(**params):
        table = client.get(reverse("placements:host_list"), params).context["table"]
        return [each.name for each in table.ordered]

    assert found(q="李导师") == ["A"]
    assert found(q="总经理") == ["B"]
    assert found(industry="物流", lodging="True") == ["A"]
    assert found(size="大型") == ["B"]
    assert found(view="new") == []


def test_a_post_is_offered_to_a_cohort_and_its_seats_never_fall_below_what_is_held(client, cohort, organizer):
    host = make.host(cohort.program.unit)
    client.post(url("post_create", host.pk), {"name": "助理", "has_lodging": "false"})
    post = Post.objects.get()
    client.post(url("offer_create", post.pk), {"cohort": cohort.pk, "seats": 3})
    offer = Offer.objects.get()
    for _n in range(2):
        claim_seat(offer, make.trainee(cohort))
    days = {"starts_on": cohort.starts_on, "ends_on": cohort.ends_on}

    fewer = client.post(url("offer_update", offer.pk), {"seats": 1} | days)
    client.post(url("offer_update", offer.pk), {"seats": 2, "is_required": "on"} | days)
    outside = client.post(url("offer_update", offer.pk), {"seats": 2} | days | {"ends_on": "2099-01-01"})
    shorter = client.post(url("offer_update", offer.pk), {"seats": 2} | days | {"starts_on": cohort.ends_on})
    client.post(url("offer_withdraw", offer.pk))

    offer.refresh_from_db()
    assert (post.lodges, offer.seats.count(), offer.is_required) == (False, 2, True)
    assert "there cannot be fewer" in fewer.content.decode()
    assert "the seats lie within these days" in outside.content.decode()
    assert "Somebody is placed there" in shorter.content.decode()
    assert Offer.objects.filter(pk=offer.pk).exists()


def test_the_page_of_a_host_shows_only_the_people_of_cohorts_that_the_reader_may_see(client, cohort, organizer):
    unit = cohort.program.unit
    host = make.host(unit)
    other = make.cohort(program=make.program(unit=unit))
    mine = make.placement(
        make.trainee(cohort, of=make.person(name="自己的")), at_offer=make.offer(cohort, at_host=host)
    )
    make.placement(make.trainee(other, of=make.person(name="别期的")), at_offer=make.offer(other, at_host=host))

    page = client.get(host.get_absolute_url())

    assert page.context["history"].placements == [mine]
    assert "别期的" not in page.content.decode()


def test_the_page_of_a_host_shows_the_visits_and_tickets_that_the_reader_may_see(
    client, cohort, organizer, django_assert_max_num_queries
):
    unit = cohort.program.unit
    host, other = make.host(unit), make.cohort(program=make.program(unit=unit))
    assert "No visit that you may see." in client.get(host.get_absolute_url()).content.decode()
    with CaptureQueriesContext(connection) as before:
        client.get(host.get_absolute_url())
    mine = [make.visit(cohort, to=host, on=cohort.starts_on + timedelta(days=day)) for day in range(3)]
    tickets = [make.ticket(make.trainee(cohort), host=host) for _each in range(3)]
    hidden = make.visit(other, to=host), make.ticket(make.trainee(other), host=host)

    with django_assert_max_num_queries(len(before)):
        page = client.get(host.get_absolute_url()).content.decode()

    assert [each.get_absolute_url() in page for each in (*mine, *tickets)] == [True] * 6
    assert [f'"{each.get_absolute_url()}"' in page for each in hidden] == [False] * 2
    assert url("opinion_detail", host.pk) in page


def test_a_leader_reads_hosts_and_changes_nothing(client, cohort):
    host = make.host(cohort.program.unit)
    client.force_login(make.user(Role.LEADER, cohort.program.unit))

    assert client.get(host.get_absolute_url()).context["can_change"] is False
    assert client.get(url("host_update", host.pk)).status_code == 403
    assert client.get(reverse("placements:offer_list", kwargs={"cohort": cohort.pk})).status_code == 200


@pytest.mark.parametrize("items", [1, 3])
def test_lists_and_the_page_need_the_same_queries_for_any_number_of_rows(
    client, cohort, organizer, django_assert_num_queries, items
):
    host = make.host(cohort.program.unit)
    for _n in range(items):
        make.contact(make.host(cohort.program.unit))
        make.contact(host)
        make.placement(make.trainee(cohort), at_offer=make.offer(cohort, at_host=host))
        make.visit(cohort, to=host, on=cohort.starts_on.replace(day=1 + _n))
        make.ticket(make.trainee(cohort), host=host)
    client.get(reverse("placements:host_list"))

    with django_assert_num_queries(6):
        client.get(reverse("placements:host_list"))
    with django_assert_num_queries(5):
        client.get(reverse("placements:offer_list", kwargs={"cohort": cohort.pk}))
    with django_assert_num_queries(11):
        client.get(host.get_absolute_url())


def test_several_hosts_are_checked_at_once_with_one_audit_entry_and_those_out_of_use_are_left(
    client, cohort, organizer
):
    unit = cohort.program.unit
    new = [make.host(unit, name=name) for name in ("Alpha", "Beta")]
    closed, elsewhere = make.host(unit, name="Closed", state="closed"), make.host(name="Elsewhere")
    chosen = [each.pk for each in (*new, closed, elsewhere)]
    address = reverse("placements:hosts_check")
    listed = client.get(reverse("placements:host_list")).content.decode()

    form = client.post(address, {"pk": chosen})
    sent = form.context["form"].initial
    done = client.post(address, {"chosen": sent["chosen"], "on": "2026-09-01", "note": "seen"})
    again = client.post(address, {"chosen": str(closed.pk), "on": "2026-09-01", "note": "seen"})

    assert address in listed
    assert (form.status_code, done.status_code, again.status_code) == (200, 302, 422)
    states = dict(Host.objects.values_list("name", "state"))
    assert states == {"Alpha": "checked", "Beta": "checked", "Closed": "closed", "Elsewhere": elsewhere.state}
    entry = AuditEntry.objects.get(action="placements.check_hosts")
    assert (entry.after["count"], entry.after["hosts"]) == (2, ["Alpha", "Beta"])


@pytest.mark.parametrize(("sent", "status"), [({"pk": "x"}, 400), ({}, 404), ({"chosen": "999999"}, 404)])
def test_a_check_of_no_host_is_answered_with_no_page(client, cohort, organizer, sent, status):
    assert client.post(reverse("placements:hosts_check"), sent).status_code == status


def test_who_only_reads_the_list_has_no_boxes(client, cohort):
    make.host(cohort.program.unit)
    client.force_login(make.user(Role.LEADER, cohort.program.unit))

    page = client.get(reverse("placements:host_list"))

    assert (page.status_code, page.context["table"].select) == (200, False)
