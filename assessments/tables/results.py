"""Results of a cohort: one row a trainee, for each indicator its points, share, raters and spread."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cached_property

import django_filters
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Func, IntegerField, OuterRef, Q, Subquery, Value
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.rules.points import plain
from assessments.rules.raters import Combined, method_in_words
from assessments.rules.scheme import Kind, Node
from assessments.selectors.results import Results
from assessments.selectors.standings import Standing
from cohorts.models import Trainee, TrainingClass
from trainee_mgmt.kit.formats import EMPTY
from trainee_mgmt.kit.pieces import status_tag
from trainee_mgmt.kit.tables import Column, Tab, Table, TableFilters

NAMED = 3  # so many missing indicators are named in a cell, the others counted


class ResultFilters(TableFilters):
    q = django_filters.CharFilter(label=_("Name or number"), method="find")
    in_class = django_filters.ChoiceFilter(label=_("Class"), method="of_class", empty_label=_("All classes"))

    class Meta:
        model = Trainee
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        classes = TrainingClass.objects.filter(cohort=self.table.context.outline.scheme.cohort_id)
        self.filters["in_class"].extra["choices"] = list(classes.order_by("number", "pk").values_list("pk", "name"))

    def find(self, queryset, name, value):
        return queryset.filter(Q(person__name__icontains=value) | Q(number__icontains=value))

    def of_class(self, queryset, name, value):
        return queryset.filter(class_now=value)


class ResultTable(Table):
    """``context`` is the ``Results``; the numbers come from there, the list from the trainees.

    ``standings`` are those of the rows that are drawn, by trainee.
    """

    name = "results"
    personal = True
    filterset_class = ResultFilters
    default_order = ("number",)
    columns = (
        Column("name", _("Trainee"), source=("person__name", "pk"), sort="person__name_key"),
        Column("number", _("Number"), sort="number"),
        Column("class", _("Class"), source="class_name", sort=("class_order", "number")),
    )
    empty_title = _("Nobody to score")
    empty_hint = _("Results appear as soon as the cohort has trainees.")

    def __init__(self, queryset, params, *, context: Results, **kwargs):
        super().__init__(queryset, params, context=context, columns=(), **kwargs)
        name, number, in_class = self.columns
        linked = Column(
            "name",
            name.label,
            source=name.source,
            text=lambda name, _pk: name,
            html=lambda name, pk: SafeString(f'<a href="{_page(pk)}">{escape(name)}</a>'),
            sort=name.order,
        )
        leaves = [column for leaf in context.outline.leaves for column in self._leaf_columns(leaf)]
        self.columns = (linked, number, in_class, self._rank(), *leaves, *self._ends())

    def prepare(self, queryset):
        in_class = TrainingClass.objects.filter(pk=OuterRef("class_now"))
        order = Value(self.context.ranking.trainees, output_field=ArrayField(BigIntegerField()))
        return queryset.annotate(
            class_name=Subquery(in_class.values("name")),
            class_order=Subquery(in_class.values("number")),
            place=Func(order, "pk", function="array_position", output_field=IntegerField()),
        )

    @property
    def tabs(self):
        without = self.context.ranking.without_total
        return (
            Tab("complete", _("With a total"), ~Q(pk__in=without)),
            Tab("missing", _("Without a total"), Q(pk__in=without)),
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        """Counted with the ranking, as long as no filter is set."""
        if self.chips:
            return Table.counts.func(self)
        ranking = self.context.ranking
        complete, everybody = len(ranking.places), len(ranking.trainees)
        return {"all": everybody, "tab_complete": complete, "tab_missing": everybody - complete}

    def _page_of_rows(self, page: slice) -> list[tuple]:
        rows = super()._page_of_rows(page)
        self.standings = self.context.standings([row[-1] for row in rows])
        return rows

    def sheet_rows(self, chunk: int = 2000) -> Iterator[list]:
        self.standings = self.context.standings(self.context.ranking.trainees)
        yield from super().sheet_rows(chunk)

    def _rank(self) -> Column:
        return Column("rank", _("Rank"), source="pk", text=self.context.ranking.of.get, number=True, sort="place")

    def _ends(self) -> tuple[Column, ...]:
        return (
            Column(
                "total", _("Total"), source="pk", text=self._total, html=self._total_html, number=True, sort="place"
            ),
            Column("missing", _("Missing"), source="pk", text=self._missing, html=self._missing_html),
        )

    def _leaf_columns(self, leaf: Node) -> tuple[Column, ...]:
        """On the screen one column; in the sheet points, share and, where raters give them, how many and how far apart."""
        name = {"indicator": leaf.name}
        shown = Column(
            f"i{leaf.key}", leaf.name, source="pk", html=lambda pk: self._cell(pk, leaf), number=True, in_sheet=False
        )
        of = {"indicator": leaf.name, "top": plain(leaf.full_marks)}
        sheet = [
            (gettext("%(indicator)s (of %(top)s)") % of, lambda pk: self._points(pk, leaf)),
            (gettext("%(indicator)s: share of the total") % name, lambda pk: self._share(pk, leaf)),
        ]
        if leaf.kind == Kind.MANUAL:
            sheet += [
                (gettext("%(indicator)s: raters") % name, lambda pk: self._of_raters(pk, leaf, lambda found: found.n)),
                (
                    gettext("%(indicator)s: spread") % name,
                    lambda pk: self._of_raters(pk, leaf, lambda found: found.spread),
                ),
                (gettext("%(indicator)s: method") % name, lambda pk: self._of_raters(pk, leaf, self._method)),
            ]
        return (
            shown,
            *(
                Column(f"i{leaf.key}-{at}", label, source="pk", text=text, on_screen=False)
                for at, (label, text) in enumerate(sheet)
            ),
        )

    # What stands in a cell -------------------------------------------------------------------------------------------
    def _standing(self, pk: int) -> Standing:
        return self.standings[pk]

    def _line(self, pk: int, leaf: Node):
        return next((line for line in self._standing(pk).total.lines if line.key == leaf.key), None)

    def _points(self, pk: int, leaf: Node) -> Decimal | None:
        line = self._line(pk, leaf)
        return line.points if line else None

    def _share(self, pk: int, leaf: Node) -> Decimal | None:
        line = self._line(pk, leaf)
        return line.share if line else None

    def _of_raters(self, pk: int, leaf: Node, value: Callable):
        found = self._standing(pk).found.get(leaf.key)
        return value(found) if isinstance(found, Combined) and found.n else None

    def _method(self, found: Combined) -> str:
        return method_in_words(found.method, guard=self.context.outline.scheme.trim_guard)

    def _total(self, pk: int) -> Decimal | None:
        return self._standing(pk).total.points

    def _total_html(self, pk: int) -> SafeString:
        total = self._total(pk)
        return SafeString(f'<a class="strong" href="{_page(pk)}">{EMPTY if total is None else f"{total:f}"}</a>')

    def _cell(self, pk: int, leaf: Node) -> SafeString:
        points = self._points(pk, leaf)
        link = f'<a href="{_page(pk)}#i{leaf.key}">{EMPTY if points is None else plain(points)}</a>'
        found = self._standing(pk).found.get(leaf.key)
        if not isinstance(found, Combined) or found.n < 2:
            return SafeString(link)
        words = gettext("%(n)s raters, spread %(spread)s") % {"n": found.n, "spread": plain(found.spread)}
        return SafeString(f'{link}<span class="sub">{escape(words)}</span>')

    def _missing(self, pk: int) -> str:
        outline = self.context.outline
        names = [outline.indicators[key].name for key in self._standing(pk).total.missing if key in outline.indicators]
        more = len(names) - NAMED
        listed = gettext(", ").join(names[:NAMED])
        return listed if more <= 0 else gettext("%(names)s and %(count)s more") % {"names": listed, "count": more}

    def _missing_html(self, pk: int) -> SafeString:
        words = self._missing(pk)
        return status_tag("warn", words) if words else SafeString(EMPTY)


def _page(pk: int) -> str:
    return reverse("assessments:trainee_score", kwargs={"pk": pk})
