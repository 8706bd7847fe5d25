"""The body of the score grid, joined in Python: twelve columns of 46 people are 552 boxes."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assessments.rules.points import plain
from assessments.selectors.grid import Grid, GridRow
from trainee_mgmt.kit.pieces import status_tag

DASH = "—"
Wrong = Mapping[tuple[int, int], tuple[str, str]]  # (indicator, trainee): the text as typed, what is wrong with it


def grid_body(grid: Grid, *, wrong: Wrong | None = None) -> SafeString:
    """The rows. A handed-in grid is only shown."""
    wrong, link = wrong or {}, computed_link()
    return SafeString("".join(_row(grid, row, wrong, link) for row in grid.rows))


def computed_link() -> Callable[[int, str], str]:
    """From trainee and indicator to the page of the rows behind a computed number; ``reverse`` is called once."""
    start, _zero, end = escape(reverse("assessments:computed_rows", kwargs={"pk": 0, "indicator": 0})).rpartition("0")
    start, _zero, middle = start.rpartition("0")
    return lambda trainee, indicator: f"{start}{trainee}{middle}{indicator}{end}"


def _row(grid: Grid, row: GridRow, wrong: Wrong, link: Callable[[int, str], str]) -> str:
    pk = row.person.pk
    locked = grid.handed_in_at is not None
    keys = [int(leaf.key) for leaf in grid.columns]
    seen = ",".join(str(cell.score_id or "") for cell in row.cells)
    name = f'<th scope="row" id="r{pk}">{escape(row.person.name)}<input type="hidden" name="seen-{pk}" value="{seen}"></th>'
    cells = [
        _shown(cell.points) if locked else _box(key, pk, cell.points, wrong.get((key, pk)))
        for key, cell in zip(keys, row.cells)
    ]
    for leaf, points in zip(grid.computed, row.computed):
        cells.append(f'<td class="num auto"><a href="{link(pk, leaf.key)}">{_text(points)}</a></td>')
    cells.append(f'<td class="num strong" data-total>{_text(row.total)}</td><td data-state>{row_state(grid, row)}</td>')
    return f'<tr data-person="{pk}">{name}<td class="muted">{escape(row.person.number)}</td>{"".join(cells)}</tr>'


def _box(key: int, pk: int, points: Decimal | None, wrong: tuple[str, str] | None) -> str:
    value = wrong[0] if wrong else "" if points is None else plain(points)
    bad = f' id="bad-{key}-{pk}" aria-invalid="true" aria-describedby="wrong"' if wrong else ""
    return f'<td class="c"><input name="p-{key}-{pk}" value="{escape(value)}" aria-labelledby="r{pk} c{key}"{bad}></td>'


def _shown(points: Decimal | None) -> str:
    return f'<td class="num">{_text(points)}</td>'


def _text(points: Decimal | None) -> str:
    return DASH if points is None else plain(points)


def row_state(grid: Grid, row: GridRow) -> SafeString:
    """How far a row is, as a tag."""
    needed = [cell for leaf, cell in zip(grid.columns, row.cells) if not leaf.extra]
    gaps = sum(1 for cell in needed if cell.points is None)
    if not gaps:
        return status_tag("ok", _("filled in"))
    if gaps == len(needed):
        return status_tag("", _("not filled in"))
    return status_tag("accent", _("{n} left").format(n=gaps), "edit")
