from placements.models.changes import PlacementChange
from placements.models.dispatch import DispatchAction, DispatchMeeting, DispatchPack
from placements.models.feedback import (
    Arrival,
    Feedback,
    FeedbackLink,
    FeedbackRequest,
    FeedbackRules,
)
from placements.models.hosts import Host, HostContact, Offer, Post, Seat
from placements.models.leads import Lead, LeadCredit, LeadFile, LeadMerge, LeadStep
from placements.models.leads import Stage as LeadStage
from placements.models.links import SignedLink
from placements.models.opinions import HostOpinion, OpinionGiven
from placements.models.placements import Placement
from placements.models.plans import KeptApart, MatchingRules, MatchPair, MatchPlan, MatchPrice
from placements.models.tickets import Category, Counts, OfficeHours, Ticket, TicketRule, TicketStep
from placements.models.visits import Visit, VisitPicture, VisitRule, VisitTask
from placements.models.wishes import MOST_RANKS, HostAnswer, HostDraft, Wish, WishLink, WishWindow

__all__ = [
    "MOST_RANKS",
    "Arrival",
    "Category",
    "Counts",
    "DispatchAction",
    "DispatchMeeting",
    "DispatchPack",
    "Feedback",
    "FeedbackLink",
    "FeedbackRequest",
    "FeedbackRules",
    "Host",
    "HostAnswer",
    "HostContact",
    "HostDraft",
    "HostOpinion",
    "KeptApart",
    "Lead",
    "LeadCredit",
    "LeadFile",
    "LeadMerge",
    "LeadStage",
    "LeadStep",
    "MatchPair",
    "MatchPlan",
    "MatchPrice",
    "MatchingRules",
    "Offer",
    "OfficeHours",
    "OpinionGiven",
    "Placement",
    "PlacementChange",
    "Post",
    "Seat",
    "SignedLink",
    "Ticket",
    "TicketRule",
    "TicketStep",
    "Visit",
    "VisitPicture",
    "VisitRule",
    "VisitTask",
    "Wish",
    "WishLink",
    "WishWindow",
]
