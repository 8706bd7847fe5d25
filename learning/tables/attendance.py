"""Marks of attendance: the ledger row by row, and everybody expected with the mark in force."""

import django_filters
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import Attendance
from trainee_mgmt.kit.formats import from_to, from_to_in_sheet
from trainee_mgmt.kit.pieces import link, status_tag
from trainee_mgmt.kit.tables import Column, Table, TableFilters

BY_SESSION = ("-session__starts_at", "session")
MANY_MARKS = 20_000  # fewer are counted in the time that a page takes anyway


class AttendanceFilters(TableFilters):
    state = django_filters.ChoiceFilter(label=_("Mark"), choices=Attendance.State.choices, empty_label=_("All marks"))


MARK_TAGS = {"present": "ok", "late": "warn", "early": "warn", "absent": "bad", "excused": ""}


def mark_tag(state) -> str:
    return status_tag(MARK_TAGS[state], str(Attendance.State(state).label))


class AttendanceTable(Table):
    """The ledger, row by row: what figures of attendance open."""

    name = "attendance"
    personal = True
    kept_beyond = MANY_MARKS
    spread = BY_SESSION
    filterset_class = AttendanceFilters
    default_order = (*BY_SESSION, "trainee__number")
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("session", _("Session"), source="session__title"),
        Column(
            "when",
            _("Time"),
            source=("session__starts_at", "session__ends_at"),
            text=from_to_in_sheet,
            html=from_to,
            sort="session__starts_at",
        ),
        Column("state", _("Mark"), text=lambda state: str(Attendance.State(state).label), html=mark_tag),
        Column("note", _("Note")),
        Column("marked_by", _("Marked by"), source="marked_by__name"),
        Column("marked_at", _("Marked at"), sort="marked_at"),
    )
    empty_title = _("No marks yet")
    empty_hint = _("Marks come from the roll call of a session.")


def expected_mark(state) -> str:
    return mark_tag(state) if state else status_tag("", gettext("not marked"))


def expected_mark_words(state) -> str:
    return str(Attendance.State(state).label) if state else gettext("not marked")


def trainee_link(name, pk) -> str:
    return link(reverse("cohorts:trainee_detail", kwargs={"pk": pk}), name)


def only_name(name, pk) -> str:
    return name


TRAINEE = Column(
    "trainee",
    _("Trainee"),
    source=("trainee__person__name", "trainee_id"),
    text=only_name,
    html=trainee_link,
    sort="trainee__person__name_key",
)


class PersonTimeRows(Table):
    """Everybody expected at sessions that were held, with the mark in force, or none."""

    name = _("Person-times")
    personal = True
    kept_beyond = MANY_MARKS
    spread = BY_SESSION
    default_order = (*BY_SESSION, "trainee__number")
    columns = (
        TRAINEE,
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column("session", _("Session"), source="session__title"),
        Column(
            "when",
            _("Time"),
            source=("session__starts_at", "session__ends_at"),
            text=from_to_in_sheet,
            html=from_to,
            sort="session__starts_at",
        ),
        Column("state", _("Mark"), text=expected_mark_words, html=expected_mark),
        Column("note", _("Note"), source="mark__note"),
    )
    empty_title = _("No row")
    empty_hint = _("The figure is 0: no row counts.")
