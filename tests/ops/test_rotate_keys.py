import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from accounts.models import User
from tests import make

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
