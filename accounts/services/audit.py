"""The audit log: one entry for each write, in the same transaction, and one for each denied attempt.

Entries are only ever inserted (a trigger sees to it). ``seal_entries`` chains them by HMAC in batches, so that no
writer waits for another; ``verify_chain`` names the first entry that was changed, removed or slipped in.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection, models, transaction

from accounts.models import AuditEntry, AuditSeal
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.prepared import Insert

START = "0" * 64
BATCH = 2000
LONGEST_TRANSACTION = timedelta(hours=1)


def record(
    action: str,
    obj: models.Model | None = None,
    *,
    before: dict | None = None,
    after: dict | None = None,
    label: str = "",
    outcome: str = "done",
) -> AuditEntry:
    """Write one entry for one act on one object (or one bulk act: then ``after`` holds the counts)."""
    entry = entry_of(action, obj, before=before, after=after, label=label, outcome=outcome)
    _insert(entry)
    return entry


def entry_of(
    action: str,
    obj: models.Model | None = None,
    *,
    before: dict | None = None,
    after: dict | None = None,
    label: str = "",
    outcome: str = "done",
) -> AuditEntry:
    """The same, not yet written: for who writes it in one statement with the act (kit/once.py)."""
    who = actor.current()
    return AuditEntry(
        actor_id=who.user_id,
        actor_name=who.name,
        role=who.role,
        seen_as=who.seen_as_id,
        request_id=who.request_id,
        action=action,
        object_type=obj._meta.label if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        object_label=(label or (str(obj) if obj is not None else ""))[:200],
        before=_plain(before),
        after=_plain(after),
        outcome=outcome,
    )


def record_denied(permission: str, model: type[models.Model] | None, pk: int | None) -> AuditEntry:
    who = actor.current()
    entry = AuditEntry(
        actor_id=who.user_id,
        actor_name=who.name,
        seen_as=who.seen_as_id,
        request_id=who.request_id,
        action=permission,
        object_type=model._meta.label if model else "",
        object_id=pk,
        outcome=AuditEntry.Outcome.DENIED,
    )
    _insert(entry)
    return entry


_insert = Insert(AuditEntry)


def changes(obj: models.Model, values: dict) -> tuple[dict, dict]:
    """(before, after) of the fields of ``values`` that differ from ``obj``; set them afterwards."""
    before = {name: getattr(obj, name) for name, value in values.items() if getattr(obj, name) != value}
    return before, {name: values[name] for name in before}


def _plain(values: dict | None) -> dict:
    return {
        key: value if isinstance(value, (int, bool, list, dict, type(None))) else str(value)
        for key, value in (values or {}).items()
    }


# The chain ------------------------------------------------------------------------------------------------------------


def seal_entries(limit: int = 5000) -> int:
    """Chain all entries of transactions that have ended and that no older transaction can still join.

    Numbers of transactions beyond the present ones come from a restored backup: those transactions ended long ago.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.audit_seal'))")
        cursor.execute(
            "SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint FROM pg_current_snapshot() AS now"
        )
        oldest, next_one = cursor.fetchone()
        last = AuditSeal.objects.order_by("-pk").values_list("digest", flat=True).first() or START
        ended = models.Q(transaction__lt=oldest) | models.Q(transaction__gt=next_one)
        seals = []
        for entry in AuditEntry.objects.filter(ended, seal=None).order_by("transaction", "pk")[:limit]:
            last = _link(last, entry)
            seals.append(AuditSeal(entry=entry, digest=last))
        AuditSeal.objects.bulk_create(seals, batch_size=1000)
        return len(seals)


def verify_chain() -> Iterator[str]:
    """One sentence for each thing that is wrong; nothing when the log is as it was written."""
    last, newest, after = START, None, 0
    while seals := list(AuditSeal.objects.filter(pk__gt=after).order_by("pk")[:BATCH]):
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            entry = entries.get(seal.entry_id)
            if entry is None:
                yield f"entry {seal.entry_id} was removed"
            elif _link(last, entry) != seal.digest:
                yield f"entry {entry.pk} of {entry.at.isoformat()} ({entry.action}) was changed, or one before it removed"
            elif newest and entry.at < newest - LONGEST_TRANSACTION:
                yield f"entry {entry.pk} says {entry.at.isoformat()}, but was written after entries of {newest.isoformat()}"
            last = seal.digest
            newest = max(newest, entry.at) if newest and entry else entry.at if entry else newest
        after = seals[-1].pk


def head() -> str:
    """The last digest; written down elsewhere, it proves everything before it."""
    return AuditSeal.objects.order_by("-pk").values_list("digest", flat=True).first() or START


def _link(previous: str, entry: AuditEntry) -> str:
    content = json.dumps(
        [
            entry.pk,
            entry.at.isoformat(),
            entry.actor_id,
            entry.actor_name,
            entry.role,
            entry.seen_as,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.object_label,
            entry.before,
            entry.after,
            entry.outcome,
            entry.request_id,
            entry.transaction,
        ],
        ensure_ascii=False,
        sort_keys=True,
    )
    return hmac.new(settings.AUDIT_KEY.encode(), f"{previous}\n{content}".encode(), hashlib.sha256).hexdigest()
