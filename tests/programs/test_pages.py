import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from programs.models import Program
from programs.selectors import themes
from tests import make

pytestmark = pytest.mark.django_db


def test_an_organizer_of_a_unit_sees_the_programs_of_that_unit_and_below(client):
    district = make.unit("District")
    street = make.unit("Street", parent=district)
    mine = make.program(unit=street)
    make.program(unit=make.unit("Elsewhere"))
    client.force_login(make.user(Role.ORGANIZER, district))

    page = client.get(reverse("programs:program_list"))

    assert list(page.context["table"].ordered) == [mine]


def test_an_organizer_of_one_program_makes_no_other(client):
    program = make.program()
    client.force_login(make.user(Role.ORGANIZER, program))

    answer = client.post(reverse("programs:program_create"), {"name": "Other", "unit": program.unit.pk})

    assert answer.status_code == 422
    assert list(Program.objects.all()) == [program]


def test_a_program_is_made_once_and_written_down_once(client):
    unit = make.unit()
    client.force_login(make.user(Role.ORGANIZER, unit))

    client.post(reverse("programs:program_create"), {"name": "Spark", "unit": unit.pk, "summary": ""})
    again = client.post(reverse("programs:program_create"), {"name": "Spark", "unit": unit.pk, "summary": ""})

    assert again.status_code == 422
    assert Program.objects.get().name == "Spark"
    assert AuditEntry.objects.get().action == "programs.create_program"


def test_the_form_offers_each_theme_of_all_offices_once_and_the_list_finds_by_it(client):
    make.program(unit=make.unit("Elsewhere"), theme="Parks & roads")
    make.program(unit=make.unit("Far away"), theme="parks &  ROADS")
    unit = make.unit()
    client.force_login(make.user(Role.ORGANIZER, unit))

    form = client.get(reverse("programs:program_create")).content.decode()
    client.post(
        reverse("programs:program_create"), {"name": "Spark", "unit": unit.pk, "theme": "Parks & Roads", "summary": ""}
    )
    page = client.get(reverse("programs:program_list"), {"q": "roads"})

    assert form.count('<option value="Parks &amp; roads">') == 1
    assert [program.theme for program in page.context["table"].ordered] == ["Parks & Roads"]
    assert themes() == ["Parks & roads"]


def test_a_program_with_cohorts_is_closed_and_not_deleted(client):
    program = make.cohort().program
    client.force_login(make.user(Role.ADMIN))

    client.post(reverse("programs:program_delete", kwargs={"pk": program.pk}))
    client.post(reverse("programs:program_close", kwargs={"pk": program.pk}))

    program.refresh_from_db()
    assert program.closed_on is not None
    assert [entry.action for entry in AuditEntry.objects.all()] == ["programs.close_program"]


def test_an_empty_program_is_deleted(client):
    program = make.program()
    organizer = make.user(Role.ORGANIZER, program)
    client.force_login(make.user(Role.ADMIN))

    answer = client.post(reverse("programs:program_delete", kwargs={"pk": program.pk}))

    assert answer.url == reverse("programs:program_list")
    assert not Program.objects.exists()
    assert organizer.grants.get().ended_at is not None
    assert AuditEntry.objects.get().action == "programs.delete_program"


def test_editing_keeps_what_the_form_does_not_ask(client):
    program = make.program(name="Old")
    client.force_login(make.user(Role.ADMIN))

    client.post(
        reverse("programs:program_update", kwargs={"pk": program.pk}),
        {"name": "New", "unit": program.unit.pk, "summary": "Why"},
    )

    program.refresh_from_db()
    assert (program.name, program.summary) == ("New", "Why")
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"name": "Old", "summary": ""}, {"name": "New", "summary": "Why"})


def test_the_page_of_a_program_lists_its_cohorts(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.LEADER, cohort.program))

    page = client.get(cohort.program.get_absolute_url())

    assert list(page.context["cohorts"]) == [cohort]


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items):
    for _ in range(items):
        make.cohort()
    client.force_login(make.user(Role.ADMIN))

    with django_assert_num_queries(3):
        client.get(reverse("programs:program_list"))
