from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.models import Trainee, TrainingClass
from learning.figures.rates import RATES
from learning.models import Attendance
from learning.rules.states import in_words
from learning.selectors.rates import Measure, by_rate
from learning.tables.attendance import PersonTimeRows
from learning.tables.rates import RateTable, rate_columns
from trainee_mgmt.kit import access
from trainee_mgmt.kit.figures import PARTS, Scope, Value, count
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import StaticPage, is_key

PER_PAGE = 50
PART_WORDS = {
    "n": gettext_lazy("Rows that count"),
    "rest": gettext_lazy("Rows that do not count"),
    "known": gettext_lazy("All of the denominator"),
    "missing": gettext_lazy("Not marked"),
}


class RateList(TablePage):
    """Everybody in training: held, planned, still possible, and whether the aim can still be reached."""

    allow = "learning.view_attendance"
    inside = COHORT
    model = Attendance
    table_class = RateTable
    template_name = "learning/rate_list.html"
    title = gettext_lazy("Attendance rates")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.measure = Measure.of(self.cohort, at=timezone.now(), today=timezone.localdate())

    def get_rows(self):
        reach = access.rows(self.request.user, "cohorts.view_trainee")
        return Trainee.objects.filter(reach, cohort=self.cohort, status=Trainee.Status.ACTIVE)

    def get_table_options(self):
        address = reverse("learning:rate_rows", kwargs={"cohort": self.cohort.pk})
        return {"context": (self.cohort, self.measure), "columns": rate_columns(self.measure, address)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(words=in_words(self.measure.aim), at=self.measure.at, **kwargs)


class RateClassList(StaticPage):
    """The three rates of each class; each number opens its rows."""

    allow = "learning.view_attendance"
    inside = COHORT
    model = Attendance
    template_name = "learning/rate_class_list.html"

    def get_context_data(self, **kwargs):
        reach = access.rows(self.request.user, "cohorts.view_class")
        classes = TrainingClass.objects.filter(reach, cohort=self.cohort).order_by("number", "pk").only("name")
        now, asked = timezone.now(), self.request.GET.get("sort", "")
        rate = asked.lstrip("-") if asked.lstrip("-") in RATES else ""
        if rate:
            down = asked.startswith("-")
            classes = by_rate(classes, rate, at=now, of="training_class", down=down, then=("number", "pk"))
        page = Paginator(classes, PER_PAGE).get_page(self.request.GET.get("page"))
        shown = ("class", tuple(str(each.pk) for each in page))
        scope = Scope((self.cohort.pk,), now, timezone.localdate(now), (shown,))
        counted = count(RATES.values(), scope, by=("class",)).parts
        lines = [
            (each, [(rate, counted[figure.name, "class"].get(str(each.pk), Value())) for rate, figure in RATES.items()])
            for each in page
        ]
        return super().get_context_data(
            lines=lines, page=page, rates=self.heads(asked), at=now, sort=asked if rate else "", **kwargs
        )

    def heads(self, asked: str) -> list[tuple]:
        """(figure, address that orders by it, how it is ordered now) of each rate."""
        return [
            (
                figure,
                f"{self.request.path}?sort={'' if asked == f'-{name}' else '-'}{name}",
                {name: "ascending", f"-{name}": "descending"}.get(asked, ""),
            )
            for name, figure in RATES.items()
        ]


class RateRows(TablePage):
    """The person-times behind one rate: ``of`` held, planned or possible; ``part`` n or N; one class or one trainee."""

    allow = "learning.view_attendance"
    inside = COHORT
    model = Attendance
    table_class = PersonTimeRows
    template_name = "learning/rate_rows.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.figure = RATES.get(request.GET.get("of", "held"))
        self.part = request.GET.get("part", "n")
        if self.figure is None or self.part not in PARTS:
            raise Http404
        self.within = [each for name in ("class", "trainee") if (each := self.narrowed(name))]
        self.title = self.figure.label

    def narrowed(self, name):
        key = self.request.GET.get(name)
        if key is None:
            return None
        if not is_key(key):
            raise Http404
        model, permission = {
            "class": (TrainingClass, "cohorts.view_class"),
            "trainee": (Trainee, "cohorts.view_trainee"),
        }[name]
        rows = self.reachable(model, permission).filter(cohort=self.cohort)
        return name, key, str(get_object_or_404(rows, pk=key))

    def get_rows(self):
        now = timezone.now()
        scope = Scope(
            (self.cohort.pk,), now, timezone.localdate(now), tuple((name, key) for name, key, _word in self.within)
        )
        reach = access.rows(self.request.user, self.allow)
        return self.figure.rows(scope, self.part).filter(reach)

    def get_context_data(self, **kwargs):
        words = [word for _name, _key, word in self.within]
        return super().get_context_data(
            figure=self.figure, part=self.part, words=words, part_links=self.part_links(), **kwargs
        )

    def part_links(self) -> list[tuple[str, str, bool]]:
        """(address, words, whether it is this page) of each part of the rate, for the same class or trainee."""
        around = {name: key for name, key, _word in self.within} | {"of": self.request.GET.get("of", "held")}
        shown = [part for part in PART_WORDS if part != "missing" or self.figure.missing_label]
        return [
            (f"{self.request.path}?{urlencode(around | {'part': part})}", PART_WORDS[part], part == self.part)
            for part in shown
        ]
