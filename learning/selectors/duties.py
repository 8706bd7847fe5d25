"""Weekly duties as boards show them: what is due, what was held and by whom, and whose turn comes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from cohorts.models import ClassMembership, Cohort, GroupMembership, Trainee
from cohorts.models.trainees import unseen
from learning.models import DutyDue, DutyKind, DutyPause, DutyRecord, DutySpeaker, DutyTurn, Leave
from learning.rules.duties import Speaker, Standing, forecast, in_turn, standing
from learning.rules.weeks import monday_of
from trainee_mgmt.kit.days import midnight

WEEK = timedelta(days=7)
Where = tuple[int, int, int | None]  # kind, class, group


@dataclass(frozen=True)
class Place:
    """A class, or one of its groups."""

    training_class_id: int
    class_name: str
    group_id: int | None = None
    group_name: str = ""

    @property
    def name(self) -> str:
        return f"{self.class_name} · {self.group_name}" if self.group_id else self.class_name

    @property
    def key(self) -> tuple[int, int | None]:
        return self.training_class_id, self.group_id


@dataclass(frozen=True)
class Turn:
    """Whose turn a week is: decided on by somebody, or proposed by the order of turns."""

    trainee_id: int
    name: str
    turns: int
    decision_id: int | None = None


@dataclass(frozen=True)
class Passed:
    name: str
    reason: str
    decision_id: int


@dataclass(frozen=True)
class Line:
    """A duty of one week of one class or group. ``record``: when it was held, about what, by whom."""

    kind: DutyKind
    place: Place
    monday: date
    standing: Standing
    record: DutyRecord | None = None
    speakers: Sequence[str] = ()
    turns: Sequence[Turn] = ()
    passed: Sequence[Passed] = ()

    @property
    def is_ahead(self) -> bool:
        return self.standing == Standing.OPEN

    @property
    def has_begun(self) -> bool:
        return self.monday <= timezone.localdate()

    @property
    def query(self) -> str:
        """What names it in the address of a page."""
        group = {"group": self.place.group_id} if self.place.group_id else {}
        return urlencode({"kind": self.kind.pk, "week": self.monday.isoformat(), **group})


@dataclass(frozen=True)
class Week:
    monday: date
    pause: DutyPause | None
    lines: list[Line] = field(default_factory=list)

    @property
    def sunday(self) -> date:
        return self.monday + WEEK - timedelta(days=1)


def members_of(training_class: int, group: int | None, *, first: date, last: date) -> QuerySet[Trainee]:
    """Who is in training in this class or group on one of these days."""
    here = ClassMembership.objects.filter(training_class=training_class)
    if group is not None:
        here = GroupMembership.objects.filter(group=group)
    stays = here.filter(Q(ends_on=None) | Q(ends_on__gt=first), starts_on__lte=last)
    in_training = Q(ended_on=None) | Q(ended_on__gt=first)
    return Trainee.objects.filter(in_training, pk__in=stays.values("trainee"), joined_on__lte=last)


def weeks_of(cohort: Cohort, classes: Collection[int], mondays: Sequence[date], *, today: date) -> list[Week]:
    """The duties of these classes in these weeks, in the order of the weeks. A number of queries that does not grow.

    The turns of a later week follow from those of the weeks before it, so these are looked at as well.
    """
    between = Q(monday__gte=monday_of(today), monday__lte=max(mondays))
    due = list(
        DutyDue.objects.filter(Q(monday__in=mondays) | between, cohort=cohort, training_class__in=classes)
        .select_related("kind", "training_class", "group", "record")
        .annotate(speakers=_speakers_of(OuterRef("record")))
        .order_by("training_class__number", "training_class", "group__number", "group", "kind__order", "kind", "nth")
    )
    pauses = _pauses(cohort, classes, mondays)
    turns = _Turns(cohort, due, today=today)
    lines: dict[date, list[Line]] = defaultdict(list)
    for each in due:
        if each.monday in mondays:
            lines[each.monday].append(_line(each, turns, today))
    return [Week(monday, pauses.get(monday), lines[monday]) for monday in mondays]


def _line(each: DutyDue, turns: "_Turns", today: date) -> Line:
    place = Place(
        each.training_class_id, each.training_class.name, each.group_id, each.group.name if each.group else ""
    )
    stands = standing(each.last_on, is_held=each.record is not None, today=today)
    where = _where(each)
    is_ahead = stands == Standing.OPEN
    return Line(
        each.kind,
        place,
        each.monday,
        stands,
        each.record,
        each.speakers or (),
        turns.of_duty(each) if is_ahead else (),
        turns.passed_over(where, each.monday) if is_ahead else (),
    )


def _speakers_of(record) -> Subquery:
    names = DutySpeaker.objects.filter(record=record).order_by().values("record")
    return Subquery(
        names.annotate(names=ArrayAgg("trainee__person__name", order_by=("trainee__number",))).values("names")
    )


def _pauses(cohort: Cohort, classes: Collection[int], mondays: Sequence[date]) -> dict[date, DutyPause]:
    """Free weeks of the whole cohort, and of a class where only one is asked for."""
    of_class = Q(training_class__in=classes) if len(classes) == 1 else Q(pk__in=[])
    rows = DutyPause.objects.filter(Q(training_class=None) | of_class, cohort=cohort, monday__in=mondays)
    return {each.monday: each for each in rows.order_by(F("training_class").desc(nulls_last=True))}


class _Turns:
    """Whose turn the coming weeks are, of all classes and groups that were asked for."""

    def __init__(self, cohort: Cohort, due: Iterable[DutyDue], *, today: date):
        self.kinds: dict[int, DutyKind] = {}
        self.open: dict[Where, dict[date, list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )  # the numbers in each week
        for each in due:
            if each.kind.speakers and each.record is None and each.last_on >= today:
                self.kinds[each.kind_id] = each.kind
                self.open[_where(each)][each.monday].append(each.nth)
        self.decided: dict[Where, dict[date, list[DutyTurn]]] = defaultdict(lambda: defaultdict(list))
        self.found: dict[Where, dict[date, list[int]]] = {}
        self.names: dict[int, str] = {}
        self.counts: dict[tuple[int, int], tuple[int, date | None]] = {}
        if self.open:
            self._load(cohort)

    def _load(self, cohort: Cohort) -> None:
        mondays = sorted({monday for weeks in self.open.values() for monday in weeks})
        classes = {training_class for _kind, training_class, _group in self.open}
        decided = DutyTurn.objects.filter(in_force=True, training_class__in=classes, monday__gte=mondays[0])
        for each in decided.select_related("trainee__person").defer(*unseen("trainee")).order_by("pk"):
            self.decided[_where(each)][each.monday].append(each)
        spoken = DutySpeaker.objects.filter(record__in_force=True, record__kind__in=self.kinds).order_by()
        per_person = spoken.values_list("record__kind", "trainee").annotate(n=Count("pk"), last=Max("record__held_on"))
        self.counts = {(kind, trainee): (n, last_on) for kind, trainee, n, last_on in per_person}
        away = _away(cohort, mondays)
        groups = {group for _kind, _class, group in self.open if group}
        people = _people(classes, groups, mondays[0], mondays[-1] + WEEK - timedelta(days=1))
        for where in sorted(self.open, key=lambda each: (self.kinds[each[0]].order, each[0])):
            self.found[where] = self._forecast(where, people[where[1:]], away)

    def _forecast(
        self, where: Where, people: list[tuple[int, str]], away: dict[date, set[int]]
    ) -> dict[date, list[int]]:
        kind, weeks = where[0], self.open[where]
        self.names |= dict(people)
        speakers = [Speaker(key, place, *self._spoken(kind, key)) for place, (key, _name) in enumerate(people)]
        speaks, passed = (self._keys(where, act) for act in (DutyTurn.Act.SPEAKS, DutyTurn.Act.PASSED))
        wanted = {monday: len(numbers) * self.kinds[kind].speakers for monday, numbers in weeks.items()}
        out = {monday: {*away[monday], *passed.get(monday, ())} for monday in weeks}
        for monday in weeks:
            busy = out[monday] | self._busy(where, monday)
            if sum(each.key not in busy for each in speakers) >= wanted[monday]:
                out[monday] = busy
        return forecast(speakers, wanted, decided=speaks, left_out=out)

    def _busy(self, where: Where, monday: date) -> set[int]:
        """Who speaks at another duty of the same class or group in that week; nobody is proposed twice in one."""
        others = [each for each in self.open if each[1:] == where[1:] and each != where]
        decided = {key for each in others for key in self._keys(each, DutyTurn.Act.SPEAKS).get(monday, ())}
        return decided.union(*(self.found.get(each, {}).get(monday, ()) for each in others))

    def _keys(self, where: Where, act: str) -> dict[date, list[int]]:
        return {
            monday: [each.trainee_id for each in rows if each.act == act]
            for monday, rows in self.decided[where].items()
        }

    def _spoken(self, kind: int, key: int) -> tuple[int, date | None]:
        return self.counts.get((kind, key), (0, None))

    def of_duty(self, each: DutyDue) -> list[Turn]:
        """Of the people of a week, those of this one of its duties."""
        where = _where(each)
        if where not in self.open:
            return []
        decisions = {
            turn.trainee_id: turn.pk for turn in self.decided[where][each.monday] if turn.act == DutyTurn.Act.SPEAKS
        }
        first = self.open[where][each.monday].index(each.nth) * each.kind.speakers
        return [
            Turn(key, self.names[key], self._spoken(each.kind_id, key)[0], decisions.get(key))
            for key in self.found[where][each.monday][first : first + each.kind.speakers]
        ]

    def passed_over(self, where: Where, monday: date) -> list[Passed]:
        return [
            Passed(each.trainee.person.name, each.reason, each.pk)
            for each in self.decided[where][monday]
            if each.act == DutyTurn.Act.PASSED
        ]


def _where(what: DutyDue | DutyTurn) -> Where:
    return what.kind_id, what.training_class_id, what.group_id


def _people(classes: Collection[int], groups: Collection[int], first: date, last: date):
    """(class, group) -> those in training there, (key, name) in the order of the roster."""
    in_training = Q(trainee__ended_on=None) | Q(trainee__ended_on__gt=first)
    stays = Q(ends_on=None) | Q(ends_on__gt=first)
    of_class = ClassMembership.objects.filter(
        in_training, stays, training_class__in=classes, starts_on__lte=last
    ).values_list("training_class", "trainee", "trainee__person__name", "trainee__number")
    of_group = GroupMembership.objects.filter(in_training, stays, group__in=groups, starts_on__lte=last).values_list(
        "group__training_class", "trainee", "trainee__person__name", "trainee__number", "group"
    )
    found: dict[tuple[int, int | None], list[tuple[int, str]]] = defaultdict(list)
    for training_class, key, name, _number in of_class.order_by("trainee__number", "trainee").distinct():
        found[training_class, None].append((key, name))
    for training_class, key, name, _number, group in (
        of_group.order_by("trainee__number", "trainee").distinct() if groups else ()
    ):
        found[training_class, group].append((key, name))
    return found


def _away(cohort: Cohort, mondays: Sequence[date]) -> dict[date, set[int]]:
    """Who is on approved leave in which of these weeks."""
    starts = [midnight(monday) for monday in mondays]
    approved = Leave.objects.filter(
        cohort=cohort, state=Leave.State.APPROVED, starts_at__lt=starts[-1] + WEEK, ends_at__gt=starts[0]
    ).values_list("trainee", "starts_at", "ends_at")
    found: dict[date, set[int]] = {monday: set() for monday in mondays}
    for trainee, leaves_at, returns_at in approved:
        for monday, start in zip(mondays, starts, strict=True):
            if leaves_at < start + WEEK and returns_at > start:
                found[monday].add(trainee)
    return found


@dataclass(frozen=True)
class Member:
    """Somebody who may speak, with how often it was his or her turn."""

    key: int
    name: str
    number: str
    turns: int
    last_on: date | None


def members_in_turn(kind: DutyKind, training_class: int, group: int | None, *, monday: date) -> list[Member]:
    """The people of a class or group in the order of their turns; two queries."""
    people = members_of(training_class, group, first=monday, last=monday + WEEK - timedelta(days=1))
    rows = list(people.order_by("number", "pk").values_list("pk", "person__name", "number"))
    spoken = DutySpeaker.objects.filter(record__in_force=True, record__kind=kind).order_by().values_list("trainee")
    counts = {key: (n, last) for key, n, last in spoken.annotate(n=Count("pk"), last=Max("record__held_on"))}
    members = {key: Member(key, name, number, *counts.get(key, (0, None))) for key, name, number in rows}
    order = in_turn(Speaker(key, place, *counts.get(key, (0, None))) for place, key in enumerate(members))
    return [members[each.key] for each in order]


def mondays_between(first: date, last: date) -> list[date]:
    """The Mondays of the weeks from one day to another."""
    start = monday_of(first)
    return [start + n * WEEK for n in range((last - start).days // 7 + 1)] if first <= last else []
