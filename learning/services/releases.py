"""Drafts become what people see: all of a cohort at once, in one version, and exactly those concerned are told."""

from collections import defaultdict

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.notices import cancel_notices
from cohorts.models import Cohort
from learning.models import Attendance, Session, SessionClass, TimetableRelease, TimetableState
from learning.rules.releases import Change
from learning.selectors.releases import Readers, pending, readers_of, rows_of
from learning.services.bookings import booked_once
from learning.services.conflicts import touch
from learning.services.sessions import COPIED, lock_timetable
from learning.services.telling import tell_changed
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def release(cohort: Cohort, *, note: str = "", seen: int | None = None) -> TimetableRelease:
    """Everything that waits is seen from now on. ``seen``: the version of the timetable that was read; where somebody
    changed it since, nothing is released."""
    cohort = lock_timetable(cohort)
    state = TimetableState.objects.filter(cohort=cohort).first()
    if seen is not None and state and seen != state.version:
        raise Refused(_("Somebody changed the timetable while you were reading. Please read the changes again."))
    drafts = list(
        Session.everything.select_for_update(of=("self",))
        .filter(cohort=cohort, is_draft=True)
        .select_related("replaces")
    )
    if not drafts:
        raise Refused(_("No draft waits; people see everything already."))
    changes = pending(cohort)
    readers = readers_of(changes)
    _refuse_what_was_held(drafts)
    _publish(drafts)
    made = keep_version(cohort, changes, readers, note=note)
    for change in changes:
        if change.after.is_cancelled:
            cancel_notices(about=Session(pk=change.after.key))
    tell_changed(cohort, changes, readers, about=made, key=f"{cohort.pk}:{made.number}", note=made.note)
    touch(cohort)
    record(
        "learning.release_timetable",
        made,
        after={"version": made.number, "changed": len(changes), "people": made.people, "note": note[:200]},
    )
    return made


def _refuse_what_was_held(drafts: list[Session]) -> None:
    """A roll may have been called since the draft was made: what was held keeps its time and classes."""
    originals = [draft.replaces_id for draft in drafts if draft.replaces_id]
    marked = set(Attendance.objects.filter(session__in=originals, in_force=True).values_list("session", flat=True))
    parts = defaultdict(set)
    for session, key in SessionClass.objects.filter(
        session__in=[*originals, *(draft.pk for draft in drafts)]
    ).values_list("session", "training_class"):
        parts[session].add(key)
    for draft in drafts:
        old = draft.replaces
        if old is None or not (old.rolled_at or old.pk in marked):
            continue
        is_moved = (draft.starts_at, draft.ends_at) != (old.starts_at, old.ends_at) or parts[draft.pk] != parts[old.pk]
        if is_moved or draft.cancelled_at:
            raise Refused(
                _("The roll of “%(title)s” was called meanwhile. Give the draft of it up; then release the others.")
                % {"title": old.title}
            )


def _publish(drafts: list[Session]) -> None:
    """Drafts take the place of what they supersede. Bookings are compared at the end, so that rooms can be swapped."""
    news = [draft for draft in drafts if draft.replaces_id is None]
    coming = [draft for draft in drafts if draft.replaces_id]
    with booked_once(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        parts = defaultdict(list)
        for session, key in SessionClass.objects.filter(session__in=coming).values_list("session", "training_class"):
            parts[session].append(key)
        originals = []
        for draft in coming:
            original = draft.replaces
            for name in COPIED:
                setattr(original, name, getattr(draft, name))
            original.is_superseded, original.sequence = False, original.sequence + 1
            originals.append(original)
        Session.everything.filter(pk__in=[draft.pk for draft in coming]).delete()
        Session.everything.bulk_update(originals, [*COPIED, "is_superseded", "sequence"])
        SessionClass.objects.filter(session__in=originals).delete()
        SessionClass.objects.bulk_create(
            SessionClass(session=draft.replaces, training_class_id=key) for draft in coming for key in parts[draft.pk]
        )
        Session.everything.filter(pk__in=[draft.pk for draft in news]).update(is_draft=False)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def keep_version(cohort: Cohort, changes: list[Change], readers: Readers, *, note: str = "") -> TimetableRelease:
    """The timetable as people see it now, under the next number."""
    last = TimetableRelease.objects.filter(cohort=cohort).order_by("-number").values_list("number", flat=True).first()
    return TimetableRelease.objects.create(
        cohort=cohort,
        number=(last or 0) + 1,
        note=note[:200],
        rows=[row.to_json() for row in rows_of(Session.objects.filter(cohort=cohort))],
        changes=[change.to_json() for change in changes],
        people=len(readers.people),
        told=len(readers.users),
        released_by_id=actor.current().user_id,
        released_at=timezone.now(),
    )
