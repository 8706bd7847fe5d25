"""The ledger of attendance: marks are only ever added; a later one takes the place of the one before."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from learning.models import Attendance, Session
from learning.rules.attendance import Mark, roll_call
from learning.selectors import RollLine, roll, roll_line
from learning.services.rules import RulesKept, use_rules
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.ledgers import Ledger
from trainee_mgmt.kit.prepared import Prepared

EARLY = timedelta(hours=1)


class NotExpected(Refused):
    """The person is not on the roll of the session, or not in the classes that the caller meets there."""


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
    return call_locked_roll(session_locked(session), exceptions=exceptions, by=by, of_classes=of_classes, seen=seen)


def call_locked_roll(
    session: Session,
    *,
    exceptions: Mapping[int, str],
    by: User,
    of_classes: list[int] | None,
    seen: Mapping[int, int | None] | None,
) -> int:
    """``call_roll`` for whoever has locked the session."""
    refuse_unless_open(session)
    lines = {line.trainee_id: line for line in roll(session, of_classes=of_classes)}
    if not lines:
        raise Refused(_("Nobody is expected at this session. Put people into its classes first."))
    marks = roll_call(list(lines), exceptions)
    marks = {pk: for_ledger(lines[pk], mark) for pk, mark in marks.items()}
    new = {pk: mark for pk, mark in marks.items() if lines[pk].marked != mark}
    own = own_marks(lines, new, by)
    new = {pk: mark for pk, mark in new.items() if pk not in own}
    _refuse_if_overtaken(lines, new, seen)
    write_marks(session, new, by=by, source=Attendance.Source.ROLL, instead_of=[lines[pk].mark_id for pk in new])
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(rolled_at=now, rolled_by=by)
    record("learning.call_roll", session, after={"people": len(marks), "new": len(new), "exceptions": len(exceptions)})
    return len(new)


@transaction.atomic
def correct_mark(
    session: Session,
    trainee_id: int,
    *,
    state: str,
    note: str,
    by: User,
    source: str = Attendance.Source.OFFICE,
    of_classes: list[int] | None = None,
) -> Attendance:
    """One new mark for one person (of these classes); the old one stays in the ledger, no longer in force."""
    made, line, is_new = replace_mark(
        session, trainee_id, state=state, note=note, by=by, source=source, of_classes=of_classes
    )
    if is_new:
        record(
            "learning.correct_mark",
            made,
            before={"state": line.marked, "note": line.note},
            after={"state": str(made.state), "note": made.note},
            label=f"{session} {line.number} {line.name} {made.get_state_display()}",
        )
    return made


def replace_mark(
    session: Session,
    trainee_id: int,
    *,
    state: str,
    note: str,
    by: User,
    source: str,
    of_classes: list[int] | None = None,
) -> tuple[Attendance, RollLine, bool]:
    """The mark, the line as it was, and whether the mark is new; for services that record what they did themselves."""
    session = session_locked(session)
    if session.cancelled_at:
        raise Refused(_("This session is cancelled; there is no roll to call."))
    if (
        state != Mark.EXCUSED and session.starts_at > timezone.now() + EARLY
    ):  # leave is known beforehand, nothing else is
        raise Refused(_("This session has not begun. The roll can be called from one hour before."))
    if state not in set(Mark):
        raise Refused(_("“%(mark)s” is not a mark of the roll call.") % {"mark": state[:20]})
    line = roll_line(session, trainee_id, of_classes=of_classes)
    if line is None:
        raise NotExpected(_("This person is not expected at the session."))
    if line.leave and state == Mark.EXCUSED and session.starts_at > timezone.now() + EARLY:
        raise Refused(_("Approved leave excuses this person already."))
    if line.user_id == by.pk:
        raise Refused(for_somebody_else())
    state = for_ledger(line, state)
    if (line.marked, line.note) == (state, note[:200]):
        return Attendance.objects.get(pk=line.mark_id), line, False  # sent twice
    marks = {trainee_id: state}
    (made,) = write_marks(session, marks, by=by, source=source, note=note[:200], instead_of=[line.mark_id])
    return made, line, True


def settle(session: Session, trainee_id: int, *, state: str, by: User) -> Attendance:
    """Somebody looked at two sources that differ and decided; also when the mark stays what it was."""
    time = timezone.localtime().strftime("%H:%M:%S")
    note = _("decided between roll and own check-in, %(time)s") % {"time": time}
    return correct_mark(session, trainee_id, state=state, note=note, by=by)


def own_marks(lines: Mapping[int, RollLine], new: Mapping[int, str], by: User) -> set[int]:
    """Marks of a whole roll that its caller cannot give: to oneself, where one stands already or where it would excuse.
    Whoever calls a roll may stand on it, so a first mark of one's own is one of many."""
    own = {pk: mark for pk, mark in new.items() if lines[pk].user_id == by.pk}
    return {pk for pk, mark in own.items() if lines[pk].mark_id or mark == Mark.EXCUSED}


def for_somebody_else() -> str:
    return _("Your own mark is changed by somebody else. Ask the head teacher or the organizer.")


def for_ledger(line: RollLine, mark: str) -> str:
    """Leave is computed and written nowhere: who is away on approved leave was not there, and is excused by that leave
    as long as it stands."""
    return Mark.ABSENT if line.leave and mark == Mark.EXCUSED else mark


def refuse_unless_open(session: Session) -> None:
    """The roll of a session can be called unless it is cancelled, from an hour before it begins."""
    if session.cancelled_at:
        raise Refused(_("This session is cancelled; there is no roll to call."))
    if session.starts_at > timezone.now() + EARLY:
        raise Refused(_("This session has not begun. The roll can be called from one hour before."))


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


_locked_sessions = Prepared(
    lambda session: Session.objects.filter(pk=session).annotate(rules_kept=RulesKept("cohort_id")).select_for_update()
)
_ledger = Ledger(Attendance)


def session_locked(session: Session) -> Session:
    (locked,) = _locked_sessions(session=session.pk)
    return locked


def write_marks(
    session: Session,
    marks: Mapping[int, str],
    *,
    by: User,
    source: str,
    instead_of: Iterable[int | None],
    note: str = "",
) -> list[Attendance]:
    """``instead_of``: the marks that were in force; None for whoever had none."""
    if not marks:
        return []
    now, version = timezone.now(), use_rules(session)
    made = [
        Attendance(
            session_id=session.pk,
            trainee_id=pk,
            state=state,
            source=source,
            note=note,
            rule_version=version,
            marked_by_id=by.pk,
            marked_at=now,
        )
        for pk, state in marks.items()
    ]
    _ledger.write(*made, instead_of=[pk for pk in instead_of if pk])
    return made
