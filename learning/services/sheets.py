"""Rolls as devices send them: once, however often they come, and never over the marks of somebody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from learning.models import Attendance, DisputedMark, RollSheet, Session
from learning.rules.attendance import roll_call
from learning.selectors import roll
from learning.services.attendance import (
    call_locked_roll,
    for_ledger,
    own_marks,
    refuse_unless_open,
    session_locked,
    write_marks,
)
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.once import insert_once


@dataclass(frozen=True)
class Sheet:
    """A roll from a device: the marks, and the mark that its screen showed for each person before."""

    key: UUID
    marks: Mapping[int, str]
    seen: Mapping[int, int | None]
    stated_at: datetime | None = None
    was_kept: bool = False  # there was no network; nobody looks at an answer


@transaction.atomic
def take_roll(session: Session, sheet: Sheet, *, by: User, of_classes: list[int] | None = None) -> RollSheet:
    """Call the roll by a sheet. One that was kept marks whom nobody else marked since; the rest is kept as disputed."""
    session = session_locked(session)
    known = RollSheet.objects.filter(key=sheet.key).first()
    if known:
        if (known.session_id, known.called_by_id) != (session.pk, by.pk):
            raise Refused(of_another())
        return known
    disputed: dict[int, str] = {}
    if sheet.was_kept:
        new, disputed = _take_kept(session, sheet, by=by, of_classes=of_classes)
    else:
        exceptions = {trainee: state for trainee, state in sheet.marks.items() if state != "present"}
        new = call_locked_roll(session, exceptions=exceptions, by=by, of_classes=of_classes, seen=sheet.seen)
    now = timezone.now()
    made = RollSheet(
        key=sheet.key,
        session=session,
        called_by=by,
        stated_at=sheet.stated_at,
        received_at=now,
        was_kept=sheet.was_kept,
        new=new,
    )
    if not insert_once(made):
        raise Refused(of_another())
    DisputedMark.objects.bulk_create(
        DisputedMark(sheet=made, session=session, trainee_id=pk, state=state, received_at=now)
        for pk, state in disputed.items()
    )
    return made


def of_another() -> str:
    return _("This roll was sent for another session already.")


def _take_kept(session: Session, sheet: Sheet, *, by: User, of_classes: list[int] | None) -> tuple[int, dict[int, str]]:
    """How many marks are new, and what is disputed. Who is no longer expected is left out, who came since is not on it."""
    refuse_unless_open(session)
    lines = {line.trainee_id: line for line in roll(session, of_classes=of_classes) if line.trainee_id in sheet.marks}
    if not lines:
        raise Refused(_("Nobody of this roll is expected at the session any more."))
    marks = roll_call(lines, {pk: state for pk, state in sheet.marks.items() if pk in lines})
    marks = {pk: for_ledger(lines[pk], mark) for pk, mark in marks.items()}
    changed = {pk: mark for pk, mark in marks.items() if lines[pk].marked != mark}
    own = own_marks(lines, changed, by)
    changed = {pk: mark for pk, mark in changed.items() if pk not in own}
    overtaken = [
        pk for pk in changed if sheet.seen.get(pk) != lines[pk].mark_id and lines[pk].source != Attendance.Source.SCAN
    ]
    others = Attendance.objects.filter(pk__in=[lines[pk].mark_id for pk in overtaken]).exclude(marked_by=by)
    disputed = {pk: str(changed[pk]) for pk in others.values_list("trainee", flat=True)}
    new = {pk: mark for pk, mark in changed.items() if pk not in disputed}
    write_marks(session, new, by=by, source=Attendance.Source.ROLL, instead_of=[lines[pk].mark_id for pk in new])
    Session.objects.filter(pk=session.pk).update(rolled_at=timezone.now(), rolled_by=by)
    exceptions = sum(mark != "present" for mark in marks.values())
    after = {"people": len(marks), "new": len(new), "exceptions": exceptions, "disputed": len(disputed)}
    record("learning.call_roll", session, after=after)
    return len(new), disputed
