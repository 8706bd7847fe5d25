import django_filters
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from placements.models import HostOpinion
from placements.rules.opinions import ASPECTS, mean
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters


def _shown(value) -> Subquery:
    """An aggregate over the answers of a host that came out."""
    rows = HostOpinion.objects.shown().filter(host=OuterRef("pk")).order_by().values("host")
    return Subquery(rows.annotate(value=value).values("value"), output_field=IntegerField())


def _mean(total: int | None, count: int | None):
    return mean(total, count) if count else None


class OpinionFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Host enterprise"), field_name="name", lookup_expr="icontains")


class OpinionTable(Table):
    """Only answers that came out: fewer than three are nothing."""

    name = _("opinions about hosts")
    filterset_class = OpinionFilters
    row_url = "placements:opinion_detail"
    default_order = ("-answers", "name")
    tabs = (Tab("shown", _("With answers"), Q(answers__gt=0)),)
    columns = (
        Column("name", _("Host enterprise"), sort="name"),
        Column("answers", _("Answers shown"), number=True, sort="answers"),
        *(
            Column(f"mean_{key}", label, source=(f"sum_{key}", "answers"), text=_mean, number=True)
            for key, label in ASPECTS.items()
        ),
    )
    empty_title = _("No host enterprise yet")

    def prepare(self, queryset):
        sums = {f"sum_{key}": _shown(Sum(Cast(KeyTextTransform(key, F("points")), IntegerField()))) for key in ASPECTS}
        return queryset.annotate(answers=Coalesce(_shown(Count("pk")), 0), **sums)
