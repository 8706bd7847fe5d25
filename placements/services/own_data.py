"""What this app knows about a person, for the person's own download: wishes, published places, what mentors said, tickets and
leads; never a plan, nor what hosts wish."""

from typing import Any

from accounts.models import User
from accounts.services import OWN_DATA
from placements.models import Arrival, Feedback, LeadCredit, LeadStep, OpinionGiven, Placement, Ticket, Wish
from placements.rules.feedback import Kind


def _wishes(user: User) -> list[dict[str, Any]]:
    rows = Wish.objects.filter(side=Wish.Side.TRAINEE, trainee__person__user=user).order_by("trainee", "rank", "pk")
    return list(rows.values("offer__post__host__name", "offer__post__name", "rank", "reason", "written_at"))


def _placements(user: User) -> list[dict[str, Any]]:
    rows = Placement.objects.filter(trainee__person__user=user).order_by("starts_on", "pk")
    fields = ("seat__offer__post__host__name", "seat__offer__post__name", "starts_on", "ends_on", "state", "end_reason")
    return list(rows.values(*fields))


def _feedback(user: User) -> list[dict[str, Any]]:
    """What was chosen. Words that a mentor wrote to the office are given by the office, as the mentor was told; here stands
    that there are some."""
    rows = Feedback.objects.filter(request__placement__trainee__person__user=user).select_related("request", "rules")
    return [_answer(each) for each in rows.order_by("given_at", "pk")]


def _answer(feedback: Feedback) -> dict[str, Any]:
    words = {each.key for each in feedback.rules.rules.questions if each.kind == Kind.TEXT}
    return {
        "request__milestone": feedback.request.milestone,
        "answers": {key: value for key, value in feedback.answers.items() if key not in words},
        "words_to_be_asked_for_at_the_office": any(feedback.answers.get(key) for key in words),
        "score": feedback.score,
        "given_at": feedback.given_at,
        "in_force": feedback.in_force,
    }


def _opinions(user: User) -> list[dict[str, Any]]:
    """That it was said; what was said belongs to no person any more."""
    rows = OpinionGiven.objects.filter(placement__trainee__person__user=user).order_by("pk")
    return list(rows.values("placement__seat__offer__post__host__name"))


def _arrivals(user: User) -> list[dict[str, Any]]:
    rows = Arrival.objects.filter(placement__trainee__person__user=user).order_by("said_at", "pk")
    return list(rows.values("placement__seat__offer__post__host__name", "since", "said_at", "in_force"))


def _tickets(user: User) -> list[dict[str, Any]]:
    rows = Ticket.objects.filter(trainee__person__user=user).order_by("opened_at", "pk")
    return list(rows.values("category", "text", "opened_at", "due_at", "closed_at", "answer", "satisfaction"))


def _leads(user: User) -> list[dict[str, Any]]:
    """Leads with the own share, as it was and is; what others wrote of a company stays with the office."""
    rows = LeadCredit.objects.filter(trainee__person__user=user).order_by("at", "pk")
    return list(rows.values("lead__company", "lead__stage", "share", "reason", "at", "in_force"))


def _lead_steps(user: User) -> list[dict[str, Any]]:
    """What one wrote oneself of leads."""
    rows = LeadStep.objects.filter(by=user).order_by("at", "pk")
    return list(rows.values("lead__company", "kind", "stage", "happened_on", "text", "at"))


OWN_DATA |= {
    "wishes": _wishes,
    "placements": _placements,
    "feedback_of_mentors": _feedback,
    "opinions_about_hosts": _opinions,
    "arrivals": _arrivals,
    "tickets": _tickets,
    "leads": _leads,
    "lead_notes": _lead_steps,
}
