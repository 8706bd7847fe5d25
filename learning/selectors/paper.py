"""Sign-in sheets: what stands on the paper, and the grid into which it is keyed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from cohorts.models import ClassOfficer, TrainingClass
from learning.models import PersonTime, Session, SessionClass, SheetPage, SheetWaiver, SignedSheet
from learning.rules.sheet_codes import SheetCode
from trainee_mgmt.kit.days import bounds


@dataclass(frozen=True)
class Cell:
    """A person expected at a session: the mark in force and what counts (leave seen)."""

    mark_id: int | None
    state: str
    leave: str = ""


@dataclass
class Row:
    trainee_id: int
    number: str
    name: str
    cells: dict[int, Cell] = field(default_factory=dict)  # by session; who is not expected has none


def sessions_within(sessions: QuerySet[Session], first: date, last: date) -> QuerySet[Session]:
    """Those that begin on these days."""
    start, end = bounds(first, last)
    return sessions.filter(starts_at__gte=start, starts_at__lt=end)


def rows_of(training_class: int, sessions: Sequence[Session]) -> list[Row]:
    """The people of a class who are expected at these sessions, in the order of the sheet; one query."""
    return _rows(_people([training_class], sessions), training_class, sessions)


@dataclass
class Sheet:
    """One paper: a class, the sessions of one day (or one of them), the people, and its code."""

    training_class: TrainingClass
    day: date
    sessions: list[Session]
    rows: list[Row]
    code: SheetCode
    heads: list[str] = field(default_factory=list)


def sheets(classes: Sequence[TrainingClass], sessions: Sequence[Session], *, by_day: bool) -> list[Sheet]:
    """The papers of these classes for these sessions, by class and time: one a day, or one a session.

    A fixed number of queries, whatever the number of papers.
    """
    parts = set(
        SessionClass.objects.filter(session__in=sessions, training_class__in=classes).values_list(
            "training_class", "session"
        )
    )
    people = _people(classes, sessions)
    heads = _heads(classes)
    made = []
    for each in classes:
        for day, of_day in _grouped([one for one in sessions if (each.pk, one.pk) in parts], by_day).items():
            first = of_day[0]
            code = SheetCode(each.pk, day=day[0]) if by_day else SheetCode(each.pk, session=first.pk)
            made.append(Sheet(each, day[0], of_day, _rows(people, each.pk, of_day), code, heads.get(each.pk, [])))
    return made


def _grouped(sessions: Iterable[Session], by_day: bool) -> dict[tuple, list[Session]]:
    found: dict[tuple, list[Session]] = {}
    for each in sessions:
        day = timezone.localdate(each.starts_at)
        found.setdefault((day,) if by_day else (day, each.pk), []).append(each)
    return found


def _people(classes: Sequence, sessions: Sequence[Session]) -> dict[tuple[int, int], list[tuple]]:
    """Everybody expected, by class and session: trainee, number, name, mark in force, what counts, kind of leave."""
    found: dict[tuple[int, int], list[tuple]] = {}
    expected = PersonTime.objects.filter(session__in=[each.pk for each in sessions], training_class__in=classes)
    for training_class, session, *person in expected.values_list(
        "training_class", "session", "trainee", "trainee__number", "trainee__person__name", "mark", "state",
        "leave__leave_type__name",
    ):  # fmt: skip
        found.setdefault((training_class, session), []).append(tuple(person))
    return found


def _rows(people: dict, training_class: int, sessions: Iterable[Session]) -> list[Row]:
    found: dict[int, Row] = {}
    for session in sessions:
        for trainee, number, name, mark, state, leave in people.get((training_class, session.pk), ()):
            row = found.setdefault(trainee, Row(trainee, number, name))
            row.cells[session.pk] = Cell(mark, state or "", leave or "")
    return sorted(found.values(), key=lambda row: (row.number, row.trainee_id))


def _heads(classes: Sequence[TrainingClass]) -> dict[int, list[str]]:
    today = timezone.localdate()
    terms = ClassOfficer.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today),
        training_class__in=classes,
        office=ClassOfficer.Office.HEAD_TEACHER,
        starts_on__lte=today,
    )
    found: dict[int, list[str]] = {}
    for training_class, name in terms.order_by("starts_on", "pk").values_list("training_class", "person__name"):
        found.setdefault(training_class, []).append(name)
    return found


def with_state(parts: QuerySet[SessionClass]) -> QuerySet[SessionClass]:
    """Classes at their sessions with ``people``, how many are expected and marked, whether a signed sheet is kept and whether none is
    asked for; rows may be
    asked for by ``is_unmarked``, whether somebody has no mark."""
    people = PersonTime.objects.filter(session=OuterRef("session"), training_class=OuterRef("training_class"))
    counted = people.order_by().values("session").annotate(n=JSONObject(expected=Count("pk"), marked=Count("state")))
    return parts.annotate(
        people=Subquery(counted.values("n")),
        has_signed_sheet=Exists(signed_sheets_of(OuterRef("session"), OuterRef("training_class"))),
        is_waived=Exists(waivers_of(OuterRef("session"), OuterRef("training_class"))),
    ).alias(is_unmarked=Exists(people.filter(state=None)))


def signed_sheets_of(session, training_class) -> QuerySet[SignedSheet]:
    return SignedSheet.objects.filter(sessions=session, training_class=training_class)


def waivers_of(session, training_class) -> QuerySet[SheetWaiver]:
    return SheetWaiver.objects.filter(session=session, training_class=training_class, undone_at=None)


def signed_sheets(session: Session, classes: Iterable[TrainingClass]) -> list[SignedSheet]:
    """The signed sheets that are evidence on a session, of these classes, with their number of pages; one query."""
    pages = SheetPage.objects.filter(sheet=OuterRef("pk")).order_by().values("sheet").annotate(n=Count("pk"))
    rows = SignedSheet.objects.filter(sessions=session, training_class__in=[each.pk for each in classes])
    return list(
        rows.select_related("training_class", "sent_by").annotate(pages_kept=_number(pages)).order_by("sent_at", "pk")
    )


def _number(counted: QuerySet) -> Coalesce:
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
