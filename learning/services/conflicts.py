"""What is checked before a session is written, and who decides that a conflict may stand."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from cohorts.models import Cohort
from learning.models import AcceptedConflict, Session, TimetableRule, TimetableState
from learning.rules.conflict_words import sentence, when_words
from learning.rules.conflicts import Conflict, Kind, Side
from learning.selectors.timetable import conflicts_of, open_conflicts, rule_of, sides, slots_for
from trainee_mgmt.kit import access, actor
from trainee_mgmt.kit.errors import Refused

NAMED = 5  # so many conflicts stand in one sentence


class Conflicting(Refused):
    """Sessions that cannot be, or need a tick. ``slots`` are times at which the first of them could be."""

    def __init__(self, conflicts: list[Conflict], slots: list[tuple[datetime, datetime]], *, is_blocked: bool):
        self.conflicts, self.slots, self.is_blocked = conflicts, slots, is_blocked
        super().__init__(" ".join([*self.sentences, *self.ways_on]))

    @property
    def sentences(self) -> list[str]:
        return [sentence(each) for each in self.conflicts[:NAMED]]

    @property
    def ways_on(self) -> list[str]:
        lines = []
        if len(self.conflicts) > NAMED:
            lines.append(_("%(count)s conflicts in all.") % {"count": len(self.conflicts)})
        if self.slots:
            lines.append(_("Free: %(slots)s.") % {"slots": _("; ").join(when_words(*slot) for slot in self.slots)})
        return lines


def check(cohort: Cohort, wanted: Collection[Side], rule: TimetableRule, *, accept: bool) -> list[Conflict]:
    """The conflicts that may stand, as the person has ticked them off. Whatever the rule blocks is refused; what it
    warns of is refused without the tick."""
    found = conflicts_of(wanted, rule)
    blocked = [each for each in found if rule.blocks(each.kind)]
    if blocked or (found and not accept):
        first = min(wanted, key=lambda side: (side.starts_at, side.key))
        slots = slots_for(cohort, first, rule, now=timezone.now()) if len(wanted) == 1 else []
        raise Conflicting(veiled(cohort, blocked or found), slots, is_blocked=bool(blocked))
    return found


def standing_of(session: Session) -> Conflicting | None:
    """What stands against a session as it is, with times at which it would meet nothing; None where nothing does."""
    cohort, rule = session.cohort, rule_of(session.cohort)
    (side,) = sides(Session.everything.filter(pk=session.pk))
    found = conflicts_of([side], rule)
    if not found:
        return None
    slots = slots_for(cohort, side, rule, now=timezone.now())
    return Conflicting(veiled(cohort, found), slots, is_blocked=any(rule.blocks(each.kind) for each in found))


def veiled(cohort: Cohort, conflicts: Iterable[Conflict]) -> list[Conflict]:
    """The same, without the titles and classes of cohorts that whoever acts may not see: their office stands there."""
    conflicts = list(conflicts)
    foreign = {
        side.cohort for each in conflicts for side in (each.one, each.other) if side and side.cohort != cohort.pk
    }
    if not foreign:
        return conflicts
    user = User.objects.filter(pk=actor.current().user_id).first()
    seen = Cohort.objects.filter(pk__in=foreign)
    mine = (
        set(seen.filter(access.rows(user, "learning.schedule_sessions")).values_list("pk", flat=True))
        if user
        else foreign
    )
    offices = dict(seen.exclude(pk__in=mine).values_list("pk", "program__unit__name"))

    def seen_by_me(side: Side | None) -> Side | None:
        if side is None or side.cohort not in offices:
            return side
        return replace(side, title=_("a session of %(office)s") % {"office": offices[side.cohort]}, class_names="")

    return [replace(each, one=seen_by_me(each.one), other=seen_by_me(each.other)) for each in conflicts]


def accept_found(cohort: Cohort, found: Iterable[Conflict], saved: dict[int, Session], *, reason: str = "") -> None:
    """Keep the decision on conflicts that were ticked off. ``saved``: the session by the key its side had."""
    now, by = timezone.now(), actor.current().user_id
    rows = []
    for each in found:
        sides = [_as_saved(side, saved) for side in (each.one, each.other) if side]
        settled = replace(each, one=sides[0], other=sides[1] if len(sides) > 1 else None)
        rows.append(
            AcceptedConflict(
                cohort=cohort,
                session_id=sides[0].key,  # never a draft of a change: the decision outlives its release
                fingerprint=settled.fingerprint,
                reason=reason[:200],
                accepted_by_id=by,
                accepted_at=now,
            )
        )
    AcceptedConflict.objects.bulk_create(rows, ignore_conflicts=True)


def _as_saved(side: Side, saved: dict[int, Session]) -> Side:
    session = saved.get(side.key)
    return replace(side, key=session.replaces_id or session.pk) if session else side


@transaction.atomic
def accept_conflict(cohort: Cohort, fingerprint: str, *, reason: str) -> None:
    """Let a conflict stand that came about later. One that the rule blocks is solved, not accepted."""
    rule = rule_of(cohort)
    waiting, _accepted = open_conflicts(cohort, now=timezone.now())
    conflict = next((each for each in waiting if each.fingerprint == fingerprint), None)
    if conflict is None:
        raise Refused(_("This conflict is solved already, or has changed. Please look again."))
    if rule.blocks(conflict.kind):
        raise Refused(
            _("The rule of this cohort does not let this conflict stand. Move or cancel one of the sessions.")
        )
    accept_found(cohort, [conflict], {}, reason=reason)
    touch(cohort)
    record("learning.accept_conflict", cohort, after={"kind": conflict.kind, "reason": reason[:200]})


def touch(cohort: Cohort) -> None:
    """After a change of the timetable: its version grows, and its conflicts are counted anew."""
    waiting, _accepted = open_conflicts(cohort, now=timezone.now())
    facts = {"conflicts": len(waiting), "counted_at": timezone.now()}
    if not TimetableState.objects.filter(cohort=cohort).update(version=F("version") + 1, **facts):
        TimetableState.objects.create(cohort=cohort, version=1, **facts)


def count_conflicts(cohort: Cohort) -> int:
    """For the periodic task: what became a conflict by itself (a venue closed, a person moved). Writes only a change."""
    waiting, _accepted = open_conflicts(cohort, now=timezone.now())
    state, _made = TimetableState.objects.get_or_create(cohort=cohort)
    if state.conflicts != len(waiting):
        TimetableState.objects.filter(cohort=cohort).update(conflicts=len(waiting), counted_at=timezone.now())
    return len(waiting)


def may_teach_twice(found: Iterable[Conflict]) -> bool:
    """Whether a tick was given to a teacher in two places: then the database must let the session pass."""
    return any(each.kind == Kind.TEACHER for each in found)
