import json
import shutil
import tarfile

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from ops.environment import read_keys, write_keys
from tests import make
from trainee_mgmt.kit.crypto import blind_index

PHONE = "13800138000"
pytestmark = pytest.mark.django_db(transaction=True)


def on_the_server(*statements):
    params = connection.get_connection_params() | {"dbname": "postgres"}
    server = psycopg2.connect(**{key: value for key, value in params.items() if isinstance(value, (str, int))})
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        server.close()


@pytest.fixture
def database(transactional_db):
    """A database of its own, made like the one of the tests: it may be destroyed. Yields a function that does."""
    tested = connection.settings_dict["NAME"]
    own = f"{tested}_backup"
    connection.close()
    on_the_server(f'DROP DATABASE IF EXISTS "{own}"', f'CREATE DATABASE "{own}" TEMPLATE "{tested}"')
    connection.settings_dict["NAME"] = own

    def destroy():
        connection.close()
        on_the_server(f'DROP DATABASE "{own}"', f'CREATE DATABASE "{own}"')

    yield destroy
    connection.close()
    connection.settings_dict["NAME"] = tested
    on_the_server(f'DROP DATABASE "{own}"')


@pytest.fixture
def office(database, settings, tmp_path):
    """A person with an encrypted phone, and a picture."""
    settings.VAR_DIR = tmp_path / "var"
    make.user(name="欧阳 䶮", phone=PHONE)
    default_storage.save("journals/2026/picture.jpg", ContentFile(b"\xff\xd8 a picture"))


@pytest.fixture
def archive(office, tmp_path):
    call_command("backup", tmp_path / "safe" / "office.tar", verbosity=0)
    return tmp_path / "safe" / "office.tar"


def other_keys(settings):
    settings.SECRET_KEY, settings.INDEX_KEY, settings.AUDIT_KEY = "x" * 50, "y" * 50, "z" * 50
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]


def test_rows_files_and_encrypted_values_come_back_after_everything_was_lost(database, archive, settings, tmp_path):
    database()
    shutil.rmtree(settings.MEDIA_ROOT)
    other_keys(settings)

    call_command("restore", archive)

    person = User.objects.get(phone_index=blind_index("phone", PHONE))
    assert (person.name, person.phone.open()) == ("欧阳 䶮", PHONE)
    assert (settings.MEDIA_ROOT / "journals" / "2026" / "picture.jpg").read_bytes() == b"\xff\xd8 a picture"
    assert read_keys(tmp_path / "var" / "restored-keys.env")["INDEX_KEY"] == settings.INDEX_KEY


def test_the_archive_is_for_its_owner_only(archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as file:
        assert file.getnames() == ["database.dump", "keys.env", "media/journals/2026/picture.jpg", "manifest.json"]


def test_restore_refuses_a_database_with_data(archive):
    make.user(name="since then")

    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", archive)

    assert User.objects.filter(name="since then").exists()


def test_restore_replaces_when_told_to(archive, settings):
    make.user(name="since then")
    default_storage.save("journals/2026/later.jpg", ContentFile(b"later"))

    call_command("restore", archive, replace=True)

    assert list(User.objects.values_list("name", flat=True)) == ["欧阳 䶮"]
    assert [path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == ["picture.jpg"]


def test_restore_puts_the_keys_back_where_this_installation_keeps_them(database, archive, settings, tmp_path):
    before = settings.INDEX_KEY
    other_keys(settings)
    own_file = tmp_path / "var" / "secrets.env"
    write_keys(own_file, {"FIELD_KEYS": settings.FIELD_KEYS[0], "INDEX_KEY": settings.INDEX_KEY})
    database()

    call_command("restore", archive)

    assert read_keys(own_file)["INDEX_KEY"] == before
    assert read_keys(tmp_path / "var" / "secrets.env.before-restore")["INDEX_KEY"] == "y" * 50


def test_restore_refuses_while_others_use_the_database(archive):
    params = connection.get_connection_params()
    other = psycopg2.connect(**{key: value for key, value in params.items() if isinstance(value, (str, int))})
    try:
        with pytest.raises(CommandError, match="1 other connections use the database"):
            call_command("restore", archive, replace=True)
    finally:
        other.close()


def test_an_archive_that_was_cut_off_changes_nothing(archive):
    archive.write_bytes(archive.read_bytes()[:-30_000])

    with pytest.raises(CommandError, match="no whole backup"):
        call_command("restore", archive, replace=True)

    assert User.objects.filter(name="欧阳 䶮").exists()


def test_an_archive_that_was_changed_changes_nothing(archive, settings):
    archive.write_bytes(archive.read_bytes().replace(b"\xff\xd8 a picture", b"\xff\xd8 A picture"))

    with pytest.raises(CommandError, match=r"picture\.jpg in the archive is damaged"):
        call_command("restore", archive, replace=True)

    assert User.objects.filter(name="欧阳 䶮").exists()
    assert [path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == ["picture.jpg"]


@pytest.mark.parametrize("name", ["media/../../evil", "/etc/evil", "elsewhere/evil"])
def test_an_archive_with_a_file_for_another_place_is_refused(archive, name, tmp_path):
    changed = tmp_path / "changed.tar"
    with tarfile.open(archive) as old, tarfile.open(changed, "w") as new:
        manifest = json.load(old.extractfile("manifest.json"))
        manifest["files"] = {name: "0" * 64}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        new.add(tmp_path / "manifest.json", "manifest.json")

    with pytest.raises(CommandError, match="forbidden name"):
        call_command("restore", changed, replace=True)


def test_a_backup_of_a_newer_version_is_refused(archive, tmp_path):
    changed = tmp_path / "changed.tar"
    with tarfile.open(archive) as old, tarfile.open(changed, "w") as new:
        manifest = json.load(old.extractfile("manifest.json"))
        manifest["migrations"].append("cohorts.9999_from_the_future")
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        new.add(tmp_path / "manifest.json", "manifest.json")

    with pytest.raises(CommandError, match=r"cohorts\.9999_from_the_future is unknown here"):
        call_command("restore", changed, replace=True)
