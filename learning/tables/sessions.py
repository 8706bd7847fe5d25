"""Sessions as lists: the timetable row by row, and the rows behind figures."""

import django_filters
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import Attendance, SessionClass
from learning.rules.places import place_words
from learning.selectors import marks_of
from learning.selectors.weeks import of_classes, of_day
from learning.tables.days import FromToday
from learning.tables.filters import ClassFilter
from trainee_mgmt.kit.formats import from_to, from_to_in_sheet
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, TableFilters


def session_state(cancelled_at, rolled_at, starts_at, ends_at, is_draft=False):
    """(kind of tag, word) of a session's state."""
    now = timezone.now()
    if is_draft:
        return "accent", gettext("draft, cancelled") if cancelled_at else gettext("draft")
    if cancelled_at:
        return "", gettext("cancelled")
    if rolled_at:
        return "ok", gettext("roll called")
    if ends_at <= now:
        return "warn", gettext("roll missing")
    if starts_at <= now:
        return "accent", gettext("running")
    return "", gettext("not started")


class SessionFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Title, teacher or place"), method="find")
    day = django_filters.DateFilter(label=_("Day"), method="on_day")
    in_class = ClassFilter(of_classes)

    def find(self, queryset, name, value):
        return queryset.filter(
            Q(title__icontains=value)
            | Q(teacher_name__icontains=value)
            | Q(place__icontains=value)
            | Q(venue__name__icontains=value)
        )

    def on_day(self, queryset, name, value):
        return of_day(queryset, value)


class SessionTable(FromToday):
    name = "sessions"
    row_url = "learning:session_detail"
    filterset_class = SessionFilters
    by_time = ("starts_at",)
    columns = (
        Column("title", _("Session"), sort="title"),
        Column(
            "starts_at",
            _("Time"),
            source=("starts_at", "ends_at"),
            text=from_to_in_sheet,
            html=from_to,
            sort="starts_at",
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
            Tab("coming", _("Coming"), Q(ends_at__gt=now, cancelled_at=None)),
            Tab("past", _("Held"), Q(ends_at__lte=now, cancelled_at=None)),
            Tab("open", _("Roll missing"), Q(ends_at__lte=now, cancelled_at=None, rolled_at=None)),
            Tab("cancelled", _("Cancelled"), Q(cancelled_at__isnull=False)),
        )


class SessionRows(SessionTable):
    """Sessions without filters; the figure has chosen them."""

    filterset_class = None
    tabs = ()
