"""What mentors say about trainees: given through their link, or told on the phone and written down by the office."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from placements.models import Arrival, Feedback, FeedbackLink, FeedbackRequest, HostContact, Placement
from placements.rules.feedback import clean_answers, mean_score
from placements.services.feedback_links import live_feedback_links
from placements.services.signed import acting
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.ledgers import Ledger

_answers = Ledger(Feedback)
_arrivals = Ledger(Arrival)
NOT_THERE = "no"


@transaction.atomic
def answer_by_link(
    link: FeedbackLink, request: FeedbackRequest | None, *, given: Mapping[str, Any], today: date
) -> None:
    """The mentor answers, or mends what was answered; ``since`` says whether the trainee is there. The link is looked at
    again under lock: revoked in the meantime, nothing is written."""
    placement = Placement.objects.select_for_update(no_key=True, of=("self",)).get(pk=link.placement_id)
    if not live_feedback_links().filter(pk=link.pk).exists():
        raise Refused(_("This link was ended in the meantime. Please ask the office for another."))
    said = _say_since(placement, link.mentor, str(given.get("since") or ""), today=today)
    written = request is not None and _write(request, link.mentor, given, today=today, by=None)
    if said or written:
        told = {"mentor": link.mentor.name, "answers": bool(written), "arrival": bool(said)}
        with acting(link):
            record("placements.answer_feedback", request or placement, after=told)


@transaction.atomic
def write_down(request: FeedbackRequest, *, given: Mapping[str, Any], by: User, today: date) -> None:
    """What a mentor said on the phone, written down by the office; it says so wherever it is shown."""
    placement = (
        Placement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("mentor")
        .get(pk=request.placement_id)
    )
    if placement.mentor is None:
        raise Refused(_("Name a mentor for this placement first."))
    if _write(request, placement.mentor, given, today=today, by=by):
        record("placements.write_feedback_down", request, after={"mentor": placement.mentor.name})


def _write(
    request: FeedbackRequest, mentor: HostContact, given: Mapping[str, Any], *, today: date, by: User | None
) -> bool:
    """Whether there was something new."""
    locked = FeedbackRequest.objects.select_for_update(of=("self",)).select_related("rules").get(pk=request.pk)
    _refuse_closed(locked, today)
    before = locked.answers.filter(in_force=True).first()
    rules = before.rules if before else locked.rules
    questions = rules.rules.questions
    stay = Placement.objects.select_related("trainee__person", "seat__offer__post").get(pk=request.placement_id)
    answers = clean_answers(questions, given, post=stay.seat.offer.post.name, name=stay.trainee.person.name)
    if before and before.answers == answers:
        return False
    made = Feedback(
        request=locked,
        rules=rules,
        mentor=mentor,
        answers=answers,
        score=mean_score(questions, answers),
        given_at=timezone.now(),
        entered_by=by,
    )
    _answers.write(made, instead_of=[before.pk] if before else [])
    return True


def _refuse_closed(request: FeedbackRequest, today: date) -> None:
    if request.excused_at:
        raise Refused(_("Nobody waits for this answer any more; the office has excused it."))
    if today < request.opens_on:
        raise Refused(_("This is asked from %(day)s on.") % {"day": day_words(request.opens_on)})
    if today > request.closes_on:
        raise Refused(
            _("This could be answered until %(day)s and stays as it is now.") % {"day": day_words(request.closes_on)}
        )


def _say_since(placement: Placement, mentor: HostContact, said: str, *, today: date) -> bool:
    """Whether the word of arrival is a new one; an empty answer changes nothing."""
    if not said:
        return False
    since = None if said == NOT_THERE else _day(said)
    if since and not placement.starts_on <= since <= min(today, placement.ends_on):
        raise Refused(_("Name a day from %(first)s until today.") % {"first": day_words(placement.starts_on)})
    before = placement.arrivals.filter(in_force=True).first()
    if before and before.since == since:
        return False
    made = Arrival(placement=placement, mentor=mentor, since=since, said_at=timezone.now())
    _arrivals.write(made, instead_of=[before.pk] if before else [])
    return True


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(_("This is no day.")) from None
