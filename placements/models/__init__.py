from placements.models.hosts import Host, HostContact, Offer, Post, Seat
from placements.models.placements import Placement
from placements.models.tickets import Category, Ticket, TicketRule, TicketStep
from placements.models.visits import Visit, VisitPicture, VisitRule, VisitTask

__all__ = [
    "Category",
    "Host",
    "HostContact",
    "Offer",
    "Placement",
    "Post",
    "Seat",
    "Ticket",
    "TicketRule",
    "TicketStep",
    "Visit",
    "VisitPicture",
    "VisitRule",
    "VisitTask",
]
