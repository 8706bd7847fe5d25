"""A stay is extended, moved to another post or ended early, with everything that hangs on it, in one transaction.

``prepare`` answers what will be written as plain data; ``carry_out`` computes it again under lock and writes it only if it is
the same, so that what was read is what happens.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Person, Trainee
from cohorts.services.lock import refuse_closed_cohort
from placements.models import Offer, Placement, PlacementChange
from placements.rules.changes import Days, ended, extended, moved
from placements.services import movers
from placements.services.feedback import stay_of
from placements.services.moving import Change, Span, all_moves, move_all
from placements.services.seats import free_seats, lock_offers, put_in_seat, refuse_unchecked
from placements.services.telling import tell_of_change
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import span as days_words
from trainee_mgmt.kit.plans import Stale

Kind = PlacementChange.Kind
RELATED = ("trainee__person", "trainee__cohort", "seat__offer__post__host", "mentor")
__all__ = ["Kind", "carry_out", "last_change", "movers", "prepare"]


def prepare(placement: Placement, given: Mapping[str, Any]) -> dict[str, Any]:
    """The whole change: the seat and days before and after, and every duty that moves. Writes nothing."""
    placement = Placement.objects.select_related(*RELATED).get(pk=placement.pk)
    refuse_closed_cohort(placement.trainee.cohort)
    draft = _DRAFTS[given["kind"]](placement, given)
    change = draft.pop("change")
    return draft | {
        "given": dict(given),
        "spans": [_span_json(span) for span in change.spans],
        "moves": all_moves(change),
    }


@transaction.atomic
def carry_out(placement: Placement, payload: Mapping[str, Any], *, by: int | None) -> PlacementChange:
    """Exactly the payload, or ``Stale`` if it would be another one by now."""
    given = payload["given"]
    Cohort.objects.select_for_update(no_key=True).get(trainees=placement.trainee_id)
    Trainee.objects.select_for_update(no_key=True).get(pk=placement.trainee_id)
    Person.objects.select_for_update(no_key=True).get(traineeships=placement.trainee_id)  # not placed by two at once
    lock_offers({placement.seat.offer_id, payload.get("offer", placement.seat.offer_id)})
    placement = Placement.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=placement.pk)
    if prepare(placement, given) != payload:
        raise Stale
    draft = _DRAFTS[given["kind"]](placement, given)
    change = draft["change"]
    try:
        with transaction.atomic():
            change = _write_stays(change, draft)
    except IntegrityError:
        raise Refused(_("The seat or the person is taken on some of these days. Look at the plan again.")) from None
    count = move_all(change, payload["moves"])
    made = change.spans[1].placement if len(change.spans) > 1 else None
    row = PlacementChange.objects.create(
        placement=placement,
        kind=given["kind"],
        from_on=date.fromisoformat(payload["from_on"]),
        made=made,
        before=payload["before"],
        after=payload["after"] | _visits_called_off(payload["moves"]),
        moved=count,
        reason=given["reason"],
        by_id=by,
        at=timezone.now(),
        undoes_id=payload.get("undoes"),
    )
    shown = next((span for span in reversed(change.spans) if span.after), change.spans[0])
    tell_of_change(shown.placement, change=row.pk, is_over=shown.after is None)
    return row


def _visits_called_off(moves: Mapping[str, Any]) -> dict[str, list[int]]:
    """Kept with the change, so that taking it back plans them again."""
    found = [each["visit"] for each in moves.get("visits", ()) if each["act"] == "call_off"]
    return {"visits": found} if found else {}


# What is asked for ----------------------------------------------------------------------------------------------------


def _extension(placement: Placement, given: Mapping[str, Any]) -> dict[str, Any]:
    _refuse_left(placement.trainee)
    stay, cohort, offer = _standing(placement), placement.trainee.cohort, placement.seat.offer
    until = date.fromisoformat(given["until"])
    goes_on = bool(given.get("extends_cohort")) and until > cohort.ends_on
    after = extended(stay, until, cohort=Days(cohort.starts_on, until if goes_on else cohort.ends_on))
    _refuse_taken(placement, after)
    change = Change(
        given["kind"],
        placement.trainee,
        (Span(placement, stay, after),),
        reason=given["reason"],
        cohort_ends_on=until if goes_on else None,
    )
    offered_until = max(offer.ends_on, after.last)
    return {
        "change": change,
        "from_on": after.last.isoformat(),
        "before": _facts(placement) | {"offered_until": offer.ends_on.isoformat(), **_cohort(goes_on, cohort.ends_on)},
        "after": _facts(placement, after) | {"offered_until": offered_until.isoformat(), **_cohort(goes_on, until)},
    }


def _cohort(goes_on: bool, last: date) -> dict[str, str]:
    return {"cohort_until": last.isoformat()} if goes_on else {}


def _end(placement: Placement, given: Mapping[str, Any]) -> dict[str, Any]:
    stay, last = _standing(placement), date.fromisoformat(given["last"])
    after = ended(stay, last)
    change = Change(
        given["kind"],
        placement.trainee,
        (Span(placement, stay, after),),
        training_ends_on=_last_of_training(placement, last) if given.get("ends_training") else None,
        reason=given["reason"],
    )
    state = Placement.State.ENDED_EARLY if after else Placement.State.CALLED_OFF
    return {
        "change": change,
        "from_on": last.isoformat(),
        "before": _facts(placement),
        "after": _facts(placement, after or stay) | {"state": str(state)},
    }


def _transfer(placement: Placement, given: Mapping[str, Any]) -> dict[str, Any]:
    _refuse_left(placement.trainee)
    stay, on = _standing(placement), date.fromisoformat(given["on"])
    offer = Offer.objects.select_related("post__host", "post__mentor").get(pk=given["offer"])
    if offer.cohort_id != placement.trainee.cohort_id:
        raise Refused(_("This post is offered to another cohort."))
    if offer.pk == placement.seat.offer_id:
        raise Refused(_("This is the post where the trainee is already."))
    refuse_unchecked(offer.post.host)
    left, new = moved(stay, on, offered=Days(offer.starts_on, offer.ends_on))
    seat = free_seats(offer, new.first, new.last).select_related("offer__post__host").first()
    if seat is None:
        raise Refused(_("%(post)s has no free seat for these days.") % {"post": offer.post})
    spans = (Span(placement, stay, left), Span(None, None, new))
    change = Change(given["kind"], placement.trainee, spans, reason=given["reason"], seat=seat)
    state = Placement.State.ENDED_EARLY if left else Placement.State.CALLED_OFF
    return {
        "change": change,
        "from_on": on.isoformat(),
        "offer": offer.pk,
        "seat": seat.pk,
        "before": _facts(placement),
        "after": _facts(placement, left or stay) | {"state": str(state)},
        "new": {
            "post": str(offer.post),
            "mentor": offer.post.mentor.name if offer.post.mentor else "",
            "days": new.to_json(),
        },
    }


def _undo(placement: Placement, given: Mapping[str, Any]) -> dict[str, Any]:
    undone = last_change(placement)
    if undone is None or undone.pk != given["undoes"]:
        raise Refused(_("Only the last change of a placement can be taken back."))
    before = Days(*map(date.fromisoformat, undone.before["days"]))
    stay = stay_of(placement)
    spans = [Span(placement, Days(*stay) if stay else None, before)]
    _refuse_taken(placement, before, but=undone.made_id)
    _refuse_outside(placement, before)
    if undone.made:
        _refuse_used(undone.made)
        spans.append(Span(undone.made, Days(undone.made.starts_on, undone.made.ends_on), None))
    trainee = placement.trainee
    left_with_it = trainee.status == Trainee.Status.WITHDRAWN and trainee.end_reason == undone.reason
    change = Change(
        given["kind"],
        trainee,
        tuple(spans),
        training_goes_on=left_with_it and undone.kind == Kind.END,
        reason=given["reason"],
        cohort_ends_on=_cohort_again(undone, trainee.cohort),
        undoes=undone,
    )
    return {
        "change": change,
        "from_on": undone.from_on.isoformat(),
        "undoes": undone.pk,
        "before": _facts(placement),
        "after": undone.before,
    }


def _refuse_outside(placement: Placement, before: Days) -> None:
    """The cohort or the offer may have been shortened since."""
    for each in (placement.trainee.cohort, placement.seat.offer):
        if before.first < each.starts_on or before.last > each.ends_on:
            words = _("The stay was from %(stay)s, and %(what)s is from %(days)s only by now. Change that first.")
            days = {"stay": days_words(before.first, before.last), "days": days_words(each.starts_on, each.ends_on)}
            raise Refused(words % {"what": each, **days})


def _cohort_again(undone: PlacementChange, cohort: Cohort) -> date | None:
    """The last day of the cohort before it lasted longer for this stay; None where it did not, or was changed since."""
    if undone.after.get("cohort_until") != cohort.ends_on.isoformat():
        return None
    last = date.fromisoformat(undone.before["cohort_until"])
    beyond = Placement.objects.standing().filter(trainee__cohort=cohort, ends_on__gt=last)
    return None if beyond.exclude(pk=undone.placement_id).exists() else last


_DRAFTS = {Kind.EXTEND: _extension, Kind.END: _end, Kind.TRANSFER: _transfer, Kind.UNDO: _undo}


def last_change(placement: Placement) -> PlacementChange | None:
    """The change that could be taken back: the newest one that still stands."""
    row = placement.changes.order_by("-pk").select_related("made").first()
    if row is None or row.kind == Kind.UNDO or (row.made and row.made.changes.exists()):
        return None
    return row


def _last_of_training(placement: Placement, last: date) -> date:
    _refuse_left(placement.trainee)
    return max(last, placement.trainee.joined_on)


def _refuse_left(trainee: Trainee) -> None:
    if trainee.status != Trainee.Status.ACTIVE:
        raise Refused(_("%(trainee)s is not in training any more.") % {"trainee": trainee})


def _standing(placement: Placement) -> Days:
    if placement.state != Placement.State.STANDING:
        raise Refused(_("This stay has ended early or was called off. Take that back first."))
    return Days(placement.starts_on, placement.ends_on)


def _refuse_taken(placement: Placement, after: Days, *, but: int | None = None) -> None:
    others = Placement.objects.standing().exclude(pk__in=[placement.pk, but or 0])
    others = others.filter(starts_on__lte=after.last, ends_on__gte=after.first)
    if others.filter(seat=placement.seat_id).exists():
        raise Refused(_("Somebody else has this seat on some of these days."))
    if others.filter(trainee__person=placement.trainee.person_id).exists():
        raise Refused(_("%(trainee)s has another place on some of these days.") % {"trainee": placement.trainee})


def _refuse_used(made: Placement) -> None:
    if made.feedback_requests.filter(answers__in_force=True).exists() or made.arrivals.exists():
        raise Refused(_("The mentor at the new place has answered already. Make another transfer instead."))
    if made.state != Placement.State.STANDING:
        raise Refused(_("The new place was changed in the meantime. Take that back first."))


def _facts(placement: Placement, days: Days | None = None) -> dict[str, Any]:
    return {
        "post": str(placement.seat.offer.post),
        "days": (days or Days(placement.starts_on, placement.ends_on)).to_json(),
        "state": str(placement.state),
    }


def _span_json(span: Span) -> dict[str, Any]:
    return {"before": span.before and span.before.to_json(), "after": span.after and span.after.to_json()}


# Writing --------------------------------------------------------------------------------------------------------------


def _write_stays(change: Change, draft: Mapping[str, Any]) -> Change:
    """The placements themselves; answers the change with the placement that it made. What gives way goes first."""
    first, *others = change.spans
    for span in others:
        if span.placement:
            Placement.objects.filter(pk=span.placement.pk).update(
                state=Placement.State.CALLED_OFF, end_reason=change.reason
            )
    values = {"state": draft["after"]["state"]}
    if change.kind != Kind.EXTEND:
        values["end_reason"] = "" if change.kind == Kind.UNDO else change.reason
    if first.after:
        values |= {"starts_on": first.after.first, "ends_on": first.after.last}
    Placement.objects.filter(pk=first.placement.pk).update(**values)
    if "offered_until" in draft["after"]:
        _offer_until(first.placement.seat.offer_id, draft["after"]["offered_until"])
    first.placement.refresh_from_db(fields=["state", "starts_on", "ends_on", "end_reason"])
    if change.kind != Kind.TRANSFER:
        return change
    offer = Offer.objects.select_related("post__mentor").get(pk=draft["offer"])
    new = others[0].after
    seat = offer.seats.get(pk=draft["seat"])
    made = put_in_seat(seat, change.trainee, starts_on=new.first, ends_on=new.last, mentor=offer.post.mentor)
    made = Placement.objects.select_related(*RELATED).get(pk=made.pk)
    return replace(change, spans=(first, Span(made, None, new)))


def _offer_until(offer: int, until: str) -> None:
    """A stay beyond the days of the offer makes the offer last as long; taken back, it lasts as long as it must. Nobody
    else's seat is touched."""
    beyond = Placement.objects.standing().filter(seat__offer=offer, ends_on__gt=until)
    if not beyond.exists():
        Offer.objects.filter(pk=offer).update(ends_on=until)
