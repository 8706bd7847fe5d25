"""What trainees think of hosts, as far as it may be shown: from three answers on, and then three more at a time."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from placements.models import HostOpinion, OpinionGiven, Placement
from placements.rules.opinions import ASPECTS, means


@dataclass(frozen=True)
class Opinions:
    """``count`` answers that came out: the mean of each aspect by its label, and their words in no order of time."""

    count: int
    means: dict[str, Decimal | None]
    texts: list[str]


def opinions_of(host: int) -> Opinions:
    """The order of the words is that of keys drawn by lot."""
    rows = list(HostOpinion.objects.shown().filter(host=host).order_by("pk").values_list("points", "text"))
    found = means([points for points, _text in rows])
    return Opinions(
        len(rows), {str(label): found[key] for key, label in ASPECTS.items()}, sorted(text for _p, text in rows if text)
    )


PERSON, HOST = "trainee__person", "seat__offer__post__host"


def answered(placement: Placement) -> QuerySet[OpinionGiven]:
    """What this person has said of this host, during whichever stay."""
    return OpinionGiven.objects.filter(
        **{f"placement__{PERSON}": placement.trainee.person_id, f"placement__{HOST}": placement.seat.offer.post.host_id}
    )


def with_opinion(placements: QuerySet[Placement]) -> QuerySet[Placement]:
    """Adds ``has_opinion``: whether the person has said what the host is like."""
    same = {f"placement__{each}": OuterRef(each) for each in (PERSON, HOST)}
    return placements.annotate(has_opinion=Exists(OpinionGiven.objects.filter(**same)))
