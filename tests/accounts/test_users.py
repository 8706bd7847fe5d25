import pytest
from django.contrib.auth.hashers import check_password

from accounts.models import AuditEntry, Role, User
from accounts.services import (
    NewAccount,
    accounts_by_phone,
    change_account,
    first_passwords,
    open_account,
    open_accounts,
    reactivate,
    reset_password,
    set_own_password,
    set_up,
    suspend,
    system_is_empty,
)
from accounts.services.setup import is_setup_token, new_setup_token
from tests import make
from tests.races import race, refusals
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db


def test_a_new_account_has_a_first_password_that_must_be_changed():
    user = open_account(name="曾伟", phone="+86 138 0013 8000", unit=make.unit())

    user = User.objects.get(pk=user.pk)
    assert (user.username, user.phone_mask, user.phone.open()) == ("zengwei", "138****8000", "13800138000")
    assert (user.name_key, user.must_change_password) == ("zeng wei  曾伟", True)
    assert user.check_password(user.first_password.open())
    entry = AuditEntry.objects.get()
    assert (entry.action, "13800138000" in str(entry.after)) == ("accounts.open_account", False)


def test_people_of_one_name_get_user_names_of_their_own():
    make.user(username="zhangwei")

    opened = open_accounts([NewAccount("张伟"), NewAccount("张伟"), NewAccount("张玮"), NewAccount("🙂")])

    assert [user.username for user in opened] == ["zhangwei2", "zhangwei3", "zhangwei4", "user"]
    assert AuditEntry.objects.get(action="accounts.open_accounts").after == {"accounts": 4}


def test_a_user_name_in_capitals_is_not_given_a_second_time():
    make.user(username="ZhangWei")

    opened = open_accounts([NewAccount("张伟", username="zhangwei2"), NewAccount("张伟")])

    assert [user.username for user in opened] == ["zhangwei2", "zhangwei3"]


@pytest.mark.django_db(transaction=True)
def test_people_of_one_name_who_come_at_the_same_moment_get_names_of_their_own():
    race(*[lambda: open_accounts([NewAccount("张伟"), NewAccount("张玮")])] * 3)

    assert sorted(User.objects.values_list("username", flat=True)) == sorted(
        ["zhangwei", *(f"zhangwei{number}" for number in range(2, 7))]
    )


def test_450_accounts_take_as_many_queries_as_four(django_assert_num_queries):
    told = []

    with django_assert_num_queries(6):
        open_accounts(
            [NewAccount(f"学员{number}", f"139{number:08}") for number in range(450)],
            lambda done, total, words: told.append((done, total)),
        )

    assert told[-1] == (450, 450)
    assert User.objects.values("username").distinct().count() == 450


@pytest.mark.parametrize("again", [{"phone": "138 0013 8000"}, {"username": "ZHANG"}])
def test_a_phone_or_user_name_signs_one_account_in(again):
    open_account(name="张", username="zhang", phone="13800138000")

    with pytest.raises(Refused):
        open_account(name="李", **again)

    assert User.objects.count() == 1


@pytest.mark.parametrize("fields", [{"phone": "12345"}, {"username": "13900139000"}, {"username": "a b"}])
def test_a_login_that_would_not_work_is_refused(fields):
    with pytest.raises(Refused):
        open_account(name="李", **fields)


def test_accounts_are_found_by_phone_numbers_in_one_query(django_assert_num_queries):
    user = make.user(phone="13800138000")

    with django_assert_num_queries(1):
        found = accounts_by_phone(["13800138000", "13900139000", ""])

    assert found == {"13800138000": user}


def test_a_change_is_written_with_before_and_after_and_without_the_phone():
    user = make.user(username="li", phone="13800138000", name="李")

    change_account(user, name="李四", username="li", phone="13900139000", by=None)
    change_account(user, name="李四", phone="139 0013 9000", by=None)

    user = User.objects.get(pk=user.pk)
    assert (user.name_key, user.phone.open()) == ("li si  李四", "13900139000")
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == (
        {"name": "李", "phone_mask": "138****8000"},
        {"name": "李四", "phone_mask": "139****9000"},
    )


def test_a_reset_password_is_a_new_first_password():
    user = make.user()

    reset_password(user, by=None)

    user = User.objects.get(pk=user.pk)
    assert (user.check_password(make.PASSWORD), user.must_change_password) == (False, True)
    assert user.check_password(user.first_password.open())


@pytest.mark.parametrize("act", [reset_password, suspend, reactivate, change_account])
def test_nobody_takes_over_an_account_with_more_rights_than_his_own(act):
    make.user(Role.ADMIN)
    district = make.unit()
    by, stronger = make.user(Role.ADMIN, district), make.user(Role.ADMIN, unit=district)
    values = {"username": "mine"} if act is change_account else {}

    with pytest.raises(Refused):
        act(stronger, by=by, **values)

    stronger.refresh_from_db()
    assert (stronger.is_active, stronger.check_password(make.PASSWORD)) == (True, True)


def test_nobody_suspends_himself():
    make.user(Role.ADMIN)
    by = make.user(Role.ADMIN)

    with pytest.raises(Refused):
        suspend(by, by=by)


def test_slips_can_be_printed_until_the_person_has_an_own_password():
    zhang, li = open_accounts([NewAccount("张三"), NewAccount("李四")])
    set_own_password(zhang, "three blue boats")

    shown = first_passwords([zhang, li])

    assert [user.name for user, _password in shown] == ["李四"]
    assert check_password(shown[0][1], User.objects.get(pk=li.pk).password)
    assert AuditEntry.objects.filter(action="accounts.show_first_passwords").count() == 1


def test_the_link_of_the_first_administrator_works_until_there_is_one():
    token = new_setup_token()
    assert is_setup_token(token)
    assert not is_setup_token(token[:-1])

    user = set_up(name="何静姝", username="he", password="three blue boats", unit="宝安区")

    assert (user.role_set, user.unit.name, user.check_password("three blue boats")) == ({"admin"}, "宝安区", True)
    assert not system_is_empty()
    assert not is_setup_token(token)
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_that_set_up_at_once_one_wins():
    results = race(
        *[
            lambda name=name: set_up(name=name, username=name, password="three blue boats", unit="宝安区")
            for name in ("one", "two")
        ]
    )

    assert refusals(results) == 1
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_phone_taken_at_the_same_moment_is_taken_once():
    results = race(*[lambda name=name: open_account(name=name, phone="13800138000") for name in ("张", "李")])

    assert refusals(results) == 1
    assert User.objects.count() == 1
