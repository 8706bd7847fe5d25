"""Points: a scheme, the grid, a sheet of points, and the published result."""

import itertools
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor
from tests.browser.walk.walk import TRAINEE, Walk


# Scores ------------------------------------------------------------------------------------------------------------
def organizer_makes_a_scoring_scheme(walk: Walk) -> None:
    """From a ready one: two indicators for evaluators, attendance and journals computed; weights checked as typed."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.choose("assessments:scheme_list", cohort=cohort)
    organizer.look()
    organizer.follow("assessments:scheme_create", cohort=cohort)
    organizer.look()
    organizer.send(name="量化考核", start="study")
    walk.scheme = organizer.key_in_url()
    weights = organizer.page.locator('[name^="weight-"]')
    assert [box.input_value() for box in weights.all()] == ["30", "20", "20", "30"]
    weights.nth(0).fill("40")
    expect(organizer.page.locator("#check li.is-bad")).to_have_count(1)
    organizer.look()
    weights.nth(3).fill("20")
    expect(organizer.page.locator("#check li.is-bad")).to_have_count(0)
    organizer.press(organizer.page.locator("button[form=weights]"))

    for username in ("wang", "li"):
        organizer.follow("assessments:rater_create", pk=walk.scheme)
        organizer.field("q").fill(username)
        organizer.press(organizer.page.locator("main form[role=search] button"))
        organizer.look()
        organizer.send(user=str(walk.accounts[username]), training_class=str(walk.class_of_officer))
    organizer.follow("assessments:scheme_open", pk=walk.scheme)
    organizer.look()
    organizer.press(organizer.page.locator("main form.card button.btn-primary"))
    organizer.look()


def evaluator_gives_points_by_keyboard(walk: Walk) -> None:
    """Enter and the arrows move, a number above the maximum is refused in its box, a box may be empty again, a block
    is pasted; who has handed in changes nothing any more."""
    evaluator = _opens_the_grid(walk, "wang")
    boxes = evaluator.page.locator("td.c input")
    assert [boxes.count(), *{box.input_value() for box in boxes.all()}] == [2 * 53, ""]
    _type_points(walk, evaluator)
    _paste(walk, evaluator, boxes.nth(0), "\n".join(["80.5\t80.5"] * 53))
    expect(evaluator.page.locator("[data-filled]")).to_have_text("53")
    evaluator.page.reload()
    assert {box.input_value() for box in boxes.all()} == {"80.5"}
    evaluator.look()
    evaluator.press(evaluator.page.locator("[data-hand-in]"))
    evaluator.look()
    assert boxes.count() == 0


def _opens_the_grid(walk: Walk, username: str) -> Visitor:
    """From the first page, which says that points are waited for."""
    evaluator = walk.arrives(username)
    evaluator.look()
    evaluator.press(evaluator.need("assessments:score_grid", cohort=walk.cohorts["第一期"]))
    return evaluator


def _type_points(walk: Walk, evaluator: Visitor) -> None:
    keyboard, boxes = evaluator.page.keyboard, evaluator.page.locator("td.c input")
    filled, wrong = evaluator.page.locator("[data-filled]"), evaluator.page.locator("[data-wrong] div")
    boxes.nth(0).focus()
    with evaluator.expecting(422):
        keyboard.type("101")
        keyboard.press("Enter")
        expect(boxes.nth(0)).to_have_attribute("aria-invalid", "true")
        expect(wrong).to_have_count(1)
    evaluator.look()
    keyboard.press("ArrowUp")
    for number in ("88", "88.5"):  # typed again: the later one counts
        keyboard.type(number)
        keyboard.press("Enter")
        keyboard.press("ArrowUp")
    expect(wrong).to_have_count(0)
    keyboard.press("Tab")
    keyboard.type("70")
    keyboard.press("Enter")
    expect(filled).to_have_text("1")
    keyboard.press("ArrowUp")
    expect(boxes.nth(1)).to_be_focused()
    keyboard.press("Delete")
    keyboard.press("ArrowDown")
    expect(filled).to_have_text("0")
    assert [boxes.nth(0).input_value(), boxes.nth(1).input_value()] == ["88.5", ""]


def _paste(walk: Walk, evaluator: Visitor, box: Locator, text: str) -> None:
    evaluator.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    box.focus()
    evaluator.page.keyboard.press("Control+V")


def evaluator_sends_points_in_a_sheet(walk: Walk) -> None:
    """The sheet to fill in is filled in and sent; a wrong cell is named; the same file again changes nothing."""
    evaluator = _opens_the_grid(walk, "li")
    evaluator.press(evaluator.page.locator('main a[href$="/import/"]'))
    evaluator.look()
    sheet = evaluator.download(evaluator.page.locator('main a[href$="/template/"]'))
    book = load_workbook(sheet)
    first, *others = list(book.active.iter_rows(min_row=2, min_col=3, max_col=4))
    assert len(others) == 52
    for cell in itertools.chain(first, *others):
        cell.value = 90
    first[0].value = 101
    book.save(sheet)
    _import_points(walk, evaluator, sheet, [105, 0, 0, 1])  # new, changed, unchanged, with problems
    evaluator.look()
    place, _column, typed, why = evaluator.page.locator("section:has(#p1) tbody tr").first.locator("th, td").all()
    assert [place.inner_text().endswith(" 2"), typed.inner_text(), "100" in why.inner_text()] == [True, "101", True]
    walk.apply(evaluator)
    evaluator.look()
    _import_points(walk, evaluator, sheet, [0, 0, 105, 1])
    assert evaluator.page.locator('main form[action$="/apply/"]').count() == 0
    first[0].value = 90
    book.save(sheet)
    _import_points(walk, evaluator, sheet, [1, 0, 105, 0])
    walk.apply(evaluator)
    evaluator.choose("assessments:score_grid", cohort=walk.cohorts["第一期"])
    assert evaluator.text("[data-filled]") == "53"


def _import_points(walk: Walk, evaluator: Visitor, sheet: Path, figures: list[int]) -> None:
    evaluator.choose("assessments:score_grid", cohort=walk.cohorts["第一期"])
    evaluator.press(evaluator.page.locator('main a[href$="/import/"]'))
    evaluator.send(file=sheet)
    evaluator.wait_for_work()
    assert evaluator.figures() == figures


def organizer_opens_a_total_and_publishes(walk: Walk) -> None:
    """A total is the sum of its parts, each part opens its rows; published results are locked."""
    organizer, cohort = walk.visitors["lin"], walk.cohorts["第一期"]
    organizer.open("assessments:scheme_detail", pk=walk.scheme)
    organizer.look()
    organizer.follow("assessments:result_list", cohort=cohort)
    organizer.look()
    assert organizer.rows() == 201
    organizer.press(organizer.page.locator("#list-rows tbody a", has_text="伍婷婷"))
    organizer.look()
    trainee = organizer.key_in_url()
    total = organizer.text("section:has(#parts) .card-head .strong")
    assert total == str(_added_up(walk, organizer))
    for name in ("assessments:score_detail", "assessments:computed_rows"):
        start = reverse(name, kwargs={"pk": 0} if name.endswith("detail") else {"pk": trainee, "indicator": 0})
        organizer.open("assessments:trainee_score", pk=trainee)
        organizer.press(organizer.page.locator(f'main a[href^="{start.partition("0")[0]}"]').last)
        organizer.look()

    organizer.open("assessments:result_list", cohort=cohort)
    organizer.follow("assessments:scheme_publish", pk=walk.scheme)
    organizer.look()
    organizer.press(organizer.page.locator("main form.card button.btn-primary"))
    organizer.look()
    _published_points_are_locked(walk)
    own = walk.visitors[TRAINEE]
    own.choose("assessments:my_score")
    own.look()
    assert own.text("main .card-head .strong").split()[0] == total


def _published_points_are_locked(walk: Walk) -> None:
    """The grid that an evaluator still has open says so for each box, and everything stays as it was."""
    evaluator = walk.visitors["li"]
    boxes, wrong = evaluator.page.locator("td.c input"), evaluator.page.locator("[data-wrong] div")
    with evaluator.expecting(422):
        boxes.nth(0).focus()
        evaluator.page.keyboard.type("10")
        evaluator.page.keyboard.press("Enter")
        expect(wrong).to_have_count(1)
        _paste(walk, evaluator, boxes.nth(2), "10\t10")
        expect(wrong).to_have_count(3)
    evaluator.look()
    evaluator.page.reload()
    assert boxes.count() == 0


def _added_up(walk: Walk, organizer: Visitor) -> Decimal:
    """Points over full marks times weight, over all lines, rounded half up at the end."""
    lines = []
    for row in organizer.page.locator("section:has(#parts) tbody tr").all():
        points, full, weight = (
            Decimal(number)
            for cell in row.locator("td.num").all_inner_texts()[:2]
            for number in re.findall(r"[\d.]+", cell.splitlines()[0])
        )
        lines.append(points / full * weight)
    return sum(lines).quantize(Decimal("0.01"), ROUND_HALF_UP)


STEPS = (
    organizer_makes_a_scoring_scheme,
    evaluator_gives_points_by_keyboard,
    evaluator_sends_points_in_a_sheet,
    organizer_opens_a_total_and_publishes,
)
