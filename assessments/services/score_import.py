"""Points of a sheet: decided without writing, then written exactly as decided."""

import hashlib
import json
from collections import Counter
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from assessments.models import Rater, Score
from assessments.rules.points import parse_points
from assessments.rules.score_sheet import SheetRow, find, name_key, read_sheet
from assessments.selectors.outline import Outline, outline
from assessments.selectors.people import Someone, people, scored
from assessments.services.scores import Typed, save_scores
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import Stale
from trainee_mgmt.kit.sheets import BadFile, read_book
from trainee_mgmt.kit.words import say as _


def scores_version(rater: Rater) -> str:
    """A digest of the points of this rater and of the state of the scheme."""
    mine = Score.objects.filter(indicator__scheme=rater.scheme_id, rater=rater.user_id, in_force=True)
    lists = Rater.objects.filter(scheme=rater.scheme_id, user=rater.user_id).order_by("pk")
    state = [rater.scheme.state, *mine.order_by("pk").values_list("pk", flat=True)]
    state += [str(at) for at in lists.values_list("handed_in_at", flat=True)]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()


def rated_people(rater: Rater) -> list[Someone]:
    """Whom this evaluator rates, all classes together."""
    lists = Rater.objects.filter(scheme=rater.scheme_id, user=rater.user_id)
    classes = set(lists.values_list("training_class_id", flat=True))
    everybody = scored(rater.scheme.cohort, today=timezone.localdate())
    return people(everybody, None if None in classes else classes)


def compute_scores(rater: Rater, source: bytes, name: str, progress) -> tuple[dict, dict]:
    """(payload, summary): the cells that get other points than they have, and every cell that cannot be used."""
    tree = outline(rater.scheme)
    columns = tree.column_names()
    book = read_book(source, name)
    rows: list[SheetRow] = []
    unread, unknown = [], []
    for number, sheet in enumerate(book.sheets, 1):
        found = read_sheet(sheet.name, sheet.rows, sheet.first_row, columns)
        if found is None:
            unread.append(sheet.name)
        else:
            rows += found.rows
            unknown += [header for header in found.unknown if header not in unknown]
        progress(number, len(book.sheets), _("Reading the file"))
    if not rows:
        raise BadFile(
            _("No sheet has a row of headers with a number or name and one of: %(names)s. Use the template.")
            % {"names": _(", ").join(columns.values())}
        )
    decision = _Decision(rater, tree, rated_people(rater))
    for row in rows:
        decision.take(row)
    payload = {
        "cells": decision.cells,
        "problems": decision.problems,
        "unread": unread,
        "unknown": unknown,
        "notes": book.notes,
    }
    counts = Counter("new" if cell["before"] is None else "changed" for cell in decision.cells)
    summary = {
        "rows": len(rows),
        "new": counts["new"],
        "changed": counts["changed"],
        "same": decision.same,
        "problems": len(decision.problems),
    }
    return payload, summary


def apply_scores(rater: Rater, payload: dict, progress, *, by: User) -> dict:
    """Write the payload; the caller holds the transaction and the lock of this list, and has compared the version."""
    cells = [Typed(cell["indicator"], cell["trainee"], cell["points"], cell["seen"]) for cell in payload["cells"]]
    answers = save_scores(rater.scheme, rater.user_id, cells, by=by, recorded=False) if cells else {}
    if any(isinstance(answer, Refused) for answer in answers.values()):
        raise Stale
    progress(len(cells), len(cells))
    return {"saved": len(cells), "rater": rater.user.name}


class _Decision:
    """What becomes of each cell of the file, one row after the other."""

    def __init__(self, rater: Rater, tree: Outline, everybody: list[Someone]):
        self.decimals = rater.scheme.decimals
        self.leaves = {leaf.key: leaf for leaf in tree.manual}
        self.names = {each.pk: each.name for each in everybody}
        self.numbers = {each.pk: each.number for each in everybody}
        self.by_number = {each.number.lstrip("0"): each.pk for each in everybody} | {
            each.number: each.pk for each in everybody
        }
        self.by_name: dict[str, list[int]] = {}
        for each in everybody:
            self.by_name.setdefault(name_key(each.name), []).append(each.pk)
        mine = Score.objects.filter(indicator__in=[int(key) for key in self.leaves], rater=rater.user_id, in_force=True)
        self.now: dict[tuple[int, int], tuple[int, Decimal | None]] = {
            (indicator, trainee): (pk, points)
            for pk, indicator, trainee, points in mine.values_list("pk", "indicator_id", "trainee_id", "points")
        }
        self.taken: dict[tuple[int, int], str] = {}
        self.cells: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        self.same = 0

    def take(self, row: SheetRow) -> None:
        trainee = find(row, self.by_number, self.names, self.by_name)
        if isinstance(trainee, str):
            self._problem(row, "", row.number or row.name, self._why(trainee, row))
            return
        for key, text in row.points.items():
            self._cell(row, trainee, key, text)

    def _cell(self, row: SheetRow, trainee: int, key: str, text: str) -> None:
        leaf, cell = self.leaves[key], (int(key), trainee)
        try:
            points = parse_points(text, leaf.full_marks, decimals=self.decimals)
        except Refused as refusal:
            self._problem(row, leaf.name, text, str(refusal))
            return
        if cell in self.taken:
            if self.taken[cell] != str(points):
                self._problem(row, leaf.name, text, _("The file has other points for this cell further up."))
            return
        self.taken[cell] = str(points)
        seen, before = self.now.get(cell, (None, None))
        if before == points:
            self.same += 1
            return
        self.cells.append(
            {
                "indicator": cell[0],
                "trainee": trainee,
                "points": str(points),
                "seen": seen,
                "before": None if before is None else str(before),
                "row": row.row,
                "who": f"{self.numbers[trainee]} {self.names[trainee]}",
                "what": leaf.name,
            }
        )

    def _why(self, code: str, row: SheetRow) -> str:
        return {
            "unknown": _("Nobody of this number or name is among those rated here."),
            "several": _("Several people have this name; write the number."),
            "other_name": _("The number belongs to somebody with another name than %(name)s.") % {"name": row.name},
        }[code]

    def _problem(self, row: SheetRow, column: str, value: str, why: str) -> None:
        self.problems.append({"sheet": row.sheet, "row": row.row, "column": column, "value": value[:60], "why": why})
