"""What the trainees of a cohort are told: written, on its way, told, and by which channels."""

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Channel, Delivery, Notice
from accounts.rules.states import DELIVERY_TAGS, NOTICE_TAGS
from trainee_mgmt.kit.notices import KINDS
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

OURS = ("learning.", "cohorts.")


def kind_label(name: str) -> str:
    return str(KINDS[name].label) if name in KINDS else name


def ways(pairs: list[str] | None) -> list[tuple[str, str, str]]:
    """(channel in words, state, state in words) of each delivery."""
    split = (pair.split(" ") for pair in pairs or ())
    return [(str(Channel(way).label), state, str(Delivery.State(state).label)) for way, state in split]


def ways_in_words(pairs) -> str:
    return " · ".join(f"{way}: {said}" for way, _state, said in ways(pairs))


def ways_as_tags(pairs):
    tags = ((_tag(DELIVERY_TAGS[state], f"{way}: {said}"),) for way, state, said in ways(pairs))
    return format_html_join(" ", "{}", tags) or "—"


def _tag(look: tuple[str, str], text) -> SafeString:
    kind, drawing = look
    return status_tag(kind, text, drawing)


class ToldFilters(TableFilters):
    who = django_filters.CharFilter(label=_("Name"), field_name="user__name", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label=pgettext_lazy("notice", "What"), choices=())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = sorted((name, str(kind.label)) for name, kind in KINDS.items() if name.startswith(OURS))
        self.filters["kind"].extra["choices"] = kinds


class ToldTable(Table):
    name = _("What trainees are told")
    personal = True
    select = True
    columns = (
        Column("who", _("Name"), source="user__name", sort="user__name_key"),
        Column("kind", pgettext_lazy("notice", "What"), text=kind_label),
        Column("due_at", _("Planned for"), sort="due_at"),
        Column(
            "state",
            _("State"),
            text=lambda state: str(Notice.State(state).label),
            html=lambda state: _tag(NOTICE_TAGS[state], Notice.State(state).label),
        ),
        Column("ways", _("Channels"), text=ways_in_words, html=ways_as_tags),
        Column("read_at", _("Seen in the inbox"), source="message__read_at"),
    )
    tabs = (
        Tab("waiting", _("Written, not gone out"), Q(state=Notice.State.WAITING)),
        Tab("told", pgettext_lazy("notice", "Told"), Q(state__in=[Notice.State.MERGED, Notice.State.SENT])),
        Tab("dropped", _("No longer needed"), Q(state=Notice.State.DROPPED)),
        Tab("cancelled", pgettext_lazy("notice", "Cancelled"), Q(state=Notice.State.CANCELLED)),
    )
    filterset_class = ToldFilters
    default_order = ("-due_at",)
    empty_title = _("Nothing yet")
    empty_hint = _(
        "Reminders stand here as soon as they are written; whether each still holds is looked at when it goes out."
    )

    def prepare(self, queryset: QuerySet) -> QuerySet:
        rows = Delivery.objects.filter(message=OuterRef("message")).order_by("pk")
        return queryset.annotate(ways=ArraySubquery(rows.values(way=Concat("channel", Value(" "), "state"))))
