"""Points as raters gave and corrected them: what stands behind a number of points."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit.choosing import RowFilter, SinceFilter
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


class ScoreFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    indicator = RowFilter(label=_("Indicator"), field_name="indicator", empty_label=_("All indicators"))
    since = SinceFilter(label=_("Given since"), field_name="entered_at")

    def find(self, queryset, name, value):
        return queryset.filter(Q(trainee__person__name__icontains=value) | Q(trainee__number__icontains=value))


def standing_words(in_force: bool) -> str:
    return gettext("counts") if in_force else gettext("corrected since")


class ScoreTable(Table):
    """Scores of a cohort, corrected ones among them; what was taken back without new points is left out."""

    name = _("Scores")
    row_url = "assessments:score_detail"
    filterset_class = ScoreFilters
    default_order = ("-entered_at",)
    personal = True
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("indicator", _("Indicator"), source="indicator__name", sort="indicator__order"),
        Column("points", _("Points"), sort="points", number=True),
        Column("rater", _("Evaluator"), source="rater__name", sort="rater__name_key"),
        Column("entered_at", _("Entered at"), sort="entered_at"),
        Column(
            "in_force",
            _("State"),
            text=standing_words,
            html=lambda in_force: status_tag("ok" if in_force else "", standing_words(in_force)),
        ),
    )
    tabs = (Tab("now", _("Counts now"), Q(in_force=True)), Tab("past", _("Corrected since"), Q(in_force=False)))
    empty_title = _("No points yet")
    empty_hint = _("Evaluators give them while a scheme is open.")
