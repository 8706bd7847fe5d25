import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet
from django.core.management import call_command

from accounts.models import User
from accounts.services import make_plan, plan_given
from tests import make
from trainee_mgmt.kit.crypto import blind_index, open_bytes

pytestmark = pytest.mark.django_db


def test_after_the_rotation_the_old_key_is_not_needed(settings, capsys):
    people = [make.user(phone=f"1380013800{n}") for n in range(3)]
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]

    call_command("rotate_keys")

    settings.FIELD_KEYS = [new]
    assert [User.objects.get(pk=person.pk).phone.open() for person in people] == [f"1380013800{n}" for n in range(3)]
    assert "accounts.User.phone: 3 encrypted anew" in capsys.readouterr().out


def test_a_second_rotation_changes_nothing(settings, capsys):
    make.user(phone="13800138000")
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    call_command("rotate_keys")
    capsys.readouterr()

    call_command("rotate_keys")

    assert "accounts.User.phone: 0 encrypted anew" in capsys.readouterr().out


def test_stored_plans_and_second_steps_are_encrypted_anew_too(settings):
    plan = make_plan("accounts.units", make.unit(), given={"name": "x"}, source=b"rows", compute=False)
    user = make.user()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]

    call_command("rotate_keys")

    settings.FIELD_KEYS = [new]
    plan.refresh_from_db()
    assert (open_bytes(plan.source), plan_given(plan)) == (b"rows", {"name": "x"})
    assert decrypt(Authenticator.objects.get(user=user).data["secret"]) == "JBSWY3DPEHPK3PXP"


def test_with_another_index_key_people_are_found_again_after_reindex(settings, capsys):
    user, person = make.user(phone="13800138000"), make.person(phone="13800138000", id_number="440306199001011234")
    settings.INDEX_KEY = "another" * 8
    assert User.objects.find_by_login("13800138000") is None

    call_command("reindex")

    person.refresh_from_db()
    assert User.objects.find_by_login("13800138000") == user
    assert (person.phone_index, person.id_index) == (
        blind_index("phone", "13800138000"),
        blind_index("id_number", "440306199001011234"),
    )
    assert "cohorts.Person.id_index: 1 computed anew" in capsys.readouterr().out
