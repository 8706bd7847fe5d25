"""The pack of a dispatch meeting as a Word document: the same sections as on its page."""

from datetime import date

from django.utils.translation import gettext as _

from reports.selectors.pack import Pack
from trainee_mgmt.kit.formats import day, moment
from trainee_mgmt.kit.papers import Paper, PaperColumn


def dispatch_file(pack: Pack, *, today: date) -> bytes:
    """Title, the sections with their counts, the minutes and what was decided."""
    meeting = pack.meeting
    paper = Paper(str(meeting))
    paper.title(_("Dispatch meeting %(month)s") % {"month": f"{meeting.month:%Y-%m}"})
    paper.line(f"{meeting.cohort.program.name} · {meeting.cohort.name}", centred=True)
    where = f" · {meeting.place}" if meeting.place else ""
    words = {"day": day(meeting.held_on), "where": where, "time": moment(pack.as_of)}
    paper.line(_("%(day)s%(where)s; figures as of %(time)s") % words, centred=True, small=True)
    for number, section in enumerate(pack.sections, start=1):
        rows = [line.cells for line in section.lines]
        _section(paper, f"{number}. {section.title} ({section.count})", section.head, rows)
    if meeting.minutes:
        paper.heading(_("Minutes of the meeting"))
        for line in meeting.minutes.splitlines():
            paper.line(line, small=True)
    actions = [
        (each.text, each.owner.name, day(each.due_on), each.get_state_display())
        for each in meeting.actions.select_related("owner").order_by("due_on", "pk")
    ]
    if actions:
        head = (_("What is to be done"), _("In charge"), _("Due by"), _("State on %(day)s") % {"day": day(today)})
        _section(paper, _("Actions of this meeting"), head, actions)
    return paper.finish()


def _section(paper: Paper, title: str, head: tuple[str, ...], rows: list[tuple]) -> None:
    paper.heading(title)
    if rows:
        columns = [PaperColumn(label, 2.5 if place == 0 else 1.5, is_centred=False) for place, label in enumerate(head)]
        paper.table(columns, rows)
    else:
        paper.line(_("None."), small=True)
