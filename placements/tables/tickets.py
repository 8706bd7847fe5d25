import re
from datetime import date, datetime

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from placements.models import Category
from placements.models.tickets import overdue_at
from placements.selectors.tickets import late_at
from trainee_mgmt.kit.choosing import RowFilter, SinceFilter
from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.formats import moment
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

ICONS = {Category.HOUSING: "home", Category.MEALS: "heart-hand", Category.SAFETY: "shield", Category.OTHER: "message"}
CATEGORIES = [(key, capfirst(words)) for key, words in Category.choices]  # as they stand alone
MONTH = re.compile(r"(\d{4})-(\d{2})")


def category_name(key: str) -> str:
    """As it stands alone: in a cell, in a heading."""
    return capfirst(str(Category(key).label))


def category_choices() -> list[tuple[str, str, str]]:
    """What help can be asked for: key, word and drawing of each category."""
    return [(key, words, ICONS[key]) for key, words in Category.choices]


def state_of(closed_at, stopped_at, due_at) -> tuple[str, str]:
    """(kind of tag, words) of a ticket at this moment."""
    if closed_at:
        return "ok", gettext("answered")
    if stopped_at:
        return "warn", gettext("clock stopped")
    if due_at < timezone.now():
        return "bad", gettext("overdue")
    return "accent", pgettext("ticket", "open")


def month_of(text: str) -> tuple[datetime, datetime] | None:
    """The first moment of a month and that of the next; None where the text names none."""
    found = MONTH.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 2200:
        return None
    first = date(int(found[1]), int(found[2]), 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return midnight(first), midnight(after)


class TicketFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Trainee, host or words"), method="search")
    category = django_filters.ChoiceFilter(label=_("Category"), choices=CATEGORIES, empty_label=_("Any category"))
    host = RowFilter(label=_("Host"), field_name="host", empty_label=_("All hosts"), nowhere=_("placed nowhere"))
    since = SinceFilter(label=_("Answered since"), field_name="closed_at")
    month = django_filters.CharFilter(label=_("Month, as 2026-09"), method="in_month")

    def search(self, queryset, name, value):
        return queryset.filter(
            Q(trainee__person__name__icontains=value)
            | Q(trainee__number__istartswith=value)
            | Q(host__name__icontains=value)
            | Q(text__icontains=value)
        )

    def in_month(self, queryset, name, value):
        span = month_of(value)
        return queryset.filter(opened_at__gte=span[0], opened_at__lt=span[1]) if span else queryset


class TicketTable(Table):
    name = _("Tickets")
    columns = (
        Column("name", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("category", _("Category"), text=category_name, sort="category"),
        Column("host", _("Host enterprise"), source="host__name", sort="host__name"),
        Column("text", _("In their words")),
        Column("owner", _("Who sees to it"), source="owner__name", sort="owner__name"),
        Column("opened_at", _("Asked at"), sort="opened_at"),
        Column("due_at", _("Answer due"), sort="due_at"),
        Column(
            "state",
            _("State"),
            source=("closed_at", "stopped_at", "due_at"),
            text=lambda *at: state_of(*at)[1],
            html=lambda *at: status_tag(*state_of(*at)),
        ),
        Column("closed_at", _("Answered"), text=lambda at: at and moment(at), on_screen=False),
        Column("answer", _("Answer"), on_screen=False),
        Column("satisfaction", _("Satisfaction"), sort="satisfaction", number=True),
        Column("times_reopened", _("Opened again"), on_screen=False, number=True),
    )
    filterset_class = TicketFilters
    default_order = ("-opened_at",)
    row_url = "placements:ticket_detail"
    personal = True
    empty_title = _("No ticket yet")
    empty_hint = _("Trainees open them on their phones in two taps: housing, meals, safety or something else.")

    @property
    def tabs(self):
        now = timezone.now()
        return (
            Tab("open", _("Open"), Q(closed_at=None)),
            Tab("overdue", _("Overdue"), overdue_at(now)),
            Tab("stopped", _("Clock stopped"), Q(stopped_at__isnull=False)),
            Tab("closed", _("Answered"), Q(closed_at__isnull=False)),
            Tab("reopened", _("Opened again"), Q(times_reopened__gt=0)),
            Tab("late", pgettext_lazy("tickets", "Not in time"), late_at(now)),
            Tab("rated", _("Rated"), Q(satisfaction__isnull=False)),
        )
