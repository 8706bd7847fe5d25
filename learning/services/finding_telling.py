"""Who is told of findings: the owner, of the task; whoever wrote the journal, that it became something and what came of it."""

from accounts.models import User
from accounts.services.notices import notify
from accounts.services.owed import Owed, as_told
from learning.models import Finding, Journal

TASK = Owed("learning.finding_given", "learning.finding_due", "learning.finding_overdue")
MADE, CLOSED = "learning.finding_made", "learning.finding_closed"


def tell_owner(finding: Finding, *, by: User | None, is_new: bool) -> None:
    told = {"title": finding.title, "finding": finding.pk}
    TASK.tell(finding, owner=finding.owner_id, due_on=finding.due_on, by=by and by.pk, is_new=is_new, **told)


def tell_writer(finding: Finding, kind: str, *, by: User | None) -> None:
    """The journal's writer reads everything that is made of it, so is told of each; not of what the writer made."""
    writers = Journal.objects.filter(pk=finding.journal_id, trainee__person__user__is_active=True)
    user = writers.values_list("trainee__person__user", flat=True).first()
    if user is None or (by and by.pk == user):
        return
    params = {
        "kind": str(finding.kind),
        "title": finding.title,
        "state": str(finding.state),
        "outcome": finding.outcome,
    }
    moment = finding.closed_at.isoformat() if finding.closed_at else finding.kind
    notify(kind, [user], about=finding, key=f"{finding.pk}:{moment}", params=params)


def still_owed(notices: list) -> list:
    return as_told(notices, Finding.objects.filter(state=Finding.State.OPEN))


def still_so(notices: list) -> list:
    """Those whose finding is of the kind and in the state that were told."""
    rows = Finding.objects.filter(pk__in={each.about_id for each in notices}).values_list("pk", "kind", "state")
    now = set(rows)
    return [each for each in notices if (each.about_id, each.params["kind"], each.params["state"]) in now]
