"""Tickets: opened by a trainee, answered by an owner within a time; every step is a row that is never changed."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.calendar import working_days_between
from accounts.services.notices import cancel_notices, notify
from cohorts.models import Cohort, Trainee
from cohorts.selectors.charge import organizers_of
from placements.models import Category, OfficeHours, Placement, Ticket, TicketRule, TicketStep
from placements.rules import clock
from placements.rules.clock import Hours, Office
from placements.selectors.tickets import Rule, office_of, rules_of
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.once import insert_once

Act = TicketStep.Act
OPENED, ANSWERED, OVERDUE, REOPENED = (
    "placements.ticket_opened",
    "placements.ticket_answered",
    "placements.ticket_overdue",
    "placements.ticket_reopened",
)


@transaction.atomic
def open_ticket(trainee: Trainee, *, category: str, text: str, key: UUID, by: User) -> Ticket:
    """Ask the service team for something. The form that is sent twice opens one ticket."""
    if trainee.status != Trainee.Status.ACTIVE or trainee.cohort.is_closed:
        raise Refused(_("Only people in training open a ticket. Speak to your office."))
    now = timezone.now()
    rule = rules_of(trainee.cohort)[category]
    ticket = Ticket(
        trainee=trainee,
        cohort=trainee.cohort,
        host_id=_host_of(trainee, timezone.localdate(now)),
        category=category,
        text=text.strip(),
        owner=rule.owner if rule.owner and rule.owner.is_active else None,
        opened_at=now,
        due_at=_due_at(now, rule),
        counts=rule.counts,
        office_opens=rule.office.opens,
        office_closes=rule.office.closes,
        key=key,
    )
    if not insert_once(ticket):
        return Ticket.objects.get(trainee=trainee, key=key)
    _step(ticket, Act.OPEN, by, text=ticket.text)
    _tell_owner(ticket, OPENED)
    record("placements.open_ticket", ticket, after={"category": category})
    return ticket


@transaction.atomic
def assign_ticket(ticket: Ticket, *, owner: User, by: User) -> None:
    """The new owner is told, the one before no longer reminded. Nothing is written if it is the same."""
    ticket = _open(ticket)
    if ticket.owner_id == owner.pk:
        return
    before = ticket.owner
    ticket.owner = owner
    ticket.save(update_fields=["owner"])
    _step(ticket, Act.ASSIGN, by, owner=owner)
    cancel_notices(about=ticket)
    _tell_owner(ticket, OPENED)
    record("placements.assign_ticket", ticket, before={"owner": str(before or "")}, after={"owner": str(owner)})


@transaction.atomic
def stop_clock(ticket: Ticket, *, reason: str, by: User) -> None:
    """The clock stands while nobody here can do anything; never without a reason."""
    ticket, reason = _open(ticket), _said(reason, _("Say why the clock stops; the trainee reads it."))
    if ticket.stopped_at:
        raise Refused(_("The clock stands already."))
    ticket.stopped_at = timezone.now()
    ticket.save(update_fields=["stopped_at"])
    _step(ticket, Act.STOP, by, text=reason)
    cancel_notices(kind=OVERDUE, about=ticket)
    record("placements.stop_ticket", ticket, after={"reason": reason[:100]})


@transaction.atomic
def start_clock(ticket: Ticket, *, by: User) -> None:
    """It is due later by as long as the clock stood."""
    ticket = _open(ticket)
    if not ticket.stopped_at:
        raise Refused(_("The clock runs already."))
    now = timezone.now()
    ticket.due_at, ticket.stopped_at = _moved(ticket, now), None
    ticket.save(update_fields=["due_at", "stopped_at"])
    _step(ticket, Act.RESUME, by)
    _remind_owner(ticket)
    record("placements.resume_ticket", ticket, after={"due_at": ticket.due_at.isoformat()})


@transaction.atomic
def answer_ticket(ticket: Ticket, *, answer: str, by: User) -> None:
    """What was done; the trainee is told, may rate it and may open it again."""
    ticket, answer = _open(ticket), _said(answer, _("Say what was done; the trainee reads it."))
    now = timezone.now()
    if ticket.stopped_at:
        ticket.due_at, ticket.stopped_at = _moved(ticket, now), None
    ticket.closed_at, ticket.answer = now, answer
    ticket.save(update_fields=["closed_at", "answer", "due_at", "stopped_at"])
    _step(ticket, Act.CLOSE, by, text=answer)
    cancel_notices(about=ticket)
    if user := ticket.trainee.person.user_id:
        notify(ANSWERED, [user], about=ticket, key=f"{ticket.pk}:{now.isoformat()}", params=_told(ticket))
    record("placements.answer_ticket", ticket, after={"late": now > ticket.due_at})


@transaction.atomic
def reopen_ticket(ticket: Ticket, *, reason: str, by: User) -> None:
    """It was not solved: the clock begins anew."""
    ticket, reason = _locked(ticket), _said(reason, _("Say what is still missing."))
    if not ticket.closed_at:
        raise Refused(_("This ticket is open already."))
    now = timezone.now()
    rule = rules_of(ticket.cohort)[ticket.category]
    ticket.due_at, ticket.counts = _due_at(now, rule), rule.counts
    ticket.office_opens, ticket.office_closes = rule.office.opens, rule.office.closes
    ticket.closed_at, ticket.answer, ticket.satisfaction = None, "", None
    ticket.times_reopened += 1
    ticket.save(
        update_fields=[
            "due_at", "counts", "office_opens", "office_closes", "closed_at", "answer", "satisfaction", "times_reopened",
        ]
    )  # fmt: skip
    _step(ticket, Act.REOPEN, by, text=reason)
    cancel_notices(about=ticket)
    _tell_owner(ticket, REOPENED)
    record("placements.reopen_ticket", ticket, after={"times": ticket.times_reopened})


@transaction.atomic
def rate_ticket(ticket: Ticket, *, satisfaction: int, text: str, by: User) -> None:
    """One to five, by the trainee, once it is answered; a second rating takes the place of the first."""
    ticket = _locked(ticket)
    if not ticket.closed_at:
        raise Refused(_("It can be rated once it is answered."))
    if not 1 <= satisfaction <= 5:
        raise Refused(_("Choose one of the five."))
    if ticket.satisfaction == satisfaction and not text.strip():
        return
    ticket.satisfaction = satisfaction
    ticket.save(update_fields=["satisfaction"])
    _step(ticket, Act.RATE, by, text=text.strip(), satisfaction=satisfaction)
    record("placements.rate_ticket", ticket, after={"satisfaction": satisfaction})


@transaction.atomic
def set_ticket_rules(cohort: Cohort, rules: Iterable[Rule], office: Office | None = None) -> None:
    """Hours and owner by category, and when the office is open; tickets that are open keep theirs."""
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    before = _words_of(cohort)
    for rule in rules:
        values = {"hours": rule.hours, "owner": rule.owner, "counts": rule.counts}
        TicketRule.objects.update_or_create(cohort=cohort, category=Category(rule.category), defaults=values)
    if office:
        OfficeHours.objects.update_or_create(cohort=cohort, defaults={"opens": office.opens, "closes": office.closes})
    after = _words_of(cohort)
    changed = [key for key, words in after.items() if before[key] != words]
    if changed:
        before, after = ({key: words[key] for key in changed} for words in (before, after))
        record("placements.set_ticket_rules", cohort, before=before, after=after)


# The clock ------------------------------------------------------------------------------------------------------------


def _due_at(now: datetime, rule: Rule) -> datetime:
    now = timezone.localtime(now)
    return clock.due_at(now, rule.hours, _hours(rule.counts, rule.office, now))


def _moved(ticket: Ticket, now: datetime) -> datetime:
    """Later by as much as the clock stood of the hours that count."""
    due, stopped_at, now = map(timezone.localtime, (ticket.due_at, ticket.stopped_at, now))
    return clock.moved(due, stopped_at, now, _hours(ticket.counts, ticket.office, min(due, stopped_at)))


def _hours(counts: str, office: Office, since: datetime) -> Hours:
    """With the calendar of working days from that day on, where not every hour counts."""
    if counts == clock.Counts.ALL:
        return clock.EVERY
    first = since.date()
    return Hours(counts, office, working_days_between(first, first + clock.FURTHEST))


# Telling --------------------------------------------------------------------------------------------------------------


def _tell_owner(ticket: Ticket, kind: str) -> None:
    """The owner; without one, the organizers of the cohort. And once more when its time is over."""
    key = f"{ticket.pk}:{ticket.times_reopened}:{ticket.owner_id}"
    notify(kind, _answering(ticket), about=ticket, key=key, params=_told(ticket))
    _remind_owner(ticket)


def _remind_owner(ticket: Ticket) -> None:
    key = f"{ticket.pk}:{ticket.due_at.isoformat()}"
    notify(OVERDUE, _answering(ticket), about=ticket, key=key, params=_told(ticket), not_before=ticket.due_at)


def _answering(ticket: Ticket) -> list[int]:
    if ticket.owner_id:
        return [ticket.owner_id]
    people = organizers_of(ticket.cohort, day=timezone.localdate())
    return list(people.values_list("pk", flat=True))


def still_overdue(notices: list) -> list:
    """Those whose ticket is open, runs and is over its time."""
    late = set(
        Ticket.objects.overdue().filter(pk__in={each.params["ticket"] for each in notices}).values_list("pk", flat=True)
    )
    return [each for each in notices if each.params["ticket"] in late]


def still_open(notices: list) -> list:
    """Those of these notices whose ticket still waits for an answer."""
    is_open = set(
        Ticket.objects.open().filter(pk__in={each.params["ticket"] for each in notices}).values_list("pk", flat=True)
    )
    return [each for each in notices if each.params["ticket"] in is_open]


def _told(ticket: Ticket) -> dict:
    return {
        "ticket": ticket.pk,
        "category": ticket.category,
        "name": ticket.trainee.person.name,
        "due_at": ticket.due_at.isoformat(),
    }


def _host_of(trainee: Trainee, day: date) -> int | None:
    placed = Placement.objects.as_of(day).filter(trainee=trainee)
    return placed.values_list("seat__offer__post__host", flat=True).first()


def _step(ticket: Ticket, act: Act, by: User, **fields) -> None:
    TicketStep.objects.create(ticket=ticket, act=act, by=by, at=timezone.now(), **fields)


def _locked(ticket: Ticket) -> Ticket:
    related = ("trainee__person", "cohort__program", "owner")
    return Ticket.objects.select_for_update(of=("self",)).select_related(*related).get(pk=ticket.pk)


def _open(ticket: Ticket) -> Ticket:
    ticket = _locked(ticket)
    if ticket.closed_at:
        raise Refused(_("This ticket was answered. Open it again first."))
    return ticket


def _said(text: str, otherwise: str) -> str:
    if not text.strip():
        raise Refused(otherwise)
    return text.strip()


def _words_of(cohort: Cohort) -> dict[str, str]:
    rules = rules_of(cohort)
    words = {key: f"{rule.hours} h {rule.counts} {rule.owner or ''}".strip() for key, rule in rules.items()}
    return words | {"office": str(office_of(cohort))}
