"""Lists of investment leads: of a cohort, and one's own."""

import django_filters
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from placements.models import LeadStage, LeadStep
from placements.selectors.leads import with_credit
from trainee_mgmt.kit.choosing import SinceFilter
from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.formats import EMPTY
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters, show

TAGS = {LeadStage.FOUND: "", LeadStage.LANDED: "ok", LeadStage.SIGNED: "ok", LeadStage.LOST: ""}
SHORT = 50


def stage_words(stage: str) -> str:
    return str(LeadStage(stage).label)


def stage_tag(stage: str) -> SafeString:
    return status_tag(TAGS.get(stage, "accent"), stage_words(stage))


def names(people) -> str:
    return gettext(", ").join(people or ())


def twice_words(is_twice: bool) -> str:
    return gettext("named twice") if is_twice else ""


def twice_tag(is_twice: bool) -> SafeString | str:
    return status_tag("warn", twice_words(is_twice)) if is_twice else SafeString(EMPTY)


def short(text: str) -> str:
    return show(Truncator(text).chars(SHORT))


class LeadFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Company, code, name or number"), method="find")
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=LeadStage.choices, empty_label=_("All stages"))
    since = SinceFilter(label=_("Moved since"), method="moved_since")

    def find(self, queryset, name, value):
        company = Q(company__icontains=value) | Q(credit_code__icontains=value) | Q(what__icontains=value)
        trainee = Q(credits__trainee__person__name__icontains=value) | Q(credits__trainee__number__icontains=value)
        mine = queryset.model.objects.filter(trainee, credits__in_force=True)
        return queryset.filter(company | Q(pk__in=mine.values("pk")))

    def moved_since(self, queryset, name, value):
        steps = LeadStep.objects.moved().filter(at__gte=midnight(value))
        return queryset.filter(pk__in=steps.values("lead"))


COMPANY = Column("company", _("Company"), sort="company")
STAGE = Column("stage", _("Stage"), text=stage_words, html=stage_tag, sort="stage")
SINCE = Column("stage_on", _("Since"), sort="stage_on")


class LeadTable(Table):
    name = _("Investment leads")
    personal = True
    row_url = "placements:lead_detail"
    filterset_class = LeadFilters
    default_order = ("-entered_at",)
    columns = (
        COMPANY,
        Column("what", _("What they want to do"), html=short, text=str),
        Column("people", _("Found by"), text=names),
        STAGE,
        SINCE,
        Column("amount", _("Expected investment (10,000 yuan)"), number=True, sort="amount"),
        Column("is_twice", _("Same company"), text=twice_words, html=twice_tag),
        Column("found_on", _("Found on"), on_screen=False),
        Column("credit_code", _("Credit code"), on_screen=False),
        Column("source_quote", _("Cited words"), on_screen=False),
        Column("entered_at", _("Entered at"), on_screen=False, sort="entered_at"),
    )
    empty_title = _("No investment lead yet")
    empty_hint = _(
        "Trainees enter them on their phones, also after the training; a finding from a journal can become one."
    )

    def prepare(self, queryset):
        return with_credit(queryset)

    @property
    def tabs(self):
        over = [LeadStage.LANDED, LeadStage.LOST]
        return (
            Tab("running", pgettext_lazy("leads", "Under way"), ~Q(stage__in=over)),
            Tab("landed", _("Landed"), Q(stage=LeadStage.LANDED)),
            Tab("twice", _("Named twice"), Q(is_twice=True)),
            Tab("lost", _("Given up"), Q(stage=LeadStage.LOST)),
        )


class MyLeadTable(Table):
    name = _("My leads")
    row_url = "placements:lead_detail"
    default_order = ("-entered_at",)
    columns = (COMPANY, Column("what", _("What they want to do"), html=short, text=str), STAGE, SINCE)
    empty_title = _("You entered no lead yet")
    empty_hint = _(
        "A company that wants to build, move or extend: its name and one sentence are enough, also after the training."
    )
