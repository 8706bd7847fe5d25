"""Versions of the rules of attendance. What a mark was made under never changes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Func, Max, TextField
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from cohorts.models import Cohort
from learning.models import Attendance, AttendanceRules, Session
from learning.rules.states import DEFAULT, NUMBERS
from learning.selectors.rules import Version, version_on, versions_of
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day as day_words

LOCK = "learning.attendance_rules:"
KEPT = f"pg_advisory_xact_lock_shared(hashtextextended('{LOCK}' || %(expressions)s, 0))"


class RulesKept(Func):
    """Annotates the session that is locked for its marks: marks of a cohort are written side by side, but until they
    are, nobody changes its rules (``_lock``)."""

    template = KEPT
    output_field = TextField()


def use_rules(session: Session) -> int:
    """The number of the version under which marks of this session are made; it was locked with ``RulesKept``."""
    return use_version(session, versions_of(session.cohort_id)).number


def use_version(session: Session, versions: list[Version]) -> Version:
    """The version under which marks of this session are made, from now on frozen. The session was locked with ``KEPT``,
    and after that the versions were read."""
    day = timezone.localdate(session.starts_at)
    found = version_on(versions, day)
    if found.pk is None:
        _first_version(session.cohort)
        found = version_on(versions_of(session.cohort_id), day)
    if not found.is_used:
        AttendanceRules.objects.filter(pk=found.pk, used_at=None).update(used_at=timezone.now())
    return found


@transaction.atomic
def make_version(cohort: Cohort, *, from_on: date, numbers: Mapping[str, Any], by: User) -> AttendanceRules:
    """A new version from a day on. Sessions of that day or later must not have marks yet."""
    _lock(cohort.pk)
    _first_version(cohort)
    _refuse_day(cohort, from_on)
    last = cohort.attendance_rules.aggregate(last=Max("version"))["last"]
    made = AttendanceRules.objects.create(
        cohort=cohort, version=last + 1, from_on=from_on, made_by=by, **{name: numbers[name] for name in NUMBERS}
    )
    record("learning.make_rules", made, after={"from_on": from_on.isoformat(), **_numbers(made)})
    return made


@transaction.atomic
def change_version(rules: AttendanceRules, *, from_on: date, numbers: Mapping[str, Any]) -> AttendanceRules:
    """Change a version under which nobody was marked yet."""
    cohort, rules = _unused(rules)
    if from_on != rules.from_on:
        _refuse_day(cohort, from_on, but=rules)
    before = {"from_on": rules.from_on.isoformat(), **_numbers(rules)}
    rules.from_on = from_on
    for name in NUMBERS:
        setattr(rules, name, numbers[name])
    after = {"from_on": from_on.isoformat(), **_numbers(rules)}
    changed = {name for name in after if before[name] != after[name]}
    if changed:
        rules.save(update_fields=["from_on", *NUMBERS])
        record(
            "learning.change_rules",
            rules,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return rules


@transaction.atomic
def remove_version(rules: AttendanceRules) -> None:
    """Take back a version under which nobody was marked yet; the one before holds on."""
    _cohort, rules = _unused(rules)
    if rules.version == 1:
        raise Refused(_("The first version stays; change it or make a new one."))
    record("learning.remove_rules", rules, before={"from_on": rules.from_on.isoformat(), **_numbers(rules)})
    rules.delete()


def _lock(cohort: int) -> None:
    """Whoever changes the rules of a cohort waits for those who write marks, and they for him."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{LOCK}{cohort}"])


def _first_version(cohort: Cohort) -> None:
    """The rules that hold where nobody made any, written down when they are first needed; two at once write one."""
    if cohort.attendance_rules.exists():
        return
    is_used = Attendance.objects.filter(session__cohort=cohort).exists()
    AttendanceRules.objects.bulk_create(
        [
            AttendanceRules(
                cohort=cohort,
                version=1,
                from_on=cohort.starts_on,
                used_at=timezone.now() if is_used else None,
                **{name: getattr(DEFAULT, name) for name in NUMBERS},
            )
        ],
        ignore_conflicts=True,
    )


def _unused(rules: AttendanceRules) -> tuple[Cohort, AttendanceRules]:
    _lock(rules.cohort_id)
    locked = AttendanceRules.objects.select_related("cohort").filter(pk=rules.pk).first()
    if locked is None:
        raise Refused(_("This version was taken back already."))
    if locked.used_at:
        raise Refused(_("People were marked under this version; it stays as it is. Make a new version from a day on."))
    return locked.cohort, locked


def _refuse_day(cohort: Cohort, from_on: date, *, but: AttendanceRules | None = None) -> None:
    if not cohort.starts_on <= from_on <= cohort.ends_on:
        raise Refused(
            _("The cohort runs from %(start)s to %(end)s; a version begins on one of these days.")
            % {"start": day_words(cohort.starts_on), "end": day_words(cohort.ends_on)}
        )
    others = cohort.attendance_rules.exclude(pk=but.pk) if but else cohort.attendance_rules
    if others.filter(from_on=from_on).exists():
        raise Refused(_("Another version begins on %(day)s. Choose another day.") % {"day": day_words(from_on)})
    marked = Session.objects.filter(cohort=cohort, attendances__isnull=False).aggregate(last=Max("starts_at"))["last"]
    if marked and from_on <= timezone.localdate(marked):
        raise Refused(
            _("People were marked on %(day)s under the rules of that day. A version can begin after it.")
            % {"day": day_words(marked)}
        )


def _numbers(rules: AttendanceRules) -> dict[str, int]:
    return {name: getattr(rules, name) for name in NUMBERS}
