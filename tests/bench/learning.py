"""The pages of learning: a full week, the rates of many people, and every list of a cohort with very many classes."""

from inspect import isclass

from django.urls import NoReverseMatch, reverse

from learning.urls import urlpatterns
from tests.bench.cases import GROWTH, PERSON, Case, get
from tests.bench.data import Built
from tests.bench.shape import Shape
from trainee_mgmt.kit.pages import StaticPage

GROWTH_OF_CLASSES = 1.5


def of_learning(shape: Shape, small: Built, large: Built, week: int, wide: int) -> list[Case]:
    found = []
    if path := _path("timetable_week", week):
        found.append(Case("timetable of a week with 200 sessions", get(path), get(f"/cohorts/{week}/week/"), PERSON))
    else:
        print("NO SUCH PAGE: learning:timetable_week, so a full week is not measured", flush=True)
    pages = _pages()
    if not any(_shows_rates(view) for view in pages.values()):
        print("NO SUCH PAGE: nothing in learning.views.rates shows a cohort, so rates are not measured", flush=True)
    for name, view in pages.items():
        at_floor = get(f"/cohorts/{small.cohort}/rates/") if _shows_rates(view) else None
        few = Case(name.replace("_", " "), get(_path(name, small.cohort)), at_floor, PERSON if at_floor else None)
        found.append(few)
        if _shows_rates(view):
            found.append(_beside(few, f"{shape.large:,} people", get(_path(name, large.cohort)), GROWTH))
        found.append(_beside(few, f"{shape.classes:,} classes", get(_path(name, wide)), GROWTH_OF_CLASSES))
    return found


def _pages() -> dict[str, type]:
    """All pages that show a cohort and ask for nothing, by the names of their addresses."""
    views = {each.name: getattr(each.callback, "view_class", None) for each in urlpatterns}
    return {
        name: view for name, view in views.items() if isclass(view) and issubclass(view, StaticPage) and _path(name, 1)
    }


def _shows_rates(view: type) -> bool:
    return view.__module__ == "learning.views.rates"


def _path(name: str, cohort: int) -> str:
    """Where the page is; nothing if its address needs more than a cohort, or there is no such page."""
    try:
        return reverse(f"learning:{name}", kwargs={"cohort": cohort})
    except NoReverseMatch:
        return ""


def _beside(few: Case, name: str, act, aim: float) -> Case:
    return Case(f"{few.name}, {name}", act, None, aim, same_as=few.name, queries_as=few.name)
