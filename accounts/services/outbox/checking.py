"""Whether notices still hold, and what they say: asked when they are merged and once more before they are sent."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import translation

from accounts.models import Notice
from trainee_mgmt.kit.notices import KINDS, Line

BROKEN = timedelta(minutes=10)  # a kind whose own code fails is tried again after this
log = structlog.get_logger(__name__)


def is_over(notice: Notice, now) -> bool:
    return notice.expires_at is not None and notice.expires_at <= now


def checked(notices: Iterable[Notice]) -> tuple[list[Notice], list[Notice], list[Notice]]:
    """(still true, no longer, cannot be told): each kind is asked once for all of its notices."""
    by_kind = defaultdict(list)
    for notice in notices:
        by_kind[notice.kind].append(notice)
    true, untrue, broken = [], [], []
    for name, batch in by_kind.items():
        try:
            with transaction.atomic():
                holding = {notice.pk for notice in KINDS[name].still_true(batch)}
        except Exception:
            log.exception("a kind of notice cannot say what still holds", kind=name)
            broken += batch
            continue
        true += [notice for notice in batch if notice.pk in holding]
        untrue += [notice for notice in batch if notice.pk not in holding]
    return true, untrue, broken


def drop(notices: Iterable[Notice]) -> None:
    keys = [notice.pk for notice in notices]
    if keys:
        Notice.objects.filter(pk__in=keys).update(state=Notice.State.DROPPED)


def lines_of(notices: list[Notice], language: str, now) -> dict[int, Line]:
    """The sentence of each notice; a kind whose code fails is put off, the others go."""
    lines = {}
    with translation.override(language):
        for notice in notices:
            try:
                text, path = KINDS[notice.kind].line(notice)
                lines[notice.pk] = Line(str(text), str(path))
            except Exception:
                log.exception("a kind of notice cannot be put into words", kind=notice.kind, notice=notice.pk)
                Notice.objects.filter(pk=notice.pk, state=Notice.State.WAITING).update(due_at=now + BROKEN)
    return lines
