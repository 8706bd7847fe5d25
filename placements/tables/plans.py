"""Plans of a cohort, and the pairs of one."""

from decimal import Decimal

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placements.models import MatchPlan, Wish
from placements.selectors.explain import CRITERIA
from trainee_mgmt.kit.formats import EMPTY
from trainee_mgmt.kit.icons import icon
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

PLAN_TAGS = {"draft": "", "solving": "accent", "solved": "warn", "infeasible": "bad", "published": "ok"}


def plan_tag(state: str) -> SafeString:
    return status_tag(PLAN_TAGS[state], str(MatchPlan.State(state).label))


class PlanTable(Table):
    name = _("Matching plans")
    default_order = ("-number",)
    row_url = "placements:match_plan_detail"
    columns = (
        Column("number", _("Matching plan"), sort="number", text=lambda number: gettext("Plan %(n)s") % {"n": number}),
        Column("starts_on", _("For posts from"), sort="starts_on"),
        Column("state", _("State"), text=lambda state: str(MatchPlan.State(state).label), html=plan_tag, sort="state"),
        Column("placed", _("Placed"), source=("placed", "people"), text=lambda n, of: f"{n} / {of}", sort="placed"),
        Column("seats", _("Seats"), number=True, sort="seats"),
        Column("total", _("Total points"), number=True, sort="total"),
        Column("rules", _("Rules"), source="rules__version", number=True, sort="rules__version"),
        Column("made_by", _("By"), source="made_by__name"),
        Column("made_at", _("Made at"), sort="made_at"),
        Column("published_at", _("Published at"), sort="published_at"),
    )
    tabs = (
        Tab("open", _("Not published"), ~Q(state=MatchPlan.State.PUBLISHED)),
        Tab("published", _("Made public"), Q(state=MatchPlan.State.PUBLISHED)),
    )
    empty_title = _("No plan yet")
    empty_hint = _("Once posts are offered and the rules are saved, the best plan is found in a moment.")


WISHES = [("1", _("first wish")), ("2", _("second wish")), ("later", _("later wish")), ("none", _("no wish met"))]


class PairFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Trainee, host or post"), method="find")
    wish = django_filters.ChoiceFilter(label=_("Wish"), choices=WISHES, method="by_wish", empty_label=_("All wishes"))

    def find(self, queryset, name, value):
        return queryset.filter(
            Q(trainee__person__name__icontains=value)
            | Q(trainee__number__icontains=value)
            | Q(offer__post__name__icontains=value)
            | Q(offer__post__host__name__icontains=value)
        )

    def by_wish(self, queryset, name, value):
        condition = {"none": Q(rank=None), "later": Q(rank__gt=2)}
        return queryset.filter(condition.get(value) or Q(rank=value))


def post_cell(host: str | None, post: str | None) -> SafeString:
    if post is None:
        return status_tag("bad", gettext("without a place"))
    return format_html('{}<span class="sub">{}</span>', host, post)


def wish_words(rank: int | None, offer: int | None, has_wished: bool) -> str:
    if offer is None:
        return EMPTY
    if rank:
        return gettext("Wish %(rank)s") % {"rank": rank}
    return gettext("not wished") if has_wished else gettext("gave no wishes")


def wish_cell(rank: int | None, offer: int | None, has_wished: bool) -> str | SafeString:
    """Only who wished for other posts is worth a warning."""
    words = wish_words(rank, offer, has_wished)
    return words if rank or offer is None or not has_wished else status_tag("warn", words)


def lock_cell(is_locked: bool, reason: str) -> SafeString:
    if not is_locked:
        return SafeString(EMPTY)
    return format_html('{}<span class="sub sub-short">{}</span>', SafeString(icon("lock", gettext("locked"))), reason)


def _criterion(name: str):
    return lambda points: Decimal(points.get(name, 0)).scaleb(-2)


class PairTable(Table):
    """The pairs of a plan; its spreadsheet has the points of each criterion."""

    name = _("Pairs of a plan")
    personal = True
    filterset_class = PairFilters
    default_order = ("-total", "trainee__number")
    row_url = "placements:match_pair_detail"
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number", on_screen=False),
        Column("unit", _("Works at"), source="trainee__work_unit", on_screen=False),
        Column(
            "place",
            _("Host and post"),
            source=("offer__post__host__name", "offer__post__name"),
            text=lambda host, post: f"{host} · {post}" if post else "",
            html=post_cell,
            sort=("offer__post__host__name", "offer__post__name"),
        ),
        Column("wish", _("Wish"), source=("rank", "offer", "has_wished"), text=wish_words, html=wish_cell, sort="rank"),
        *(
            Column(str(name), label, source="points", text=_criterion(name), on_screen=False)
            for name, label in CRITERIA.items()
        ),
        Column("total", _("Points"), number=True, sort="total"),
        Column(
            "lock",
            _("Locked"),
            source=("is_locked", "reason"),
            text=lambda is_locked, reason: (reason or gettext("locked")) if is_locked else "",
            html=lock_cell,
            sort="is_locked",
        ),
    )
    tabs = (
        Tab("locked", _("Locked"), Q(is_locked=True)),
        Tab("without", _("Without a place"), Q(offer=None)),
    )
    empty_title = _("No pair")
    empty_hint = _("The plan has no solution.")

    def prepare(self, queryset):
        wishes = Wish.objects.filter(side=Wish.Side.TRAINEE, trainee=OuterRef("trainee"), rank__isnull=False)
        return queryset.annotate(has_wished=Exists(wishes))
