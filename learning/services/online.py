"""Online courses of a cohort, the progress that their platform reports, and what a person decides about odd rows."""

import hashlib
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.services import record
from cohorts.models import Cohort, Trainee
from learning.models import CompletionRule, OnlineCourse, OnlineProgress, ProgressCase
from learning.rules.completion import Rule
from learning.rules.progress import Reading, Row, left_out, more_than_the_clock, read_rows, word
from trainee_mgmt.kit.crypto import blind_index, mask_phone
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.sheets import BadFile, read_book
from trainee_mgmt.kit.words import say as _

MOST_COURSES = 200
UNMATCHED, CLOCK, BACK = ProgressCase.Kind.UNMATCHED, ProgressCase.Kind.CLOCK, ProgressCase.Kind.BACK


@transaction.atomic
def set_courses(cohort: Cohort, pairs: list[tuple[str, str]]) -> None:
    """The courses of a cohort as (theme, name). A course with progress stays."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    keys = [word(name) for _theme, name in pairs]
    if len(set(keys)) != len(keys):
        raise Refused(_("A course stands there twice."))
    if len(pairs) > MOST_COURSES:
        raise Refused(_("At most %(most)s courses.") % {"most": MOST_COURSES})
    known = {word(course.name): course for course in cohort.online_courses.all()}
    gone = [course for key, course in known.items() if key not in keys]
    if used := OnlineProgress.objects.filter(course__in=gone).select_related("course").first():
        raise Refused(_("“%(name)s” has progress and stays.") % {"name": used.course.name})
    OnlineCourse.objects.filter(pk__in=[course.pk for course in gone]).delete()
    for theme, name in pairs:
        course = known.get(word(name))
        if course is None:
            OnlineCourse.objects.create(cohort=cohort, theme=theme, name=name)
        elif (course.theme, course.name) != (theme, name):
            OnlineCourse.objects.filter(pk=course.pk).update(theme=theme, name=name)
    record("learning.set_courses", cohort, before={"courses": len(known)}, after={"courses": len(pairs)})


@transaction.atomic
def set_completion_rule(cohort: Cohort, rule: Rule, *, by: User) -> CompletionRule:
    """A new version of what the cohort asks for; the earlier ones stay on record. The same again makes none."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    last = cohort.completion_rules.order_by("-version").first()
    if last and last.rule == rule:
        return last
    made = CompletionRule.objects.create(
        cohort=cohort,
        version=last.version + 1 if last else 1,
        due_on=rule.due_on,
        courses=[list(pair) for pair in rule.courses],
        sessions=rule.sessions,
        activities=rule.activities,
        made_by=by,
        made_at=timezone.now(),
    )
    record("learning.set_completion_rule", cohort, after={"version": made.version})
    return made


# The file -------------------------------------------------------------------------------------------------------------


def progress_version(cohort: Cohort) -> str:
    """A digest of everything a plan of progress was decided against."""
    state = [
        cohort.roster_version,
        OnlineProgress.objects.filter(course__cohort=cohort).aggregate(n=Max("pk"))["n"],
        list(cohort.online_courses.order_by("pk").values_list("pk", "name_key")),
        list(cohort.progress_cases.order_by("pk").values_list("pk", "decided_at", "trainee")),
    ]
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()


def compute_progress(cohort: Cohort, source: bytes, given: dict, progress) -> tuple[dict, dict]:
    """(payload, summary): rows that say something new, rows for nobody, what cannot be, and every bad cell."""
    book = read_book(source, given["name"])
    as_of = datetime.fromisoformat(given["as_of"])
    rows: list[tuple[str, Row]] = []
    for number, sheet in enumerate(book.sheets, 1):
        found = read_rows(sheet.rows, sheet.first_row, timezone.get_default_timezone())
        rows += [(sheet.name, row) for row in found or ()]
        progress(number, len(book.sheets), _("Reading the file"))
    if not rows:
        raise BadFile(_("No sheet has a row of headers with a phone or name, the course and the progress."))
    decision = _Decision(cohort, as_of)
    for sheet, row in rows:
        decision.take(sheet, row)
    payload = {
        "as_of": given["as_of"],
        "source": given["name"],
        "rows": decision.rows,
        "unmatched": decision.unmatched,
        "odd": decision.odd(),
        "problems": decision.problems,
        "raw": left_out(book.sheets, decision.problems),
        "notes": book.notes,
    }
    counts = Counter("changed" if row["before"] else "new" for row in decision.rows)
    summary = {
        "rows": len(rows),
        "new": counts["new"],
        "changed": counts["changed"],
        "same": decision.same,
        "unmatched": len(decision.unmatched),
        "odd": len(payload["odd"]),
        "bad": len({(each["sheet"], each["row"]) for each in decision.problems}),
    }
    return payload, summary


def apply_progress(cohort: Cohort, payload: dict, progress, *, by: User) -> dict:
    """Write the payload; the caller holds the transaction and the lock of the cohort, and has compared the version."""
    as_of = datetime.fromisoformat(payload["as_of"])
    _write(payload["rows"], as_of=as_of, source=payload["source"], by=by)
    cases = [_case(cohort, UNMATCHED, row, payload["source"]) for row in payload["unmatched"]]
    cases += [_case(cohort, row["kind"], row, payload["source"]) for row in payload["odd"]]
    for case in cases:
        case.row["as_of"] = payload["as_of"]
    ProgressCase.objects.bulk_create(
        cases,
        update_conflicts=True,
        unique_fields=["cohort", "key"],
        update_fields=["row", "source", "line", "found_at"],
    )
    progress(1, 1)
    return {"saved": len(payload["rows"]), "queued": len(cases)}


def _write(rows: list[dict[str, Any]], *, as_of: datetime, source: str, by: User) -> None:
    written = {(row["trainee"], row["course"]) for row in rows}
    standing = OnlineProgress.objects.filter(
        trainee__in={trainee for trainee, _course in written},
        course__in={course for _t, course in written},
        in_force=True,
    )
    replaced = [pk for pk, *pair in standing.values_list("pk", "trainee", "course") if tuple(pair) in written]
    OnlineProgress.objects.filter(pk__in=replaced).update(in_force=False)
    OnlineProgress.objects.bulk_create(
        OnlineProgress(
            trainee_id=row["trainee"],
            course_id=row["course"],
            percent=Decimal(row["percent"]),
            minutes=row["minutes"],
            completed_at=row["completed_at"] and datetime.fromisoformat(row["completed_at"]),
            as_of=as_of,
            source=source[:200],
            line=row["line"],
            entered_by=by,
            entered_at=timezone.now(),
        )
        for row in rows
    )


def _case(cohort: Cohort, kind: str, row: dict[str, Any], source: str) -> ProgressCase:
    return ProgressCase(
        cohort=cohort,
        kind=kind,
        key=row["key"],
        who=row["who"][:120],
        phone_index=row.get("phone_index", ""),
        name=row.get("name", ""),
        trainee_id=row.get("trainee"),
        row={key: value for key, value in row.items() if key not in ("key", "who", "phone_index", "name")},
        source=source[:200],
        line=row["line"],
        found_at=timezone.now(),
    )


def _key(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


class _Decision:
    """What becomes of each row of the file, one after the other."""

    def __init__(self, cohort: Cohort, as_of: datetime):
        self.cohort, self.as_of = cohort, as_of
        self.courses = {word(course.name): course for course in cohort.online_courses.all()}
        people = Trainee.objects.filter(cohort=cohort).order_by("pk")
        self.names: dict[int, str] = {}
        self.numbers: dict[int, str] = {}
        self.by_phone: dict[str, list[int]] = defaultdict(list)
        self.by_name: dict[str, list[int]] = defaultdict(list)
        for pk, number, name, phone in people.values_list("pk", "number", "person__name", "person__phone_index"):
            self.names[pk], self.numbers[pk] = name, number
            self.by_name[word(name)].append(pk)
            if phone:
                self.by_phone[phone].append(pk)
        now = OnlineProgress.objects.filter(course__cohort=cohort, in_force=True)
        self.now = {(each.trainee_id, each.course_id): each for each in now}
        cases = cohort.progress_cases.filter(kind=UNMATCHED)
        self.cases = {case.key: case for case in cases}
        decided = [case for case in self.cases.values() if case.decided_at]
        self.known = {(case.phone_index, case.name): case.trainee_id for case in decided}
        self.taken: dict[tuple[int, int], tuple] = {}
        self.rows: list[dict[str, Any]] = []
        self.unmatched: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        self.same = 0

    def take(self, sheet: str, row: Row) -> None:
        course = self.courses.get(word(row.course))
        for problem in row.problems:
            self._problem(sheet, row, problem.column, problem.value, problem.why)
        if row.course and course is None:
            self._problem(sheet, row, _("course"), row.course, _("The cohort has no course of this name."))
        if row.problems or course is None:
            return
        index = blind_index("phone", row.phone) if row.phone else ""
        trainee, why = self._who(index, row.name)
        if trainee is None:
            self._queue(row, index, course, why)
            return
        values = self._values(row, course)
        if (trainee, course.pk) in self.taken:
            if self.taken[trainee, course.pk] != tuple(values.values()):
                why = _("The file says something else about this person and course further up.")
                self._problem(sheet, row, _("progress"), f"{row.percent}%", why)
            return
        self.taken[trainee, course.pk] = tuple(values.values())
        self._row(row, trainee, course, values)

    def _who(self, index: str, name: str) -> tuple[int | None, str]:
        """The trainee, or None and why. What a person decided once about this phone and name holds."""
        if decided := self.known.get((index, name)):
            return decided, ""
        if index:
            found = self.by_phone.get(index, [])
            if len(found) != 1:
                return None, _("Nobody in this cohort has this number.") if not found else _(
                    "Several people have this number."
                )
            if name and word(name) != word(self.names[found[0]]):
                return None, _("The number belongs to somebody with another name.")
            return found[0], ""
        found = self.by_name.get(word(name), [])
        if len(found) == 1:
            return found[0], ""
        return None, _("Several people have this name.") if found else _("Nobody in this cohort has this name.")

    def _values(self, row: Row, course: OnlineCourse) -> dict[str, Any]:
        return {
            "percent": str(row.percent),
            "minutes": row.minutes,
            "completed_at": row.completed_at.isoformat() if row.completed_at else None,
        }

    def _row(self, row: Row, trainee: int, course: OnlineCourse, values: dict[str, Any]) -> None:
        before = self.now.get((trainee, course.pk))
        if before and (before.percent, before.minutes, before.completed_at) == (
            row.percent,
            row.minutes,
            row.completed_at,
        ):
            self.same += 1
            return
        who = f"{self.numbers[trainee]} {self.names[trainee]}"
        told = {"percent": str(before.percent), "minutes": before.minutes} if before else None
        self.rows.append(
            values
            | {
                "trainee": trainee,
                "course": course.pk,
                "line": row.line,
                "who": who,
                "what": course.name,
                "before": told,
            }
        )

    def _queue(self, row: Row, index: str, course: OnlineCourse, why: str) -> None:
        key = _key("unmatched", index, row.name, course.pk)
        values = self._values(row, course) | {"course": course.pk, "what": course.name, "line": row.line, "why": why}
        standing = self.cases.get(key)
        if standing and (standing.decided_at or self._says_the_same(standing.row, values)):
            self.same += 1
            return
        who = " ".join(filter(None, (row.name, mask_phone(row.phone) if row.phone else "")))
        self.unmatched.append(values | {"key": key, "who": who, "phone_index": index, "name": row.name})

    def _says_the_same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return all(one.get(name) == other[name] for name in ("percent", "minutes", "completed_at", "course"))

    def odd(self) -> list[dict[str, Any]]:
        """What cannot be: shown to a person and never held against anybody by itself."""
        found = []
        changed = defaultdict(list)
        for row in self.rows:
            changed[row["trainee"]].append(row)
            before = row["before"]
            if before and (Decimal(row["percent"]) < Decimal(before["percent"]) or row["minutes"] < before["minutes"]):
                key = _key("back", row["trainee"], row["course"], row["percent"], row["minutes"])
                found.append(row | {"kind": BACK, "key": key})
        start = datetime.combine(self.cohort.starts_on, time(), timezone.get_default_timezone()).astimezone(UTC)
        for trainee, rows in changed.items():
            standing = {course: each for (who, course), each in self.now.items() if who == trainee}
            before = Reading(
                sum(each.minutes for each in standing.values()),
                max((each.as_of for each in standing.values()), default=start),
            )
            minutes = {course: each.minutes for course, each in standing.items()}
            minutes |= {row["course"]: row["minutes"] for row in rows}
            if more := more_than_the_clock(before, Reading(sum(minutes.values()), self.as_of)):
                key = _key("clock", trainee, sum(minutes.values()), before.minutes)
                found.append(rows[0] | {"kind": CLOCK, "key": key, "more": more})
        return found

    def _problem(self, sheet: str, row: Row, column: str, value: str, why: str) -> None:
        self.problems.append({"sheet": sheet, "row": row.line, "column": column, "value": value[:60], "why": why})


# What a person decides ------------------------------------------------------------------------------------------------


@transaction.atomic
def assign_case(case: ProgressCase, trainee: Trainee, *, by: User) -> int:
    """Say whose rows these are: every open row of the same phone and name goes to the trainee. Answers how many."""
    case = _open(case)
    if case.kind != UNMATCHED:
        raise Refused(_("Only a row for nobody is given to somebody."))
    if trainee.cohort_id != case.cohort_id:
        raise Refused(_("Choose somebody of this cohort."))
    alike = ProgressCase.objects.select_for_update().filter(
        cohort=case.cohort, kind=UNMATCHED, phone_index=case.phone_index, name=case.name, decided_at=None
    )
    cases = list(alike.order_by("pk"))
    courses = set(case.cohort.online_courses.values_list("pk", flat=True))
    if gone := next((each for each in cases if each.row["course"] not in courses), None):
        words = _(
            "“%(name)s” is no longer among the courses. Put the case away, or add the course and read the file again."
        )
        raise Refused(words % {"name": gone.row["what"]})
    for each in cases:
        as_of = datetime.fromisoformat(each.row["as_of"])
        newer = OnlineProgress.objects.filter(
            trainee=trainee, course=each.row["course"], in_force=True, as_of__gte=as_of
        )
        if not newer.exists():
            _write([each.row | {"trainee": trainee.pk}], as_of=as_of, source=each.source, by=by)
    alike.update(trainee=trainee, decided_at=timezone.now(), decided_by=by, decision=str(trainee)[:200])
    record("learning.assign_progress", case, after={"trainee": str(trainee), "rows": len(cases)})
    return len(cases)


@transaction.atomic
def settle_case(case: ProgressCase, *, decision: str, by: User) -> None:
    """Put a case away with a word; nothing else follows from it."""
    case = _open(case)
    ProgressCase.objects.filter(pk=case.pk).update(decided_at=timezone.now(), decided_by=by, decision=decision[:200])
    record("learning.settle_progress", case, after={"decision": decision[:200]})


def _open(case: ProgressCase) -> ProgressCase:
    case = ProgressCase.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=case.pk)
    if case.decided_at:
        raise Refused(_("Somebody decided this already: %(decision)s") % {"decision": case.decision})
    return case
