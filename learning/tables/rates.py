from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlencode

import django_filters
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cohorts.selectors.cohorts import members_on
from learning.rules.states import Standing
from learning.selectors.rates import Measure, by_rate, pair_of, standing_like, with_counts
from learning.tables.filters import ClassFilter
from trainee_mgmt.kit.formats import percent
from trainee_mgmt.kit.pieces import link, status_tag
from trainee_mgmt.kit.tables import Column, Table, TableFilters

WORDS = {"lost": _("out of reach"), "near": _("close to the border"), "fine": _("safe so far")}
TAGS = {"lost": "bad", "near": "warn", "fine": "ok"}


RATES = {"held": _("Held"), "planned": _("Planned"), "possible": _("Still possible")}


def _rate_words(counts, rate: str) -> str:
    if not counts:
        return ""
    n, of = pair_of(rate, counts.__getitem__)
    return f"{percent(n, of)} ({n} / {of})"


def _rate_link(counts, pk, rate: str, address: str) -> str:
    if not counts:
        return "—"
    n, of = pair_of(rate, counts.__getitem__)
    query = urlencode({"of": rate, "part": "n", "trainee": pk})
    return SafeString(f'{link(f"{address}?{query}", percent(n, of))} <span class="small muted">{n} / {of}</span>')


def _word_of(standing: Standing) -> str:
    return "lost" if standing.is_lost else "near" if standing.is_near else "fine"


def _number(name: str, label: str, read: Callable[[Mapping], object]) -> Column:
    """A column of a number read from the counts of a row; empty where there are none."""
    return Column(name, label, source="counts", text=lambda counts: read(counts) if counts else "", number=True)


def _rates(address: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            name,
            label,
            source=("counts", "pk"),
            text=partial(lambda counts, _pk, rate: _rate_words(counts, rate), rate=name),
            html=partial(_rate_link, rate=name, address=address),
            sort="share",
            number=True,
        )
        for name, label in RATES.items()
    )


def rate_columns(measure: Measure, address: str) -> tuple[Column, ...]:
    """Columns that depend on the rules of the cohort; ``address``: the page that opens the rows."""

    def word(counts) -> str:
        return _word_of(measure.standing(counts))

    return (
        *_rates(address),
        _number("late", _("Late"), lambda counts: counts["late"]),
        _number("absences", _("Absences counted"), lambda counts: measure.standing(counts).absences),
        _number("excused", _("On leave"), lambda counts: counts["excused"]),
        _number("missing", _("Not marked"), lambda counts: counts["missing"]),
        _number("spare", _("May still miss"), lambda counts: str(max(measure.standing(counts).spare, 0))),
        Column(
            "standing",
            _("Standing"),
            source="counts",
            text=lambda counts: str(WORDS[word(counts)]) if counts else "",
            html=lambda counts: status_tag(TAGS[word(counts)], WORDS[word(counts)]) if counts else "—",
        ),
    )


def _of_classes(rows, classes):
    return rows.filter(memberships__in=members_on(timezone.localdate()).filter(training_class__in=classes))


class RateFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    in_class = ClassFilter(_of_classes, classes_of=lambda context: context[0].classes.all())
    standing = django_filters.ChoiceFilter(
        label=_("Standing"), method="who_stand", choices=list(WORDS.items()), empty_label=_("Every standing")
    )

    def find(self, queryset, name, value):
        return queryset.filter(Q(person__name__icontains=value) | Q(number__icontains=value))

    def who_stand(self, queryset, name, value):
        cohort, measure = self.table.context
        return queryset.filter(pk__in=standing_like(cohort.pk, value, measure))


class RateTable(Table):
    """Everybody in training with three rates, each with its numerator and denominator, and the forecast."""

    name = "rates"
    personal = True
    filterset_class = RateFilters
    default_order = ("number",)
    columns = (
        Column("trainee", _("Trainee"), source="person__name", sort="person__name_key"),
        Column("number", _("Number"), sort="number"),
        Column("class", _("Class"), source="class_name"),
    )
    empty_title = _("Nobody is in training")
    empty_hint = _("Rates appear once there are people and sessions.")

    def prepare(self, queryset):
        _cohort, measure = self.context
        today = members_on(timezone.localdate()).filter(trainee=OuterRef("pk"))
        rows = queryset.annotate(class_name=Subquery(today.values("training_class__name")[:1]))
        return with_counts(rows, measure)

    @property
    def rate(self) -> str:
        """The rate by which the list is ordered, if it is ordered by one."""
        asked = self.params.get("sort", "").lstrip("-")
        return asked if asked in RATES else ""

    @property
    def ordered(self):
        if not self.rate:
            return super().ordered
        _cohort, measure = self.context
        is_down = self.params["sort"].startswith("-")
        return by_rate(self.queryset, self.rate, at=measure.at, of="trainee", down=is_down, then=("number", "pk"))
