from datetime import date
from threading import Thread

import pytest
from django.db import connection, transaction

from accounts.models import AuditEntry, Unit
from accounts.services import change_unit, close_unit, create_unit, delete_unit, move_unit, reopen_unit
from accounts.services.unit_import import tree_version
from tests import make
from tests.races import PATIENCE, race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 27)


def paths() -> dict[str, str]:
    """Each unit's path with names for keys."""
    names = {str(pk): name for pk, name in Unit.objects.values_list("pk", "name")}
    return {
        name: "/".join(names[key] for key in path.rstrip(".").split("."))
        for name, path in Unit.objects.values_list("name", "path")
    }


def tree():
    city = create_unit(parent=None, name="city", level="city")
    east = create_unit(parent=city, name="east", level="district")
    west = create_unit(parent=city, name="west", level="district")
    street = create_unit(parent=east, name="street", level="street")
    house = create_unit(parent=street, name="house", level="office")
    return city, east, west, street, house


def test_a_new_unit_knows_the_way_to_the_top():
    tree()

    assert paths()["house"] == "city/east/street/house"
    assert AuditEntry.objects.filter(action="accounts.create_unit").count() == 5


def test_moving_a_unit_moves_all_below_it_in_one_statement(django_assert_num_queries):
    _city, _east, west, street, _house = tree()

    with django_assert_num_queries(10):
        move_unit(street, to=west)

    assert paths() == {
        "city": "city",
        "east": "city/east",
        "west": "city/west",
        "street": "city/west/street",
        "house": "city/west/street/house",
    }
    entry = AuditEntry.objects.get(action="accounts.move_unit")
    assert (entry.before, entry.after) == ({"parent": "east"}, {"parent": "west", "units": 2})


@pytest.mark.parametrize("below", [1, 3, 4])
def test_a_unit_cannot_be_moved_below_itself(below):
    units = tree()

    with pytest.raises(Refused):
        move_unit(units[1], to=units[below])

    assert paths()["house"] == "city/east/street/house"


def test_a_tree_that_would_become_too_deep_is_refused():
    *_rest, house = tree()
    Unit.objects.filter(pk=house.pk).update(path="9" * 199 + ".")

    with pytest.raises(Refused):
        create_unit(parent=Unit.objects.get(pk=house.pk), name="room", level="office")


@pytest.mark.parametrize(
    "fields", [{"name": "west", "level": "street"}, {"name": "new", "level": "street", "code": "W1"}]
)
def test_a_name_under_one_parent_and_a_code_exist_once(fields):
    city, _east, west, *_rest = tree()
    change_unit(west, code="W1")

    with pytest.raises(Refused):
        create_unit(parent=city, **fields)


def test_a_unit_closes_only_after_those_below_it_and_then_takes_no_new_ones():
    _city, _east, _west, street, house = tree()

    with pytest.raises(Refused):
        close_unit(street, on=TODAY)
    close_unit(house, on=TODAY)
    close_unit(street, on=TODAY)
    with pytest.raises(Refused):
        create_unit(parent=street, name="flat", level="office")
    with pytest.raises(Refused):
        reopen_unit(house)
    reopen_unit(street)
    reopen_unit(house)

    assert Unit.objects.active().count() == 5


def test_only_a_unit_that_nothing_belongs_to_is_deleted():
    _city, east, west, *_rest = tree()
    make.user(unit=west)

    for unit in (east, west):
        with pytest.raises(Refused):
            delete_unit(unit)
    delete_unit(create_unit(parent=east, name="mistake", level="office"))

    assert Unit.objects.count() == 5
    assert AuditEntry.objects.filter(action="accounts.delete_unit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle():
    _city, east, west, *_rest = tree()

    results = race(lambda: move_unit(east, to=west), lambda: move_unit(west, to=east))

    assert refusals(results) == 1
    assert sorted(paths()["house"].split("/")) in (
        ["city", "east", "house", "street"],
        ["city", "east", "house", "street", "west"],
    )


@pytest.mark.django_db(transaction=True)
def test_a_unit_made_while_its_parent_moves_gets_the_right_path():
    _city, _east, west, street, _house = tree()

    race(lambda: move_unit(street, to=west), lambda: create_unit(parent=street, name="new", level="office"))

    assert paths()["new"] == "city/west/street/new"


@pytest.mark.django_db(transaction=True)
def test_nobody_renames_a_unit_while_units_of_a_sheet_are_written():
    _city, east, *_rest = tree()
    renamed = Thread(target=lambda: (change_unit(east, name="orient"), connection.close()))

    with transaction.atomic():
        before = tree_version(Unit.objects.get(name="city"))
        renamed.start()
        renamed.join(timeout=0.5)
        after = tree_version(Unit.objects.get(name="city"))
    renamed.join(timeout=PATIENCE)

    assert before == after
    assert Unit.objects.get(pk=east.pk).name == "orient"
