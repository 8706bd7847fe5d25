"""Tables and charts of figures, drawn in Python: a dashboard has several hundred cells."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.selectors.board import Row, Section, written
from trainee_mgmt.kit.charts import bar_chart, line_chart, meter

register = template.Library()
FEW = 3  # places in time; more of them make a line
NAMED = 6  # so many names fit under a line


@register.filter
def slug(key: str) -> str:
    """A key as the id of an element."""
    return "".join(sign if sign.isalnum() else "-" for sign in key)


@register.simple_tag
def figure_cells(row: Row, css: str = "", top: float = 0, charted: int = 0) -> SafeString:
    """One table row; each number is a link to its rows. With ``top`` a bar stands behind the name, from zero to it."""
    remark = f' <span class="muted small">{escape(row.remark)}</span>' if row.remark else ""
    cells = [f'<th scope="row">{escape(row.label)}{remark}</th>']
    if top:
        value = row.cells[charted].value
        cells.append(f'<td class="in-bar">{"" if css else meter(value, top)}</td>')
    for cell in row.cells:
        if cell.value is None and cell.kind == "number":
            cells.append("<td></td>")
            continue
        text = escape(written(cell))
        inner = f'<a href="{escape(cell.url)}">{text}</a>' if cell.url else text
        cells.append(f"<td>{inner}</td>")
    return SafeString(f"<tr{f' class={css}' if css else ''}>{''.join(cells)}</tr>")


@register.simple_tag
def chart(section: Section) -> SafeString:
    """Bars, or a line for places in time; the table beside it says the same."""
    sentence = _("%(title)s, the values are in the table") % {"title": section.title}
    if section.is_time and len(section.rows) > FEW:
        step = -(-len(section.marks) // NAMED)
        places = [(name if at % step == 0 else "", *rest) for at, (name, *rest) in enumerate(section.marks)]
        return line_chart(places, sentence=sentence, full=section.full)
    return bar_chart(section.marks, sentence=sentence, full=section.full)


@register.simple_tag
def cell_label(head, place: int) -> str:
    """The column of a cell, for phones, where each cell names it."""
    return head[place]
