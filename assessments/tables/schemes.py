from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.models import Indicator, Rater, Scheme
from assessments.rules.raters import method_in_words
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Table

STATE_TAGS = {"draft": "", "open": "accent", "published": "ok", "replaced": ""}


def state_tag(state: str):
    """The tag of a scheme's state."""
    return status_tag(STATE_TAGS[state], str(Scheme.State(state).label))


class SchemeTable(Table):
    name = "schemes"
    row_url = "assessments:scheme_detail"
    default_order = ("name", "-version")
    columns = (
        Column("name", _("Scheme"), sort="name"),
        Column("version", _("Version"), number=True, sort="version"),
        Column("state", _("State"), text=lambda state: str(Scheme.State(state).label), html=state_tag, sort="state"),
        Column(
            "method",
            _("Several raters count as"),
            source=("method", "trim_guard"),
            text=lambda method, guard: method_in_words(method, guard=guard),
        ),
        Column("indicators", _("Indicators"), source="indicator_count", number=True),
        Column(
            "raters",
            _("Handed in / evaluators"),
            source=("done_count", "rater_count"),
            text=lambda done, raters: f"{done} / {raters}" if raters else gettext("none"),
            number=True,
        ),
        Column("opened_at", _("Opened"), sort="opened_at"),
        Column("published_at", _("Published"), sort="published_at"),
    )
    empty_title = _("No scheme yet")
    empty_hint = _("A scheme says what counts and how much. Start with a ready one and change it.")

    def prepare(self, queryset):
        leaves = Indicator.objects.filter(scheme=OuterRef("pk")).exclude(kind="group").order_by().values("scheme")
        raters = Rater.objects.filter(scheme=OuterRef("pk")).order_by().values("scheme")
        people = Count("user", distinct=True)
        done = Count("user", distinct=True, filter=Q(handed_in_at__isnull=False))
        return queryset.annotate(
            indicator_count=Coalesce(Subquery(leaves.annotate(n=Count("pk")).values("n")), 0),
            rater_count=Coalesce(Subquery(raters.annotate(n=people).values("n")), 0),
            done_count=Coalesce(Subquery(raters.annotate(n=done).values("n")), 0),
        )


class ResultRows(Table):
    """Published totals: the rows behind figures of scores."""

    name = _("Results")
    personal = True
    default_order = ("trainee__number",)
    columns = (
        Column("trainee", _("Trainee"), source="trainee__person__name", sort="trainee__person__name_key"),
        Column("number", _("Number"), source="trainee__number", sort="trainee__number"),
        Column("class", _("Class"), source="membership__training_class__name"),
        Column("total", _("Total"), number=True, sort="total"),
        Column("published_at", _("Published at")),
    )
    empty_title = _("No row")
    empty_hint = _("The figure is 0: no row counts.")
