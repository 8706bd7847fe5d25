"""Wishes of both sides, and the demand for each post."""

import django_filters
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from placements.models import Wish
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


def wish_tag(rank):
    return status_tag("bad", str(_("ruled out"))) if rank is None else str(rank)


class WishFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Trainee, host or post"), method="find")
    side = django_filters.ChoiceFilter(label=_("By"), choices=Wish.Side.choices, empty_label=_("Both sides"))

    def find(self, queryset, name, value):
        return queryset.filter(
            Q(trainee__person__name__icontains=value)
            | Q(trainee__number__icontains=value)
            | Q(offer__post__name__icontains=value)
            | Q(offer__post__host__name__icontains=value)
        )


class WishTable(Table):
    name = _("Wishes")
    personal = True
    filterset_class = WishFilters
    default_order = ("trainee__number", "side", "rank")
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("side", _("By"), text=lambda side: str(Wish.Side(side).label), sort="side"),
        Column("host", _("Host enterprise"), source="offer__post__host__name", sort="offer__post__host__name"),
        Column("post", _("Post"), source="offer__post__name", sort="offer__post__name"),
        Column(
            "rank",
            _("Order of the wish"),
            text=lambda rank: str(_("ruled out")) if rank is None else rank,
            html=wish_tag,
            sort="rank",
        ),
        Column("reason", _("Reason")),
        Column("written_at", _("Written at"), sort="written_at"),
    )
    tabs = (
        Tab("ranked", _("Ranked"), Q(rank__isnull=False)),
        Tab("refused", _("Ruled out"), Q(rank=None)),
    )
    empty_title = _("No wish yet")
    empty_hint = _("Open the window of wishes; trainees write theirs on the phone, hosts tell you theirs.")


class DemandFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Host or post"), method="find")

    def find(self, queryset, name, value):
        return queryset.filter(Q(post__name__icontains=value) | Q(post__host__name__icontains=value))


class DemandTable(Table):
    """Each post with its seats against the wishes and refusals of trainees, and what its host said."""

    name = _("Demand for posts")
    filterset_class = DemandFilters
    default_order = ("-firsts", "-wished", "post__host__name")
    row_url = "placements:host_wishes"
    columns = (
        Column("post", _("Post"), source="post__name", sort="post__name"),
        Column("host", _("Host enterprise"), source="post__host__name", sort="post__host__name"),
        Column("seats", _("Seats"), source="seat_count", number=True, sort="seat_count"),
        Column("firsts", _("First wishes"), number=True, sort="firsts"),
        Column("wished", _("All wishes"), number=True, sort="wished"),
        Column("refused", _("Refusals"), number=True, sort="refused"),
        Column("by_host", _("Ranked by the host"), number=True, sort="by_host"),
        Column("host_refused", _("Refused by the host"), number=True, sort="host_refused"),
    )
    empty_title = _("No post on offer")
    empty_hint = _("Once hosts offer seats to this cohort, the demand for them stands here.")

    def prepare(self, queryset):
        mine, theirs = Q(wishes__side=Wish.Side.TRAINEE), Q(wishes__side=Wish.Side.HOST)

        def wishes(condition):
            return Count("wishes", filter=condition, distinct=True)

        return queryset.annotate(
            seat_count=Count("seats", distinct=True),
            firsts=wishes(mine & Q(wishes__rank=1)),
            wished=wishes(mine & Q(wishes__rank__isnull=False)),
            refused=wishes(mine & Q(wishes__rank=None)),
            by_host=wishes(theirs & Q(wishes__rank__isnull=False)),
            host_refused=wishes(theirs & Q(wishes__rank=None)),
        )
