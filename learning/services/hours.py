"""The ledger of credit hours: entered by hand, from rolls, files and online courses; corrected by reverse rows.

Caps belong to a person and a year, whichever cohort an entry stands in, so the person's row is locked while entries are
written. ``Book`` is the only writer.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from cohorts.models import Cohort, Person, Trainee
from learning.models import CAME, Attendance, CreditEntry, HourRule, HourTable, OnlineProgress
from learning.rules.completion import DONE
from learning.rules.hours import NOTHING, PLACES, Item, Measure, hours_of, settle, surplus
from learning.selectors.hours import holding, table_for, tables_of
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.rounding import half_up

CORRECTED_HERE = (CreditEntry.Source.HAND, CreditEntry.Source.FILE)
AT_ONCE = 200  # people whose rows are locked together
LEAST_YEAR = 2000


# The book -------------------------------------------------------------------------------------------------------------


@dataclass
class New:
    """A credit to be written."""

    trainee_id: int
    person_id: int
    rule: HourRule
    quantity: Decimal
    raw: Decimal
    happened_on: date
    source: str
    evidence: str = ""
    key: str = ""
    mark_id: int | None = None


class Book:
    """What stands in the ledger for some people, locked; takes changes and writes them together, caps applied."""

    def __init__(self, people: Iterable[int], *, by: User | None):
        self.by = by
        self.people = sorted(set(people))
        list(Person.objects.select_for_update(no_key=True).filter(pk__in=self.people).order_by("pk").values("pk"))
        rows = CreditEntry.objects.filter(trainee__person__in=self.people, in_force=True)
        related = rows.select_related("rule", "table", "trainee").order_by("pk")
        self.standing = {row.pk: row for row in related.defer("trainee__profile")}
        self.new: list[New] = []
        self._carries: list[CreditEntry] = []
        self.reversals: list[tuple[CreditEntry, str]] = []
        self.keys = {(row.trainee_id, row.key) for row in self.standing.values() if row.key}

    def add(self, new: New) -> bool:
        """Whether it is new: what stands there already is not entered again."""
        if new.key:
            if (new.trainee_id, new.key) in self.keys:
                return False
            self.keys.add((new.trainee_id, new.key))
        self.new.append(new)
        return True

    def reverse(self, pk: int, why: str) -> bool:
        entry = self.standing.pop(pk, None)
        if entry is None:
            return False
        self.keys.discard((entry.trainee_id, entry.key))
        self.reversals.append((entry, why))
        return True

    def carry(self, table: HourTable, trainee_id: int, year: int, hours: Decimal) -> None:
        """What the trainee's person hands on from one year to the next: minus in the one, plus in the other."""
        for to, amount in ((year, -hours), (year + 1, hours)):
            key = f"carry:{year}:{'out' if to == year else 'in'}"
            self._carries.append(
                CreditEntry(
                    trainee_id=trainee_id, table=table, quantity=abs(hours), raw_hours=amount, hours=amount,
                    source=CreditEntry.Source.CARRY, key=key, happened_on=date(year, 12, 31) if to == year else date(to, 1, 1),
                    year=to, entered_at=timezone.now(), entered_by=self.by,
                )
            )  # fmt: skip

    def write(self) -> list[CreditEntry]:
        """Everything at once: reverse rows, entries whose hours the caps now allow to be more, new entries. The new rows."""
        now = timezone.now()
        made = []
        groups = self._groups()
        for items in groups.values():
            hours = settle([item for item, _source in items])
            for item, source in items:
                if isinstance(source, New):
                    made.append(self._entry(source, hours[item.key], now))
                elif hours[item.key] != item.credited:
                    self.reversals.append((source, _("more room under the cap")))
                    made.append(self._again(source, hours[item.key], now))
        gone = [entry.pk for entry, _why in self.reversals]
        CreditEntry.objects.filter(pk__in=gone).update(in_force=False)
        CreditEntry.objects.bulk_create(self._reverse(entry, why, now) for entry, why in self.reversals)
        return CreditEntry.objects.bulk_create([*made, *self._carries])

    def _groups(self) -> dict[tuple, list[tuple[Item, Any]]]:
        """What shares caps: one person, one line of tables, one group of forms, one year."""
        touched = {_group_of(new.person_id, new.rule, new.happened_on) for new in self.new}
        touched |= {
            _group_of(entry.trainee.person_id, entry.rule, entry.happened_on)
            for entry, _why in self.reversals
            if entry.rule_id
        }
        groups = defaultdict(list)
        for row in self.standing.values():
            if row.rule_id and (group := _group_of(row.trainee.person_id, row.rule, row.happened_on)) in touched:
                groups[group].append((_item(("row", row.pk), row.rule, row.happened_on, row.raw_hours, row.hours), row))
        for at, new in enumerate(self.new):
            group = _group_of(new.person_id, new.rule, new.happened_on)
            groups[group].append((_item(("new", at), new.rule, new.happened_on, new.raw, NOTHING), new))
        return groups

    def _entry(self, new: New, hours: Decimal, now: datetime) -> CreditEntry:
        return CreditEntry(
            trainee_id=new.trainee_id, table_id=new.rule.table_id, rule=new.rule, quantity=new.quantity, raw_hours=new.raw,
            hours=hours, source=new.source, mark_id=new.mark_id, key=new.key, evidence=new.evidence[:200],
            happened_on=new.happened_on, year=new.happened_on.year, entered_by=self.by, entered_at=now,
        )  # fmt: skip

    def _again(self, entry: CreditEntry, hours: Decimal, now: datetime) -> CreditEntry:
        return self._copy(entry, now, hours=hours, raw_hours=entry.raw_hours, evidence=entry.evidence, in_force=True)

    def _reverse(self, entry: CreditEntry, why: str, now: datetime) -> CreditEntry:
        return self._copy(
            entry,
            now,
            hours=-entry.hours,
            raw_hours=-entry.raw_hours,
            evidence=why[:200],
            in_force=False,
            reverse_of=entry,
        )

    def _copy(self, entry: CreditEntry, now: datetime, **fields) -> CreditEntry:
        return CreditEntry(
            trainee_id=entry.trainee_id, table_id=entry.table_id, rule_id=entry.rule_id, quantity=entry.quantity,
            source=entry.source, mark_id=entry.mark_id, key=entry.key, happened_on=entry.happened_on, year=entry.year,
            entered_by=self.by, entered_at=now, **fields,
        )  # fmt: skip


def _group_of(person: int, rule: HourRule, day: date) -> tuple:
    return person, rule.table.unit_id, rule.together or rule.name, day.year


def _item(key, rule: HourRule, day: date, raw: Decimal, credited: Decimal) -> Item:
    return Item(key, day, raw, credited, rule.day_cap, rule.year_cap)


# By hand --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_credit(
    trainee: Trainee, *, rule: HourRule, quantity: Decimal, happened_on: date, evidence: str, by: User, today: date
) -> CreditEntry:
    """One credit by hand, with its evidence. The same fact is entered once, however often the button is pressed."""
    check_day(trainee, rule, happened_on, today=today)
    book = Book([trainee.person_id], by=by)
    new = hand_credit(trainee, rule, quantity, happened_on=happened_on, evidence=evidence)
    if not book.add(new):
        raise Refused(_("These hours stand in the ledger already: the same form, day, quantity and evidence."))
    entry = next(row for row in book.write() if row.key == new.key)
    record(
        "learning.enter_credit",
        entry,
        after={"form": rule.name, "quantity": str(quantity), "hours": str(entry.hours), "evidence": evidence[:200]},
    )
    return entry


def hand_credit(
    trainee: Trainee, rule: HourRule, quantity: Decimal, *, happened_on: date, evidence: str, source: str = "hand"
) -> New:
    """What the rule gives for it, not yet written. Its key is made of the fact itself."""
    fact = f"{rule.name}|{happened_on}|{quantity.normalize():f}|{evidence.strip()}"
    key = f"{source}:{hashlib.sha256(fact.encode()).hexdigest()[:40]}"
    return New(
        trainee.pk, trainee.person_id, rule, quantity, hours_of(rule.rule, quantity), happened_on, source, evidence.strip(), key
    )  # fmt: skip


def check_day(trainee: Trainee, rule: HourRule, happened_on: date, *, today: date) -> None:
    """Whether the version of the rule holds on that day, and the day is one on which something can have happened."""
    if happened_on > today:
        raise Refused(_("The day lies in the future. Hours are entered once they were studied."))
    table = table_for(trainee.cohort.program.unit, happened_on) if happened_on.year >= LEAST_YEAR else None
    if table is None or table.pk != rule.table_id:
        raise Refused(_("On that day another version of the table of hours holds. Choose its form."))


@transaction.atomic
def reverse_credit(entry: CreditEntry, *, reason: str, by: User) -> None:
    """Take a credit back by a reverse row. What other entries lost to the cap, they get back."""
    if entry.source not in CORRECTED_HERE:
        raise Refused(_("These hours follow from something else. Correct the mark or the course; the hours follow."))
    book = Book([entry.trainee.person_id], by=by)
    if not book.reverse(entry.pk, reason):
        raise Refused(_("This entry was taken back already."))
    book.write()
    record("learning.reverse_credit", entry, before={"hours": str(entry.hours)}, after={"reason": reason[:200]})


# From the roll --------------------------------------------------------------------------------------------------------


def reconcile_sessions(cohort: Cohort, *, now: datetime) -> dict[str, int]:
    """Make the ledger say what the marks in force say: hours for each session that somebody came to and that is over.

    A second run finds nothing to do. Answers how many credits were added and taken back.
    """
    tables = tables_of(cohort.program.unit)
    rules: dict[int, dict[str, HourRule]] = {}
    by_rolls = (HourRule.Counts.SESSION, HourRule.Counts.ONLINE_SESSION)
    for rule in HourRule.objects.filter(table__in=tables, counts__in=by_rolls).select_related("table"):
        rules.setdefault(rule.table_id, {})[rule.counts] = rule
    due = _marks_without_credit(cohort, now) if rules else []
    stale = list(
        CreditEntry.objects.filter(
            Q(mark__in_force=False) | Q(mark__session__cancelled_at__isnull=False),
            trainee__cohort=cohort, source=CreditEntry.Source.ROLL, in_force=True,
        ).values_list("pk", "trainee__person_id")
    )  # fmt: skip
    by_person: dict[int, tuple[list, list]] = defaultdict(lambda: ([], []))
    for mark in due:
        day = timezone.localdate(mark.session.starts_at)
        table = holding(tables, day)
        rule = _rule_of_session(rules.get(table.pk, {}), mark.session) if table else None
        if rule:
            by_person[mark.trainee.person_id][0].append((mark, rule, day))
    for pk, person in stale:
        by_person[person][1].append(pk)
    people = sorted(by_person)
    counts: Counter[str] = Counter()
    for at in range(0, len(people), AT_ONCE):
        chosen = people[at : at + AT_ONCE]
        counts += _reconcile(cohort, {person: by_person[person] for person in chosen})
    return {"added": counts["added"], "reversed": counts["reversed"]}


def _marks_without_credit(cohort: Cohort, now: datetime) -> list[Attendance]:
    marks = Attendance.objects.filter(
        session__cohort=cohort, session__cancelled_at=None, session__ends_at__lte=now, in_force=True, state__in=CAME
    ).exclude(
        pk__in=CreditEntry.objects.filter(in_force=True, mark__isnull=False, trainee__cohort=cohort).values("mark")
    )
    return list(marks.select_related("session", "trainee").defer("trainee__profile").order_by("pk"))


def _rule_of_session(rules: dict[str, HourRule], session) -> HourRule | None:
    if session.mode == "online" and HourRule.Counts.ONLINE_SESSION in rules:
        return rules[HourRule.Counts.ONLINE_SESSION]
    return rules.get(HourRule.Counts.SESSION)


@transaction.atomic
def _reconcile(cohort: Cohort, work: dict[int, tuple[list, list]]) -> Counter[str]:
    """Some people. What another run did in between is seen, because it is read again under the lock."""
    book = Book(work, by=None)
    held = {row.mark_id for row in book.standing.values() if row.mark_id}
    marks = Attendance.objects.filter(pk__in=[mark.pk for due, _stale in work.values() for mark, _rule, _day in due])
    valid = set(marks.filter(in_force=True, session__cancelled_at=None).values_list("pk", flat=True))
    counts: Counter[str] = Counter()
    for due, stale in work.values():
        for pk in stale:
            counts["reversed"] += book.reverse(pk, _("the mark was corrected"))
        for mark, rule, day in due:
            if mark.pk in valid and mark.pk not in held:
                quantity = _quantity(rule, mark.session)
                raw = hours_of(rule.rule, quantity)
                book.add(
                    New(
                        mark.trainee_id, mark.trainee.person_id, rule, quantity, raw, day,
                        CreditEntry.Source.ROLL, mark.session.title, mark_id=mark.pk,
                    )
                )  # fmt: skip
                counts["added"] += 1
    return _write(book, cohort, +counts)


def _quantity(rule: HourRule, session) -> Decimal:
    seconds = int((session.ends_at - session.starts_at).total_seconds())
    if rule.measure == Measure.MINUTE:
        return half_up(Fraction(seconds, 60), PLACES)
    if rule.measure == Measure.HOUR:
        return half_up(Fraction(seconds, 3600), PLACES)
    return Decimal(1)


# From online courses ----------------------------------------------------------------------------------------------------


def reconcile_courses(cohort: Cohort) -> dict[str, int]:
    """Hours for each online course that the platform says is finished, by the minutes it tells; a course that is no longer
    finished, or has other minutes, gives its hours back. A second run finds nothing to do."""
    wanted = _finished_courses(cohort)
    standing = CreditEntry.objects.filter(trainee__cohort=cohort, source=CreditEntry.Source.COURSE, in_force=True)
    people = {new.person_id for new in wanted.values()} | set(standing.values_list("trainee__person", flat=True))
    counts: Counter[str] = Counter()
    ordered = sorted(people)
    for at in range(0, len(ordered), AT_ONCE):
        counts += _reconcile_courses(cohort, set(ordered[at : at + AT_ONCE]), wanted)
    return {"added": counts["added"], "reversed": counts["reversed"]}


def _finished_courses(cohort: Cohort) -> dict[tuple[int, str], New]:
    """The credits that finished courses give, by trainee and key; three queries for any number of them."""
    tables = tables_of(cohort.program.unit)
    rules = HourRule.objects.filter(table__in=tables, counts=HourRule.Counts.COURSE)
    by_table = {rule.table_id: rule for rule in rules.select_related("table")}
    if not by_table:
        return {}
    found: dict[tuple[int, str], New] = {}
    finished = OnlineProgress.objects.filter(course__cohort=cohort, in_force=True, percent=DONE)
    for row in finished.select_related("trainee", "course").defer("trainee__profile"):
        day = timezone.localdate(row.completed_at or row.as_of)
        table = holding(tables, day)
        rule = by_table.get(table.pk) if table else None
        if rule and (quantity := Decimal(row.minutes) if rule.measure == Measure.MINUTE else Decimal(1)):
            new = New(
                row.trainee_id, row.trainee.person_id, rule, quantity, hours_of(rule.rule, quantity), day,
                CreditEntry.Source.COURSE, row.course.name, f"course:{row.course_id}",
            )  # fmt: skip
            found[row.trainee_id, new.key] = new
    return found


@transaction.atomic
def _reconcile_courses(cohort: Cohort, people: set[int], wanted: dict[tuple[int, str], New]) -> Counter[str]:
    book = Book(people, by=None)
    counts: Counter[str] = Counter()
    for row in list(book.standing.values()):
        if row.source == CreditEntry.Source.COURSE and row.trainee.cohort_id == cohort.pk:
            new = wanted.get((row.trainee_id, row.key))
            if new is None or (new.quantity, new.happened_on, new.rule.pk) != (
                row.quantity,
                row.happened_on,
                row.rule_id,
            ):
                counts["reversed"] += book.reverse(row.pk, _("the progress was corrected"))
    for new in wanted.values():
        if new.person_id in people:
            counts["added"] += book.add(new)
    return _write(book, cohort, +counts)


def _write(book: Book, cohort: Cohort, counts: Counter[str]) -> Counter[str]:
    """One entry in the log, unless there was nothing to do."""
    if counts:
        book.write()
        record("learning.reconcile_hours", cohort, after=dict(counts))
    return counts


# Over the year's end --------------------------------------------------------------------------------------------------


def reconcile_carry(cohort: Cohort, year: int, *, today: date) -> int:
    """Hand the hours above the total of a past year on to the next, or mend what was handed on. Answers how many people."""
    last = date(year, 12, 31)
    table = table_for(cohort.program.unit, last)
    if last >= today or table is None:
        return 0
    credited = CreditEntry.objects.filter(trainee__cohort=cohort, year=year, in_force=True)
    people = sorted(set(credited.values_list("trainee__person", flat=True)))
    changed = 0
    for at in range(0, len(people), AT_ONCE):
        changed += _carry(cohort, table, year, people[at : at + AT_ONCE])
    return changed


@transaction.atomic
def _carry(cohort: Cohort, table: HourTable, year: int, people: list[int]) -> int:
    book = Book(people, by=None)
    rows: dict[int, list[CreditEntry]] = defaultdict(list)
    for row in book.standing.values():
        rows[row.trainee.person_id].append(row)
    changed = 0
    for person in people:
        of_year = [row for row in rows[person] if row.year == year]
        if not of_year:
            continue  # taken back since the people were listed
        owner = max((row.trainee for row in of_year), key=lambda trainee: trainee.pk)
        if owner.cohort_id != cohort.pk:
            continue  # the latest cohort of the person hands on, so that two never undo each other's work
        earned = sum((row.hours for row in of_year if row.source != CreditEntry.Source.CARRY), NOTHING)
        brought = sum((row.hours for row in of_year if row.key == f"carry:{year - 1}:in"), NOTHING)
        wanted = surplus(table.year_rule, earned=earned, brought=brought)
        now = [row for row in rows[person] if row.key in (f"carry:{year}:out", f"carry:{year}:in")]
        handed = sum((row.hours for row in now if row.hours > 0), NOTHING)
        if handed == wanted:
            continue
        changed += 1
        for row in now:
            book.reverse(row.pk, _("the year before was corrected"))
        if wanted:
            book.carry(table, owner.pk, year, wanted)
    if changed:
        book.write()
        record("learning.carry_hours", cohort, after={"year": year, "people": changed})
    return changed


def reconcile_all() -> int:
    """Every cohort whose hours may have changed: for the task. Answers how many credits were touched."""
    now = timezone.now()
    today = timezone.localdate(now)
    touched = 0
    for cohort in Cohort.objects.filter(is_closed=False).select_related("program__unit").order_by("pk"):
        counts = reconcile_sessions(cohort, now=now)
        touched += sum(counts.values()) + sum(reconcile_courses(cohort).values())
        touched += reconcile_carry(cohort, today.year - 1, today=today)
    return touched
