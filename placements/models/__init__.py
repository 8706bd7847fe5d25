from placements.models.hosts import Host, HostContact, Offer, Post, Seat
from placements.models.placements import Placement

__all__ = ["Host", "HostContact", "Offer", "Placement", "Post", "Seat"]
