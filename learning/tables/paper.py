import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from learning.models import SessionClass
from learning.selectors.paper import with_state
from learning.tables.days import FromToday
from learning.tables.filters import ClassFilter
from trainee_mgmt.kit.formats import from_to, from_to_in_sheet
from trainee_mgmt.kit.kept import MANY
from trainee_mgmt.kit.pieces import link, status_tag
from trainee_mgmt.kit.tables import Column, Tab, TableFilters

NOBODY = {"expected": 0, "marked": 0}


def sheet_state(ends_at, people: dict | None, has_signed_sheet: bool, is_waived: bool) -> tuple[str, str]:
    """(kind of tag, word) of a class at a session: what its sheet has become."""
    if has_signed_sheet:
        return "ok", gettext("signed sheet kept")
    if is_waived:
        return "", gettext("waived")
    if (people or NOBODY)["marked"] == (people or NOBODY)["expected"]:
        return "ok", gettext("marks entered")
    if ends_at > timezone.now():
        return "", gettext("not held yet")
    return "warn", gettext("neither marks nor signed sheet")


def _key_in(session: int, training_class: int):
    return link(f"{reverse('learning:mark_grid', kwargs={'pk': training_class})}?session={session}", gettext("Key in"))


class SheetFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Session"), field_name="session__title", lookup_expr="icontains")
    day = django_filters.DateFilter(label=_("Day"), field_name="session__starts_at__date")
    training_class = ClassFilter(
        lambda rows, classes: rows.filter(training_class__in=classes), classes_of=lambda classes: classes
    )

    class Meta:
        model = SessionClass
        fields = []


class SheetTable(FromToday):
    """Each class at each session: what there is to sign, key in and keep. ``context``: the classes in reach."""

    name = "sign-in sheets"
    filterset_class = SheetFilters
    by_time = ("session__starts_at", "training_class__number")
    tabs_ask = True
    kept_beyond = MANY
    columns = (
        Column(
            "session",
            _("Session"),
            source=("session__title", "session"),
            text=lambda title, _key: title,
            html=lambda title, key: link(reverse("learning:session_detail", kwargs={"pk": key}), title),
            sort="session__title",
        ),
        Column(
            "starts_at",
            _("Time"),
            source=("session__starts_at", "session__ends_at"),
            text=from_to_in_sheet,
            html=from_to,
            sort="session__starts_at",
        ),
        Column("class", _("Class"), source="training_class__name", sort="training_class__number"),
        Column(
            "marked",
            _("Marked / expected"),
            source="people",
            text=lambda people: "{marked} / {expected}".format(**(people or NOBODY)),
            number=True,
        ),
        Column(
            "state",
            _("State"),
            source=("session__ends_at", "people", "has_signed_sheet", "is_waived"),
            text=lambda *values: sheet_state(*values)[1],
            html=lambda *values: status_tag(*sheet_state(*values)),
        ),
        Column("key", _("Sign-in sheet"), source=("session", "training_class"), html=_key_in, in_sheet=False),
    )
    empty_title = _("Nothing to sign yet")
    empty_hint = _("Each class at each session that people see has its sign-in sheet.")

    def prepare(self, queryset):
        return with_state(queryset)

    @property
    def tabs(self):
        held = Q(session__ends_at__lt=timezone.now())
        return (
            Tab(
                "open",
                _("Neither marks nor signed sheet"),
                held & Q(is_unmarked=True, has_signed_sheet=False, is_waived=False),
            ),
            Tab("unsigned", _("Held, without a signed sheet"), held & Q(has_signed_sheet=False, is_waived=False)),
            Tab("coming", _("Coming"), ~held),
        )
