"""Findings: words of a journal made into a finding, question, suggestion, case course or lead, and what became of it."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from learning.models import Finding, Journal
from learning.rules.findings import cited
from learning.services.finding_telling import CLOSED, MADE, TASK, tell_owner, tell_writer
from trainee_mgmt.kit.errors import Refused

TITLE = 80


@transaction.atomic
def make_finding(
    journal: Journal,
    *,
    kind: str,
    place: tuple[int, int],
    revision: int,
    by: User,
    title: str = "",
    text: str = "",
    owner: User | None = None,
    due_on: date | None = None,
) -> Finding:
    """Cite the words at ``place``, as they stand in the text of ``revision``. Without a title they are its title."""
    journal = Journal.objects.select_for_update().get(pk=journal.pk)
    if journal.state == Journal.State.DRAFT:
        raise Refused(_("This journal was not handed in yet; hand it in first."))
    if revision != journal.revision:
        raise Refused(_("The text has changed since this page was opened. Choose the words again."))
    start, end = cited(journal.body, *place)
    quote = journal.body[start:end]
    if Finding.objects.filter(journal=journal, kind=kind, start=start, end=end, made_by=by, state="open").exists():
        raise Refused(_("You made this of the same words already."))
    finding = Finding.objects.create(
        journal=journal,
        kind=kind,
        title=title.strip()[:TITLE] or " ".join(quote.split())[: TITLE // 2],
        text=text.strip(),
        quote=quote,
        start=start,
        end=end,
        revision=revision,
        owner=owner,
        due_on=due_on,
        made_by=by,
        made_at=timezone.now(),
    )
    tell_owner(finding, by=by, is_new=True)
    tell_writer(finding, MADE, by=by)
    record("learning.make_finding", finding, after={"kind": kind, "journal": journal.pk, "start": start, "end": end})
    return finding


@transaction.atomic
def change_finding(
    finding: Finding,
    *,
    kind: str,
    title: str,
    text: str,
    owner: User | None,
    due_on: date | None,
    by: User | None = None,
) -> Finding:
    """Other words, another kind, owner or day. What it cites stays."""
    finding = _open(finding)
    new = {"kind": kind, "title": title.strip()[:TITLE], "text": text.strip(), "due_on": due_on, "owner": owner}
    if not new["title"]:
        raise Refused(_("Say in a few words what it is about."))
    before, after = changes(finding, new)
    if not after:
        return finding
    for name, value in new.items():
        setattr(finding, name, value)
    finding.save(update_fields=list(new))
    if {"owner", "due_on"} & after.keys():
        tell_owner(finding, by=by, is_new="owner" in after)
    if "kind" in after:
        tell_writer(finding, MADE, by=by)
    record("learning.change_finding", finding, before=before, after=after)
    return finding


@transaction.atomic
def close_finding(finding: Finding, *, state: str, outcome: str, by: User) -> Finding:
    """Acted upon or not taken up; the writer of the journal reads the outcome."""
    finding = _open(finding)
    outcome = outcome.strip()
    if not outcome:
        raise Refused(_("Say what became of it: the writer of the journal reads it."))
    finding.state, finding.outcome, finding.closed_by, finding.closed_at = state, outcome, by, timezone.now()
    finding.save(update_fields=["state", "outcome", "closed_by", "closed_at"])
    TASK.forget(finding)
    tell_writer(finding, CLOSED, by=by)
    record("learning.close_finding", finding, before={"state": "open"}, after={"state": state, "outcome": outcome})
    return finding


@transaction.atomic
def reopen_finding(finding: Finding) -> Finding:
    """The outcome that the writer of the journal has read stays until there is another."""
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    if finding.state == Finding.State.OPEN:
        raise Refused(_("This is open already."))
    before = {"state": finding.state}
    finding.state, finding.closed_by, finding.closed_at = Finding.State.OPEN, None, None
    finding.save(update_fields=["state", "closed_by", "closed_at"])
    tell_owner(finding, by=None, is_new=False)
    record("learning.reopen_finding", finding, before=before, after={"state": "open"})
    return finding


def _open(finding: Finding) -> Finding:
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    if finding.state != Finding.State.OPEN:
        raise Refused(_("This is closed; open it again first."))
    return finding
