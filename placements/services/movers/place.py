"""What stands around a place: its seat, visits that were planned, the day by which somebody goes there, open tickets, wishes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from placements.models import Category, Host, Placement, Visit, Wish
from placements.rules.changes import Days
from placements.rules.coverage import Stay, due_on
from placements.selectors.visits import weeks_of
from placements.services.moving import Change, Move, Moved, Mover, Span, follows, register
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.formats import moment, span

CALL_OFF, AGAIN, STAYS = "call_off", "again", "stays"
PLANNED, CALLED_OFF = Visit.State.PLANNED, Visit.State.CALLED_OFF


@dataclass(frozen=True)
class Place:
    """One side of a change: the host, and the days there before and after."""

    host: Host
    span: Span


def _places(change: Change) -> Iterator[Place]:
    for each in change.spans:
        seat = each.placement.seat if each.placement else change.seat
        yield Place(seat.offer.post.host, each)


def _on(days: Days | None, day: date) -> bool:
    return days is not None and days.first <= day <= days.last


# The seat -------------------------------------------------------------------------------------------------------------


def _seats(change: Change) -> list[Move]:
    found = []
    for each in change.spans:
        seat = each.placement.seat if each.placement else change.seat
        before, after = (days and days.to_json() for days in (each.before, each.after))
        if before != after:
            found.append({"seat": seat.number, "post": str(seat.offer.post), "before": before, "after": after})
    return found


def _seat_words(move: Move) -> Moved:
    def taken(days):
        return _("taken %(days)s") % {"days": span(*map(date.fromisoformat, days))} if days else _("free")

    what = _("Seat %(number)s of %(post)s") % {"number": move["seat"], "post": move["post"]}
    return Moved(what, taken(move["before"]), taken(move["after"]))


register(Mover("seats", gettext_lazy("Seat"), _seats, _seat_words, follows))


# Visits ---------------------------------------------------------------------------------------------------------------


def _visits(change: Change) -> list[Move]:
    """Planned ones on days at which the trainee is there no more: called off where nobody else of the cohort is there."""
    places = list(_places(change))
    rows = Visit.objects.filter(cohort=change.trainee.cohort_id, state=PLANNED, planned_on__gte=timezone.localdate())
    rows = rows.filter(host__in={each.host.pk for each in places}).select_related("visitor", "host")
    others = _stays_at(change, {each.host.pk for each in places})
    found = []
    for visit in rows.order_by("planned_on", "pk"):
        here = [each.span for each in places if each.host.pk == visit.host_id]
        was = any(_on(each.before, visit.planned_on) for each in here)
        is_there = any(_on(each.after, visit.planned_on) for each in here)
        if not was or is_there:
            continue
        people = sum(_on(days, visit.planned_on) for days in others.get(visit.host_id, ()))
        found.append(_visit(visit, STAYS if people else CALL_OFF) | {"people": people})
    return found + [_visit(visit, AGAIN) for visit in _called_off_with(change)]


def _visit(visit: Visit, act: str) -> Move:
    shown = {"visit": visit.pk, "host": visit.host.name, "on": visit.planned_on.isoformat()}
    return shown | {"visitor": visit.visitor.name, "act": act, "stays": act == STAYS}


def _called_off_with(change: Change) -> list[Visit]:
    """Visits that the change which is taken back had called off, and whose day nobody planned anew."""
    pks = change.undoes.after.get("visits", []) if change.undoes else []
    rows = Visit.objects.filter(pk__in=pks, state=CALLED_OFF, planned_on__gte=timezone.localdate())
    rows = rows.select_related("visitor", "host").order_by("planned_on", "pk")
    standing = Visit.objects.exclude(state=CALLED_OFF).filter(cohort=change.trainee.cohort_id)
    taken = set(standing.values_list("host", "planned_on"))
    return [each for each in rows if (each.host_id, each.planned_on) not in taken]


def _visit_words(move: Move) -> Moved:
    what = f"{move['host']} · {move['visitor']}"
    before, people = day_words(date.fromisoformat(move["on"])), move.get("people", 0)
    if move["act"] == AGAIN:
        return Moved(what, _("called off"), before)
    if move["act"] == CALL_OFF:
        return Moved(what, before, _("called off: nobody is there then"))
    words = ngettext("stays: %(n)s other person is there", "stays: %(n)s others are there", people)
    return Moved(what, before, words % {"n": people})


def _move_visits(change: Change, moves: list[Move]) -> None:
    for move in moves:
        if move["act"] == STAYS:
            continue
        before, after = (CALLED_OFF, PLANNED) if move["act"] == AGAIN else (PLANNED, CALLED_OFF)
        reason = "" if move["act"] == AGAIN else change.reason
        if not Visit.objects.filter(pk=move["visit"], state=before).update(state=after, end_reason=reason):
            raise Refused(_("A visit was noted or called off in the meantime. Look at the plan again."))


register(Mover("visits", gettext_lazy("Planned visit"), _visits, _visit_words, _move_visits))


# The day by which somebody goes ---------------------------------------------------------------------------------------


def _coverage(change: Change) -> list[Move]:
    places, today = list(_places(change)), timezone.localdate()
    hosts = {each.host.pk: each.host for each in places}
    others, visited = _stays_at(change, hosts), _visited(change, hosts)
    weeks, found = weeks_of(change.trainee.cohort), []
    for pk, host in hosts.items():
        spans = [each.span for each in places if each.host.pk == pk]
        before, after = (
            _due([*others.get(pk, ()), *filter(None, side)], visited.get(pk), weeks, today)
            for side in ([each.before for each in spans], [each.after for each in spans])
        )
        if before != after:
            found.append({"host": host.name, "pk": pk, "before": before, "after": after})
    return found


def _due(stays: list[Days], visited_on: date | None, weeks: int, today: date) -> dict[str, Any]:
    """Whether somebody is there today or later, and by when the host is visited."""
    if not stays or max(each.last for each in stays) < today:
        return {"is_there": False, "due": None}
    first, last = min(each.first for each in stays), max(each.last for each in stays)
    due = due_on(Stay(first, last, visited_on, None), weeks)
    return {"is_there": True, "due": due and due.isoformat()}


def _visited(change: Change, hosts) -> dict[int, date]:
    rows = Visit.objects.filter(cohort=change.trainee.cohort_id, host__in=hosts, state=Visit.State.DONE)
    return dict(rows.order_by("host", "done_on").values_list("host", "done_on"))


def _coverage_words(move: Move) -> Moved:
    def words(side):
        if not side["is_there"]:
            return _("nobody is there")
        due = side["due"]
        return _("by %(day)s") % {"day": day_words(date.fromisoformat(due))} if due else _("no further visit is due")

    return Moved(move["host"], words(move["before"]), words(move["after"]))


register(Mover("coverage", gettext_lazy("Somebody visits the host"), _coverage, _coverage_words, follows))


# Tickets and wishes ---------------------------------------------------------------------------------------------------


def _tickets(change: Change) -> list[Move]:
    """Open ones about a host that the trainee leaves: they stay with whoever answers them."""
    left = {each.host.pk for each in _places(change) if each.span.before and _is_shorter(each.span)}
    rows = change.trainee.tickets.filter(closed_at=None, host__in=left).select_related("owner").order_by("due_at", "pk")
    return [
        {
            "ticket": each.pk,
            "category": each.category,
            "owner": each.owner.name if each.owner else "",
            "due": each.due_at.isoformat(),
            "stays": True,
        }
        for each in rows
    ]


def _is_shorter(span: Span) -> bool:
    return span.after is None or span.after.last < span.before.last


def _ticket_words(move: Move) -> Moved:
    owner = move["owner"] or _("the organizers")
    due = moment(datetime.fromisoformat(move["due"]))
    return Moved(
        capfirst(str(Category(move["category"]).label)), due, _("stays open; %(owner)s answers") % {"owner": owner}
    )


register(Mover("tickets", gettext_lazy("Open ticket about the host that is left"), _tickets, _ticket_words, follows))


def _wishes(change: Change) -> list[Move]:
    """Whoever leaves the training is not matched any more; what was wished stays to be read."""
    if not change.training_ends_on:
        return []
    count = Wish.objects.filter(trainee=change.trainee, side=Wish.Side.TRAINEE).count()
    return [{"count": count, "stays": True}] if count else []


def _wish_words(move: Move) -> Moved:
    words = ngettext("%(n)s wish", "%(n)s wishes", move["count"]) % {"n": move["count"]}
    return Moved(words, _("matched"), _("kept, matched no more"))


register(Mover("wishes", gettext_lazy("Wishes"), _wishes, _wish_words, follows))


def _stays_at(change: Change, hosts) -> dict[int, list[Days]]:
    """Days of everybody else of the cohort at these hosts."""
    mine = [each.placement.pk for each in change.spans if each.placement]
    rows = Placement.objects.standing().filter(trainee__cohort=change.trainee.cohort_id).exclude(pk__in=mine)
    host = "seat__offer__post__host"
    found: dict[int, list[Days]] = {}
    for pk, first, last in rows.filter(**{f"{host}__in": list(hosts)}).values_list(host, "starts_on", "ends_on"):
        found.setdefault(pk, []).append(Days(first, last))
    return found
