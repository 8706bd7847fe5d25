"""The score grid of one rater: rows of people, columns of indicators. Nobody else's score is ever read here."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from assessments.models import Rater, Scheme, Score
from assessments.rules.evidence import Source, evidence, points_of
from assessments.rules.scheme import Node
from assessments.rules.totals import total
from assessments.selectors.outline import Outline, outline
from assessments.selectors.people import Someone, people, scored
from assessments.selectors.standings import computed_facts, sources
from cohorts.models import TrainingClass

NO_CLASS = 0


@dataclass(frozen=True)
class Cell:
    """A cell that is typed into: the score in force (none yet: ``score_id`` is empty; taken back: ``points`` is)."""

    score_id: int | None
    points: Decimal | None


EMPTY = Cell(None, None)


@dataclass(frozen=True)
class GridRow:
    person: Someone
    cells: list[Cell]  # in the order of ``Grid.columns``
    computed: list[Decimal | None]  # in the order of ``Grid.computed``
    total: Decimal | None  # by this rater's points alone

    @property
    def filled(self) -> int:
        return sum(1 for cell in self.cells if cell.points is not None)


@dataclass(frozen=True)
class GridClass:
    """One page of the grid: a class with how many of its people are filled in."""

    pk: int
    name: str
    people: int
    done: int


@dataclass(frozen=True)
class Grid:
    scheme: Scheme
    outline: Outline
    columns: list[Node]
    computed: list[Node]
    sources: dict[str, Source]
    classes: list[GridClass]
    chosen: int
    rows: list[GridRow]
    people: int
    done: int
    handed_in_at: datetime | None
    rater_id: int  # of the list, for what is done with it (import)

    @property
    def missing(self) -> int:
        return self.people - self.done


def grid(scheme: Scheme, rater: int, *, today: date, in_class: int | None = None) -> Grid:
    """The page of one class (the first with gaps, where none is asked for). Queries do not grow with the people."""
    tree = outline(scheme)
    lists = list(
        Rater.objects.filter(scheme=scheme, user=rater)
        .order_by("pk")
        .values_list("training_class_id", "handed_in_at", "pk")
    )
    classes = {each for each, *_rest in lists}
    everybody = people(scored(scheme.cohort, today=today), None if None in classes else classes)
    mine = _my_scores(tree, rater)
    columns = tree.manual
    done = {each.pk for each in everybody if all(_has(mine, each, leaf) for leaf in columns)} if columns else set()
    pages = _pages(scheme, everybody, done)
    keys = [each.pk for each in pages]
    chosen = in_class if in_class in keys else next((each.pk for each in pages if each.done < each.people), None)
    chosen = chosen if chosen is not None else (keys[0] if keys else NO_CLASS)
    shown = [each for each in everybody if (each.class_id or NO_CLASS) == chosen]
    return Grid(
        scheme=scheme,
        outline=tree,
        columns=columns,
        computed=tree.computed,
        sources=sources(tree),
        classes=pages,
        chosen=chosen,
        rows=_rows(tree, shown, mine),
        people=len(everybody),
        done=len(done),
        handed_in_at=min(at for _class, at, _pk in lists) if all(at for _class, at, _pk in lists) else None,
        rater_id=lists[0][2],
    )


def own_total(scheme: Scheme, rater: int, trainee: int, *, today: date) -> Decimal | None:
    """What one trainee would have by this rater's points alone; nothing while one is missing."""
    tree = outline(scheme)
    shown = people(scored(scheme.cohort, today=today).filter(pk=trainee))
    rows = _rows(tree, shown, _my_scores(tree, rater, trainee))
    return rows[0].total if rows else None


def _my_scores(tree: Outline, rater: int, trainee: int | None = None) -> dict[tuple[int, int], Cell]:
    rows = Score.objects.filter(indicator__in=[int(leaf.key) for leaf in tree.manual], rater=rater, in_force=True)
    if trainee is not None:
        rows = rows.filter(trainee=trainee)
    return {
        (indicator, person): Cell(pk, points)
        for pk, indicator, person, points in rows.values_list("pk", "indicator_id", "trainee_id", "points")
    }


def _has(mine: dict[tuple[int, int], Cell], someone: Someone, leaf: Node) -> bool:
    """Whether this cell is filled; extra points that nobody gives are no gap."""
    return bool(leaf.extra) or mine.get((int(leaf.key), someone.pk), EMPTY).points is not None


def _pages(scheme: Scheme, everybody: list[Someone], done: set[int]) -> list[GridClass]:
    count: dict[int, int] = {}
    finished: dict[int, int] = {}
    for each in everybody:
        key = each.class_id or NO_CLASS
        count[key] = count.get(key, 0) + 1
        finished[key] = finished.get(key, 0) + (each.pk in done)
    named = TrainingClass.objects.filter(pk__in=count).order_by("number", "pk").values_list("pk", "name")
    pages = [GridClass(pk, name, count[pk], finished[pk]) for pk, name in named]
    if NO_CLASS in count:
        pages.append(GridClass(NO_CLASS, "", count[NO_CLASS], finished[NO_CLASS]))
    return pages


def _rows(tree: Outline, shown: list[Someone], mine: dict[tuple[int, int], Cell]) -> list[GridRow]:
    facts, how = computed_facts(tree, [person.pk for person in shown]), sources(tree)
    rows = []
    for person in shown:
        cells = {leaf.key: mine.get((int(leaf.key), person.pk), EMPTY) for leaf in tree.manual}
        computed = {
            leaf.key: points_of(evidence(how[leaf.key], facts[leaf.key][person.pk]))
            if person.pk in facts[leaf.key]
            else None
            for leaf in tree.computed
        }
        points = computed | {key: cell.points for key, cell in cells.items()}
        rows.append(GridRow(person, list(cells.values()), list(computed.values()), total(tree.root, points).points))
    return rows
