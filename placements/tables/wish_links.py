"""Which hosts were asked for their wishes, and how far each of them is."""

import django_filters
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trainee_mgmt.kit.formats import EMPTY
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


class WishLinkFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Host or contact"), method="find")

    def find(self, queryset, name, value):
        return queryset.filter(Q(name__icontains=value) | Q(contact__icontains=value))


def _letter(value) -> str:
    """What became of the last letter, where it did not go out."""
    words = {"waiting": _("on its way"), "sending": _("on its way"), "failed": _("failed"), "cancelled": _("not sent")}
    return str(words.get(value, ""))


def _letter_tag(value):
    return status_tag("bad" if value == "failed" else "", _letter(value)) if _letter(value) else EMPTY


def _share(answered: int, asked: int) -> str:
    return f"{answered} / {asked}"


def _answered_tag(answered: int, asked: int):
    return status_tag("ok" if answered == asked else "accent" if answered else "", f"{answered} / {asked}")


class WishLinkTable(Table):
    """``context``: the cohort for whose posts they are asked."""

    name = _("Wishes of hosts")
    filterset_class = WishLinkFilters
    default_order = ("name",)
    row_url = "placements:wish_link_detail"
    columns = (
        Column("name", _("Host enterprise"), sort="name"),
        Column("contact", _("Contact"), sort="contact"),
        Column("sent_at", pgettext_lazy("wish link", "Sent"), sort="sent_at"),
        Column("letter", _("Letter"), text=_letter, html=_letter_tag),
        Column("opened_at", pgettext_lazy("wish link", "Opened"), sort="opened_at"),
        Column("is_begun", _("Draft"), text=lambda begun: str(_("begun")) if begun else ""),
        Column(
            "answered",
            pgettext_lazy("wish link", "Answered"),
            source=("answered", "asked"),
            text=_share,
            html=_answered_tag,
            sort="answered",
        ),
        Column("given_at", _("Last answer"), sort="given_at"),
        Column("entered_by", _("Written down by")),
    )
    tabs = (
        Tab("open", _("Not yet answered"), Q(answered__lt=F("asked"))),
        Tab("unsent", _("Not sent"), Q(answered__lt=F("asked"), sent_at=None)),
        Tab("unopened", _("Not opened"), Q(answered__lt=F("asked"), sent_at__isnull=False, opened_at=None)),
        Tab("answered", pgettext_lazy("wish link", "Answered"), Q(answered=F("asked"))),
        Tab("none", _("Without a link"), Q(link=None)),
    )
    empty_title = _("No host offers a post")
    empty_hint = _("Once checked hosts offer posts to this cohort, they can be asked here for their wishes.")

    @property
    def row_kwargs(self):
        return {"cohort": self.context.pk}
