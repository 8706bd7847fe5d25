"""Columns and filters of the lists of this app; one module a topic."""

from datetime import datetime, time

import django_filters
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import Attendance, Journal, Session, SessionClass
from learning.rules.places import place_words
from learning.selectors import marks_of
from trainee_mgmt.kit.formats import clock, day, span
from trainee_mgmt.kit.pieces import link, status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


def _when(starts_at, ends_at) -> str:
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    return f"{start:%Y-%m-%d} {start:%H:%M}–{end:%H:%M}"


def _when_on_screen(starts_at, ends_at) -> str:
    return f"{day(starts_at)} {clock(starts_at)}–{clock(ends_at)}"


def _span(first_on, last_on) -> str:
    """The days of a period, for a sheet."""
    return f"{first_on:%Y-%m-%d}" if first_on == last_on else f"{first_on:%Y-%m-%d} – {last_on:%Y-%m-%d}"


def session_state(cancelled_at, rolled_at, starts_at, ends_at, is_draft=False):
    """(kind of tag, word) of a session's state."""
    now = timezone.now()
    if is_draft:
        return "accent", gettext("draft, cancelled") if cancelled_at else gettext("draft")
    if cancelled_at:
        return "", gettext("cancelled")
    if rolled_at:
        return "ok", gettext("roll called")
    if ends_at < now:
        return "warn", gettext("roll missing")
    if starts_at <= now:
        return "accent", gettext("running")
    return "", gettext("not started")


class SessionFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Title, teacher or place"), method="find")
    day = django_filters.DateFilter(label=_("Day"), method="on_day")
    in_class = django_filters.ChoiceFilter(label=_("Class"), method="of_class", empty_label=_("All classes"))

    class Meta:
        model = Session
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        classes = self.table.context.classes.order_by("number", "pk").values_list("pk", "name")
        self.filters["in_class"].extra["choices"] = list(classes)

    def find(self, queryset, name, value):
        return queryset.filter(
            Q(title__icontains=value)
            | Q(teacher_name__icontains=value)
            | Q(place__icontains=value)
            | Q(venue__name__icontains=value)
        )

    def on_day(self, queryset, name, value):
        day = (timezone.make_aware(datetime.combine(value, clock)) for clock in (time.min, time.max))
        return queryset.filter(starts_at__range=tuple(day))

    def of_class(self, queryset, name, value):
        return queryset.filter(pk__in=SessionClass.objects.filter(training_class=value).values("session"))


class SessionTable(Table):
    name = "sessions"
    row_url = "learning:session_detail"
    filterset_class = SessionFilters
    default_order = ("starts_at",)
    columns = (
        Column("title", _("Session"), sort="title"),
        Column(
            "starts_at", _("Time"), source=("starts_at", "ends_at"), text=_when, html=_when_on_screen, sort="starts_at"
        ),
        Column("classes", _("Classes"), source="class_names"),
        Column("teacher_name", _("Teacher"), sort="teacher_name"),
        Column("place", _("Place"), source=("venue__name", "place"), text=place_words, sort=("venue__name", "place")),
        Column(
            "state",
            _("State"),
            source=("cancelled_at", "rolled_at", "starts_at", "ends_at", "is_draft"),
            text=lambda *values: session_state(*values)[1],
            html=lambda *values: status_tag(*session_state(*values)),
        ),
    )
    empty_title = _("No sessions yet")
    empty_hint = _("A session has a time, a place and classes; roll is called at it.")

    def __init__(self, *args, **options):
        marked = Column("marked", _("Came / marked"), source=("pk", "newest_mark"), text=self._marked, number=True)
        super().__init__(*args, columns=(marked,), **options)

    def _page_of_rows(self, page):
        rows = super()._page_of_rows(page)
        self.marks = marks_of({pk: newest for *_others, newest, pk in rows})
        return rows

    def sheet_rows(self, chunk=2000):
        self.marks = marks_of(dict(self.ordered.values_list("pk", "newest_mark")))
        return super().sheet_rows(chunk)

    def _marked(self, session, newest) -> str:
        came, marked = self.marks.get(session, (0, 0))
        return f"{came} / {marked}" if newest else ""

    def prepare(self, queryset):
        names = SessionClass.objects.filter(session=OuterRef("pk")).order_by().values("session")
        marks = Attendance.objects.filter(session=OuterRef("pk")).order_by("-pk")
        return queryset.annotate(
            class_names=Subquery(
                names.annotate(n=StringAgg("training_class__name", "、", order_by="training_class__number")).values("n")
            ),
            newest_mark=Subquery(marks.values("pk")[:1]),
        )

    @property
    def tabs(self):
        now = timezone.now()
        return (
            Tab("coming", _("Coming"), Q(ends_at__gte=now, cancelled_at=None)),
            Tab("past", _("Held"), Q(ends_at__lt=now, cancelled_at=None)),
            Tab("open", _("Roll missing"), Q(ends_at__lt=now, cancelled_at=None, rolled_at=None)),
            Tab("cancelled", _("Cancelled"), Q(cancelled_at__isnull=False)),
        )


class AttendanceFilters(TableFilters):
    state = django_filters.ChoiceFilter(label=_("Mark"), choices=Attendance.State.choices, empty_label=_("All marks"))

    class Meta:
        model = Attendance
        fields = ["state"]


MARK_TAGS = {"present": "ok", "late": "warn", "early": "warn", "absent": "bad", "excused": ""}


def mark_tag(state) -> str:
    return status_tag(MARK_TAGS[state], str(Attendance.State(state).label))


class AttendanceTable(Table):
    """The ledger, row by row: what figures of attendance open."""

    name = "attendance"
    personal = True
    filterset_class = AttendanceFilters
    default_order = ("-session__starts_at", "trainee__number")
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("session", _("Session"), source="session__title"),
        Column(
            "when",
            _("Time"),
            source=("session__starts_at", "session__ends_at"),
            text=_when,
            html=_when_on_screen,
            sort="session__starts_at",
        ),
        Column("state", _("Mark"), text=lambda state: str(Attendance.State(state).label), html=mark_tag),
        Column("note", _("Note")),
        Column("marked_by", _("Marked by"), source="marked_by__name"),
        Column("marked_at", _("Marked at"), sort="marked_at"),
    )
    empty_title = _("No marks yet")
    empty_hint = _("Marks come from the roll call of a session.")


# Rows behind figures ----------------------------------------------------------------------------------------------------


class SessionRows(SessionTable):
    """Sessions without filters; the figure has chosen them."""

    filterset_class = None
    tabs = ()


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
    default_order = ("-session__starts_at", "trainee__number")
    columns = (
        TRAINEE,
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column("session", _("Session"), source="session__title"),
        Column(
            "when", _("Time"), source=("session__starts_at", "session__ends_at"), text=_when, sort="session__starts_at"
        ),
        Column("state", _("Mark"), text=expected_mark_words, html=expected_mark),
        Column("note", _("Note"), source="mark__note"),
    )
    empty_title = _("No row")
    empty_hint = _("The figure is 0: no row counts.")


JOURNAL_TAGS = {"submitted": "accent", "accepted": "ok", "returned": "bad"}


def due_state(state) -> str:
    return str(Journal.State(state).label) if state in JOURNAL_TAGS else gettext("not handed in")


class JournalDueRows(Table):
    """Days, weeks or months that asked for a journal, with what became of it. The text is not here."""

    name = _("Journals due")
    personal = True
    default_order = ("-first_on", "trainee__number")
    columns = (
        TRAINEE,
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column("period", _("Period"), source=("first_on", "last_on"), text=_span, html=span, sort="first_on"),
        Column("due_on", _("Due"), sort="due_on"),
        Column(
            "state",
            _("State"),
            text=due_state,
            html=lambda state: status_tag(JOURNAL_TAGS.get(state, "warn"), due_state(state)),
        ),
        Column("submitted_at", _("Handed in at"), sort="submitted_at"),
    )
    empty_title = _("No row")
    empty_hint = _("The figure is 0: no row counts.")


# The journals of one trainee --------------------------------------------------------------------------------------------

JOURNAL_TAGS = {"draft": "", "submitted": "accent", "returned": "warn", "accepted": "ok"}


class JournalTable(Table):
    """The journals of one trainee, the newest first."""

    name = _("Journals")
    columns = (
        Column(
            "period_start", _("Period"), source=("period_start", "last_on"), text=_span, html=span, sort="period_start"
        ),
        Column("due_on", _("Due"), sort="due_on"),
        Column(
            "state",
            _("State"),
            text=lambda state: str(Journal.State(state).label),
            html=lambda state: status_tag(JOURNAL_TAGS[state], str(Journal.State(state).label)),
        ),
        Column("submitted_at", _("Handed in at"), sort="submitted_at"),
        Column("reviewed_by", _("Read by"), source="reviewed_by__name"),
    )
    personal = True
    default_order = ("-period_start",)
    row_url = "learning:journal_detail"
    empty_title = _("No journal handed in yet")
    empty_hint = _("Drafts are the trainee's own; what is handed in stands here.")
