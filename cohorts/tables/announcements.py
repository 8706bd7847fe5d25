"""Office notices, and what became of one for each person."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Channel, Delivery, Notice
from accounts.rules.states import NOTICE_TAGS
from cohorts.models import Announcement
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table

TAGS = {"draft": ("", "edit"), "sent": ("ok", ""), "cancelled": ("warn", "")}


def announcement_tag(state: str) -> SafeString:
    kind, drawing = TAGS[state]
    return status_tag(kind, Announcement.State(state).label, drawing)


def recipient_tag(state: str) -> SafeString:
    kind, drawing = NOTICE_TAGS[state]
    return status_tag(kind, Notice.State(state).label, drawing)


class AnnouncementTable(Table):
    name = gettext_lazy("Office notices")
    columns = (
        Column("title", pgettext_lazy("office notice", "Title")),
        Column(
            "state",
            gettext_lazy("State"),
            text=lambda state: str(Announcement.State(state).label),
            html=announcement_tag,
        ),
        Column("told", gettext_lazy("People"), number=True),
        Column("by", pgettext_lazy("office notice", "Written by"), source="made_by__name"),
        Column("sent_at", pgettext_lazy("office notice", "Sent at"), sort="sent_at"),
    )
    default_order = ("-pk",)
    row_url = "cohorts:announcement_detail"
    empty_title = gettext_lazy("No office notice yet")
    empty_hint = gettext_lazy("Write to a whole cohort or to some classes; you see who gets it before it goes out.")


class RecipientTable(Table):
    """One person each: has it gone out, by which way, was it seen in the inbox."""

    name = gettext_lazy("Office notice")
    personal = True
    columns = (
        Column("who", gettext_lazy("Name"), source="user__name", sort="user__name_key"),
        Column(
            "state",
            gettext_lazy("State"),
            text=lambda state: str(Notice.State(state).label),
            html=recipient_tag,
        ),
        Column(
            "ways",
            gettext_lazy("Channels"),
            text=lambda ways: " · ".join(str(Channel(way).label) for way in ways or ()),
        ),
        Column("planned", gettext_lazy("Planned for"), source="due_at"),
        Column("read_at", gettext_lazy("Seen in the inbox"), source="message__read_at"),
    )
    tabs = (
        Tab("open", gettext_lazy("Not gone out yet"), Q(state__in=["waiting", "merged"])),
        Tab("sent", pgettext_lazy("office notice", "Told"), Q(state="sent")),
        Tab("unread", gettext_lazy("Not seen in the inbox yet"), Q(state="sent", message__read_at=None)),
    )
    default_order = ("user__name_key",)
    empty_title = gettext_lazy("Nobody")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        taken = Delivery.objects.filter(message=OuterRef("message"), state=Delivery.State.SENT).order_by("pk")
        return queryset.annotate(ways=ArraySubquery(taken.values("channel")))
