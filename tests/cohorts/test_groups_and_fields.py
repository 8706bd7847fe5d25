from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from cohorts.models import ClassOfficer, Person, ProfileField, StudyGroup
from cohorts.services import groups, profile
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)


# Groups ---------------------------------------------------------------------------------------------------------------


def test_somebody_is_in_many_groups_and_in_one_of_them_once():
    first = make.training_class(make.cohort(starts_on=SEP))
    trainee = make.trainee(in_class=first)
    of_class, of_all = make.group(first.cohort, training_class=first), make.group(first.cohort)

    answers = [groups.put_into_group(group, [trainee], on=SEP) for group in (of_class, of_all, of_class)]

    assert answers == [(1, 0), (1, 0), (0, 1)]
    assert trainee.group_memberships.count() == 2


def test_a_group_of_a_class_takes_its_members_only():
    first = make.training_class(make.cohort(starts_on=SEP))
    member, other = make.trainee(in_class=first), make.trainee(first.cohort)

    with pytest.raises(Refused):
        groups.put_into_group(make.group(first.cohort, training_class=first), [member, other], on=SEP)

    assert member.group_memberships.count() == 0


def test_leaving_a_group_keeps_the_time_before():
    trainee = make.trainee()
    group = make.group(trainee.cohort)
    groups.put_into_group(group, [trainee], on=SEP)
    membership = group.memberships.get()
    groups.set_leader(membership, leads=True)

    groups.leave_group(membership, on=OCT)

    membership.refresh_from_db()
    assert (membership.starts_on, membership.ends_on, membership.is_leader) == (SEP, OCT, False)


def test_a_group_with_members_is_not_deleted():
    trainee = make.trainee()
    group = make.group(trainee.cohort)
    groups.put_into_group(group, [trainee], on=SEP)

    with pytest.raises(Refused):
        groups.delete_group(group)


def test_pages_make_a_group_fill_it_and_name_a_leader(client):
    cohort = make.cohort(starts_on=SEP)
    trainee = make.trainee(cohort)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    client.post(reverse("cohorts:group_create", kwargs={"cohort": cohort.pk}), {"name": "First", "plan": "Read."})
    group = StudyGroup.objects.get()
    client.post(
        reverse("cohorts:trainees_group", kwargs={"cohort": cohort.pk}),
        {"chosen": str(trainee.pk), "group": group.pk, "on": "2026-09-01"},
    )
    membership = group.memberships.get()
    client.post(reverse("cohorts:membership_lead", kwargs={"pk": membership.pk}))

    row = client.get(reverse("cohorts:group_list", kwargs={"cohort": cohort.pk})).context["table"].ordered.get()
    assert (row.name, row.member_count, row.leaders) == ("First", 1, [trainee.person.name])
    assert AuditEntry.objects.count() == 3


def test_an_officer_sees_the_groups_of_the_class_and_changes_none(client):
    first = make.training_class()
    mine, other = make.group(first.cohort, training_class=first), make.group(make.cohort())
    client.force_login(make.user(Role.OFFICER, first))

    codes = [
        client.get(reverse("cohorts:group_detail", kwargs={"pk": group.pk})).status_code for group in (mine, other)
    ]

    assert codes == [200, 404]
    assert client.post(reverse("cohorts:group_delete", kwargs={"pk": mine.pk})).status_code == 403


# Officers -------------------------------------------------------------------------------------------------------------


def appoint(client, cohort, **typed):
    url = reverse("cohorts:officer_create", kwargs={"cohort": cohort.pk})
    return client.post(url, {"office": "head_teacher", "starts_on": "2026-09-01"} | typed)


def test_a_trainee_is_appointed_by_number_and_a_head_teacher_by_phone(client):
    first = make.training_class()
    trainee = make.trainee(in_class=first, number="0123")
    client.force_login(make.user(Role.ORGANIZER, first.cohort))

    appoint(client, first.cohort, training_class=first.pk, office="monitor", who="0123")
    nameless = appoint(client, first.cohort, training_class=first.pk, who="13812345678")
    appoint(client, first.cohort, training_class=first.pk, who="13812345678", name="单老师")

    held = set(ClassOfficer.objects.values_list("office", "person__name"))
    assert list(nameless.context["form"].errors) == ["name"]
    assert held == {("monitor", trainee.person.name), ("head_teacher", "单老师")}
    assert Person.objects.get(name="单老师").phone_mask == "138****5678"


def test_the_end_of_a_term_is_typed_on_a_page(client):
    today = timezone.localdate()
    officer = make.officer(make.training_class(), starts_on=today - timedelta(days=5))
    client.force_login(make.user(Role.ORGANIZER, officer.training_class.cohort))

    client.post(reverse("cohorts:officer_end", kwargs={"pk": officer.pk}), {"on": today.isoformat()})

    officer.refresh_from_db()
    assert officer.ends_on == today


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(("page", "queries"), [("officer_list", 5), ("group_list", 4), ("profile_field_list", 3)])
def test_lists_need_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, items, page, queries):
    first = make.training_class()
    for number in range(items):
        make.officer(first)
        group = make.group(first.cohort)
        group.memberships.create(trainee=make.trainee(in_class=first), starts_on=SEP, is_leader=True)
        first.cohort.profile_fields.create(key=f"k{number}", label=f"L{number}")
    client.force_login(make.user(Role.ORGANIZER, first.cohort.program))

    with django_assert_num_queries(queries):
        client.get(reverse(f"cohorts:{page}", kwargs={"cohort": first.cohort.pk}))


# Profile fields -------------------------------------------------------------------------------------------------------


def test_a_field_named_like_a_roster_column_gets_its_key():
    cohort = make.cohort()

    made = [profile.create_field(cohort, label=label, kind="text").key for label in ("政治面貌", "是否住宿", "姓名")]

    assert made == ["party", "shi_fou_zhu_su", "xing_ming"]
    assert list(cohort.profile_fields.order_by("order").values_list("order", flat=True)) == [1, 2, 3]


def test_fields_change_places(client):
    cohort = make.cohort()
    first, second = (profile.create_field(cohort, label=label, kind="text") for label in ("A", "B"))
    client.force_login(make.user(Role.ORGANIZER, cohort))

    client.post(reverse("cohorts:profile_field_down", kwargs={"pk": first.pk}))

    assert list(cohort.profile_fields.order_by("order")) == [second, first]


def test_a_used_field_keeps_its_kind_its_used_choices_and_its_row():
    cohort = make.cohort()
    field = profile.create_field(cohort, label="Meal", kind="choice", choices=["rice", "noodles"])
    make.trainee(cohort, profile={field.key: "rice"})

    for act in (
        lambda: profile.edit_field(field, kind="text"),
        lambda: profile.edit_field(field, choices=["noodles"]),
        lambda: profile.delete_field(field),
    ):
        with pytest.raises(Refused):
            act()
    profile.edit_field(field, choices=["rice", "bread"])

    assert ProfileField.objects.get().choices == ["rice", "bread"]


def test_the_page_makes_a_list_of_choices_from_lines(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))
    url = reverse("cohorts:profile_field_create", kwargs={"cohort": cohort.pk})

    without = client.post(url, {"label": "Meal", "kind": "choice", "choices": ""})
    client.post(url, {"label": "Meal", "kind": "choice", "choices": "rice\n\n rice \nnoodles"})

    assert list(without.context["form"].errors) == ["choices"]
    assert ProfileField.objects.get().choices == ["rice", "noodles"]


def test_a_masked_field_is_not_counted(client):
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))

    answer = client.post(
        reverse("cohorts:profile_field_create", kwargs={"cohort": cohort.pk}),
        {"label": "Illness", "kind": "text", "is_personal": "on", "in_composition": "on"},
    )

    assert list(answer.context["form"].errors) == ["in_composition"]
