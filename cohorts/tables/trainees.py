"""The list of trainees: the page used most. No work per row beyond drawing; what a tab counts is counted once per change.

EXPLAIN with 20,000 trainees of one cohort: the page walks cohorts_number_once and joins person and class for its rows only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.fields.json import KT
from django.utils.functional import cached_property
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, Consent, GroupMembership, ProfileField, Trainee
from cohorts.rules.profile import in_words
from cohorts.selectors.cohorts import class_names, fields_of, groups_of
from cohorts.selectors.offices import in_office, office_words, offices_of_trainee
from cohorts.selectors.people import secret_index
from trainee_mgmt.kit.kept import of_version
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

ON_SCREEN = 3  # profile fields shown as columns; the spreadsheet has them all
NO_CLASS = "none"

STATUS_KINDS = {Trainee.Status.ACTIVE: "ok", Trainee.Status.WITHDRAWN: "", Trainee.Status.COMPLETED: "accent"}
UNKNOWN_PHONE = Q(person__phone_index=None)
DATA_MISSING = Q(status=Trainee.Status.ACTIVE) & (
    UNKNOWN_PHONE | Q(person__sex="") | Q(person__born_on=None) | Q(work_unit="")
)
# What is answered only with consent is neither shown nor found without it.
CONSENT = Consent.objects.filter(person=OuterRef("person"), purpose=Consent.Purpose.PROFILE, withdrawn_at__isnull=True)


@dataclass(frozen=True)
class Roster:
    """What the list of one cohort needs to know: loaded by the page, three queries."""

    cohort: Cohort
    day: date
    as_of: date | None
    fields: Sequence[ProfileField]
    classes: Sequence[tuple[int, str]]
    has_groups: bool
    shows_phone: bool
    finds_numbers: bool  # a search by number tells whose it is: for those who may open numbers
    reach: str  # what the reader's rights come from, so that counts are shared by nobody else

    @property
    def columns_key(self) -> tuple:
        """What the columns of the list depend on."""
        return tuple((field.key, field.needs_consent, field.is_personal) for field in self.fields)


def load_roster(
    cohort: Cohort, *, day: date, as_of: date | None, shows_phone: bool, finds_numbers: bool, reach: str
) -> Roster:
    return Roster(
        cohort,
        day,
        as_of,
        fields_of(cohort=cohort.pk),
        class_names(cohort=cohort.pk),
        groups_of.one(cohort=cohort.pk) is not None,
        shows_phone,
        finds_numbers,
        reach,
    )


class TraineeFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name, number or work unit"), method="search")
    training_class = django_filters.ChoiceFilter(
        label=gettext_lazy("Class"), empty_label=gettext_lazy("All classes"), method="in_class"
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"), empty_label=gettext_lazy("Any status"), choices=Trainee.Status.choices
    )
    as_of = django_filters.DateFilter(label=gettext_lazy("As of"), method="on_day")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        roster: Roster = self.table.context
        self.filters["training_class"].extra["choices"] = [*roster.classes, (NO_CLASS, _("without a class"))]
        for field in roster.fields:
            choices = _choices(field)
            if choices and field.in_composition and not field.is_personal:
                name = f"profile_{field.key}"
                answer = django_filters.ChoiceFilter(label=field.label, choices=choices, method="answered")
                answer.parent, answer.field_name = self, name
                self.filters[name] = answer
        self.filters["as_of"] = self.filters.pop("as_of")  # the last one

    def search(self, queryset, name, value):
        value = value.strip()
        if not value:
            return queryset
        if self.table.context.finds_numbers and (index := secret_index(value)):
            return queryset.filter(Q(person__phone_index=index) | Q(person__id_index=index))
        return queryset.filter(
            Q(person__name__icontains=value) | Q(number__istartswith=value) | Q(work_unit__icontains=value)
        )

    def in_class(self, queryset, name, value):
        if not value:
            return queryset
        return queryset.filter(membership__training_class=None if value == NO_CLASS else int(value))

    def on_day(self, queryset, name, value):
        return queryset.as_of(value) if value else queryset

    def answered(self, queryset, name, value):
        if not value:
            return queryset
        key = name.removeprefix("profile_")
        kept = value == "yes" if value in ("yes", "no") else value
        found = queryset.filter(profile__contains={key: kept})
        needs_consent = any(field.key == key and field.needs_consent for field in self.table.context.fields)
        return found.filter(Exists(CONSENT)) if needs_consent else found


def _choices(field: ProfileField) -> list[tuple[str, str]]:
    if field.kind == ProfileField.Kind.YES_NO:
        return [("yes", _("yes")), ("no", _("no"))]
    if field.kind == ProfileField.Kind.CHOICE:
        return [(choice, choice) for choice in field.choices]
    return []


# Cells ----------------------------------------------------------------------------------------------------------------


def name_html(name: str, offices: list[str]) -> str:
    return format_html('{} <span class="muted">{}</span>', name, office_words(offices)) if offices else escape(name)


def name_text(name: str, offices: list[str]) -> str:
    return name


def status_html(status: str):
    return status_tag(STATUS_KINDS[status], Trainee.Status(status).label)


def missing_words(has_phone: bool, sex: str, born_on: date | None, work_unit: str) -> str:
    absent = [
        word
        for known, word in (
            (has_phone, _("phone")),
            (sex, _("sex")),
            (born_on, _("birth date")),
            (work_unit, _("works at")),
        )
        if not known
    ]
    return "、".join(str(word) for word in absent)


def groups_now(day: date) -> ArraySubquery:
    rows = GroupMembership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=day), trainee=OuterRef("pk"), starts_on__lte=day
    )
    return ArraySubquery(rows.order_by("group__number", "group__pk").values("group__name"))


class TraineeTable(Table):
    name = gettext_lazy("Trainees")
    columns = (
        Column(
            "name",
            gettext_lazy("Name"),
            source=("person__name", "offices"),
            text=name_text,
            html=name_html,
            sort="person__name_key",
        ),
        Column("number", gettext_lazy("Number"), sort="number"),
        Column(
            "class",
            gettext_lazy("Class"),
            source="membership__training_class__name",
            sort="membership__training_class__number",
        ),
    )
    tabs = (
        Tab("active", gettext_lazy("In training"), Q(status=Trainee.Status.ACTIVE)),
        Tab("officers", gettext_lazy("Class officers"), Q(status=Trainee.Status.ACTIVE)),
        Tab("missing", gettext_lazy("Data missing"), DATA_MISSING),
        Tab("withdrawn", gettext_lazy("Withdrawn"), Q(status=Trainee.Status.WITHDRAWN)),
    )
    filterset_class = TraineeFilters
    default_order = ("number",)
    row_url = "cohorts:trainee_detail"
    personal = True
    empty_title = gettext_lazy("No trainees yet")
    empty_hint = gettext_lazy("Import a roster, or add people one by one.")

    def __init__(self, queryset, params, **options):
        roster: Roster = options["context"]
        self.tabs = tuple(self._tab(tab, roster) for tab in self.tabs)
        super().__init__(queryset, params, columns=tuple(self._more_columns(roster)), **options)
        self.select = bool(self.bulk)
        if self.tab and self.tab.key == "missing":
            self.columns = (*self.columns, MISSING)

    @staticmethod
    def _tab(tab: Tab, roster: Roster) -> Tab:
        if tab.key != "officers":
            return tab
        people = in_office(roster.day).filter(training_class__cohort=roster.cohort)
        return Tab(tab.key, tab.label, tab.condition & Q(person__in=people.values("person")))

    @staticmethod
    def _more_columns(roster: Roster):
        if roster.has_groups:
            yield Column("group", gettext_lazy("Group"), source="groups", text="、".join)
        yield Column("work_unit", gettext_lazy("Works at"), sort="work_unit")
        yield Column("position", gettext_lazy("Position"))
        shown = [field for field in roster.fields if not field.is_personal]
        counted = [field for field in shown if field.in_composition][:ON_SCREEN]
        for field in shown:
            yield profile_column(field, on_screen=field in counted)
        yield Column("status", gettext_lazy("Status"), text=lambda s: str(Trainee.Status(s).label), html=status_html)
        if roster.shows_phone:
            yield Column("phone", gettext_lazy("Phone"), source="person__phone_mask")

    def prepare(self, queryset: QuerySet) -> QuerySet:
        roster: Roster = self.context
        values = {f"profile_{field.key}": _answer(field) for field in roster.fields if not field.is_personal}
        return queryset.with_class(roster.day).annotate(
            offices=offices_of_trainee(roster.day), groups=groups_now(roster.day), **values
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        """Counting reads every row of the cohort, so it is done once for each state of the roster and each reach."""
        roster: Roster = self.context
        asked = sorted((key, value) for key, value in self.params.items() if key not in ("view", "sort", "page"))
        version = (roster.cohort.pk, roster.cohort.roster_version)
        return of_version("trainees", *version, asked, roster.day, roster.reach, make=lambda: Table.counts.func(self))


def _answer(field: ProfileField):
    """The value of a profile field as text; of one that needs consent, only where the person gave it."""
    value = KT(f"profile__{field.key}")
    return Case(When(Exists(CONSENT), then=value)) if field.needs_consent else value


MISSING = Column(
    "missing",
    gettext_lazy("What is missing"),
    source=("person__phone_mask", "person__sex", "person__born_on", "work_unit"),
    text=missing_words,
)


def profile_column(field: ProfileField, *, on_screen: bool) -> Column:
    kind = field.kind
    return Column(
        f"profile_{field.key}",
        field.label,
        text=(lambda value: in_words(kind, value)) if kind == ProfileField.Kind.YES_NO else None,
        sort=f"profile_{field.key}",
        on_screen=on_screen,
    )


class ClassTraineeTable(TraineeTable):
    """The members of one class; the page has chosen them by day already."""

    columns = TraineeTable.columns[:2]
    tabs = ()
    filterset_class = None
    empty_title = gettext_lazy("Nobody is in this class on that day")
    empty_hint = gettext_lazy("Move trainees into it from the list of trainees, or split the cohort.")
