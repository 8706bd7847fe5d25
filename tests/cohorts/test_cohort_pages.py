from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from cohorts.models import Cohort, Trainee
from cohorts.rules.defaults import PROFILE_FIELDS
from cohorts.rules.headers import FIELDS
from cohorts.services.classes import delete_class
from cohorts.services.officers import end_office
from cohorts.services.trainees import withdraw
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def dates(**fields):
    return {"starts_on": "2027-03-01", "ends_on": "2027-06-30"} | fields


def test_a_new_cohort_starts_with_the_usual_profile_fields(client):
    program = make.program()
    client.force_login(make.user(Role.ORGANIZER, program))

    answer = client.post(reverse("cohorts:cohort_create"), dates(program=program.pk, name="2027", journal_every="week"))

    cohort = Cohort.objects.get()
    assert answer.url == cohort.get_absolute_url()
    keys = list(cohort.profile_fields.order_by("order").values_list("key", flat=True))
    assert keys == [line.key for line in PROFILE_FIELDS]
    assert set(keys) <= set(FIELDS)


def test_a_cohort_is_not_made_in_a_program_out_of_reach(client):
    client.force_login(make.user(Role.ORGANIZER, make.program()))
    other = make.program()

    answer = client.post(reverse("cohorts:cohort_create"), dates(program=other.pk, name="2027", journal_every="week"))

    assert answer.status_code == 422
    assert not Cohort.objects.exists()


def test_a_class_goes_only_if_nobody_was_in_it_or_in_office_there():
    cohort = make.cohort()
    empty, with_member, with_officer = (make.training_class(cohort) for _ in range(3))
    make.trainee(in_class=with_member)
    officer = make.officer(with_officer)
    end_office(officer, on=officer.starts_on)

    for one in (with_member, with_officer):
        with pytest.raises(Refused, match="so it stays"):
            delete_class(one)
    make.group(cohort, training_class=empty)
    delete_class(empty)

    assert set(cohort.classes.all()) == {with_member, with_officer}
    assert AuditEntry.objects.filter(action="cohorts.delete_class").count() == 1


def test_a_cohort_and_a_class_made_by_mistake_take_the_roles_over_them_along(client):
    of = make.training_class()
    cohort = of.cohort
    organizer, officer = make.user(Role.ORGANIZER, cohort), make.user(Role.OFFICER, of)
    other = make.user(Role.ORGANIZER, cohort.program)
    client.force_login(other)

    refused = client.post(reverse("cohorts:cohort_delete", kwargs={"pk": cohort.pk}))
    kept = organizer.grants.get().ended_at
    client.post(reverse("cohorts:class_delete", kwargs={"pk": of.pk}))
    client.post(reverse("cohorts:cohort_delete", kwargs={"pk": cohort.pk}))

    assert (refused.url, kept) == (cohort.get_absolute_url(), None)
    assert not Cohort.objects.exists()
    assert [who.grants.get().ended_at is None for who in (organizer, officer, other)] == [False, False, True]


def test_copying_takes_settings_fields_and_classes_but_no_people(client):
    source = make.cohort(journal_every="none", journal_prompts="What did you see?")
    source.profile_fields.create(key="hobby", label="Hobby", kind="choice", choices=["chess"], order=1)
    street = make.unit("Street")
    trainee = make.trainee(in_class=make.training_class(source, name="First", unit=street))
    make.officer(trainee.memberships.get().training_class, trainee.person)
    make.group(source)
    client.force_login(make.user(Role.ORGANIZER, source.program))

    client.post(
        reverse("cohorts:cohort_copy", kwargs={"pk": source.pk}),
        dates(program=source.program.pk, name="2027", with_classes="on"),
    )

    new = Cohort.objects.get(name="2027")
    assert (new.journal_every, new.journal_prompts) == ("none", "What did you see?")
    assert new.profile_fields.values_list("key", "label", "kind", "choices").get() == (
        "hobby",
        "Hobby",
        "choice",
        ["chess"],
    )
    assert new.classes.values_list("name", "unit").get() == ("First", street.pk)
    assert (new.trainees.count(), new.groups.count(), new.sessions.count()) == (0, 0, 0)
    assert Trainee.objects.get() == trainee
    assert source.classes.count() == 1


def test_copying_without_classes_leaves_them(client):
    source = make.training_class().cohort
    client.force_login(make.user(Role.ORGANIZER, source.program))

    client.post(reverse("cohorts:cohort_copy", kwargs={"pk": source.pk}), dates(program=source.program.pk, name="2027"))

    assert Cohort.objects.get(name="2027").classes.count() == 0


def test_a_cohort_that_ends_before_it_starts_is_refused_at_the_field(client):
    program = make.program()
    client.force_login(make.user(Role.ADMIN))

    answer = client.post(
        reverse("cohorts:cohort_create"),
        dates(program=program.pk, name="2027", journal_every="week", ends_on="2027-02-01"),
    )

    assert list(answer.context["form"].errors) == ["ends_on"]


def test_tabs_part_running_planned_and_finished_cohorts(client):
    today = timezone.localdate()
    day = timedelta(days=1)
    running = make.cohort(starts_on=today - day, ends_on=today + day)
    planned = make.cohort(starts_on=today + day, ends_on=today + day)
    finished = make.cohort(starts_on=today - 2 * day, ends_on=today - day)
    closed = make.cohort(starts_on=today - day, ends_on=today + day, is_closed=True)
    client.force_login(make.user(Role.ADMIN))

    shown = {
        view: set(client.get(reverse("cohorts:cohort_list"), {"view": view}).context["table"].ordered)
        for view in ("running", "planned", "finished")
    }

    assert shown == {"running": {running}, "planned": {planned}, "finished": {finished, closed}}


def test_a_closed_cohort_takes_no_new_class_until_it_is_open_again(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))
    new = reverse("cohorts:class_create", kwargs={"cohort": cohort.pk})

    client.post(reverse("cohorts:cohort_close", kwargs={"pk": cohort.pk}))
    refused = client.post(new, {"name": "First", "unit": ""})
    client.post(reverse("cohorts:cohort_reopen", kwargs={"pk": cohort.pk}))
    client.post(new, {"name": "First", "unit": ""})

    assert refused.status_code == 422
    assert cohort.classes.get().name == "First"
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "cohorts.close_cohort",
        "cohorts.reopen_cohort",
        "cohorts.create_class",
    ]


def test_an_organizer_of_a_cohort_who_is_also_officer_of_its_class_reaches_it_once(client):
    first, second = make.training_class(), None
    second = make.training_class(first.cohort)
    user = make.user(Role.ORGANIZER, first.cohort)
    make.give(user, Role.OFFICER, second)
    client.force_login(user)

    page = client.get(first.cohort.get_absolute_url())

    assert page.status_code == 200
    assert list(client.get(reverse("cohorts:cohort_list")).context["table"].ordered) == [first.cohort]


def test_the_overview_counts_members_on_the_day_shown(client):
    cohort = make.cohort(starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31))
    first = make.training_class(cohort)
    make.trainee(in_class=first)
    make.trainee(cohort)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    seen = client.get(cohort.get_absolute_url()).context["overview"]

    assert [(line.name, line.members) for line in seen.classes] == [(first.name, 1)]
    assert (seen.active, seen.without_class) == (2, 1)


def test_a_cohort_without_people_offers_a_roster_and_applications_the_usual_way_first(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort.program))

    def ways(of):
        return [step["url"].rpartition(f"/{of.pk}/")[2] for step in client.get(of.get_absolute_url()).context["steps"]]

    assert ways(cohort) == ["roster/", "applications/round/edit/"]
    make.application(make.application_round(cohort))
    assert ways(cohort) == ["applications/", "roster/"]
    assert ways(make.cohort(program=cohort.program)) == ["applications/round/edit/", "roster/"]


def test_people_without_a_class_lead_to_the_split(client):
    cohort = make.cohort()
    make.trainee(cohort)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    page = client.get(cohort.get_absolute_url())

    split, new = (
        reverse(name, kwargs={"cohort": cohort.pk}) for name in ("cohorts:split_create", "cohorts:class_create")
    )
    assert page.context["steps"][0]["url"] == split
    assert page.context["links"]["new_class"] == new


def test_a_class_leads_to_the_appointment_of_its_officers(client):
    room = make.training_class()
    client.force_login(make.user(Role.ORGANIZER, room.cohort))

    page = client.get(reverse("cohorts:class_detail", kwargs={"pk": room.pk}))

    appoint = reverse("cohorts:officer_create", kwargs={"cohort": room.cohort.pk}) + f"?training_class={room.pk}"
    assert page.context["links"]["appoint"] == appoint
    assert client.get(appoint).context["form"]["training_class"].value() == str(room.pk)


def test_without_a_program_a_new_cohort_leads_to_one(client):
    unit = make.unit()
    client.force_login(make.user(Role.ORGANIZER, unit))
    new = reverse("cohorts:cohort_create")

    assert client.get(new).context["lacks_program"]
    make.program(unit=unit)
    assert not client.get(new).context["lacks_program"]


def test_the_overview_follows_every_change_of_the_roster(client):
    of = make.training_class()
    leaving, _staying = make.trainee(in_class=of), make.trainee(in_class=of)
    client.force_login(make.user(Role.ORGANIZER, of.cohort))
    client.get(of.cohort.get_absolute_url())

    withdraw([leaving], on=timezone.localdate(), reason="moved")
    seen = client.get(of.cohort.get_absolute_url()).context["overview"]

    assert (seen.active, seen.withdrawn) == (1, 1)


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize("page", ["cohort_list", "cohort_detail", "class_list"])
def test_pages_need_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items, page):
    cohort = make.cohort()
    for _ in range(items):
        make.trainee(in_class=make.training_class(cohort))
        make.cohort(program=cohort.program)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    expected = {"cohort_list": 3, "cohort_detail": 9, "class_list": 4}[page]
    url = reverse(f"cohorts:{page}", kwargs={} if page == "cohort_list" else {"cohort": cohort.pk})

    with django_assert_num_queries(expected):
        assert client.get(url).status_code == 200


def test_the_menu_of_cohorts_names_those_within_reach(client):
    mine = make.cohort()
    make.cohort()
    client.force_login(make.user(Role.OFFICER, make.training_class(mine)))

    assert list(client.get(reverse("cohorts:cohort_switch")).context["cohorts"]) == [mine]


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [("0001-01-01", "9999-12-31"), ("0206-09-01", "2026-12-31"), ("2026-09-01", "2226-12-31")]
)
def test_a_cohort_of_centuries_is_a_typing_error(client, starts_on, ends_on):
    program = make.program()
    client.force_login(make.user(Role.ORGANIZER, program))

    answer = client.post(
        reverse("cohorts:cohort_create"),
        {"program": program.pk, "name": "x", "starts_on": starts_on, "ends_on": ends_on, "journal_every": "week"},
    )

    assert (answer.status_code, Cohort.objects.count()) == (422, 0)
