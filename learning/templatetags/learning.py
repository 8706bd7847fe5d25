from datetime import date

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.models import Appeal, CopySignal, Finding, Journal, Scan
from learning.rules.conflict_words import when_words
from learning.rules.findings import Paragraph, Piece
from learning.rules.traces import Kind
from learning.selectors import JournalPeriod
from learning.selectors.duties import Line
from learning.tables import appeals as appeal_table
from learning.tables import copies as copy_table
from learning.tables import duties as duty_table
from learning.tables import findings as finding_table
from learning.tables import journals as journal_table
from learning.tables import leave as leave_table
from learning.tables.attendance import mark_tag
from trainee_mgmt.kit.formats import span
from trainee_mgmt.kit.pieces import status_tag

register = template.Library()
TRACE_WORDS = {
    Kind.SPEAKER: gettext_lazy("an assistant speaks of itself"),
    Kind.ANSWER: gettext_lazy("an assistant speaks to whoever asked it"),
    Kind.GAP: gettext_lazy("a gap of a template that was not filled"),
    Kind.SOURCE: gettext_lazy("a mark that chat tools set"),
    Kind.FORMAT: gettext_lazy("marks of formatting, which mean nothing here"),
    Kind.INVISIBLE: gettext_lazy("characters that nobody sees"),
}


@register.filter
def mark(state: str) -> SafeString:
    """The tag of a mark of attendance."""
    return mark_tag(state)


@register.filter
def until(first: date, last: date) -> str:
    """``9 月 7 日 – 9 月 13 日``, or the one day that it is."""
    return span(first, last)


@register.filter
def when(what) -> str:
    """``9 月 8 日 星期二 09:00–11:00`` of whatever begins and ends."""
    return when_words(what.starts_at, what.ends_at)


@register.filter
def when_of_row(row) -> str:
    """The same of a row that was kept as text."""
    return when_words(row.start, row.end)


@register.filter
def journal_tag(what: Journal | JournalPeriod) -> SafeString:
    """The tag of a journal, or of a period that asks for one."""
    if isinstance(what, JournalPeriod):
        if what.journal is not None and what.journal.state == Journal.State.RETURNED:
            return status_tag("warn", _("returned, please revise"))
        if what.is_late:
            return status_tag("bad", _("past due"))
        if what.is_excused:
            return status_tag("", _("excused by leave"))
        if what.journal is None:
            return status_tag("", _("not begun"))
        what = what.journal
    return journal_table.journal_tag(what.state)


@register.filter
def answer_tag(journal: Journal) -> SafeString:
    """The tag of a journal for its reviewer: while it waits, until when it is answered."""
    if journal.state == Journal.State.SUBMITTED and journal.review_due_on:
        return journal_table.due_tag(journal.review_due_on)
    return journal_tag(journal)


@register.filter
def standing_tag(line: Line) -> SafeString:
    """The tag of a weekly duty: held, missing or still open."""
    return duty_table.standing_tag(line.standing)


@register.filter
def evidence(text: str) -> str:
    """What was given as evidence, as a link where it is an address."""
    return duty_table.evidence_link(text)


@register.filter
def scan_reasons(scan: Scan) -> str:
    """Why a scan was not accepted, in words."""
    return "、".join(str(Scan.Reason(each).label) for each in scan.reasons)


@register.filter
def leave_tag(state: str) -> SafeString:
    """The tag of a state of leave."""
    return leave_table.leave_tag(state)


@register.filter
def appeal_tag(appeal: Appeal) -> SafeString:
    """The tag of an objection; red when its answer is overdue."""
    return appeal_table.appeal_tag(appeal.state, appeal.due_on)


@register.simple_tag
def journal_text(name: str, paragraphs: list[Paragraph]) -> SafeString:
    """The paragraphs of a journal; each has an address (``name`` and its number) and knows where it stands in the text.

    Joined here and not by a template: fifty journals stand on one page.
    """
    return SafeString(
        "".join(
            f'<p id="{name}-{each.number}" data-start="{each.start}">{"".join(_piece(name, piece) for piece in each.pieces)}</p>'
            for each in paragraphs
        )
    )


def _piece(name: str, piece: Piece) -> str:
    text = escape(piece.text)
    if not piece.mark:
        return text
    where = f' id="{name}-mark-{piece.mark}"' if piece.is_first else ""
    return f"<mark{where}>{text}</mark>"


@register.filter
def trace_words(kind: Kind) -> str:
    """What a place of a text is that a chat tool may have left."""
    return str(TRACE_WORDS[kind])


@register.filter
def finding_tag(finding: Finding) -> SafeString:
    """The tag of a finding; red when it is overdue."""
    return finding_table.finding_tag(finding.state, finding.due_on)


@register.filter
def signal_tag(signal: CopySignal) -> SafeString:
    """The tag of passages that two journals share."""
    return copy_table.signal_tag(signal.state)
