"""What pages of venues ask for."""

from dataclasses import dataclass

from library.models import Venue, Way


@dataclass(frozen=True)
class WayTo:
    """Another venue, and how long it takes to go there."""

    venue: int
    name: str
    place: str
    minutes: int


def ways_of(venue: Venue) -> list[WayTo]:
    """The ways that are written down for a venue itself, the shortest first; two queries."""
    names = ("pk", "name", "place", "minutes")
    out = Way.objects.filter(one=venue).values_list(*(f"other__{name}" for name in names[:3]), "minutes")
    back = Way.objects.filter(other=venue).values_list(*(f"one__{name}" for name in names[:3]), "minutes")
    return sorted((WayTo(*row) for row in [*out, *back]), key=lambda way: (way.minutes, way.name, way.venue))
