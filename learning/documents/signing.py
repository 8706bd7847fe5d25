"""Sign-in sheets as a Word document: a page for each class and day, with its code."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.models import Session
from learning.rules.conflict_words import when_words
from learning.selectors.paper import Row, Sheet
from trainee_mgmt.kit.formats import clock
from trainee_mgmt.kit.papers import Paper, PaperColumn
from trainee_mgmt.kit.qr import qr_png

ROW_HEIGHT = 0.85


def signing_file(title: str, sheets: Sequence[Sheet], address: Callable[[str], str]) -> bytes:
    """``address``: from a code to what its QR code opens."""
    word = Paper(title)
    for sheet in sheets:
        word.new_page()
        word.title(heading(title, sheet))
        word.lines_beside_picture(facts(sheet), qr_png(address(str(sheet.code))), str(sheet.code))
        columns = [PaperColumn(_("No."), 0.6), PaperColumn(_("Number"), 1.3), PaperColumn(_("Name"), 1.3)]
        columns += [PaperColumn(head, 2) for head in signature_heads(sheet)]
        word.table([*columns, PaperColumn(_("Remarks"), 1.3)], _rows(sheet), row_height=ROW_HEIGHT)
        word.line(_("Head teacher (signature): ____________    Came: ______    Absent: ______"), small=True)
    return word.finish()


def heading(title: str, sheet: Sheet) -> str:
    return f"{title} {sheet.training_class.name} {_('Sign-in sheet')}"


def facts(sheet: Sheet) -> list[str]:
    """What stands above the names: each session with time, place and teacher, and whose class it is."""
    lines = []
    for each in sheet.sessions:
        said = [each.title, when_words(each.starts_at, each.ends_at), each.where]
        if each.teacher_name:
            said.append(_("Teacher: %(name)s") % {"name": each.teacher_name})
        lines.append(" · ".join(filter(None, said)))
    count = len(sheet.rows)
    people = ngettext("%(n)s person expected", "%(n)s people expected", count) % {"n": count}
    heads = [_("Head teacher: %(names)s") % {"names": _(", ").join(sheet.heads)}] if sheet.heads else []
    return [*lines, " · ".join([*heads, people])]


def signature_heads(sheet: Sheet) -> list[str]:
    """One column to sign in for each session; with several, each says its time."""
    if len(sheet.sessions) == 1:
        return [_("Signature")]
    return [f"{clock(each.starts_at)} {each.title[:12]}" for each in sheet.sessions]


def in_column(row: Row, session: Session) -> str:
    """What is printed where one signs: nothing, but for whoever is on leave or not expected."""
    cell = row.cells.get(session.pk)
    if cell is None:
        return "—"
    return _("on leave") if cell.leave else ""


def _rows(sheet: Sheet) -> list[list[str]]:
    return [
        [str(number), row.number, row.name, *(in_column(row, each) for each in sheet.sessions), ""]
        for number, row in enumerate(sheet.rows, start=1)
    ]
