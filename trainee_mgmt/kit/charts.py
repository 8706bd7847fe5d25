"""Charts as SVG text made on the server: shapes with classes, never colours, so that light, dark and print follow the page.

Horizontal positions are shares of the width, so a chart fits 360 px and 1,440 px without its letters shrinking.
Bars stand on zero. Every chart says itself in one sentence for those who do not see it; the same rows stand in a table
beside it or one link away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString

from trainee_mgmt.kit.formats import number


@dataclass(frozen=True)
class Mark:
    """One bar, column or point. ``text`` is how the value is written; ``kind`` is "" (value), "2" (not in focus) or "low"."""

    label: str
    value: float | int | None
    text: str = ""
    kind: str = ""

    @property
    def written(self) -> str:
        return self.text or number(self.value)


def marks(rows: Iterable) -> list[Mark]:
    """Marks from marks, or from ``(label, value)``, ``(label, value, text)``, ``(label, value, text, kind)``."""
    return [row if isinstance(row, Mark) else Mark(*row) for row in rows]


def top_of(values: Iterable[float | int | None], full: float | None = None) -> float:
    """The value at the far end of the axis: ``full`` if given (100 for shares), else the largest."""
    return float(full or max((value for value in values if value is not None), default=0) or 1)


def share(value: float | int | None, top: float) -> float:
    """Where the value lies between zero and the top, in percent, never outside."""
    return min(max(float(value or 0) / top * 100, 0), 100)


def bar_chart(
    rows: Iterable, *, sentence: str, full: float | None = None, goal: float | None = None, goal_label: str = ""
) -> SafeString:
    """Lying bars with the name before and the value behind; below the goal a bar is marked low by itself."""
    bars = marks(rows)
    top = top_of([bar.value for bar in bars] + ([goal] if goal is not None else []), full)
    line = (
        f'<line class="goal" x1="{share(goal, top):.1f}%" x2="{share(goal, top):.1f}%" y1="0" y2="100%"/>'
        if goal is not None
        else ""
    )
    html = [f'<div class="bars" role="img" aria-label="{escape(sentence)}">']
    for bar in bars:
        kind = bar.kind or ("low" if goal is not None and bar.value is not None and bar.value < goal else "")
        rest = '<rect class="bar-0" width="100%"/>' if full else ""
        html.append(
            f'<span class="bars-name">{escape(bar.label)}</span><svg>{rest}'
            f'<rect class="bar{"-" + kind if kind else ""}" width="{share(bar.value, top):.1f}%"/>{line}</svg>'
            f"<b>{escape(bar.written)}</b>"
        )
    if goal is not None:
        at = share(goal, top)
        anchor = "t-end" if at > 70 else "t-mid" if at > 20 else ""
        html.append(
            f'<svg class="bars-goal"><text class="{anchor}" x="{at:.1f}%" y="1.1em">{escape(goal_label)}</text></svg>'
        )
    return SafeString("".join([*html, "</div>"]))


def column_chart(
    rows: Iterable, *, sentence: str, full: float | None = None, goal: float | None = None, goal_label: str = ""
) -> SafeString:
    """Standing columns, the value above and the name below each."""
    columns = marks(rows)
    top = top_of([column.value for column in columns] + ([goal] if goal is not None else []), full)
    step = 100 / max(len(columns), 1)
    width = min(step * 0.62, 12)
    html = [f'<svg class="chart chart-columns" role="img" aria-label="{escape(sentence)}">']
    for place, column in enumerate(columns):
        middle, height = step * (place + 0.5), share(column.value, top) * PLOT / 100
        kind = column.kind or ("low" if goal is not None and column.value is not None and column.value < goal else "")
        top_y, left = f"{FLOOR - height:.2f}%", f"{middle - width / 2:.2f}%"
        size = f'width="{width:.2f}%" height="{height:.2f}%"'
        html.append(
            f'<rect class="bar{"-" + kind if kind else ""}" x="{left}" y="{top_y}" {size}/>'
            f'<text class="t-strong t-mid" x="{middle:.2f}%" y="{top_y}" dy="-.45em">{escape(column.written)}</text>'
            f"{axis_name(column.label, place, len(columns), middle)}"
        )
    html.append(f'<line class="axis" x1="0" x2="100%" y1="{FLOOR}%" y2="{FLOOR}%"/>')
    rising = bool(columns) and (columns[0].value or 0) < (columns[-1].value or 0)
    html.append(goal_line(goal, top, goal_label, at_start=rising))
    return SafeString("".join([*html, "</svg>"]))


def line_chart(
    rows: Iterable,
    *,
    sentence: str,
    full: float | None = None,
    goal: float | None = None,
    goal_label: str = "",
    start: float = 0,
) -> SafeString:
    """A line over ordered places; first and last value are written at the marks.

    A missing value breaks the line. ``start`` other than zero cuts the axis: the page must say so in words below.
    """
    points = marks(rows)
    top = top_of([point.value for point in points] + ([goal] if goal is not None else []), full) - start or 1
    spread = 92 / max(len(points) - 1, 1)
    place = [
        (4 + spread * n, FLOOR - share((point.value or 0) - start, top) * PLOT / 100) for n, point in enumerate(points)
    ]
    html = [f'<svg class="chart chart-line" role="img" aria-label="{escape(sentence)}">']
    html.append(f'<line class="axis" x1="0" x2="100%" y1="{FLOOR}%" y2="{FLOOR}%"/>')
    html.append(goal_line(None if goal is None else goal - start, top, goal_label))
    for n in range(1, len(points)):
        if points[n - 1].value is not None and points[n].value is not None:
            (x1, y1), (x2, y2) = place[n - 1], place[n]
            html.append(f'<line class="path" x1="{x1:.2f}%" y1="{y1:.2f}%" x2="{x2:.2f}%" y2="{y2:.2f}%"/>')
    written = ends(points)
    for n, (point, (x, y)) in enumerate(zip(points, place)):
        html.append(axis_name(point.label, n, len(points), x))
        if point.value is None:
            continue
        low = " dot-low" if goal is not None and point.value < goal else ""
        html.append(f'<circle class="dot{low}" cx="{x:.2f}%" cy="{y:.2f}%" r=".22rem"/>')
        if n in written:
            anchor = "" if n == 0 and len(points) > 1 else " t-end" if n == len(points) - 1 and n else " t-mid"
            edge = "0" if anchor == "" else "100%" if anchor == " t-end" else f"{x:.2f}%"
            html.append(
                f'<text class="t-strong{anchor}" x="{edge}" y="{y:.2f}%" dy="-.7em">{escape(point.written)}</text>'
            )
    return SafeString("".join([*html, "</svg>"]))


FLOOR, PLOT = 84, 70  # percent of the height: where zero lies, and how far up the top of the axis is


def ends(points: Sequence[Mark]) -> set[int]:
    """The first and the last place that have a value: these are written out."""
    known = [n for n, point in enumerate(points) if point.value is not None]
    return {known[0], known[-1]} if known else set()


def axis_name(label: str, place: int, count: int, x: float) -> str:
    """The name under the axis; from the eighth on, every second one steps back on narrow screens."""
    step_back = " t-odd" if count > 7 and place % 2 else ""
    return f'<text class="t-mid{step_back}" x="{x:.2f}%" y="{FLOOR}%" dy="1.35em">{escape(label)}</text>'


def goal_line(goal: float | None, top: float, label: str, at_start: bool = False) -> str:
    """The dashed line with its word: at the far end below it, or at the near end above it, where the columns are lower."""
    if goal is None:
        return ""
    y = f"{FLOOR - share(goal, top) * PLOT / 100:.2f}%"
    place = 'x="0" dy="-.4em"' if at_start else 'class="t-end" x="100%" dy="1.2em"'
    return f'<line class="goal" x1="0" x2="100%" y1="{y}" y2="{y}"/><text {place} y="{y}">{escape(label)}</text>'


def meter(part, whole, *, label: str = "", low: bool = False) -> SafeString:
    """A thin filled line for n of N. With the numbers in words beside it, it needs no label of its own."""
    width = share(part, float(whole)) if whole else 0
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    kind = "low" if low else "on"
    return SafeString(
        f'<svg class="meter" {said}><rect width="100%"/><rect class="{kind}" width="{width:.1f}%"/></svg>'
    )
