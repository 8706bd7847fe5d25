"""What was made of journals as a Word document: each with the words that it cites, where they stand and what became of it."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from learning.models import Finding
from learning.rules.findings import paragraph_of
from trainee_mgmt.kit.formats import day, moment, span
from trainee_mgmt.kit.papers import Paper


def findings_report(cohort: Cohort, findings: Iterable[Finding], *, as_of: datetime) -> bytes:
    """Of each kind its findings in order of the journals; ``findings`` come with journal, writer and owner, in any order."""
    paper = Paper(_("Findings from journals"))
    paper.title(_("Findings from journals"))
    paper.line(f"{cohort.program.name} · {cohort.name}", centred=True)
    paper.line(_("As of %(time)s") % {"time": moment(as_of)}, centred=True, small=True)
    order = list(Finding.Kind)
    rows = sorted(findings, key=lambda each: (order.index(each.kind), each.journal.period_start, each.start, each.pk))
    for number, each in enumerate(rows, start=1):
        paper.heading(_("%(number)s. %(kind)s: %(title)s") % _named(number, each))
        for line in each.text.splitlines():
            paper.line(line)
        for line in each.quote.splitlines():
            paper.line(f"“{line}”" if line.strip() else "")
        paper.line(f"—— {source_of(each)}", small=True)
        paper.line(_what_became(each), small=True)
    return paper.finish()


def _named(number: int, finding: Finding) -> dict[str, object]:
    return {"number": number, "kind": capfirst(finding.get_kind_display()), "title": finding.title}


def source_of(finding: Finding) -> str:
    """Whose journal, of which days, and which paragraph of it as it reads now."""
    journal = finding.journal
    number = paragraph_of(journal.body, finding.quote, finding.start)
    days = span(journal.period_start, journal.last_on)
    words = {"name": journal.trainee.person.name, "days": days, "number": number}
    if number is None:
        return _("Journal of %(name)s, %(days)s; the text has changed since") % words
    return _("Journal of %(name)s, %(days)s, paragraph %(number)s") % words


def _what_became(finding: Finding) -> str:
    parts = [str(finding.get_state_display())]
    if finding.owner:
        parts.append(_("in charge: %(name)s") % {"name": finding.owner.name})
    if finding.due_on and finding.state == Finding.State.OPEN:
        parts.append(_("due by %(day)s") % {"day": day(finding.due_on)})
    if finding.outcome:
        parts.append(" ".join(finding.outcome.split()))
    return " · ".join(parts)
