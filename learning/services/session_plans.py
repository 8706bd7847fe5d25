"""Many sessions at once, from a sheet or from another week: decided without writing, then written exactly as decided."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.utils import timezone

from cohorts.models import Cohort, TrainingClass
from learning.models import Session, TimetableRule, TimetableState
from learning.rules.conflict_words import sentence, when_words
from learning.rules.conflicts import Conflict, Side
from learning.rules.session_sheet import BadCell, Problem, SheetRow, class_keys, read_sheet, read_typed
from learning.selectors.timetable import People, class_words, conflicts_of, planned, rule_of, side_of
from learning.selectors.weeks import within_week
from learning.services.conflicts import touch, veiled
from learning.services.sessions import current, lock_timetable, shifted, write_change, write_new
from library.models import Venue
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.names import name_key
from trainee_mgmt.kit.plans import Stale
from trainee_mgmt.kit.sheets import BadFile, read_book
from trainee_mgmt.kit.words import say as _

CHANGED = ("ends_at", "teacher_name", "venue", "place", "mode")  # what a sheet can change of a session that is there


@dataclass
class Wanted:
    """A session that is asked for. ``classes`` are keys; ``pk`` is the session it changes; ``before`` what that was."""

    sheet: str
    row: int
    title: str
    starts_at: datetime
    ends_at: datetime
    classes: list[int]
    teacher_name: str = ""
    venue: Venue | None = None
    place: str = ""
    mode: str = Session.Mode.ON_SITE
    pk: int | None = None
    before: dict = field(default_factory=dict)

    @property
    def identity(self) -> tuple:
        return name_key(self.title), self.starts_at, frozenset(self.classes)


class Decision:
    """What becomes of the sessions that are asked for; ``payload`` and ``summary`` are those of the plan."""

    def __init__(self, cohort: Cohort):
        self.cohort, self.rule = cohort, rule_of(cohort)
        self.classes = {each.pk: each for each in cohort.classes.order_by("number", "pk")}
        self.wanted: list[Wanted] = []
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.rows = self.same = 0

    def problem(self, wanted: Wanted, why: str, column: str = "", value: str = "") -> None:
        self.problems.append(Problem(wanted.sheet, wanted.row, column, value or wanted.title[:40], why))

    def take(self, rows: Iterable[SheetRow]) -> None:
        """The rows of a sheet, with their classes and venues found by name."""
        names, venues = {each.name: pk for pk, each in self.classes.items()}, _venues(self.cohort)
        for row in rows:
            _take(self, row, names, venues)
        self.settle()

    def settle(self) -> None:
        """Leave out what is there already, what is twice, what lies outside the cohort, and what may not be."""
        self._match()
        self._drop_conflicts()

    def _match(self) -> None:
        there = self._there()
        taken: dict[tuple, int] = {}
        kept = []
        for each in self.wanted:
            if each.identity in taken:
                self.problem(each, _("Row %(row)s has this session already.") % {"row": taken[each.identity]})
                continue
            taken[each.identity] = each.row
            first, last = timezone.localdate(each.starts_at), timezone.localdate(each.ends_at)
            if first < self.cohort.starts_on or last > self.cohort.ends_on:
                self.problem(each, self._outside(), "day", first.isoformat())
                continue
            old = there.get(each.identity)
            if old is None:
                kept.append(each)
                continue
            each.before = {name: getattr(old, name) for name in CHANGED if getattr(old, name) != getattr(each, name)}
            each.pk = old.pk
            if each.before:
                kept.append(each)
            else:
                self.same += 1
        self.wanted = kept

    def _outside(self) -> str:
        return _("The cohort runs from %(start)s to %(end)s; this session lies outside.") % {
            "start": self.cohort.starts_on.isoformat(),
            "end": self.cohort.ends_on.isoformat(),
        }

    def _there(self) -> dict[tuple, Session]:
        if not self.wanted:
            return {}
        first, last = min(each.starts_at for each in self.wanted), max(each.starts_at for each in self.wanted)
        rows = planned(cohort=self.cohort).filter(starts_at__gte=first, starts_at__lte=last, cancelled_at=None)
        rows = rows.select_related("venue").prefetch_related("session_classes")
        return {
            (
                name_key(row.title),
                row.starts_at,
                frozenset(part.training_class_id for part in row.session_classes.all()),
            ): row
            for row in rows
        }

    def _drop_conflicts(self) -> None:
        """A blocked one falls out: of two rows of the file the later one. What is only warned of is told and stays."""
        lineage = dict(
            Session.everything.filter(pk__in=[each.pk for each in self.wanted if each.pk]).values_list(
                "pk", "replaces_id"
            )
        )
        people = People({key for each in self.wanted for key in each.classes})
        sides = {}
        for place, each in enumerate(self.wanted, 1):
            key = (lineage[each.pk] or each.pk) if each.pk else -place
            sides[key] = (self._side(each, key, people), each)
        found = conflicts_of([side for side, _each in sides.values()], self.rule)
        order = {key: place for place, key in enumerate(sides)}
        dropped: set[int] = set()
        for conflict, shown in zip(found, veiled(self.cohort, found)):
            keys = sorted((side.key for side in _sides(conflict) if side.key in sides), key=order.__getitem__)
            if dropped.intersection(keys):
                continue
            if self.rule.blocks(conflict.kind):
                dropped.add(keys[-1])
                self.problem(sides[keys[-1]][1], sentence(shown))
            else:
                self.warnings.append(sentence(shown))
        self.wanted = [each for key, (_side, each) in sides.items() if key not in dropped]

    def _side(self, each: Wanted, key: int, people: People) -> Side:
        return side_of(
            self.cohort,
            [self.classes[pk] for pk in each.classes],
            title=each.title,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            teacher_name=each.teacher_name,
            venue=each.venue,
            mode=each.mode,
            key=key,
            people=people,
        )

    def payload(self, **more) -> dict:
        return {
            "adds": [self._line(each) for each in self.wanted if each.pk is None],
            "changes": [self._line(each) for each in self.wanted if each.pk],
            "problems": [asdict(each) for each in sorted(self.problems, key=lambda each: (each.sheet, each.row))],
            "warnings": self.warnings,
            "same": self.same,
            **more,
        }

    def _line(self, each: Wanted) -> dict:
        return {
            "pk": each.pk,
            "sheet": each.sheet,
            "row": each.row,
            "title": each.title,
            "starts_at": each.starts_at.isoformat(),
            "ends_at": each.ends_at.isoformat(),
            "when": when_words(each.starts_at, each.ends_at),
            "classes": each.classes,
            "class_names": class_words(self.classes[pk].name for pk in each.classes),
            "teacher_name": each.teacher_name,
            "venue": each.venue.pk if each.venue else None,
            "venue_name": each.venue.name if each.venue else "",
            "place": each.place,
            "mode": each.mode,
            "before": {name: _words(value) for name, value in each.before.items()},
            "after": {name: _words(getattr(each, name)) for name in each.before},
        }

    def summary(self) -> dict:
        return {
            "rows": self.rows,
            "new": sum(each.pk is None for each in self.wanted),
            "changed": sum(each.pk is not None for each in self.wanted),
            "same": self.same,
            "warnings": len(self.warnings),
            "problems": len({(each.sheet, each.row) for each in self.problems}),
        }


def _sides(conflict: Conflict) -> list[Side]:
    return [side for side in (conflict.one, conflict.other) if side]


def _words(value) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if value in Session.Mode.values:
        return str(Session.Mode(value).label)
    return str(value or "")


def timetable_version(cohort: Cohort) -> str:
    """Grows with every change of the timetable, its rule or the roster."""
    state = TimetableState.objects.filter(cohort=cohort).first()
    rule = TimetableRule.objects.filter(cohort=cohort, in_force=True).values_list("version", flat=True).first()
    return f"{state.version if state else 0}.{rule or 0}.{cohort.roster_version}"


# From a sheet -------------------------------------------------------------------------------------------------------------


def compute_import(cohort: Cohort, source: bytes, name: str, progress) -> tuple[dict, dict]:
    """(payload, summary): sessions to add and to change, and the rows that cannot be used."""
    book = read_book(source, name)
    decision = Decision(cohort)
    rows: list[SheetRow] = []
    unread = []
    for number, sheet in enumerate(book.sheets, 1):
        found = read_sheet(sheet.name, sheet.rows, sheet.first_row, first=cohort.starts_on, last=cohort.ends_on)
        if found is None:
            unread.append(sheet.name)
        else:
            rows += found.rows
            decision.problems += found.problems
            decision.rows += found.count
        progress(number, len(book.sheets), _("Reading the file"))
    if not decision.rows:
        raise BadFile(
            _(
                "No sheet has a row of headers with the name of the session and its day. Use the template, or add the headers."
            )
        )
    decision.take(rows)
    return decision.payload(unread=unread, notes=book.notes), decision.summary()


def decide_typed(cohort: Cohort, rows: Mapping[int, Mapping[str, str]], monday: date) -> Decision:
    """What becomes of rows that were typed, by their numbers; nothing is written."""
    decision = Decision(cohort)
    found = read_typed(rows, monday, first=cohort.starts_on, last=cohort.ends_on)
    decision.problems += found.problems
    decision.rows = found.count
    decision.take(found.rows)
    return decision


def compute_typed(cohort: Cohort, rows: Mapping[str, Mapping[str, str]], monday: date) -> tuple[dict, dict]:
    decision = decide_typed(cohort, {int(number): values for number, values in rows.items()}, monday)
    return decision.payload(unread=[], notes=[]), decision.summary()


def _venues(cohort: Cohort) -> dict[str, Venue]:
    """By name; where two units have one of the same name, the nearer one counts."""
    unit = cohort.program.unit
    found = sorted(Venue.objects.around(unit).select_related("unit"), key=lambda each: each.unit_id == unit.pk)
    return {name_key(each.name): each for each in found}


def _take(decision: Decision, row: SheetRow, names: dict[str, int], venues: dict[str, Venue]) -> None:
    try:
        classes = class_keys(row.classes, row.sheet, names)
    except BadCell as bad:
        decision.problems.append(Problem(row.sheet, row.row, "classes", _(", ").join(row.classes)[:40], str(bad)))
        return
    venue = venues.get(name_key(row.venue or row.place))
    if row.venue and venue is None:
        why = _("No venue of this name can be booked here. Make it first, or write it as the place.")
        decision.problems.append(Problem(row.sheet, row.row, "venue", row.venue[:40], why))
        return
    decision.wanted.append(
        Wanted(
            row.sheet,
            row.row,
            row.title,
            timezone.make_aware(row.start),
            timezone.make_aware(row.end),
            classes,
            row.teacher,
            venue,
            "" if venue and name_key(row.place) == name_key(venue.name) else row.place,
            row.mode or Session.Mode.ON_SITE,
        )
    )


# From another week ----------------------------------------------------------------------------------------------------------


def compute_copy(cohort: Cohort, monday: date, to: date, progress) -> tuple[dict, dict]:
    """(payload, summary): the sessions of one week in another, at the same hours. Cancelled ones are not copied."""
    by = to - monday
    sessions = within_week(planned(cohort=cohort), monday).filter(cancelled_at=None)
    decision = Decision(cohort)
    for number, session in enumerate(
        sessions.select_related("venue").prefetch_related("session_classes").order_by("starts_at", "pk"), 1
    ):
        copy = shifted(session, by)
        decision.wanted.append(
            Wanted(
                "",
                number,
                copy.title,
                copy.starts_at,
                copy.ends_at,
                [part.training_class_id for part in session.session_classes.all()],
                copy.teacher_name,
                copy.venue,
                copy.place,
                copy.mode,
            )
        )
    if not decision.wanted:
        raise Refused(_("The week from %(day)s has no sessions.") % {"day": monday.isoformat()})
    decision.rows = len(decision.wanted)
    decision.settle()
    progress(1, 1)
    return decision.payload(unread=[], notes=[]), decision.summary()


# Writing --------------------------------------------------------------------------------------------------------------------


def apply_sessions(cohort: Cohort, payload: dict, progress) -> dict:
    """Write the payload; the caller holds the transaction and has compared the version. ``Stale`` where a venue or a
    teacher was booked meanwhile by another cohort, which the version does not see."""
    cohort = lock_timetable(cohort)
    rule = rule_of(cohort)
    classes = {each.pk: each for each in cohort.classes.all()}
    venues = Venue.objects.in_bulk({line["venue"] for line in _lines(payload) if line["venue"]})
    try:
        for number, line in enumerate(payload["changes"], 1):
            session = current(Session(pk=line["pk"]))
            write_change(cohort, rule, session, _classes(line, classes), accept=True, **_fields(line, venues))
            progress(number, len(payload["changes"]), _("Changing sessions"))
        pairs = [(Session(cohort=cohort, **_fields(line, venues)), _classes(line, classes)) for line in payload["adds"]]
        if pairs:
            write_new(cohort, rule, pairs, accept=True)
    except (Refused, KeyError) as error:
        raise Stale from error
    touch(cohort)
    return {"new": len(payload["adds"]), "changed": len(payload["changes"]), "same": payload["same"]}


def _lines(payload: dict) -> Iterable[dict]:
    return [*payload["adds"], *payload["changes"]]


def _classes(line: dict, classes: dict[int, TrainingClass]) -> list[TrainingClass]:
    return [classes[pk] for pk in line["classes"]]


def _fields(line: dict, venues: dict[int, Venue]) -> dict:
    return {
        "title": line["title"],
        "starts_at": datetime.fromisoformat(line["starts_at"]),
        "ends_at": datetime.fromisoformat(line["ends_at"]),
        "teacher_name": line["teacher_name"],
        "venue": venues[line["venue"]] if line["venue"] else None,
        "place": line["place"],
        "mode": line["mode"],
    }
