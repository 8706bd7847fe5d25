"""Shared passages as people look at them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from learning.models import CopySignal, Journal
from learning.rules.findings import Paragraph, paragraphs
from trainee_mgmt.kit import access

OWN, COHORT, EARLIER = "own", "cohort", "earlier"
RELATIONS = {
    OWN: _("an own earlier journal"),
    COHORT: _("a journal of this cohort"),
    EARLIER: _("a journal of another cohort"),
}


def with_relation(queryset: QuerySet[CopySignal], user: User) -> QuerySet[CopySignal]:
    """With ``relation``, and whether this person may read the earlier journal (``is_readable``)."""
    readable = Journal.objects.filter(access.rows(user, "learning.view_journal"), pk=OuterRef("source"))
    return queryset.annotate(
        relation=Case(
            When(source__trainee__person=F("journal__trainee__person"), then=Value(OWN)),
            When(source__trainee__cohort=F("journal__trainee__cohort"), then=Value(COHORT)),
            default=Value(EARLIER),
        ),
        is_readable=Exists(readable),
    )


def open_signals(user: User, journals: Collection[int]) -> dict[int, int]:
    """How many open signals each of these journals has, for whoever may see them; without one it is not there."""
    if not access.holds(user, "learning.view_copysignal"):
        return {}
    mine = CopySignal.objects.filter(
        access.rows(user, "learning.view_copysignal"), journal__in=journals, state=CopySignal.State.OPEN
    )
    return dict(mine.order_by().values_list("journal").annotate(n=Count("pk")))


@dataclass(frozen=True)
class Side:
    """One of two texts with the passages marked; only the passages where the rest is not this person's to read."""

    journal: Journal
    paragraphs: list[Paragraph]
    is_whole: bool
    has_changed: bool


def sides(signal: CopySignal, *, is_readable: bool) -> tuple[Side, Side]:
    """The later text and the earlier one; passages have the same number on both."""
    later = [(each.start, each.end) for each in signal.found]
    earlier = [(each.other_start, each.other_end) for each in signal.found]
    mine, theirs = signal.journal, signal.source
    return (
        Side(mine, paragraphs(mine.body, later), True, mine.revision != signal.journal_revision),
        Side(
            theirs,
            paragraphs(theirs.body, earlier) if is_readable else _passages_alone(theirs.body, earlier),
            is_readable,
            theirs.revision != signal.source_revision,
        ),
    )


def _passages_alone(text: str, places: list[tuple[int, int]]) -> list[Paragraph]:
    pieces, marked, at = [], [], 0
    for start, end in places:
        words = text[start:end].replace("\n", " ")
        pieces.append(words)
        marked.append((at, at + len(words)))
        at += len(words) + 1
    return paragraphs("\n".join(pieces), marked)


IS_OPEN = Q(state=CopySignal.State.OPEN)
