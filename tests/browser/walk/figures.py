"""Figures down to their rows, the year-end workbook, and what everybody sees first."""

from zipfile import ZipFile

from django.urls import reverse
from openpyxl import load_workbook

from tests.browser.visitor import Visitor, last_number, numbers
from tests.browser.walk.walk import TRAINEE, Walk


# Figures -----------------------------------------------------------------------------------------------------------
def organizer_opens_figures_down_to_their_rows(walk: Walk) -> None:
    """The dashboard says a number; its page says the same number, and each part of it lists as many rows."""
    organizer = walk.visitors["lin"]
    organizer.choose("reports:cohort_dashboard", cohort=walk.cohorts["第一期"])
    organizer.look()
    said = _headlines(walk, organizer)
    assert len(said) >= 6
    for place, (url, of) in enumerate(said.items()):
        organizer.page.goto(url)
        if place == 0:
            organizer.look()
        assert (url, numbers(organizer.text("main .card-body b"))[:2]) == (url, of)
        _every_part_lists_its_rows(walk, organizer)


def _headlines(walk: Walk, visitor: Visitor) -> dict[str, list[int]]:
    """By the page of its rows: numerator and denominator of each figure in the band of the dashboard."""
    return {
        figure.locator("a").get_attribute("href"): numbers(figure.locator(".fig-of span").first.inner_text())[:2]
        for figure in visitor.page.locator(".figs").first.locator(".fig").all()
    }


def _every_part_lists_its_rows(walk: Walk, organizer: Visitor) -> None:
    parts = organizer.page.locator("main nav.nav-line a")
    urls = [part.get_attribute("href") for part in parts.all()]
    for place, url in enumerate(urls):
        organizer.press(parts.nth(place))
        assert (url, organizer.rows()) == (url, last_number(parts.nth(place).inner_text()))


def administrator_takes_the_year_end_workbook(walk: Walk) -> None:
    """Its cover says what the dashboard says, each number there opens as many rows, and the charts are Excel's own."""
    admin, cohort = walk.visitors["admin"], walk.cohorts["第一期"]
    admin.page.goto("/")
    admin.choose("reports:yearbook", cohort=cohort)
    admin.look()
    admin.send(purpose="年终归档")
    admin.page.reload()
    admin.wait_for_work()
    admin.look()
    file = admin.download(admin.page.locator('main section[id^="job-"] a.btn-primary'))
    with ZipFile(file) as parts:
        assert len([name for name in parts.namelist() if name.startswith("xl/charts/chart")]) >= 4
    cover, *others = load_workbook(file)
    assert len(others) == 7
    (numerators,) = cover.iter_cols(min_col=3, max_col=3)
    linked = {cell.hyperlink.target: cell.value for cell in numerators if cell.hyperlink}
    admin.open("reports:cohort_dashboard", cohort=cohort)
    assert list(linked.values()) == [n for n, _of in _headlines(walk, admin).values()]
    for url, n in linked.items():
        admin.page.goto(url)
        assert (url, admin.rows()) == (url, n)


# Everybody ---------------------------------------------------------------------------------------------------------
def everybody_has_a_first_page(walk: Walk) -> None:
    """An evaluator, an officer and a trainee have done their part; a leader reads figures that open their rows."""
    leader = walk.arrives("zhou")
    for visitor in walk.visitors.values():
        visitor.page.goto("/")
        visitor.look()
    assert walk.visitors["wang"].page.locator("section[aria-labelledby=needs] li").count() == 0
    number = leader.page.locator(f'main a[href^="{_figures_of(walk, "第一期")}"]').first
    leader.press(number)
    leader.look()
    assert leader.rows() == last_number(leader.text('main nav.nav-line a[aria-current="true"]'))


def _figures_of(walk: Walk, cohort: str) -> str:
    return reverse("reports:figure_rows", kwargs={"cohort": walk.cohorts[cohort], "name": "-"}).rpartition("-")[0]


def trainee_complains_and_is_answered(walk: Walk) -> None:
    trainee, admin = walk.visitors[TRAINEE], walk.visitors["admin"]
    trainee.page.goto("/")
    _complain(walk, trainee)
    trainee.look()
    trainee.send(text="每周的日志可以改成每两周一次吗？")
    trainee.look()
    admin.page.goto("/")
    admin.press(admin.need("accounts:complaint_list"))
    admin.look()
    assert admin.rows() == 1
    admin.press(admin.page.locator("#list-rows tbody a").first)
    admin.look()
    admin.send(answer="可以，下周起每两周一次。")
    trainee.page.goto("/")
    _complain(walk, trainee)
    trainee.follow("accounts:complaint_mine")
    trainee.look()
    assert "可以，下周起每两周一次。" in trainee.text("main")


def _complain(walk: Walk, trainee: Visitor) -> None:
    trainee.press(trainee.page.locator(f'.foot a[href^="{reverse("accounts:complaint_create")}"]'))


STEPS = (
    organizer_opens_figures_down_to_their_rows,
    administrator_takes_the_year_end_workbook,
    everybody_has_a_first_page,
    trainee_complains_and_is_answered,
)
