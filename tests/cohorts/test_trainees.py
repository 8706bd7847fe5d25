"""What happens to a trainee's place: added, edited, moved, withdrawn, taken back."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Role
from cohorts.models import ClassMembership, Cohort, Person, Trainee
from cohorts.services import classes, cohorts, groups, profile, trainees
from cohorts.services.order import DOWN, UP
from programs.services import edit_program
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


def stays(trainee):
    rows = ClassMembership.objects.filter(trainee=trainee).order_by("starts_on")
    return list(rows.values_list("training_class__name", "starts_on", "ends_on"))


def version(cohort):
    return Cohort.objects.values_list("roster_version", flat=True).get(pk=cohort.pk)


def two_classes(**fields):
    cohort = make.cohort(starts_on=SEP)
    return make.training_class(cohort, name="First", **fields), make.training_class(cohort, name="Second")


# Adding ---------------------------------------------------------------------------------------------------------------


def test_adding_by_hand_takes_the_next_number_and_marks_what_was_typed():
    cohort = make.cohort(starts_on=SEP)
    first = make.training_class(cohort)
    make.trainee(cohort, number="2601-009")

    added = trainees.add_trainee(
        cohort,
        person_values={"name": "曾伟", "phone": "13812345678", "id_number": "110101199003072316"},
        joined_on=SEP,
        work_unit="Acme",
        profile={"street": "Xin'an", "party": None},
        training_class=first,
    )

    added.refresh_from_db()
    person = added.person
    assert (added.number, added.profile) == ("2601-010", {"street": "Xin'an"})
    assert added.hand_set == ["class", "profile.street", "work_unit"]
    assert (person.name_key.split("  ")[0], person.sex, person.born_on) == ("zeng wei", "m", date(1990, 3, 7))
    assert (person.phone_mask, person.id_mask) == ("138****5678", "110*************16")
    assert person.hand_set == ["id_number", "name", "phone"]
    assert stays(added) == [(first.name, SEP, None)]
    assert version(cohort) == 1
    assert AuditEntry.objects.get().action == "cohorts.add_trainee"


def test_somebody_known_by_phone_and_name_is_not_made_twice():
    known = make.person(name="王芳", phone="13812345678")

    added = trainees.add_trainee(
        make.cohort(),
        person_values={"name": "王芳", "phone": "13812345678", "email": "wf@example.org"},
        joined_on=SEP,
    )

    known.refresh_from_db()
    assert added.person == known
    assert (known.email, known.hand_set) == ("wf@example.org", ["email"])


@pytest.mark.parametrize("typed", [{"phone": "13812345678"}, {"id_number": "110101199003072316"}])
def test_a_number_that_belongs_to_another_name_is_refused(typed):
    make.person(name="王芳", phone="13812345678", id_number="110101199003072316")

    with pytest.raises(Refused):
        trainees.add_trainee(make.cohort(), person_values={"name": "李雷"} | typed, joined_on=SEP)

    assert Person.objects.count() == 1


def test_nobody_has_two_places_in_a_cohort():
    trainee = make.trainee()

    with pytest.raises(Refused):
        trainees.add_trainee(trainee.cohort, person=trainee.person, person_values={}, joined_on=SEP)


def test_a_closed_cohort_takes_nobody():
    with pytest.raises(Refused):
        trainees.add_trainee(make.cohort(is_closed=True), person_values={"name": "王芳"}, joined_on=SEP)

    assert not Person.objects.exists()


def test_the_page_asks_only_what_is_not_known(client):
    known = make.person(name="王芳", phone="13812345678", sex="f", born_on=SEP)
    earlier = make.trainee(of=known, work_unit="Acme", position="CEO")
    cohort = make.cohort(program=earlier.cohort.program)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    url = reverse("cohorts:trainee_create", kwargs={"cohort": cohort.pk})

    form = client.post(url, {"number": "138 1234 5678"}).context["form"]
    asked = [name for name in form.fields if name in ("name", "phone", "id_number", "sex", "born_on", "email")]
    client.post(url, {"known": form["known"].value(), "joined_on": "2026-09-01", "work_unit": "Acme"})

    assert asked == ["id_number", "email"]
    assert (form["work_unit"].value(), form["position"].value()) == ("Acme", "CEO")
    assert cohort.trainees.get().person == known


def test_what_somebody_said_in_a_cohort_out_of_reach_is_not_shown(client):
    known = make.person(name="王芳", phone="13812345678")
    make.trainee(of=known, work_unit="Acme", position="CEO", profile={"party": "secret"})
    cohort = make.cohort()
    cohort.profile_fields.create(key="party", label="Party", order=1)
    client.force_login(make.user(Role.ORGANIZER, cohort))

    answer = client.post(reverse("cohorts:trainee_create", kwargs={"cohort": cohort.pk}), {"number": "13812345678"})

    page = answer.content.decode()
    assert "王芳" in page
    assert [word for word in ("Acme", "CEO", "secret") if word in page] == []
    assert AuditEntry.objects.get(action="cohorts.look_up_person").object_id == known.pk


def test_a_person_is_not_named_by_a_made_up_key(client):
    stranger = make.person(name="Stranger")
    cohort = make.cohort()
    client.force_login(make.user(Role.ORGANIZER, cohort))

    answer = client.post(
        reverse("cohorts:trainee_create", kwargs={"cohort": cohort.pk}),
        {"known": str(stranger.pk), "joined_on": "2026-09-01"},
    )

    assert (answer.status_code, "Stranger" in answer.content.decode()) == (422, False)


# Editing --------------------------------------------------------------------------------------------------------------


def test_what_is_edited_by_hand_is_remembered():
    trainee = make.trainee(number="01", profile={"street": "A", "party": "B"}, joined_on=SEP)

    trainees.edit_trainee(
        trainee,
        number="01",
        work_unit="Acme",
        position="",
        joined_on=SEP,
        profile={"street": "C", "party": "B", "school": None},
    )

    trainee.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (trainee.work_unit, trainee.profile) == ("Acme", {"street": "C", "party": "B"})
    assert trainee.hand_set == ["profile.street", "work_unit"]
    assert entry.before == {"work_unit": "", "profile.street": "A"}
    assert entry.after == {"work_unit": "Acme", "profile.street": "C"}


def test_a_number_is_not_given_twice():
    first = make.trainee(number="01")
    second = make.trainee(first.cohort, number="02")

    with pytest.raises(Refused):
        trainees.edit_trainee(second, number="01", work_unit="", position="", joined_on=SEP, profile={})


def test_joining_late_moves_the_first_day_in_class():
    first, _second = two_classes()
    trainee = make.trainee(in_class=first)

    trainees.edit_trainee(trainee, number=trainee.number, work_unit="", position="", joined_on=OCT, profile={})

    assert stays(trainee) == [("First", OCT, None)]


def test_the_page_of_an_edit_cleans_by_the_rules_of_the_roster(client):
    trainee = make.trainee(number="01")
    trainee.cohort.profile_fields.create(key="ethnicity", label="Ethnic group")
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort))
    url = reverse("cohorts:trainee_update", kwargs={"pk": trainee.pk})
    typed = {"number": "01", "joined_on": "2026-09-01"}

    refused = client.post(url, typed | {"profile_ethnicity": "Martian"})
    client.post(url, typed | {"profile_ethnicity": "汉"})

    trainee.refresh_from_db()
    assert list(refused.context["form"].errors) == ["profile_ethnicity"]
    assert trainee.profile == {"ethnicity": "汉族"}


# Moving ---------------------------------------------------------------------------------------------------------------


def test_a_transfer_keeps_the_days_before_and_is_recorded_once():
    first, second = two_classes()
    trainee = make.trainee(in_class=first)

    moved = trainees.move_to_class([trainee], second, on=OCT)

    assert (moved.moved, moved.same) == (1, 0)
    assert stays(trainee) == [("First", SEP, OCT), ("Second", OCT, None)]
    assert version(first.cohort) == 1
    assert AuditEntry.objects.get().action == "cohorts.move_to_class"


def test_a_transfer_ends_groups_and_offices_of_the_class_that_is_left():
    first, second = two_classes()
    trainee = make.trainee(in_class=first)
    monitor, head = make.officer(first, trainee.person), make.officer(first, trainee.person, office="head_teacher")
    of_class, of_cohort = make.group(first.cohort, training_class=first), make.group(first.cohort)
    for group in (of_class, of_cohort):
        groups.put_into_group(group, [trainee], on=SEP)

    trainees.move_to_class([trainee], second, on=OCT)

    monitor.refresh_from_db()
    head.refresh_from_db()
    assert (monitor.ends_on, head.ends_on) == (date(2026, 9, 30), None)
    assert of_class.memberships.get().ends_on == OCT
    assert of_cohort.memberships.get().ends_on is None


def test_moving_many_is_all_or_none():
    first, second = two_classes()
    stays_put = make.trainee(in_class=first, status="withdrawn", ended_on=OCT)
    other = make.trainee(in_class=first)

    with pytest.raises(Refused):
        trainees.move_to_class([other, stays_put], second, on=NOV)

    assert stays(other) == [("First", SEP, None)]


def test_moving_counts_those_who_are_there_already():
    first, second = two_classes()
    there, here, nowhere = make.trainee(in_class=second), make.trainee(in_class=first), make.trainee(first.cohort)

    moved = trainees.move_to_class([there, here, nowhere], second, on=OCT)

    assert (moved.moved, moved.same) == (2, 1)
    assert stays(nowhere) == [("Second", OCT, None)]


def test_taking_a_transfer_back_leaves_no_trace_in_the_stays():
    first, second = two_classes()
    trainee = make.trainee(in_class=first)
    trainees.move_to_class([trainee], second, on=OCT)

    trainees.undo_move(trainee)

    assert stays(trainee) == [("First", SEP, None)]
    with pytest.raises(Refused):
        trainees.undo_move(trainee)


@pytest.mark.parametrize("count", [2, 6])
def test_moving_many_needs_the_same_queries_however_many(django_assert_num_queries, count):
    first, second = two_classes()
    moving = [make.trainee(in_class=first) for _ in range(count)]

    with django_assert_num_queries(14):
        trainees.move_to_class(moving, second, on=OCT)


def test_the_page_moves_all_rows_that_fit_the_filter(client):
    first, second = two_classes()
    moving = make.trainee(in_class=first)
    make.trainee(first.cohort)
    client.force_login(make.user(Role.ORGANIZER, first.cohort))
    url = reverse("cohorts:trainees_move", kwargs={"cohort": first.cohort.pk}) + f"?training_class={first.pk}"

    form = client.post(url, {"all": "1"}).context["form"]
    client.post(url, {"chosen": form["chosen"].value(), "training_class": second.pk, "on": "2026-10-01"})

    assert form["chosen"].value() == str(moving.pk)
    assert stays(moving) == [("First", SEP, OCT), ("Second", OCT, None)]
    assert AuditEntry.objects.count() == 1


def test_rows_of_another_cohort_cannot_be_chosen(client):
    first, second = two_classes()
    stranger = make.trainee(make.cohort())
    client.force_login(make.user(Role.ORGANIZER, first.cohort))

    answer = client.post(
        reverse("cohorts:trainees_move", kwargs={"cohort": first.cohort.pk}),
        {"chosen": str(stranger.pk), "training_class": second.pk, "on": "2026-10-01"},
    )

    assert answer.status_code == 404


# Withdrawing ----------------------------------------------------------------------------------------------------------


def test_withdrawing_ends_class_group_and_office_on_that_day():
    first, _second = two_classes()
    trainee = make.trainee(in_class=first)
    officer = make.officer(first, trainee.person)
    group = make.group(first.cohort)
    groups.put_into_group(group, [trainee], on=SEP)
    AuditEntry.objects.all()

    trainees.withdraw([trainee], on=OCT, reason="moved away")

    trainee.refresh_from_db()
    officer.refresh_from_db()
    assert (trainee.status, trainee.ended_on, trainee.end_reason) == ("withdrawn", OCT, "moved away")
    assert trainee.hand_set == ["status"]
    assert stays(trainee) == [("First", SEP, OCT)]
    assert group.memberships.get().ends_on == OCT
    assert officer.ends_on == date(2026, 9, 30)


def test_withdrawing_somebody_without_a_class_works():
    trainee = make.trainee(joined_on=SEP)

    assert trainees.withdraw([trainee], on=OCT, reason="ill") == 1


@pytest.mark.parametrize("on", [SEP, date(2026, 8, 1)])
def test_nobody_withdraws_before_having_joined(on):
    trainee = make.trainee(joined_on=SEP)

    with pytest.raises(Refused):
        trainees.withdraw([trainee], on=on, reason="ill")


def test_taking_a_withdrawal_back_restores_class_and_groups():
    first, _second = two_classes()
    trainee = make.trainee(in_class=first)
    group = make.group(first.cohort)
    groups.put_into_group(group, [trainee], on=SEP)
    trainees.withdraw([trainee], on=OCT, reason="mistake")

    trainees.undo_withdrawal(trainee)

    trainee.refresh_from_db()
    assert (trainee.status, trainee.ended_on, trainee.end_reason) == ("active", None, "")
    assert stays(trainee) == [("First", SEP, None)]
    assert group.memberships.get().ends_on is None


def test_rejoining_leaves_the_gap():
    first, second = two_classes()
    trainee = make.trainee(in_class=first)
    trainees.withdraw([trainee], on=OCT, reason="ill")

    trainees.rejoin(trainee, on=NOV, training_class=second)

    assert stays(trainee) == [("First", SEP, OCT), ("Second", NOV, None)]
    assert Trainee.objects.get(pk=trainee.pk).status == "active"


@pytest.mark.parametrize("back", [lambda trainee: trainees.rejoin(trainee, on=NOV), trainees.undo_withdrawal])
def test_an_account_opened_meanwhile_gets_the_role_of_the_place(back):
    trainee = make.trainee(joined_on=SEP)
    trainees.withdraw([trainee], on=OCT, reason="ill")
    user = make.user()
    Person.objects.filter(pk=trainee.person_id).update(user=user)

    back(trainee)

    assert [(grant.role, grant.scope_id) for grant in user.grants.all()] == [(Role.TRAINEE, trainee.cohort_id)]


def test_the_page_withdraws_with_a_reason_and_offers_to_take_it_back(client):
    trainee = make.trainee(joined_on=SEP)
    client.force_login(make.user(Role.ORGANIZER, trainee.cohort))
    url = reverse("cohorts:trainee_withdraw", kwargs={"pk": trainee.pk})

    refused = client.post(url, {"on": "2026-10-01", "reason": ""})
    done = client.post(url, {"on": "2026-10-01", "reason": "ill"}, follow=True)
    client.post(reverse("cohorts:trainee_undo_withdraw", kwargs={"pk": trainee.pk}))

    assert refused.status_code == 422
    assert [message.extra_tags for message in done.context["messages"]] == [
        f"undo:/trainees/{trainee.pk}/withdraw/undo/"
    ]
    assert Trainee.objects.get(pk=trainee.pk).status == "active"


def test_an_officer_changes_nobody(client):
    trainee = make.trainee(in_class=two_classes()[0])
    client.force_login(make.user(Role.OFFICER, trainee.memberships.get().training_class))

    answer = client.post(
        reverse("cohorts:trainee_withdraw", kwargs={"pk": trainee.pk}), {"on": "2026-10-01", "reason": "x"}
    )

    assert answer.status_code == 403
    assert Trainee.objects.get(pk=trainee.pk).status == "active"


@pytest.mark.parametrize(
    "save",
    [
        lambda its: edit_program(its.cohort.program, unit=its.cohort.program.unit, name=its.cohort.program.name),
        lambda its: cohorts.edit_cohort(its.cohort, name=its.cohort.name, starts_on=its.cohort.starts_on),
        lambda its: classes.edit_class(its.training_class, name=its.training_class.name),
        lambda its: groups.edit_group(its.group, name=its.group.name),
        lambda its: profile.edit_field(its.field, label=its.field.label),
        lambda its: trainees.edit_trainee(
            its.trainee, number=its.trainee.number, work_unit="", position="", joined_on=SEP, profile={}
        ),
        lambda its: trainees.fill_own_profile(its.trainee, {}),
        lambda its: classes.shift_class(its.training_class, DOWN),
        lambda its: profile.shift_field(its.field, UP),
    ],
)
def test_what_changes_nothing_is_no_entry_in_the_audit_log(save):
    cohort = make.cohort()
    save(
        SimpleNamespace(
            cohort=cohort,
            training_class=make.training_class(cohort),
            group=make.group(cohort),
            field=cohort.profile_fields.create(key="hobby", label="Hobby", order=1),
            trainee=make.trainee(cohort, joined_on=SEP),
        )
    )

    assert not AuditEntry.objects.exists()


def test_a_masked_answer_is_not_readable_in_the_audit_log():
    cohort = make.cohort()
    cohort.profile_fields.create(key="kin", label="Phone of kin", is_personal=True, filled_by_trainee=True)
    trainee = make.trainee(cohort, profile={"kin": "13800000001"})

    trainees.fill_own_profile(trainee, {"kin": "13800000002"})
    place = {"number": trainee.number, "work_unit": "", "position": "", "joined_on": trainee.joined_on}
    trainees.edit_trainee(trainee, **place, profile={"kin": "13800000003"})

    entries = [str((entry.before, entry.after)) for entry in AuditEntry.objects.all()]
    assert (len(entries), [entry for entry in entries if "1380" in entry]) == (2, [])
