"""Many rows in one statement, with every text as it is."""

import pytest
from django.db import transaction

from accounts.models import Unit
from cohorts.models import ClassMembership, Person, Trainee
from tests import make
from trainee_mgmt.kit.bulk import copy_rows, take_ids, update_rows
from trainee_mgmt.kit.crypto import Sealed, blind_index

pytestmark = pytest.mark.django_db
STRANGE = ["tab\there", "line\nfeed", "back\\slash", "\\N", "\\.", "return\r", "𬭎䶮", "", " ", "'\"{}", "\u2028"]


def test_copied_texts_come_back_as_they_were():
    ids = take_ids(Person, len(STRANGE))
    fields = ("id", "name", "name_key", "sex", "born_month_only", "id_mask", "phone_mask", "email", "hand_set")

    written = copy_rows(
        Person, fields, ([pk, text, text, "", False, "", "", "", ["a\tb"]] for pk, text in zip(ids, STRANGE))
    )

    assert written == len(STRANGE)
    assert list(Person.objects.order_by("pk").values_list("name", "hand_set")) == [(text, ["a\tb"]) for text in STRANGE]


def test_keys_are_given_once_and_the_next_row_goes_on():
    first, second = take_ids(Person, 2)

    assert second > first
    assert make.person().pk > second
    assert take_ids(Person, 0) == []


def test_a_sealed_value_is_copied_and_changed_as_its_token():
    person = make.person(phone="13800000001")
    sealed = Sealed.of("13900000002")

    update_rows(Person, ["phone", "phone_index"], [[person.pk, sealed, blind_index("phone", "13900000002")]])

    person.refresh_from_db()
    assert person.phone.open() == "13900000002"


def test_what_is_none_stays_and_an_object_is_merged():
    one = make.trainee(work_unit="甲", profile={"a": "1", "b": "2"})
    other = make.trainee(work_unit="乙", profile={})

    changed = update_rows(
        Trainee, ["work_unit", "profile"], [[one.pk, None, {"b": "3"}], [other.pk, "丙", None], [0, "nobody", {}]]
    )

    assert changed == 2
    assert list(Trainee.objects.order_by("pk").values_list("work_unit", "profile")) == [
        ("甲", {"a": "1", "b": "3"}),
        ("丙", {}),
    ]


def test_constraints_hold_for_copied_rows():
    trainee = make.trainee(in_class=make.training_class())
    row = [trainee.pk, ClassMembership.objects.get().training_class_id, trainee.joined_on]

    with pytest.raises(Exception, match="cohorts_one_class_a_day"), transaction.atomic():
        copy_rows(ClassMembership, ("trainee", "training_class", "starts_on"), [row])


def test_any_finds_what_in_finds():
    units = [make.unit(name) for name in ("甲", "乙", "丙")]

    found = Unit.objects.filter(name__any=["甲", "丙", "丁"]).order_by("pk")

    assert list(found) == [units[0], units[2]]
    assert list(Unit.objects.filter(pk__any=[])) == []
