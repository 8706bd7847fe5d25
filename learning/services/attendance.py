"""The ledger of attendance: marks are only ever added; a later one takes the place of the one before."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from learning.models import Attendance, Session
from learning.rules.attendance import Mark, roll_call
from learning.selectors import RollLine, roll, roll_line
from learning.services.rules import use_rules
from trainee_mgmt.kit.errors import Refused

EARLY = timedelta(hours=1)


@transaction.atomic
def call_roll(
    session: Session,
    *,
    exceptions: Mapping[int, str],
    by: User,
    of_classes: list[int] | None = None,
    seen: Mapping[int, int | None] | None = None,
) -> int:
    """Mark everybody expected (of these classes): present, but the exceptions. Answers how many marks are new.

    ``seen`` holds the mark that the caller's screen showed for each person: where another one came in between, nothing
    is written and the person is named (own check-ins come in all the time and overtake nobody). Sending the same roll
    twice changes nothing. The session row is locked, so two officers write one after the other.
    """
    session = Session.objects.select_for_update().get(pk=session.pk)
    if session.cancelled_at:
        raise Refused(_("This session is cancelled; there is no roll to call."))
    if session.starts_at > timezone.now() + EARLY:
        raise Refused(_("This session has not begun. The roll can be called from one hour before."))
    lines = {line.trainee_id: line for line in roll(session, of_classes=of_classes)}
    if not lines:
        raise Refused(_("Nobody is expected at this session. Put people into its classes first."))
    marks = roll_call(list(lines), exceptions)
    new = {pk: mark for pk, mark in marks.items() if lines[pk].state != mark}
    _refuse_if_overtaken(lines, new, seen)
    _write(session, new, by=by, source=Attendance.Source.ROLL)
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(rolled_at=now, rolled_by=by)
    record("learning.call_roll", session, after={"people": len(marks), "new": len(new), "exceptions": len(exceptions)})
    return len(new)


@transaction.atomic
def correct_mark(
    session: Session, trainee_id: int, *, state: str, note: str, by: User, source: str = Attendance.Source.OFFICE
) -> Attendance:
    """One new mark for one person; the old one stays in the ledger, no longer in force."""
    session = Session.objects.select_for_update().get(pk=session.pk)
    if session.cancelled_at:
        raise Refused(_("This session is cancelled; there is no roll to call."))
    if (
        state != Mark.EXCUSED and session.starts_at > timezone.now() + EARLY
    ):  # leave is known beforehand, nothing else is
        raise Refused(_("This session has not begun. The roll can be called from one hour before."))
    if state not in set(Mark):
        raise Refused(_("“%(mark)s” is not a mark of the roll call.") % {"mark": state[:20]})
    line = roll_line(session, trainee_id)
    if line is None:
        raise Refused(_("This person is not expected at the session."))
    if (line.state, line.note) == (state, note[:200]):
        return Attendance.objects.get(pk=line.mark_id)  # sent twice
    (made,) = _write(session, {trainee_id: state}, by=by, source=source, note=note[:200])
    record(
        "learning.correct_mark",
        made,
        before={"state": line.state, "note": line.note},
        after={"state": state, "note": note[:200]},
        label=f"{session} {line.number} {line.name} {made.get_state_display()}",
    )
    return made


def _refuse_if_overtaken(
    lines: Mapping[int, RollLine], new: Mapping[int, str], seen: Mapping[int, int | None] | None
) -> None:
    if seen is None:
        return
    overtaken = [
        lines[pk]
        for pk in new
        if pk in seen and seen[pk] != lines[pk].mark_id and lines[pk].source != Attendance.Source.SCAN
    ]
    if overtaken:
        names = ", ".join(line.name for line in overtaken[:5])
        raise Refused(
            _(
                "Somebody else marked %(count)s people while you were calling the roll: %(names)s. Look at the new marks and send yours again."
            )
            % {"count": len(overtaken), "names": names}
        )


def _write(session: Session, marks: Mapping[int, str], *, by: User, source: str, note: str = "") -> list[Attendance]:
    if not marks:
        return []
    Attendance.objects.filter(session=session, trainee__in=list(marks), in_force=True).update(in_force=False)
    now, version = timezone.now(), use_rules(session)
    return Attendance.objects.bulk_create(
        Attendance(
            session=session,
            trainee_id=pk,
            state=state,
            source=source,
            note=note,
            rule_version=version,
            marked_by=by,
            marked_at=now,
        )
        for pk, state in marks.items()
    )
