"""What this app knows about a person, for the person's own download: wishes, published places and what mentors said, never a plan."""

from typing import Any

from accounts.models import User
from accounts.services import OWN_DATA
from placements.models import Feedback, OpinionGiven, Placement, Wish


def _wishes(user: User) -> list[dict[str, Any]]:
    rows = Wish.objects.filter(side=Wish.Side.TRAINEE, trainee__person__user=user).order_by("trainee", "rank", "pk")
    return list(rows.values("offer__post__host__name", "offer__post__name", "rank", "reason", "written_at"))


def _placements(user: User) -> list[dict[str, Any]]:
    rows = Placement.objects.filter(trainee__person__user=user).order_by("starts_on", "pk")
    fields = ("seat__offer__post__host__name", "seat__offer__post__name", "starts_on", "ends_on", "state", "end_reason")
    return list(rows.values(*fields))


def _feedback(user: User) -> list[dict[str, Any]]:
    rows = Feedback.objects.filter(request__placement__trainee__person__user=user).order_by("given_at", "pk")
    return list(rows.values("request__milestone", "answers", "score", "given_at", "in_force"))


def _opinions(user: User) -> list[dict[str, Any]]:
    """That it was said; what was said belongs to no person any more."""
    rows = OpinionGiven.objects.filter(placement__trainee__person__user=user).order_by("pk")
    return list(rows.values("placement__seat__offer__post__host__name"))


OWN_DATA |= {
    "wishes": _wishes,
    "placements": _placements,
    "feedback_of_mentors": _feedback,
    "opinions_about_hosts": _opinions,
}
