from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from placements.models import HostOpinion
from placements.rules.opinions import ASPECTS, mean
from trainee_mgmt.kit.tables import Column, Table


def _shown(value) -> Subquery:
    """An aggregate over the answers of a host that came out."""
    rows = HostOpinion.objects.shown().filter(host=OuterRef("pk")).order_by().values("host")
    return Subquery(rows.annotate(value=value).values("value"), output_field=IntegerField())


def _mean(total: int | None, count: int | None):
    return mean(total, count) if count else None


class OpinionTable(Table):
    """Only answers that came out: fewer than three are nothing."""

    name = _("opinions about hosts")
    row_url = "placements:opinion_detail"
    default_order = ("name",)
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
        return queryset.annotate(answers=_shown(Count("pk")), **sums)
