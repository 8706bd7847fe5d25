"""Credit hours of many people from a file: decided without writing, then written exactly as decided.

A fact is who, form, day and evidence. With another quantity it is a correction: a reverse row and a new one. A row with a
reason takes the fact back.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from accounts.models import User
from cohorts.models import Cohort, Trainee
from learning.models import CreditEntry, HourRule
from learning.rules.credit_sheet import CreditRow, CreditSheet, read_credits
from learning.rules.hours import hours_of, plain
from learning.rules.progress import word
from learning.selectors.hours import holding, tables_of
from learning.services.hours import AT_ONCE, CORRECTED_HERE, LEAST_YEAR, Book, hand_credit
from trainee_mgmt.kit.crypto import blind_index
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import Stale
from trainee_mgmt.kit.sheets import BadFile, plain_cell, read_book
from trainee_mgmt.kit.words import say as _

ADD, CHANGE, BACK = "add", "change", "back"


def credits_version(cohort: Cohort) -> str:
    """A digest of what a plan is decided against: people, tables in use, what the office entered. Hours that follow from
    rolls and courses come and go meanwhile; they change nothing here."""
    entered = CreditEntry.objects.filter(trainee__cohort=cohort, source__in=CORRECTED_HERE)
    state = [
        cohort.roster_version,
        [(table.pk, table.starts_on) for table in tables_of(cohort.program.unit)],
        entered.aggregate(last=Max("pk"), count=Count("pk")),
    ]
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()


def compute_credits(cohort: Cohort, source: bytes, name: str, progress) -> tuple[dict, dict]:
    """(payload, summary): what is new, corrected or taken back, and every row that cannot be used with its cells."""
    book = read_book(source, name)
    decision = _Decision(cohort, today=timezone.localdate())
    for number, sheet in enumerate(book.sheets, 1):
        found = read_credits(sheet.rows, sheet.first_row, first=cohort.starts_on, last=cohort.ends_on)
        if found is None:
            decision.unread.append(sheet.name)
        else:
            decision.take(sheet.name, found)
        progress(number, len(book.sheets), _("Reading the file"))
    if len(decision.unread) == len(book.sheets):
        raise BadFile(_("No sheet has a row of headers with who, the form of study, the day and the evidence."))
    return decision.payload() | {"notes": book.notes}, decision.summary()


def apply_credits(cohort: Cohort, payload: dict, progress, *, by: User) -> dict:
    """Write the payload; the caller holds the transaction and has compared the version. ``Stale`` where somebody took a
    row back meanwhile."""
    rules = HourRule.objects.select_related("table__unit").in_bulk({line["rule"] for line in payload["lines"]})
    trainees = Trainee.objects.in_bulk({line["trainee"] for line in payload["lines"]})
    by_person: dict[int, list[dict]] = defaultdict(list)
    for line in payload["lines"]:
        by_person[trainees[line["trainee"]].person_id].append(line)
    people = sorted(by_person)
    for at in range(0, len(people), AT_ONCE):
        chosen = people[at : at + AT_ONCE]
        ledger = Book(chosen, by=by)
        for line in (line for person in chosen for line in by_person[person]):
            if line["entry"] and not ledger.reverse(line["entry"], line["reason"] or _("corrected by a file")):
                raise Stale
            if line["do"] != BACK:
                ledger.add(_new(line, trainees[line["trainee"]], rules[line["rule"]]))
        ledger.write()
        progress(at + len(chosen), len(people), _("Writing the ledger"))
    return {name: count for name, count in _counts(payload["lines"]).items() if count}


def _new(line: dict, trainee: Trainee, rule: HourRule):
    return hand_credit(
        trainee,
        rule,
        Decimal(line["quantity"]),
        happened_on=date.fromisoformat(line["day"]),
        evidence=line["evidence"],
        source=CreditEntry.Source.FILE,
    )


def _counts(lines: Iterable[dict]) -> dict[str, int]:
    counts = {"new": 0, "changed": 0, "taken_back": 0}
    names = {ADD: "new", CHANGE: "changed", BACK: "taken_back"}
    for line in lines:
        counts[names[line["do"]]] += 1
    return counts


class _Decision:
    """What becomes of each row, one after the other."""

    def __init__(self, cohort: Cohort, *, today: date):
        self.cohort, self.today = cohort, today
        self.tables = tables_of(cohort.program.unit)
        self.rules: dict[tuple[int, str], HourRule] = {
            (rule.table_id, word(rule.name)): rule for rule in HourRule.objects.filter(table__in=self.tables)
        }
        self.names: dict[int, str] = {}
        self.numbers: dict[int, str] = {}
        self.found: dict[str, dict[str, list[int]]] = {key: defaultdict(list) for key in ("number", "phone", "name")}
        people = Trainee.objects.filter(cohort=cohort).order_by("pk")
        for pk, number, name, phone in people.values_list("pk", "number", "person__name", "person__phone_index"):
            self.names[pk], self.numbers[pk] = name, number
            for key, value in (("number", number), ("phone", phone), ("name", word(name))):
                if value:
                    self.found[key][value].append(pk)
        self.standing: dict[tuple, list[tuple[int, Decimal]]] = defaultdict(list)
        self.gone: set[tuple] = set()
        entries = CreditEntry.objects.filter(trainee__cohort=cohort, source__in=CORRECTED_HERE, reverse_of=None)
        for pk, trainee, form, day, evidence, quantity, in_force in entries.values_list(
            "pk", "trainee", "rule__name", "happened_on", "evidence", "quantity", "in_force"
        ):
            fact = (trainee, word(form), day, word(evidence))
            if in_force:
                self.standing[fact].append((pk, quantity))
            else:
                self.gone.add(fact)
        self.taken: dict[tuple, tuple] = {}
        self.lines: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        self.raw: list[dict[str, Any]] = []
        self.unread: list[str] = []
        self.rows = self.same = 0

    def take(self, name: str, sheet: CreditSheet) -> None:
        left_out = []
        for row in sheet.rows:
            self.rows += 1
            problems = [(each.column, each.value, each.why) for each in row.problems] or self._decide(name, sheet, row)
            for column, value, why in problems:
                self.problems.append({"sheet": name, "row": row.line, "column": column, "value": value, "why": why})
            if problems:
                left_out.append({"row": row.line, "cells": [plain_cell(cell) for cell in row.cells]})
        if left_out:
            self.raw.append({"sheet": name, "header": [plain_cell(cell) for cell in sheet.header], "rows": left_out})

    def _decide(self, name: str, sheet: CreditSheet, row: CreditRow) -> list[tuple[str, str, str]]:
        """What is wrong with a row whose cells are clean; nothing where it became a line or says what stands already."""
        trainee, why = self._who(row)
        if trainee is None:
            key = "number" if row.number else "phone" if row.phone else "name"
            return [(sheet.heads[key], "" if key == "phone" else row.number or row.name, why)]
        rule, why = self._rule(row)
        if rule is None:
            key = "day" if row.day.year < LEAST_YEAR or row.day > self.today else "form"
            return [(sheet.heads[key], row.day.isoformat() if key == "day" else row.form, why)]
        try:
            hours_of(rule.rule, row.quantity)
        except Refused as refusal:
            return [(sheet.heads.get("quantity", sheet.heads["form"]), plain(row.quantity), str(refusal))]
        fact = (trainee, word(row.form), row.day, word(row.evidence))
        says = (row.quantity, bool(row.reason))
        if fact in self.taken:
            if self.taken[fact] == says:
                return []
            return [
                (sheet.heads["evidence"], row.evidence[:40], _("The file says something else about this further up."))
            ]
        self.taken[fact] = says
        return self._line(sheet, row, trainee, rule, self.standing.get(fact, []), was_there=fact in self.gone)

    def _line(self, sheet, row, trainee, rule, there, *, was_there: bool) -> list[tuple[str, str, str]]:
        equal = [pk for pk, quantity in there if quantity == row.quantity]
        if row.reason:
            if not there and was_there:
                self.same += 1
                return []
            chosen = equal[:1] or ([there[0][0]] if len(there) == 1 else [])
            if not chosen:
                return [(sheet.heads["reason"], row.reason[:40], _("No such hours stand in the ledger."))]
            self._keep(BACK, row, trainee, rule, entry=chosen[0])
        elif equal:
            self.same += 1
        elif len(there) > 1:
            why = _("These hours stand in the ledger several times. Take the wrong ones back on their pages.")
            return [(sheet.heads["evidence"], row.evidence[:40], why)]
        elif there:
            self._keep(CHANGE, row, trainee, rule, entry=there[0][0], before=there[0][1])
        else:
            self._keep(ADD, row, trainee, rule)
        return []

    def _keep(self, do: str, row: CreditRow, trainee: int, rule: HourRule, *, entry: int = 0, before=None) -> None:
        self.lines.append(
            {
                "do": do, "row": row.line, "trainee": trainee, "who": self.names[trainee], "number": self.numbers[trainee],
                "rule": rule.pk, "form": rule.name, "day": row.day.isoformat(), "quantity": plain(row.quantity),
                "before": None if before is None else plain(before), "hours": plain(hours_of(rule.rule, row.quantity)),
                "evidence": row.evidence, "reason": row.reason, "entry": entry,
            }
        )  # fmt: skip

    def _who(self, row: CreditRow) -> tuple[int | None, str]:
        """The one trainee whom number, phone and name all mean."""
        asked = {
            "number": row.number,
            "phone": blind_index("phone", row.phone) if row.phone else "",
            "name": word(row.name) if row.name else "",
        }
        found = [set(self.found[key].get(value, ())) for key, value in asked.items() if value]
        both = set.intersection(*found)
        if len(both) == 1:
            return both.pop(), ""
        if both:
            return None, _("Several people in this cohort are meant. Give the number or the phone too.")
        if all(found):
            return None, _("Number, phone and name belong to different people.")
        return None, _("Nobody in this cohort is meant.")

    def _rule(self, row: CreditRow) -> tuple[HourRule | None, str]:
        if row.day > self.today:
            return None, _("The day lies in the future. Hours are entered once they were studied.")
        table = holding(self.tables, row.day)
        if row.day.year < LEAST_YEAR or table is None:
            return None, _("On that day no table of hours holds for this cohort.")
        rule = self.rules.get((table.pk, word(row.form)))
        if rule is None:
            return None, _("The table of hours of that day has no such form.")
        if rule.counts:
            return None, _("Hours of this form come by themselves, from rolls or online courses.")
        return rule, ""

    def payload(self) -> dict[str, Any]:
        return {"lines": self.lines, "problems": self.problems, "raw": self.raw, "unread": self.unread}

    def summary(self) -> dict[str, int]:
        bad = sum(len(sheet["rows"]) for sheet in self.raw)
        return {"rows": self.rows, **_counts(self.lines), "same": self.same, "problems": bad}
