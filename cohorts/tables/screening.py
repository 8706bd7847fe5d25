"""The ranked list of a run, what was decided by hand, leave and exemptions."""

from functools import partial

import django_filters
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Exemption, Override
from cohorts.rules.calls import CODES, in_words
from cohorts.rules.screening import OUTCOME_WORDS, Outcome, RuleSet
from cohorts.rules.screening_words import hits_in_words
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, KeyFilter, Tab, Table, TableFilters

TAGS = {Outcome.CHOSEN: "ok", Outcome.WAITING: "warn", Outcome.DECLINED: ""}


def outcome_tag(outcome: str, by_hand: str | None = "") -> SafeString:
    """The outcome; one that a person changed says so."""
    words = str(OUTCOME_WORDS[Outcome(outcome)])
    if by_hand:
        words = _("%(outcome)s, by hand") % {"outcome": words}
    return status_tag(TAGS[Outcome(outcome)], words, "edit" if by_hand else "")


def _outcome_text(outcome: str, by_hand: str | None) -> str:
    words = str(OUTCOME_WORDS[Outcome(outcome)])
    return _("%(outcome)s, by hand") % {"outcome": words} if by_hand else words


class RankedFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name or work unit"), method="search")
    unit = django_filters.ChoiceFilter(
        label=gettext_lazy("Nominating unit"),
        empty_label=gettext_lazy("All units"),
        field_name="application__nominating_unit",
        choices=[],
    )
    hit = django_filters.ChoiceFilter(
        label=gettext_lazy("Rule met"), empty_label=gettext_lazy("Any rule"), method="meets", choices=[]
    )
    hand = django_filters.ChoiceFilter(
        label=gettext_lazy("By hand"),
        empty_label=gettext_lazy("List and hand"),
        choices=[("1", gettext_lazy("changed by hand"))],
        method="changed",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["unit"].extra["choices"] = self.table.context["units"]
        self.filters["hit"].extra["choices"] = [
            (str(at), rule.sentence) for at, rule in enumerate(self.table.context["rules"].rules)
        ]

    def search(self, queryset, name, value):
        value = value.strip()
        fits = Q(application__name__icontains=value) | Q(application__work_unit__icontains=value)
        return queryset.filter(fits) if value else queryset

    def meets(self, queryset, name, value):
        return queryset.filter(hits__contains=[int(value)]) if value else queryset

    def changed(self, queryset, name, value):
        return queryset.filter(hand__isnull=False) if value else queryset


class RankedTable(Table):
    """A run in its order; ``context``: its rules, its seats, the nominating units as choices."""

    name = gettext_lazy("Ranked list")
    tabs = (
        Tab("chosen", pgettext_lazy("screening", "Chosen"), Q(final=Outcome.CHOSEN)),
        Tab("waiting", pgettext_lazy("screening", "Waiting list"), Q(final=Outcome.WAITING)),
        Tab("declined", pgettext_lazy("screening", "Not chosen"), Q(final=Outcome.DECLINED)),
    )
    filterset_class = RankedFilters
    default_order = ("rank",)
    row_url = "cohorts:screeningrow_detail"
    personal = True
    empty_title = gettext_lazy("Nobody here")
    empty_hint = gettext_lazy("No row of the list fits these filters.")

    def __init__(self, queryset, params, **options):
        super().__init__(queryset, params, columns=_ranked_columns(options["context"]["rules"]), **options)

    def prepare(self, queryset: QuerySet) -> QuerySet:
        now = Override.objects.filter(
            application=OuterRef("application"), kind=Override.Kind.OUTCOME, in_force=True
        ).exclude(outcome=OuterRef("outcome"))
        hand = Subquery(now.values("outcome")[:1])
        return queryset.annotate(hand=hand).annotate(final=Coalesce(F("hand"), F("outcome")))


def _ranked_columns(rules: RuleSet) -> tuple[Column, ...]:
    hits = partial(_hits_text, rules)
    return (
        Column("name", gettext_lazy("Name"), source="application__name", sort="application__name_key"),
        Column("rank", gettext_lazy("Rank"), number=True, sort="rank"),
        Column("points", pgettext_lazy("screening", "Points"), number=True, sort="points"),
        Column("hits", gettext_lazy("Rules met"), text=hits),
        Column(
            "outcome", gettext_lazy("Outcome"), source=("final", "hand"), text=_outcome_text, html=outcome_tag,
            sort="final",
        ),
        Column("unit", gettext_lazy("Nominating unit"), source="application__nominating_unit__name"),
        Column("work_unit", gettext_lazy("Works at"), source="application__work_unit", sort="application__work_unit"),
        Column("waiting_rank", gettext_lazy("Place on the waiting list"), number=True, on_screen=False),
        Column("draw", gettext_lazy("Lot"), on_screen=False),
        Column("phone", gettext_lazy("Phone"), source="application__phone_mask", on_screen=False),
        Column("id_number", gettext_lazy("ID number"), source="application__id_mask", on_screen=False),
    )  # fmt: skip


def _hits_text(rules: RuleSet, hits: list[int]) -> str:
    return _(", ").join(hits_in_words(hits, rules))


# Decided by hand ------------------------------------------------------------------------------------------------------


def _what(kind: str, outcome: str, findings: list) -> str:
    if kind == Override.Kind.OUTCOME:
        return str(OUTCOME_WORDS[Outcome(outcome)])
    return " ".join(in_words(code, params) for code, params in findings)


class OverrideFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name or reason"), method="search")
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), empty_label=gettext_lazy("Any kind"), choices=Override.Kind.choices
    )
    code = django_filters.ChoiceFilter(
        label=gettext_lazy("In spite of"),
        empty_label=gettext_lazy("Any warning"),
        choices=list(CODES.items()),
        method="warned",
    )
    cohort = KeyFilter(label=gettext_lazy("Cohort"), field_name="round__cohort")
    since = django_filters.DateFilter(label=gettext_lazy("From"), field_name="made_at", lookup_expr="date__gte")

    def search(self, queryset, name, value):
        value = value.strip()
        fits = Q(application__name__icontains=value) | Q(reason__icontains=value)
        return queryset.filter(fits) if value else queryset

    def warned(self, queryset, name, value):
        return queryset.filter(findings__contains=[[value]]) if value else queryset


class OverrideTable(Table):
    name = gettext_lazy("Decided by hand")
    columns = (
        Column("name", gettext_lazy("Name"), source="application__name", sort="application__name_key"),
        Column("cohort", gettext_lazy("Cohort"), source="round__cohort__name", sort="round__cohort__name", short=True),
        Column("kind", gettext_lazy("Kind"), text=lambda kind: str(Override.Kind(kind).label), sort="kind"),
        Column("what", gettext_lazy("What"), source=("kind", "outcome", "findings"), text=_what),
        Column("reason", gettext_lazy("Reason")),
        Column("by", pgettext_lazy("override", "By"), source="made_by__name", sort="made_by__name", short=True),
        Column("made_at", gettext_lazy("On"), sort="made_at", short=True),
        Column(
            "in_force",
            gettext_lazy("State"),
            text=lambda held: _("holds") if held else _("taken back"),
            html=lambda held: status_tag("ok", _("holds")) if held else status_tag("", _("taken back")),
        ),
    )
    tabs = (
        Tab("holds", gettext_lazy("Holds"), Q(in_force=True)),
        Tab("taken_back", pgettext_lazy("override", "Taken back"), Q(in_force=False)),
    )
    filterset_class = OverrideFilters
    default_order = ("-made_at",)
    row_url = "cohorts:override_detail"
    personal = True
    empty_title = gettext_lazy("Nothing was decided by hand")
    empty_hint = gettext_lazy(
        "An outcome changed, or somebody called in spite of a warning, stands here with its reason."
    )


# Leave and exemptions -------------------------------------------------------------------------------------------------


class ExemptionFilters(TableFilters):
    q = django_filters.CharFilter(label=gettext_lazy("Name"), field_name="name", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), empty_label=gettext_lazy("Any kind"), choices=Exemption.Kind.choices
    )


class ExemptionTable(Table):
    name = gettext_lazy("Leave and exemptions")
    columns = (
        Column("name", gettext_lazy("Name"), sort="name"),
        Column("kind", gettext_lazy("Kind"), text=lambda kind: str(Exemption.Kind(kind).label), sort="kind"),
        Column("starts_on", gettext_lazy("From"), sort="starts_on"),
        Column("ends_on", gettext_lazy("Last day"), text=lambda day: day or _("until further notice"), sort="ends_on"),
        Column("reason", gettext_lazy("Reason")),
        Column("unit", gettext_lazy("Kept by"), source="unit__name", sort="unit__name"),
    )
    filterset_class = ExemptionFilters
    default_order = ("-starts_on",)
    row_url = "cohorts:exemption_update"
    personal = True
    empty_title = gettext_lazy("Nobody is on leave or exempt")
    empty_hint = gettext_lazy("Note it on the page of an application or of a person; every office is then warned.")

    @property
    def tabs(self):
        today = timezone.localdate()
        over = Q(ends_on__lt=today)
        return (
            Tab("now", gettext_lazy("Holds"), ~over | Q(ends_on=None)),
            Tab("over", pgettext_lazy("exemption", "Over"), over),
        )
