"""Lists of the outbox. What a message says is for its reader: lists name only its kinds."""

import django_filters
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import CalendarDay, Channel, Delivery, LinkLetter, Message, Notice
from accounts.rules.states import DELIVERY_TAGS, NOTICE_TAGS
from trainee_mgmt.kit.letters import LETTERS
from trainee_mgmt.kit.notices import KINDS
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, KeyFilter, Tab, Table, TableFilters

OF_MESSAGE = {"checked": ("accent", "clock"), "sent": ("ok", ""), "failed": ("warn", ""), "cancelled": ("", "")}


def kind_label(name: str) -> str:
    return str(KINDS[name].label) if name in KINDS else name


def message_tag(state: str) -> SafeString:
    kind, drawing = OF_MESSAGE[state]
    return status_tag(kind, Message.State(state).label, drawing)


def notice_tag(state: str) -> SafeString:
    kind, drawing = NOTICE_TAGS[state]
    return status_tag(kind, Notice.State(state).label, drawing)


def delivery_tag(channel: str, state: str) -> SafeString:
    kind, drawing = DELIVERY_TAGS[state]
    return status_tag(kind, f"{Channel(channel).label}: {Delivery.State(state).label}", drawing)


def ways(packed: str | None) -> list[tuple[str, str]]:
    return [tuple(pair.split(" ", 1)) for pair in (packed or "").split(",") if pair]


def ways_in_words(packed) -> str:
    return " · ".join(f"{Channel(name).label}: {Delivery.State(state).label}" for name, state in ways(packed))


def ways_as_tags(packed) -> SafeString:
    return SafeString(" ".join(delivery_tag(name, state) for name, state in ways(packed)))


class MessageFilters(TableFilters):
    who = django_filters.CharFilter(
        label=pgettext_lazy("notice", "To"), field_name="user__name", lookup_expr="icontains"
    )
    channel = django_filters.ChoiceFilter(label=gettext_lazy("Channel"), choices=Channel.choices, method="with_channel")
    way = django_filters.ChoiceFilter(
        label=gettext_lazy("On the channel"), choices=Delivery.State.choices, method="with_state"
    )
    double = django_filters.ChoiceFilter(
        label=gettext_lazy("Perhaps twice"), choices=[("1", gettext_lazy("perhaps twice"))], method="with_double"
    )

    def with_channel(self, queryset, name, value):
        state = (self.data or {}).get("way") or None
        if not value:
            return queryset
        rows = Delivery.objects.filter(channel=value)
        if state in Delivery.State.values:
            rows = rows.filter(state=state)
        return queryset.filter(pk__in=rows.values("message"))

    def with_state(self, queryset, name, value):
        if not value or (self.data or {}).get("channel") in Channel.values:
            return queryset  # then both are asked of the same channel
        return queryset.filter(pk__in=Delivery.objects.filter(state=value).values("message"))

    def with_double(self, queryset, name, value):
        doubtful = Delivery.objects.filter(is_possible_double=True)
        return queryset.filter(pk__in=doubtful.values("message")) if value else queryset


class MessageTable(Table):
    name = gettext_lazy("Outbox")
    personal = True
    columns = (
        Column("subject", pgettext_lazy("notice", "What")),
        Column("who", pgettext_lazy("notice", "To"), source="user__name"),
        Column("unit", gettext_lazy("Unit"), source="user__unit__name"),
        Column("checked_at", gettext_lazy("When"), sort="checked_at"),
        Column(
            "state",
            gettext_lazy("State"),
            text=lambda state: str(Message.State(state).label),
            html=message_tag,
        ),
        Column("ways", gettext_lazy("Channels"), text=ways_in_words, html=ways_as_tags),
        Column("read_at", pgettext_lazy("notice", "Read"), on_screen=False),
    )
    tabs = (
        Tab("open", gettext_lazy("On their way"), Q(state=Message.State.CHECKED)),
        Tab("sent", pgettext_lazy("notices", "Sent"), Q(state=Message.State.SENT)),
        Tab("failed", gettext_lazy("Only in the inbox"), Q(state=Message.State.FAILED)),
        Tab("cancelled", pgettext_lazy("notices", "Cancelled"), Q(state=Message.State.CANCELLED)),
    )
    filterset_class = MessageFilters
    default_order = ("-pk",)
    row_url = "accounts:message_detail"
    empty_title = gettext_lazy("Nobody has been told anything yet")
    empty_hint = gettext_lazy("Reminders and notices appear here, with what became of them on each channel.")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        rows = Delivery.objects.filter(message=OuterRef("pk")).order_by().values("message")
        packed = StringAgg(Concat("channel", Value(" "), "state"), delimiter=",", order_by="pk")
        return queryset.annotate(ways=Subquery(rows.annotate(packed=packed).values("packed"), output_field=CharField()))


class NoticeFilters(TableFilters):
    who = django_filters.CharFilter(
        label=pgettext_lazy("notice", "To"), field_name="user__name", lookup_expr="icontains"
    )
    kind = django_filters.ChoiceFilter(label=pgettext_lazy("notice", "What"), choices=())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = sorted((name, str(kind.label)) for name, kind in KINDS.items())


class NoticeTable(Table):
    name = gettext_lazy("Notices")
    personal = True
    select = True
    columns = (
        Column("kind", pgettext_lazy("notice", "What"), text=kind_label),
        Column("who", pgettext_lazy("notice", "To"), source="user__name"),
        Column("due_at", gettext_lazy("Planned for"), sort="due_at"),
        Column("expires_at", pgettext_lazy("notice", "Until")),
        Column(
            "state",
            gettext_lazy("State"),
            text=lambda state: str(Notice.State(state).label),
            html=notice_tag,
        ),
        Column("made_at", gettext_lazy("Made at"), sort="made_at"),
    )
    tabs = (
        Tab("waiting", gettext_lazy("Waiting"), Q(state=Notice.State.WAITING)),
        Tab("told", gettext_lazy("Told"), Q(state__in=[Notice.State.MERGED, Notice.State.SENT])),
        Tab("dropped", gettext_lazy("No longer needed"), Q(state=Notice.State.DROPPED)),
        Tab("cancelled", pgettext_lazy("notices", "Cancelled"), Q(state=Notice.State.CANCELLED)),
    )
    filterset_class = NoticeFilters
    default_order = ("-pk",)
    empty_title = gettext_lazy("No notice yet")
    empty_hint = gettext_lazy("What people will be told stands here until its time has come.")


def letter_label(name: str) -> str:
    return str(LETTERS[name].label) if name in LETTERS else name


def letter_tag(state: str) -> SafeString:
    kind, drawing = DELIVERY_TAGS[state]
    return status_tag(kind, LinkLetter.State(state).label, drawing)


def channel_label(name: str) -> str:
    return str(Channel(name).label) if name else ""


class LetterFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("To whom, about what"), method="find")
    kind = django_filters.ChoiceFilter(label=pgettext_lazy("notice", "What"), choices=())
    channel = django_filters.ChoiceFilter(label=gettext_lazy("Channel"), choices=Channel.choices)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = sorted((name, str(kind.label)) for name, kind in LETTERS.items())

    def find(self, queryset, name, value):
        found = Q(pk__in=[])
        for kind in LETTERS.values():
            found |= Q(kind=kind.name, about_id__in=kind.named().filter(told__icontains=value).values("pk"))
        return queryset.filter(found)


class LetterTable(Table):
    name = gettext_lazy("Letters to people without an account")
    personal = True
    columns = (
        Column("kind", pgettext_lazy("notice", "What"), text=letter_label),
        Column("told", gettext_lazy("To whom, about what")),
        Column("channel", gettext_lazy("Channel"), text=channel_label),
        Column("asked_by", gettext_lazy("Asked by"), source="asked_by__name"),
        Column("asked_at", gettext_lazy("Asked at"), sort="asked_at"),
        Column("state", gettext_lazy("State"), text=lambda state: str(LinkLetter.State(state).label), html=letter_tag),
        Column("sent_at", gettext_lazy("Sent out at"), sort="sent_at"),
        Column("error", gettext_lazy("Error")),
    )
    tabs = (
        Tab("open", gettext_lazy("On their way"), Q(state__in=[LinkLetter.State.WAITING, LinkLetter.State.SENDING])),
        Tab("sent", pgettext_lazy("notices", "Sent"), Q(state=LinkLetter.State.SENT)),
        Tab("failed", pgettext_lazy("letters", "Failed"), Q(state=LinkLetter.State.FAILED)),
        Tab("cancelled", gettext_lazy("No longer needed"), Q(state=LinkLetter.State.CANCELLED)),
    )
    filterset_class = LetterFilters
    default_order = ("-pk",)
    empty_title = gettext_lazy("No letter yet")
    empty_hint = gettext_lazy(
        "Links for mentors, hosts and applicants that go out by text message or e-mail stand here."
    )

    def prepare(self, queryset: QuerySet) -> QuerySet:
        """With the words for whom each letter is; of those on the page, since it is annotated after filtering."""
        whens = [
            When(kind=kind.name, then=Subquery(kind.named().filter(pk=OuterRef("about_id")).values("told")[:1]))
            for kind in LETTERS.values()
        ]
        return queryset.annotate(told=Case(*whens, default=Value(""), output_field=CharField()))


class CalendarFilters(TableFilters):
    year = KeyFilter(label=gettext_lazy("Year"), method="of_year")

    def of_year(self, queryset, name, value):
        return queryset.filter(day__year=int(value)) if value and 1900 < value < 3000 else queryset


class CalendarTable(Table):
    name = gettext_lazy("Holidays")
    columns = (
        Column("day", gettext_lazy("Day"), sort="day"),
        Column("name", pgettext_lazy("calendar", "Name")),
        Column(
            "is_working",
            gettext_lazy("On this day"),
            text=lambda is_working: _("people work") if is_working else _("people are free"),
            html=lambda is_working: (
                status_tag("warn", _("people work"), "calendar")
                if is_working
                else status_tag("ok", _("people are free"), "sun")
            ),
        ),
        Column(
            "source",
            pgettext_lazy("calendar", "From"),
            text=lambda source: str(CalendarDay.Source(source).label),
            html=lambda source: escape(CalendarDay.Source(source).label),
        ),
    )
    filterset_class = CalendarFilters
    default_order = ("-day",)
    empty_title = gettext_lazy("No holidays yet")
    empty_hint = gettext_lazy("They are filled in from the published calendar within some hours.")
