import re

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEntry, Role, User
from accounts.rules.logins import clean_phone, is_username, new_first_password
from accounts.services import reactivate, set_own_password, suspend
from tests import make
from trainee_mgmt.kit.crypto import Sealed

pytestmark = pytest.mark.django_db
LOGIN = reverse("account_login")
ME = reverse("accounts:me")


@pytest.fixture
def client(client):
    client.cookies["language"] = "en"
    return client


def sign_in(client, login, password=make.PASSWORD, **extra):
    return client.post(LOGIN, {"login": login, "password": password, **extra})


def is_signed_in(client) -> bool:
    return client.get(ME).status_code == 200


@pytest.mark.parametrize(
    "typed", ["zhang.wei", "ZHANG.WEI ", "13800138000", "+86 138-0013 8000", "１３８００１３８０００"]
)
def test_a_user_name_or_a_phone_as_people_type_it_signs_in(client, typed):
    make.user(username="zhang.wei", phone="13800138000")

    response = sign_in(client, typed)

    assert (response.status_code, response.url) == (302, "/")
    assert is_signed_in(client)


def test_the_page_that_was_asked_for_survives_the_sign_in(client):
    make.user(username="zhang")
    asked = client.get(f"{ME}?tab=roles")

    response = client.post(asked.url, {"login": "zhang", "password": make.PASSWORD, "next": f"{ME}?tab=roles"})

    assert asked.url == f"{LOGIN}?next=/me/%3Ftab%3Droles"
    assert response.url == f"{ME}?tab=roles"


def test_another_site_is_never_the_next_page(client):
    make.user(username="zhang")

    assert sign_in(client, "zhang", next="https://evil.example/").url == "/"


def test_six_wrong_passwords_rest_the_account_and_nobody_else_at_the_same_address(client):
    make.user(username="zhang", phone="13800138000")
    make.user(username="li")
    for typed in ["zhang", "Zhang", " zhang", "13800138000", "138 0013 8000"]:
        assert "is not right" in sign_in(client, typed, "wrong").content.decode()

    sixth = sign_in(client, "zhang", "wrong").content.decode()
    right = sign_in(client, "+8613800138000")

    assert "rests for five minutes" in sixth
    assert "rests for five minutes" in right.content.decode()
    assert sign_in(Client(), "li").status_code == 302


def test_unknown_and_known_names_answer_alike(client):
    make.user(username="zhang")
    answers = {}
    for name in ("zhang", "nobody"):
        pages = [sign_in(client, name, "wrong").content.decode() for _try in range(6)]
        answers[name] = [re.sub(r'value="[^"]*"|"X-CSRFToken":"[^"]*"', "", page) for page in pages]

    assert answers["zhang"] == answers["nobody"]


def test_a_suspended_account_answers_like_a_wrong_password(client):
    make.user(username="zhang", is_active=False)

    assert "is not right" in sign_in(client, "zhang").content.decode()


def test_signing_in_and_out_and_wrong_passwords_are_written_down(client):
    user = make.user(username="zhang")
    sign_in(client, "zhang", "wrong")
    sign_in(client, "zhang")
    client.post(reverse("account_logout"))

    assert list(AuditEntry.objects.order_by("pk").values_list("action", "outcome", "actor", "object_id")) == [
        ("accounts.sign_in", "denied", user.pk, user.pk),
        ("accounts.sign_in", "done", user.pk, user.pk),
        ("accounts.sign_out", "done", user.pk, user.pk),
    ]


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password", "account_set_password"])
def test_pages_of_allauth_that_we_do_not_want_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_first_password_is_changed_before_anything_else(client):
    user = make.user(username="zhang", must_change_password=True, first_password=Sealed.of(make.PASSWORD))
    sign_in(client, "zhang")

    asked = client.get(ME)
    page = client.get(asked.url)
    same = client.post(asked.url, {"password1": make.PASSWORD, "password2": make.PASSWORD})
    weak = client.post(asked.url, {"password1": "12345678", "password2": "12345678"})
    done = client.post(asked.url, {"password1": "three blue boats", "password2": "three blue boats"})

    user.refresh_from_db()
    assert asked.url == f"{reverse('accounts:first_password')}?next=%2Fme%2F"
    assert (page.status_code, same.status_code, weak.status_code) == (200, 422, 422)
    assert (done.status_code, done.url) == (302, ME)
    assert (user.must_change_password, user.first_password) == (False, None)
    assert user.check_password("three blue boats")
    assert is_signed_in(client)


def test_who_has_an_own_password_cannot_set_another_without_it(client):
    user = make.user()
    client.force_login(user)

    client.post(reverse("accounts:first_password"), {"password1": "three blue boats", "password2": "three blue boats"})

    user.refresh_from_db()
    assert user.check_password(make.PASSWORD)


def test_signing_out_ends_the_session(client):
    client.force_login(make.user())
    session = client.cookies[live.SESSION_COOKIE_NAME].value
    client.post(reverse("account_logout"))
    client.cookies[live.SESSION_COOKIE_NAME] = session

    assert not is_signed_in(client)


def test_changing_the_password_ends_the_sessions_elsewhere_only(client):
    user, elsewhere = make.user(), Client()
    client.force_login(user)
    elsewhere.force_login(user)

    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": make.PASSWORD, "password1": "three blue boats", "password2": "three blue boats"},
    )

    assert response.status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert AuditEntry.objects.filter(action="accounts.set_own_password", actor=user).count() == 1


def test_suspension_ends_all_sessions_at_once(client):
    user = make.user()
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert not is_signed_in(client)


def test_an_account_without_a_role_opens_its_own_page(client):
    client.force_login(make.user())

    assert "You have no role yet" in client.get(ME).content.decode()


def test_the_account_of_a_request_costs_one_query(client, django_assert_num_queries):
    client.force_login(make.user(Role.ADMIN))
    client.get(ME)

    with django_assert_num_queries(
        4
    ):  # the account with its grants; this page: its unit, the second step, how it is told
        client.get(ME)


def test_the_second_step_is_for_those_who_see_the_data_of_others(client):
    client.force_login(make.user(Role.TRAINEE, make.cohort()))

    assert client.get(reverse("mfa_activate_totp")).status_code == 403


def test_the_second_step_asks_the_password_then_shows_a_picture_that_the_policy_allows(client):
    client.force_login(make.user(Role.ADMIN, username="zhang"))
    asked = client.get(reverse("mfa_activate_totp"))
    page = client.post(asked.url, {"password": make.PASSWORD, "next": reverse("mfa_activate_totp")}, follow=True)

    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("+852 6123 4567", "+85261234567"),
        ("12345678901", ""),
        ("zhang", ""),
        ("", ""),
    ],
)
def test_phone_numbers_are_kept_in_one_form(typed, phone):
    assert clean_phone(typed) == phone


def test_user_names_have_a_letter_so_that_none_is_a_phone():
    assert [is_username(name) for name in ("zhang.wei-2", "张伟", "13800138000", "a b", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_first_passwords_are_three_groups_without_letters_that_look_alike():
    made = {new_first_password() for _ in range(200)}

    assert len(made) == 200
    assert all([len(group) for group in one.split("-")] == [4, 4, 4] for one in made)
    assert not set("il0o1") & set("".join(made))


def test_an_own_password_erases_the_first_one():
    user = make.user(must_change_password=True, first_password=Sealed.of("abcd"))

    set_own_password(User.objects.defer("first_password").get(pk=user.pk), "three blue boats")

    user.refresh_from_db()
    assert (user.first_password, user.must_change_password) == (None, False)


def test_a_session_ended_by_a_suspension_does_not_come_back_with_the_account(client):
    make.user(Role.ADMIN)
    user = make.user(username="zhang")
    sign_in(client, "zhang")

    suspend(user, by=None)
    was_in = is_signed_in(client)
    reactivate(user, by=None)

    assert (was_in, is_signed_in(client)) == (False, False)


def test_the_language_chosen_on_the_page_of_the_sign_in_goes_on_afterwards(client):
    user = make.user(language="zh-hans")
    client.get(LOGIN)
    client.post(reverse("accounts:language"), {"language": "en", "next": LOGIN})

    sign_in(client, user.username)

    assert "My account" in client.get(ME).content.decode()
    assert User.objects.get(pk=user.pk).language == "en"
    assert AuditEntry.objects.filter(action="accounts.sign_in").get().after == {"language": "en"}


def test_a_language_that_somebody_else_left_on_the_device_changes_nobody(client):
    user = make.user(language="zh-hans")

    sign_in(client, user.username)

    assert User.objects.get(pk=user.pk).language == "zh-hans"
