import re
import time
from pathlib import Path
from threading import Event, Thread

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.models import AuditEntry, AuditSeal
from accounts.rules.actions import WORDS
from accounts.rules.permissions import permission_in_words
from accounts.services import record
from accounts.services.audit import head, seal_entries, verify_chain
from tests import make
from tests.races import PATIENCE
from trainee_mgmt.kit.access import GRANTS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_auditentry SET action = 'x'", "DELETE FROM accounts_auditentry"]
)
def test_the_database_refuses_to_change_or_remove_an_entry(statement):
    record("test.act", make.unit())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEntry.objects.get().action == "test.act"


def seal_all() -> None:
    """The sealer waits for every open transaction of the server, those of other test processes too."""
    deadline = time.monotonic() + 120
    while AuditEntry.objects.filter(seal=None).exists():
        assert time.monotonic() < deadline, "another transaction stayed open"
        seal_entries()


@pytest.mark.django_db(transaction=True)  # the chain seals committed transactions only
def test_the_chain_names_an_entry_that_was_changed():
    subject = make.unit()
    first, second = record("test.first", subject), record("test.second", subject)
    seal_all()
    assert list(verify_chain()) == []

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER append_only")
        cursor.execute("UPDATE accounts_auditentry SET object_label = 'someone else' WHERE id = %s", [second.pk])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER append_only")

    (problem,) = verify_chain()
    assert f"entry {second.pk} " in problem
    assert AuditSeal.objects.filter(entry=first).exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_names_a_removed_entry_and_ends_with_an_error(capsys):
    subject = make.unit()
    first = record("test.first", subject)
    record("test.second", subject)
    seal_all()
    call_command("verify_audit")
    assert head() in capsys.readouterr().out

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER append_only")
        cursor.execute("DELETE FROM accounts_auditentry WHERE id = %s", [first.pk])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER append_only")

    with pytest.raises(CommandError):
        call_command("verify_audit")
    assert f"entry {first.pk} was removed" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_an_entry_written_back_in_time_is_named():
    record("test.now", make.unit())
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_auditentry (at, actor_name, role, action, object_type, object_label, before, after, outcome, request_id) "
            "VALUES ('2020-01-01', '', '', 'test.forged', '', '', '{}', '{}', 'done', '')"
        )
    seal_all()

    (problem,) = verify_chain()
    assert "says 2020-01-01" in problem


@pytest.mark.django_db(transaction=True)
def test_entries_of_a_restored_backup_are_sealed_although_their_transactions_lie_ahead():
    entry = record("test.act", make.unit())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER append_only")
        cursor.execute("UPDATE accounts_auditentry SET transaction = 9000000000 WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER append_only")

    assert seal_entries() == 1
    assert list(verify_chain()) == []


@pytest.mark.django_db(transaction=True)
def test_nobody_seals_what_an_open_transaction_may_still_write_before():
    subject, wrote, go_on = make.unit(), Event(), Event()

    def slow():
        with transaction.atomic():
            record("test.slow", subject)
            wrote.set()
            go_on.wait(timeout=PATIENCE)
        connection.close()

    thread = Thread(target=slow)
    thread.start()
    wrote.wait(timeout=PATIENCE)
    record("test.quick", subject)
    sealed_meanwhile = seal_entries()
    go_on.set()
    thread.join(timeout=PATIENCE)

    assert sealed_meanwhile == 0
    seal_all()
    assert list(verify_chain()) == []


def test_every_action_of_the_source_has_its_words():
    source = "".join(
        path.read_text()
        for config in apps.get_app_configs()
        if Path(config.path).parent == Path(settings.BASE_DIR)
        for path in Path(config.path).rglob("*.py")
    )
    actions = set(re.findall(r'\brecord\(\s*"([a-z]+\.[a-z_]+)"', source))

    assert sorted(actions - set(WORDS)) == []


def test_what_a_row_function_reaches_is_said_in_chinese():
    said = {
        " ".join((rows.__doc__ or "").split())
        for permission in GRANTS.values()
        for rows in permission.rows_by_role.values()
    }

    with translation.override("zh-hans"):
        assert sorted(words for words in said if translation.gettext(words) == words) == []


def test_every_permission_about_rows_has_its_words():
    wordless = [name for name, one in GRANTS.items() if one.model and not permission_in_words(name)]

    assert wordless == []
