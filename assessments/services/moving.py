"""What the training side moves when a stay at a host ends with the training: journals and sessions. They follow from the
withdrawal by themselves; here they are counted for the preview, so that whoever decides sees all of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.models import Cohort, Trainee
from cohorts.services.trainees import undo_withdrawal, withdraw
from learning.models import HANDED_IN, JournalDue, PersonTime
from placements.models import Placement
from placements.services.moving import Change, Move, Moved, Mover, follows, register
from trainee_mgmt.kit.formats import EMPTY
from trainee_mgmt.kit.formats import day as day_words

DAY = timedelta(days=1)
T = TypeVar("T")


def _journals(change: Change) -> list[Move]:
    """What is asked for no more, or once more: the view of journals, read as it is and as it will be."""
    if not (change.training_ends_on or change.training_goes_on or change.cohort_ends_on):
        return []
    before, after = _asked(change), _afterwards(change, _asked)
    mine = [
        {"first": first.isoformat(), "due": due.isoformat(), "is_asked": (trainee, first, due) in after}
        for trainee, first, due in sorted(before ^ after, key=lambda each: each[1:])
        if trainee == change.trainee.pk
    ]
    others = [each for each in before ^ after if each[0] != change.trainee.pk]
    people = len({each[0] for each in others})
    return mine + ([{"people": people, "count": len(others)}] if people else [])


def _asked(change: Change) -> set[tuple[int, date, date]]:
    rows = JournalDue.objects.filter(cohort=change.trainee.cohort_id)
    if not change.cohort_ends_on:
        rows = rows.filter(trainee=change.trainee)
    return set(rows.exclude(state__in=HANDED_IN).values_list("trainee", "first_on", "due_on"))


def _afterwards(change: Change, read: Callable[[Change], T]) -> T:
    """What is read once the dates are those of the change; nothing of it stays."""
    trainee, cohort = Trainee.objects.get(pk=change.trainee.pk), change.trainee.cohort_id
    with transaction.atomic():
        if change.cohort_ends_on:
            Cohort.objects.filter(pk=cohort).update(ends_on=change.cohort_ends_on)
        if change.training_ends_on:
            stays = [span.placement.pk for span in change.spans if span.placement]
            Placement.objects.filter(pk__in=stays).update(state=Placement.State.CALLED_OFF)
            withdraw([trainee], on=change.training_ends_on + DAY, reason=change.reason)
        elif change.training_goes_on:
            undo_withdrawal(trainee)
        found = read(change)
        transaction.set_rollback(True)
    return found


def _journal_words(move: Move) -> Moved:
    if "people" in move:
        words = ngettext("%(n)s other trainee", "%(n)s other trainees", move["people"]) % {"n": move["people"]}
        count = ngettext("%(n)s journal changes", "%(n)s journals change", move["count"]) % {"n": move["count"]}
        return Moved(words, EMPTY, count)
    what = _("Journal from %(day)s") % {"day": day_words(date.fromisoformat(move["first"]))}
    due = day_words(date.fromisoformat(move["due"]))
    return Moved(what, _("not asked for"), due) if move["is_asked"] else Moved(what, due, _("asked for no more"))


def _sessions(change: Change) -> list[Move]:
    if not (change.training_ends_on or change.training_goes_on):
        return []
    before, after = _expected(change), _afterwards(change, _expected)
    counts = ((len(before - after), False), (len(after - before), True))
    return [{"count": count, "is_expected": is_expected} for count, is_expected in counts if count]


def _expected(change: Change) -> set[int]:
    rows = PersonTime.objects.filter(trainee=change.trainee, ends_at__gt=timezone.now())
    return set(rows.values_list("session", flat=True))


def _session_words(move: Move) -> Moved:
    words = ngettext("%(n)s session", "%(n)s sessions", move["count"]) % {"n": move["count"]}
    if move["is_expected"]:
        return Moved(words, _("not expected"), _("expected"))
    return Moved(words, _("expected"), _("expected no more"))


register(Mover("journals", gettext_lazy("Journals are due"), _journals, _journal_words, follows))
register(Mover("sessions", gettext_lazy("Sessions"), _sessions, _session_words, follows))
