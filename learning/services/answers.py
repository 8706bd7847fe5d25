"""Whoever wrote a journal is told that it was answered: with everything else in the one message of the day."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from accounts.models import Notice
from accounts.services.notices import Telling, notify_each
from learning.models import Journal, JournalNote

ANSWERED = "learning.journal_answered"


def tell_writers(answers: Iterable[JournalNote]) -> None:
    """One telling for each answer, in the transaction that writes it."""
    by_journal = {each.journal_id: each for each in answers}
    of_writers = Journal.objects.filter(pk__in=by_journal, trainee__person__user__is_active=True)
    rows = of_writers.values_list(
        "pk", "trainee", "trainee__person__user", "trainee__cohort__name", "period_start", "last_on"
    )
    notify_each(
        ANSWERED,
        [
            Telling(
                user,
                key=str(by_journal[journal].pk),
                about=("cohorts.Trainee", trainee),
                params={
                    "answer": str(by_journal[journal].kind),
                    "trainee": trainee,
                    "cohort": cohort,
                    "first": first.isoformat(),
                    "last": last.isoformat(),
                },
            )
            for journal, trainee, user, cohort, first, last in rows
        ],
    )


def still_answered(notices: list[Notice]) -> list[Notice]:
    """Those after whose answer the journal was not handed in again: then its writer has read it."""
    later = JournalNote.objects.filter(
        kind=JournalNote.Kind.SUBMITTED, journal=OuterRef("journal"), pk__gt=OuterRef("pk")
    )
    answers = JournalNote.objects.filter(~Exists(later), pk__in={int(notice.key) for notice in notices})
    standing = set(answers.values_list("pk", flat=True))
    return [notice for notice in notices if int(notice.key) in standing]
