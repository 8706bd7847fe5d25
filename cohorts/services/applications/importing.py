"""Applications of many people from a file: decided without writing, then written exactly as decided.

The office imports for a whole round; a unit imports its nominees into its own quota. A person who has an open application
keeps it: what differs is changed, a blank changes nothing. Whoever was sent back, turned down or withdrew stays so.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Application, ApplicationRound, Cohort, Person, ProfileField, UnitQuota
from cohorts.rules.application_sheet import NOMINATED, Fault, Row, Sheet, read_applications
from cohorts.rules.applications import Stage, facts, lacking_in_words
from cohorts.rules.headers import ProfileSpec
from cohorts.rules.profile import in_words as value_in_words
from cohorts.rules.values import facts_of_id
from cohorts.selectors.applications import asked_fields, conditions_of, quota_lines
from cohorts.selectors.cohorts import fields_of
from cohorts.services.applications.handing_in import take_values
from cohorts.services.applications.states import State, refuse_unless_open
from cohorts.services.lock import change_roster, refuse_closed_cohort
from trainee_mgmt.kit.crypto import blind_index, mask_id_number, mask_phone
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import Progress, Stale
from trainee_mgmt.kit.sheets import BadFile, read_book

NEW, CHANGED = "new", "changed"
TEXTS = ("name", "work_unit", "position")


def applications_version(round: ApplicationRound) -> str:
    """A digest of what a plan is decided against: rules, quotas, fields, applications."""
    own = Application.objects.filter(round=round).exclude(state=State.DRAFT)
    state = [
        round.rules_version,
        round.decided_at,
        own.aggregate(last=Max("state_at"), key=Max("pk"), n=Count("pk")),
        sorted(round.quotas.values_list("unit", "seats")),
        sorted(round.cohort.profile_fields.values_list("key", "label", "kind", "asked_of_applicants")),
    ]
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()


def compute_applications(
    round: ApplicationRound, source: bytes, name: str, progress: Progress, *, quota: UnitQuota | None = None
) -> tuple[dict, dict]:
    """(payload, summary): who is new, what changes, and every row that cannot be used with its cells."""
    _refuse_wrong_time(round, quota)
    book = read_book(source, name)
    decision = _Decision(round, quota)
    for number, sheet in enumerate(book.sheets, 1):
        found = read_applications(sheet.rows, sheet.first_row, decision.fields)
        if found is None:
            decision.unread.append(sheet.name)
        else:
            decision.take(sheet.name, found)
        progress(number, len(book.sheets), _("Reading the file"))
    if len(decision.unread) == len(book.sheets):
        raise BadFile(_("No sheet has a row of headers with name and ID number."))
    return decision.payload() | {"notes": [*book.notes, *decision.notes()]}, decision.summary()


def apply_applications(
    round: ApplicationRound, payload: Mapping[str, Any], progress: Progress, *, by_unit: bool
) -> dict[str, int]:
    """Write the payload; the caller holds the transaction and has compared the version. ``Stale`` where a slot or a
    person was taken meanwhile."""
    refuse_closed_cohort(round.cohort)
    if by_unit:
        refuse_unless_open(round)
    if payload["fields"] or payload["ask"]:
        _make_fields(change_roster(round.cohort_id), payload)
    list(UnitQuota.objects.filter(round=round).order_by("pk").select_for_update())
    now = timezone.now()
    lines = payload["lines"]
    rows = Application.objects.filter(round=round).select_for_update(of=("self",)).order_by("pk")
    known = rows.in_bulk([line["application"] for line in lines if line["do"] == CHANGED])
    people = _people([line["values"].get("id_number", "") for line in lines])
    try:
        for at, line in enumerate(lines, 1):
            row = known[line["application"]] if line["do"] == CHANGED else _new(round, line, now)
            take_values(row, line["values"])
            row.answers = row.answers | line["answers"]
            row.person_id = row.person_id or people.get(row.id_index)
            row.save()
            if at % 50 == 0 or at == len(lines):
                progress(at, len(lines), _("Writing the applications"))
    except (IntegrityError, KeyError) as error:
        raise Stale from error
    if any(line.taken > line.seats for line in quota_lines(round)):
        raise Stale
    return dict(Counter(line["do"] for line in lines))


def _new(round: ApplicationRound, line: Mapping[str, Any], now) -> Application:
    return Application(
        round=round,
        origin=line["origin"],
        nominating_unit_id=line["unit"],
        state=State.SUBMITTED,
        state_at=now,
        submitted_at=now,
        rules_version=round.rules_version,
    )


def _make_fields(cohort: Cohort, payload: Mapping[str, Any]) -> None:
    order = cohort.profile_fields.count()
    ProfileField.objects.bulk_create(
        ProfileField(cohort=cohort, order=order + at, asked_of_applicants=True, **each)
        for at, each in enumerate(payload["fields"], 1)
    )
    cohort.profile_fields.filter(key__in=payload["ask"]).update(asked_of_applicants=True)


def _people(numbers: list[str]) -> dict[str, int]:
    indexes = [blind_index("id_number", number) for number in numbers if number]
    return dict(Person.objects.filter(id_index__in=indexes).values_list("id_index", "pk"))


def _refuse_wrong_time(round: ApplicationRound, quota: UnitQuota | None) -> None:
    refuse_closed_cohort(round.cohort)
    if quota is not None:
        refuse_unless_open(round)
    if round.stage(timezone.now()) == Stage.DECIDED:
        raise Refused(_("The round is decided; nothing is imported any more."))


class _Decision:
    """What becomes of each row, one after the other."""

    def __init__(self, round: ApplicationRound, quota: UnitQuota | None):
        self.round, self.quota = round, quota
        self.day = round.cohort.starts_on
        self.stored = {each.key: each for each in fields_of(cohort=round.cohort_id)}
        self.fields = [
            ProfileSpec(each.key, each.label, each.kind, tuple(each.choices)) for each in self.stored.values()
        ]
        self.conditions = conditions_of(round)
        self.units = {each.name: each for each in quota_lines(round)}
        self.left = {each.unit: each.free for each in self.units.values()}
        self.known = self._known()
        self.seen: dict[str, int] = {}
        self.new_fields: dict[str, ProfileSpec] = {}
        self.lines: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        self.raw: list[dict[str, Any]] = []
        self.unread: list[str] = []
        self.ask: set[str] = set()
        self.spare: list[str] = []
        self.rows = self.same = self.without_unit = 0

    def _known(self) -> dict[str, Application]:
        """The latest application of each human in this round; an open one before all others."""
        rows = Application.objects.filter(round=self.round).exclude(state=State.DRAFT).order_by("pk")
        found: dict[str, Application] = {}
        for row in rows:
            before = found.get(row.id_index)
            if before is None or before.state not in Application.OPEN:
                found[row.id_index] = row
        return found

    def take(self, name: str, sheet: Sheet) -> None:
        asked = self._asked(sheet)
        left_out = []
        for row in sheet.rows:
            self.rows += 1
            row.answers = {key: value for key, value in row.answers.items() if key in asked}
            faults = row.faults or self._decide(name, sheet, row)
            for fault in faults:
                self.problems.append(
                    {"sheet": name, "row": row.line, "column": fault.column, "value": fault.value, "why": fault.why}
                )
            if faults:
                left_out.append({"row": row.line, "cells": [_plain(cell) for cell in row.cells]})
        if left_out:
            self.raw.append({"sheet": name, "header": [_plain(cell) for cell in sheet.header], "rows": left_out})

    def _asked(self, sheet: Sheet) -> set[str]:
        """Keys of the answers that are taken. The office's file may bring new fields; a unit answers what is asked."""
        own = {each.key for each in sheet.fields} & self.stored.keys()
        if self.quota:
            asked = {each.key for each in asked_fields(self.round.cohort_id)}
            spare = [each.label for each in sheet.fields if each.key not in asked]
            self.spare += [label for label in spare if label not in self.spare]
            return own & asked
        for spec in sheet.new:
            self.new_fields.setdefault(spec.key, spec)
        self.fields = [*self.fields, *sheet.new]
        self.ask |= {key for key in own if not self.stored[key].asked_of_applicants}
        return own | {each.key for each in sheet.new}

    def _decide(self, name: str, sheet: Sheet, row: Row) -> list[Fault]:
        """What is wrong with a row whose cells are clean; nothing where it became a line or says what stands already."""
        index = blind_index("id_number", row.values["id_number"])
        head = sheet.heads["id_number"]
        if index in self.seen:
            return [Fault(head, "", _("The same ID number stands in row %(row)s.") % {"row": self.seen[index]})]
        self.seen[index] = row.line
        there = self.known.get(index)
        if there is None:
            return self._add(name, sheet, row)
        if self.quota and there.nominating_unit_id != self.quota.unit_id:
            return [Fault(head, "", _("This person has applied or been nominated for this cohort already."))]
        if there.state not in Application.OPEN:
            words = {"state": there.get_state_display(), "reason": there.reason}
            return [Fault(head, "", _("This person's application is %(state)s already: %(reason)s") % words)]
        return self._change(name, row, there)

    def _add(self, name: str, sheet: Sheet, row: Row) -> list[Fault]:
        origin = NOMINATED if self.quota else row.origin
        unit, fault = self._unit(sheet, row, origin)
        if fault:
            return [fault]
        lacking = self._lacking(row)
        if lacking and self.quota:
            return [Fault(sheet.heads["name"], "", _("Not eligible: %(rules)s.") % {"rules": _("; ").join(lacking)})]
        if origin == NOMINATED:
            if self.left[unit] <= 0:
                column = sheet.heads.get("unit", sheet.heads["name"])
                return [Fault(column, row.unit, _("All slots of this unit are used."))]
            self.left[unit] -= 1
        line = {"do": NEW, "application": None, "origin": origin, "unit": unit, "lacking": lacking, "changes": []}
        self.lines.append(self._line(name, row) | line)
        return []

    def _unit(self, sheet: Sheet, row: Row, origin: str) -> tuple[int | None, Fault | None]:
        """The unit of a row by its name; only a nomination needs one that has a quota."""
        if self.quota:
            return self.quota.unit_id, None
        found = self.units.get(row.unit)
        if found is None and row.unit and origin != NOMINATED:
            self.without_unit += 1
        if found is None and origin == NOMINATED:
            column = sheet.heads.get("unit", sheet.heads["name"])
            why = (
                _("This unit has no quota in this round. Give it one first.") if row.unit else _("The unit is missing.")
            )
            return None, Fault(column, row.unit, why)
        return (found.unit if found else None), None

    def _change(self, name: str, row: Row, there: Application) -> list[Fault]:
        values = {
            key: row.values[key] for key in TEXTS if row.values.get(key) and row.values[key] != getattr(there, key)
        }
        phone = row.values.get("phone")
        if phone and blind_index("phone", phone) != there.phone_index:
            values["phone"] = phone
        answers = {key: value for key, value in row.answers.items() if there.answers.get(key) != value}
        if not values and not answers:
            self.same += 1
            return []
        if self.quota and there.state != State.SUBMITTED:
            why = _("The office has answered this nomination, so it is not changed by a file.")
            return [Fault("", row.values["name"], why)]
        line = {"do": CHANGED, "application": there.pk, "origin": there.origin, "unit": there.nominating_unit_id}
        said = {"values": values, "answers": answers, "lacking": [], "changes": self._changes(there, values, answers)}
        self.lines.append(self._line(name, row) | line | said)
        return []

    def _changes(self, there: Application, values: dict, answers: dict) -> list[list[str]]:
        labels = {"name": _("Name"), "work_unit": _("Works at"), "position": _("Position"), "phone": _("Phone")}
        changes = [
            [
                labels[key],
                there.phone_mask if key == "phone" else getattr(there, key),
                mask_phone(value) if key == "phone" else value,
            ]
            for key, value in values.items()
        ]
        specs = {each.key: each for each in self.fields}
        for key, value in answers.items():
            spec = specs[key]
            changes.append(
                [spec.label, value_in_words(spec.kind, there.answers.get(key)), value_in_words(spec.kind, value)]
            )
        return changes

    def _line(self, name: str, row: Row) -> dict[str, Any]:
        return {
            "at": [name, row.line],
            "who": row.values["name"],
            "id_mask": mask_id_number(row.values["id_number"]),
            "work_unit": row.values.get("work_unit", ""),
            "position": row.values.get("position", ""),
            "unit_name": self.quota.unit.name if self.quota else row.unit,
            "values": row.values,
            "answers": row.answers,
        }

    def _lacking(self, row: Row) -> list[str]:
        by_id = facts_of_id(row.values["id_number"])
        known = facts(row.answers, born_on=by_id.born_on, sex=by_id.sex, day=self.day)
        return lacking_in_words(self.conditions, known, day=self.day)

    def notes(self) -> list[str]:
        notes = []
        if self.without_unit:
            words = _("%(n)s people who apply themselves name a unit without a quota; it is not kept.")
            notes.append(words % {"n": self.without_unit})
        if self.spare:
            notes.append(_("Not asked for and not read: %(columns)s.") % {"columns": _(", ").join(self.spare)})
        return notes

    def payload(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "fields": [{"key": each.key, "label": each.label, "kind": each.kind} for each in self.new_fields.values()]
            if self.lines
            else [],
            "ask": sorted(self.ask) if self.lines else [],
            "problems": self.problems,
            "raw": self.raw,
            "unread": self.unread,
        }

    def summary(self) -> dict[str, int]:
        counts = Counter(line["do"] for line in self.lines)
        return {
            "rows": self.rows,
            "new": counts[NEW],
            "changed": counts[CHANGED],
            "same": self.same,
            "problems": sum(len(sheet["rows"]) for sheet in self.raw),
        }


def _plain(cell: Any) -> str | int | float | None:
    """A cell as the stored plan keeps it."""
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, str | int | float) else str(cell)
