import time

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry, AuditSeal
from accounts.services import record
from accounts.services.audit import seal_entries, verify_chain
from tests import make


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
    deadline = time.monotonic() + 30
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
