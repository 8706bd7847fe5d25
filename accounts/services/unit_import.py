"""Units of a sheet: decided without writing, then written exactly as decided."""

import hashlib
import json
from dataclasses import asdict

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.rules.unit_rows import Existing, decide, read_rows
from accounts.services.locks import lock_unit_tree
from trainee_mgmt.kit.plans import Stale
from trainee_mgmt.kit.sheets import BadFile, read_book

PATHS = """
    UPDATE accounts_unit AS unit SET path = above.path || unit.id || '.'
    FROM accounts_unit AS above WHERE unit.parent_id = above.id AND unit.id = ANY(%s)
"""
FIELDS = ("pk", "parent_id", "name", "level", "code", "closed_on")


def tree_version(top: Unit) -> str:
    """A digest of the tree below a unit. Inside a transaction nobody changes these units afterwards."""
    lock_unit_tree()
    rows = Unit.objects.within(top.path).order_by("pk").values_list(*FIELDS)
    return hashlib.sha256(json.dumps([list(map(str, row)) for row in rows]).encode()).hexdigest()


def plan_units(top: Unit, source: bytes, name: str, progress) -> tuple[dict, dict]:
    """(payload, summary): units to add and to change, and the rows that cannot be used."""
    book = read_book(source, name)
    rows, unread = [], []
    for number, sheet in enumerate(book.sheets, 1):
        found = read_rows(sheet.name, sheet.rows, sheet.first_row)
        if found is None:
            unread.append(sheet.name)
        else:
            rows += found
        progress(number, len(book.sheets), _("Reading the file"))
    if not rows:
        raise BadFile(
            _(
                "No sheet has a row of headers with the name and what it belongs to. Use the template, or add the headers."
            )
        )
    within = Unit.objects.within(top.path)
    existing = [Existing(*row[:5], is_closed=bool(row[5])) for row in within.values_list(*FIELDS)]
    elsewhere = Unit.objects.exclude(code="").exclude(pk__in=within.values("pk")).values_list("code", flat=True)
    decision = decide(rows, existing, top.pk, elsewhere)
    payload = {
        "adds": decision.adds,
        "changes": decision.changes,
        "same": decision.same,
        "problems": [asdict(problem) for problem in decision.problems],
        "unread": unread,
        "notes": book.notes,
    }
    summary = {
        "rows": len(rows),
        "new": len(decision.adds),
        "changed": len(decision.changes),
        "same": decision.same,
        "problems": len({(problem.sheet, problem.number) for problem in decision.problems}),
    }
    return payload, summary


def apply_units(top: Unit, payload: dict, progress) -> dict:
    """Write the payload; the caller holds the transaction and has compared the version. ``Stale`` where a code was taken
    meanwhile in a part of the tree that the version does not see."""
    try:
        return _write(payload, progress)
    except IntegrityError as error:  # the caller's transaction ends with it
        raise Stale from error


def _write(payload: dict, progress) -> dict:
    lock_unit_tree()
    adds, made = payload["adds"], {}
    while len(made) < len(adds):  # generation by generation: a unit needs the path of its parent
        ready = [
            place
            for place, add in enumerate(adds)
            if place not in made and (add["parent"][0] == "old" or add["parent"][1] in made)
        ]
        units = Unit.objects.bulk_create(
            Unit(
                parent_id=made[key] if kind == "new" else key,
                name=adds[place]["name"],
                level=adds[place]["level"],
                code=adds[place]["code"],
            )
            for place in ready
            for kind, key in [adds[place]["parent"]]
        )
        made |= {place: unit.pk for place, unit in zip(ready, units)}
        with connection.cursor() as cursor:
            cursor.execute(PATHS, [[unit.pk for unit in units]])
        progress(len(made), len(adds), _("Creating units"))
    changed = [Unit(pk=change["pk"], **change["after"]) for change in payload["changes"]]
    for names in {tuple(change["after"]) for change in payload["changes"]}:
        same_fields = [unit for unit, change in zip(changed, payload["changes"]) if tuple(change["after"]) == names]
        Unit.objects.bulk_update(same_fields, names)
    return {"new": len(made), "changed": len(changed), "same": payload["same"]}
