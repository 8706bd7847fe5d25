"""The ledger of scores: a changed score is a new row, and whoever would overwrite one he has not seen is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import FilteredRelation, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from assessments.models import Indicator, Rater, Scheme, Score
from assessments.rules.points import parse_points, plain
from assessments.selectors.people import class_today, scored_trainees
from cohorts.models import Trainee
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.ledgers import Ledger
from trainee_mgmt.kit.prepared import Prepared


@dataclass(frozen=True)
class Typed:
    """What stands in one cell: ``text`` as typed, and the score that the screen showed before (none: an empty cell)."""

    indicator_id: int
    trainee_id: int
    text: str
    seen: int | None


@dataclass(frozen=True)
class Kept:
    """What became of a cell: the score that is in force now, and whether a row was written for it."""

    score_id: int | None
    points: Decimal | None
    is_new: bool


class Overtaken(Refused):
    """Somebody else wrote this cell in the meantime; ``score_id`` and ``points`` are what is in force now."""

    def __init__(self, *, score_id: int, points: Decimal | None, entered_at: datetime, by_rater: bool):
        words = {
            "points": _("nothing") if points is None else plain(points),
            "time": f"{timezone.localtime(entered_at):%H:%M}",
        }
        super().__init__(
            _("Another device saved %(points)s here at %(time)s.") % words
            if by_rater
            else _("The office entered %(points)s here at %(time)s.") % words
        )
        self.score_id, self.points = score_id, points


@transaction.atomic
def save_score(scheme: Scheme, rater: int, typed: Typed, *, by: User) -> Kept:
    """One cell of one rater. The same points again write nothing; an empty text takes the score back."""
    classes = _locked_lists(scheme, rater)
    keys = {"indicator": typed.indicator_id, "trainee": typed.trainee_id, "rater": rater}
    cell = _cells.one(scheme, classes, _day_of_classes(scheme), **keys)
    if cell is None or cell[-1] is None:
        raise Refused(_("This cell is not yours to fill in."))
    name, full_marks, state, decimals, score_id, given, entered_at, entered_by, trainee = cell
    if state != Scheme.State.OPEN:
        raise Refused(_("This scheme is not open for scores."))
    points = parse_points(typed.text, full_marks, decimals=decimals) if typed.text.strip() else None
    if points == given and (score_id or points is None):
        return Kept(score_id, points, is_new=False)
    if typed.seen != score_id:
        raise Overtaken(
            score_id=score_id, points=given, entered_at=entered_at or timezone.now(), by_rater=entered_by == rater
        )
    score = _row(typed, points, rater, by)
    _ledger.write(score, instead_of=[score_id] if score_id else [])
    record(
        "assessments.save_score",
        score,
        before={"points": given},
        after={"points": points} if by.pk == rater else {"points": points, "rater": rater},
        label=f"{name} · {trainee}",
    )
    return Kept(score.pk, points, is_new=True)


@transaction.atomic
def save_scores(
    scheme: Scheme, rater: int, cells: Iterable[Typed], *, by: User, source: str = "form", recorded: bool = True
) -> dict[tuple[int, int], Kept | Refused]:
    """Many cells of one rater at once: a pasted block, a whole form, an import. What is wrong with a cell is answered
    for that cell and the others are saved; one entry in the audit log names all that changed (not for a stored plan,
    whose application is an entry of its own)."""
    cells = list(cells)
    classes = _locked_lists(scheme, rater)
    state, decimals = Scheme.objects.values_list("state", "decimals").get(pk=scheme.pk)
    if state != Scheme.State.OPEN:
        raise Refused(_("This scheme is not open for scores."))
    keys = {typed.trainee_id for typed in cells}
    names = dict(_ratable(scheme, classes, _day_of_classes(scheme), pk__in=keys).values_list("pk", "person__name"))
    manual = Indicator.objects.filter(scheme=scheme.pk, kind=Indicator.Kind.MANUAL)
    indicators = dict(manual.values_list("pk", "full_marks"))
    current = {
        (score.indicator_id, score.trainee_id): score
        for score in Score.objects.filter(indicator__in=indicators, trainee__in=names, rater=rater, in_force=True)
    }
    answers: dict[tuple[int, int], Kept | Refused] = {}
    new: list[Score] = []
    for typed in cells:
        cell = (typed.indicator_id, typed.trainee_id)
        try:
            if cell[0] not in indicators or cell[1] not in names:
                raise Refused(_("This cell is not yours to fill in."))
            points = parse_points(typed.text, indicators[cell[0]], decimals=decimals) if typed.text.strip() else None
            answers[cell] = _decide(typed, points, current.get(cell), rater)
        except Refused as refusal:
            answers[cell] = refusal
            continue
        if answers[cell].is_new:
            new.append(_row(typed, points, rater, by))
    if new:
        changed = _write(new, current, answers)
        if recorded:
            after = {"saved": len(new), "from": source, "cells": changed}
            record("assessments.save_scores", scheme, after=after if by.pk == rater else after | {"rater": rater})
    return answers


def _write(new: list[Score], current: dict, answers: dict) -> list[list]:
    """The new rows, the old ones no longer in force; answers [indicator, trainee, before, after] of each."""
    old = [current[key].pk for row in new if (key := (row.indicator_id, row.trainee_id)) in current]
    _ledger.write(*new, instead_of=old)
    changed = []
    for row in new:
        cell = (row.indicator_id, row.trainee_id)
        answers[cell] = Kept(row.pk, row.points, is_new=True)
        was = current[cell].points if cell in current else None
        changed.append([*cell, None if was is None else str(was), None if row.points is None else str(row.points)])
    return changed


def _decide(typed: Typed, points: Decimal | None, now: Score | None, rater: int) -> Kept:
    given = now.points if now else None
    if points == given and (now or points is None):
        return Kept(now.pk if now else None, points, is_new=False)
    if typed.seen != (now.pk if now else None):
        raise Overtaken(
            score_id=now.pk if now else None,
            points=given,
            entered_at=now.entered_at if now else timezone.now(),
            by_rater=now is None or now.entered_by_id == rater,
        )
    return Kept(None, points, is_new=True)


def _row(typed: Typed, points: Decimal | None, rater: int, by: User) -> Score:
    return Score(
        indicator_id=typed.indicator_id,
        trainee_id=typed.trainee_id,
        rater_id=rater,
        points=points,
        entered_at=timezone.now(),
        entered_by=by,
    )


_ledger = Ledger(Score)
_lists = Prepared(
    lambda scheme, rater: (
        Rater.objects.select_for_update()
        .filter(scheme=scheme, user=rater)
        .order_by("pk")
        .values_list("training_class_id", "handed_in_at")
    )
)


def _locked_lists(scheme: Scheme, rater: int) -> tuple[int, ...] | None:
    """The classes this rater rates (None: all), with the lists locked: saves of one rater go one after the other, and
    whoever publishes waits for them."""
    lists = _lists(scheme=scheme.pk, rater=rater)
    if not lists:
        raise Refused(_("You are no evaluator of this scheme."))
    if all(handed_in_at is not None for _class, handed_in_at in lists):
        raise Refused(_("These scores were handed in. The office can open them again."))
    classes = {in_class for in_class, _handed_in_at in lists}
    return None if None in classes else tuple(sorted(classes))


def _ratable(scheme: Scheme, classes: tuple[int, ...] | None, day: date, **which: Any) -> QuerySet[Trainee]:
    trainees = scored_trainees(scheme.cohort).filter(**which)
    return trainees if classes is None else trainees.alias(class_now=class_today(day)).filter(class_now__in=classes)


def _day_of_classes(scheme: Scheme) -> date:
    """The day whose classes count; of a cohort that has not begun, its first."""
    return max(timezone.localdate(), scheme.cohort.starts_on)


def _cell(
    scheme: Scheme, classes: tuple[int, ...] | None, day: date, *, indicator: int, trainee: int, rater: int
) -> QuerySet:
    """One cell as it is: indicator, scheme, the rater's score in force, and the name of the trainee, if he rates him."""
    mine = Q(scores__trainee=trainee, scores__rater=rater, scores__in_force=True)
    name = _ratable(scheme, classes, day, pk=trainee).values("person__name")[:1]
    return (
        Indicator.objects.filter(pk=indicator, scheme=scheme.pk, kind=Indicator.Kind.MANUAL)
        .annotate(mine=FilteredRelation("scores", condition=mine), trainee_name=Subquery(name))
        .values_list(
            "name", "full_marks", "scheme__state", "scheme__decimals", "mine__pk", "mine__points", "mine__entered_at",
            "mine__entered_by", "trainee_name",
        )
    )  # fmt: skip


_cells = Prepared(_cell)

__all__ = ["Kept", "Overtaken", "Typed", "save_score", "save_scores"]
