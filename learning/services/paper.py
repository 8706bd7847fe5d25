"""Signed sheets: their marks keyed into the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.services import record
from cohorts.models import TrainingClass
from learning.models import Attendance, DisputedMark, RollSheet, Session
from learning.rules.attendance import Mark
from learning.rules.keying import Fate, fate
from learning.selectors import RollLine, roll
from learning.selectors.weeks import of_class
from learning.services.attendance import (
    for_ledger,
    for_somebody_else,
    own_marks,
    refuse_unless_open,
    session_locked,
    write_marks,
)
from trainee_mgmt.kit.errors import Refused

Place = tuple[int, int]  # session, trainee


@dataclass(frozen=True)
class Typed:
    """A mark as it stands in the grid, and the one that the page had shown there (empty: none)."""

    mark: Mark
    shown: str


@dataclass(frozen=True)
class Keyed:
    """What became of it: how many marks are new, and how many differ from what somebody else says."""

    new: int
    compared: int


class Unkeyable(Refused):
    """Nothing was written; ``places`` says of each cell why."""

    def __init__(self, places: Mapping[Place, str]):
        count = len(places)
        super().__init__(
            ngettext(
                "%(n)s place of the sheet cannot be saved; nothing was saved yet.",
                "%(n)s places of the sheet cannot be saved; nothing was saved yet.",
                count,
            )
            % {"n": count}
        )
        self.places = dict(places)


@transaction.atomic
def key_marks(training_class: TrainingClass, typed: Mapping[Place, Typed], *, by: User) -> Keyed:
    """Write what a sheet of a class says. A cell that says what its page had shown says nothing; what differs from the mark of
    somebody else goes to the page of differences. All or nothing; the sessions are locked, by key."""
    by_session: dict[int, dict[int, Mark]] = {}
    for (session, trainee), each in typed.items():
        if each.mark != each.shown:
            by_session.setdefault(session, {})[trainee] = each.mark
    mine = set(of_class(Session.objects.filter(pk__in=by_session), training_class.pk).values_list("pk", flat=True))
    wrong = {(key, pk): not_expected() for key, people in by_session.items() if key not in mine for pk in people}
    done = [_key_session(training_class, key, by_session[key], by=by, wrong=wrong) for key in sorted(mine)]
    if wrong:
        raise Unkeyable(wrong)
    keyed = Keyed(sum(each.new for each in done), sum(each.compared for each in done))
    if keyed.new or keyed.compared:
        after = {"sessions": sorted(by_session), "new": keyed.new, "compared": keyed.compared}
        record("learning.key_marks", training_class, after=after)
    return keyed


def not_expected() -> str:
    return _("This person is not expected at the session.")


def _key_session(
    training_class: TrainingClass, key: int, typed: dict[int, Mark], *, by: User, wrong: dict[Place, str]
) -> Keyed:
    session = session_locked(Session(pk=key))
    try:
        refuse_unless_open(session)
    except Refused as refusal:
        wrong.update({(key, trainee): str(refusal) for trainee in typed})
        return Keyed(0, 0)
    lines = {line.trainee_id: line for line in roll(session, of_classes=[training_class.pk])}
    strangers = typed.keys() - lines.keys()
    wrong.update({(key, trainee): not_expected() for trainee in strangers})
    if strangers:
        return Keyed(0, 0)
    new, compared = _sorted_out(session, lines, {pk: for_ledger(lines[pk], mark) for pk, mark in typed.items()}, by)
    own = own_marks(lines, new, by)
    wrong.update({(key, trainee): for_somebody_else() for trainee in own})
    if own:
        return Keyed(0, 0)
    write_marks(session, new, by=by, source=Attendance.Source.PAPER, instead_of=[lines[pk].mark_id for pk in new])
    if new or compared:
        _keep_compared(session, new, compared, by=by)
    if not session.rolled_at and all(line.state or pk in new for pk, line in lines.items()):
        Session.objects.filter(pk=key).update(rolled_at=timezone.now(), rolled_by=by)
    return Keyed(len(new), len(compared))


def _sorted_out(
    session: Session, lines: Mapping[int, RollLine], marks: Mapping[int, str], by: User
) -> tuple[dict[int, str], dict[int, str]]:
    """What is written, and what is compared with the marks of others; a sheet that is sent twice is compared once."""
    keyed_before = [lines[pk].mark_id for pk in marks if lines[pk].source == Attendance.Source.PAPER]
    own = set(Attendance.objects.filter(pk__in=keyed_before, marked_by=by).values_list("pk", flat=True))
    said = DisputedMark.objects.filter(session=session, sheet__kind=RollSheet.Kind.PAPER, sheet__called_by=by)
    known = set(said.values_list("trainee", "state"))
    new, compared = {}, {}
    for pk, mark in marks.items():
        line = lines[pk]
        what = fate(mark, line.marked, source=line.source, is_own=line.mark_id in own)
        if what == Fate.WRITE:
            new[pk] = mark
        elif what == Fate.COMPARE and (pk, mark) not in known:
            compared[pk] = mark
    return new, compared


def _keep_compared(session: Session, new: Mapping[int, str], compared: Mapping[int, str], *, by: User) -> None:
    now = timezone.now()
    sheet = RollSheet.objects.create(
        key=uuid4(),
        kind=RollSheet.Kind.PAPER,
        session=session,
        called_by=by,
        received_at=now,
        was_kept=False,
        new=len(new),
    )
    DisputedMark.objects.bulk_create(
        DisputedMark(sheet=sheet, session=session, trainee_id=pk, state=state, received_at=now)
        for pk, state in compared.items()
    )
