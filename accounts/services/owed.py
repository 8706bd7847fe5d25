"""Telling somebody of a task with a day: when it is given, on the day it is due, and the day after if it is still open."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.services.notices import cancel_notices, notify
from trainee_mgmt.kit.days import bounds


@dataclass(frozen=True)
class Owed:
    """The three kinds of notices about tasks of one sort; each asks before it goes whether the task is still open, of the
    same owner (who hears it) and due on the same day (``params``: due)."""

    given: str
    due: str
    overdue: str

    def tell(
        self, row: models.Model, *, owner: int | None, due_on: date | None, by: int | None, is_new: bool, **params: Any
    ) -> None:
        """In the transaction of whoever gives or changes it; what was planned before is cancelled. ``is_new``: it has another
        owner than before. Whoever takes a task oneself is told only when it is due."""
        was_not_told = self.forget(row)
        if owner is None:
            return
        params |= {"due": due_on.isoformat() if due_on else ""}
        key = f"{row.pk}:{timezone.now().isoformat()}"
        if (is_new or was_not_told) and by != owner:
            notify(self.given, [owner], about=row, key=key, params=params)
        if due_on:
            begins, ends = bounds(due_on)
            notify(self.due, [owner], about=row, key=key, params=params, not_before=begins)
            notify(self.overdue, [owner], about=row, key=key, params=params, not_before=ends)

    def forget(self, row: models.Model) -> bool:
        """Nothing more is told of it as it was; whether its owner was still to hear of it."""
        for kind in (self.due, self.overdue):
            cancel_notices(kind=kind, about=row)
        return cancel_notices(kind=self.given, about=row) > 0


def as_told(notices: list, rows: models.QuerySet) -> list:
    """Those whose task is among ``rows`` (the open ones), with the owner and the day that were told."""
    found = rows.filter(pk__in={each.about_id for each in notices}).values_list("pk", "owner", "due_on")
    now = {(pk, owner, due_on.isoformat() if due_on else "") for pk, owner, due_on in found}
    return [each for each in notices if (each.about_id, each.user_id, each.params["due"]) in now]
