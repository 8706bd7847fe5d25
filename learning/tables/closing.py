from datetime import timedelta

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import ClosingItem
from learning.rules.closing import NAMES, is_overdue
from learning.selectors.closing import with_state
from learning.tables.filters import ClassFilter
from trainee_mgmt.kit.formats import EMPTY, day
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

SOON = timedelta(days=7)


def item_name(kind: str, title: str) -> str:
    return title or str(NAMES[kind])


def item_state(is_done: bool, due_on) -> tuple[str, str]:
    """(kind of tag, word) of an item."""
    today = timezone.localdate()
    if is_done:
        return "ok", gettext("done")
    if is_overdue(due_on, today, is_done=is_done):
        return "bad", gettext("overdue")
    if due_on and due_on <= today + SOON:
        return "warn", gettext("due soon")
    return "", gettext("not done yet")


class ClosingFilters(TableFilters):
    training_class = ClassFilter(
        lambda rows, classes: rows.filter(training_class__in=classes), classes_of=lambda classes: classes
    )
    kind = django_filters.ChoiceFilter(label=_("Item"), choices=ClosingItem.Kind.choices, empty_label=_("All items"))

    class Meta:
        model = ClosingItem
        fields = []


class ClosingTable(Table):
    """``context``: the classes in reach."""

    name = "closing checklist"
    row_url = "learning:closing_item_detail"
    filterset_class = ClosingFilters
    tabs_ask = True
    default_order = ("training_class__number", "training_class")
    columns = (
        Column("item", _("Item"), source=("kind", "title"), text=item_name, sort=("kind", "title")),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column("owner", _("In charge"), source="owner__name", text=lambda name: name or "", sort="owner__name_key"),
        Column(
            "due_on",
            _("Due by"),
            text=lambda due_on: due_on,
            html=lambda due_on: day(due_on) if due_on else EMPTY,
            sort="due_on",
        ),
        Column(
            "state",
            _("State"),
            source=("is_done", "due_on"),
            text=lambda *values: item_state(*values)[1],
            html=lambda *values: status_tag(*item_state(*values)),
        ),
        Column("note", _("Note"), on_screen=False),
    )
    empty_title = _("No checklist yet")
    empty_hint = _(
        "Set it up once: plan, agenda, sign-in sheets and final timetable for each class, with somebody in charge and a day."
    )

    def prepare(self, queryset):
        return with_state(queryset, now=timezone.now())

    @property
    def tabs(self):
        return (
            Tab("open", _("Open"), Q(is_done=False)),
            Tab("overdue", _("Overdue"), Q(is_done=False, due_on__lt=timezone.localdate())),
            Tab("done", _("All done"), Q(is_done=True)),
        )
