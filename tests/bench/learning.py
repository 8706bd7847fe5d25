"""The pages of learning: a full week, the rates of many people, and every list of a cohort with very many classes."""

from inspect import isclass

from django.urls import NoReverseMatch, reverse

from learning.urls import urlpatterns
from tests.bench.cases import GROWTH, PERSON, Case, get
from tests.bench.data import Built
from tests.bench.shape import Shape
from trainee_mgmt.kit.pages import StaticPage

GROWTH_OF_CLASSES = 1.5
RATES = "rate_list"
QUESTIONS = {"rate_rows": "?of=held&part=N"}  # what a page must be asked
FOR_PAPER = {"sheet_print"}  # goes to the printer, for the sessions that one chose


def of_learning(shape: Shape, small: Built, large: Built, week: int, wide: int) -> list[Case]:
    found = []
    if path := _path("timetable_week", week):
        found.append(Case("timetable of a week with 200 sessions", get(path), get(f"/cohorts/{week}/week/"), PERSON))
    else:
        print("NO SUCH PAGE: learning:timetable_week, so a full week is not measured", flush=True)
    pages = _pages()
    if RATES not in pages:
        print(f"NO SUCH PAGE: learning:{RATES}, so rates are not measured", flush=True)
    for name in pages:
        at_floor = get(f"/cohorts/{small.cohort}/rates/") if name == RATES else None
        few = Case(name.replace("_", " "), get(_path(name, small.cohort)), at_floor, PERSON if at_floor else None)
        found.append(few)
        if name == RATES:
            found.append(_beside(few, f"{shape.large:,} people", get(_path(name, large.cohort)), GROWTH))
        found.append(_beside(few, f"{shape.classes:,} classes", get(_path(name, wide)), GROWTH_OF_CLASSES))
    return found


def _pages() -> list[str]:
    """The names of all pages that show a cohort and are no forms."""
    views = {each.name: getattr(each.callback, "view_class", None) for each in urlpatterns}
    shown = [name for name, view in views.items() if isclass(view) and issubclass(view, StaticPage) and _path(name, 1)]
    return [name for name in shown if name not in FOR_PAPER]


def _path(name: str, cohort: int) -> str:
    """Where the page is; nothing if its address needs more than a cohort, or there is no such page."""
    try:
        return reverse(f"learning:{name}", kwargs={"cohort": cohort}) + QUESTIONS.get(name, "")
    except NoReverseMatch:
        return ""


def _beside(few: Case, name: str, act, aim: float) -> Case:
    return Case(f"{few.name}, {name}", act, None, aim, same_as=few.name, queries_as=few.name)
