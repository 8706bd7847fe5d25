"""What the training side moves when a stay at a host ends with the training: journals and sessions. They follow from the
withdrawal by themselves; here they are counted for the preview, so that whoever decides sees all of it."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learning.models import HANDED_IN, JournalDue, PersonTime
from placements.services.moving import Change, Move, Moved, Mover, register
from trainee_mgmt.kit.formats import day as day_words


def _journals(change: Change) -> list[Move]:
    if not change.training_ends_on:
        return []
    rows = JournalDue.objects.filter(trainee=change.trainee, last_on__gt=change.training_ends_on)
    rows = rows.exclude(state__in=HANDED_IN).order_by("period_start").values_list("first_on", "due_on")
    return [{"first": first.isoformat(), "due": due.isoformat()} for first, due in rows]


def _journal_words(move: Move) -> Moved:
    what = _("Journal from %(day)s") % {"day": day_words(date.fromisoformat(move["first"]))}
    return Moved(what, day_words(date.fromisoformat(move["due"])), _("asked for no more"))


def _sessions(change: Change) -> list[Move]:
    if not change.training_ends_on:
        return []
    rows = PersonTime.objects.filter(
        trainee=change.trainee, held_on__gt=change.training_ends_on, ends_at__gt=timezone.now()
    )
    count = rows.count()
    return [{"count": count}] if count else []


def _session_words(move: Move) -> Moved:
    words = ngettext("%(n)s session", "%(n)s sessions", move["count"]) % {"n": move["count"]}
    return Moved(words, _("expected"), _("expected no more"))


def _follows(change: Change, moves: list[Move]) -> None:
    """Both are views of who is in training: with the withdrawal they are as the preview says."""


register(Mover("journals", gettext_lazy("Journals are due"), _journals, _journal_words, _follows))
register(Mover("sessions", gettext_lazy("Sessions"), _sessions, _session_words, _follows))
