from dataclasses import dataclass

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from reports.access import BOARD
from reports.selectors.board import MOST, as_of_words, missing_words, of_words
from reports.selectors.figures import find, remembered, scope_of
from reports.views.moments import asked_at
from trainee_mgmt.kit import access
from trainee_mgmt.kit.figures import PARTS, Distribution, Figure, Value, count
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import is_key
from trainee_mgmt.kit.tables import Column


@dataclass(frozen=True)
class Asked:
    """One number of the registry: the figure (for one answer of a distribution) and which part of it."""

    figure: Figure
    part: str
    value: Value
    answers: Distribution | None = None


class FigureRows(TablePage):
    """The list whose length is a number shown elsewhere, with its definition; ``?format=json`` gives the number itself."""

    allow = "reports.view_dashboard"
    inside = BOARD
    template_name = "reports/figure_rows.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.part = request.GET.get("part", "n")
        if self.part not in PARTS:
            raise Http404
        now = timezone.now()
        at = asked_at(request, now)
        self.scope = scope_of(self.cohort, now=now, at=at)
        found = find(kwargs["name"], self.scope)
        if found is None:
            raise Http404
        self.narrow = self.narrowed(found.base)
        self.scope = scope_of(self.cohort, now=now, within=[(name, key) for name, key, _word in self.narrow], at=at)
        self.asked = self.one(found)

    def narrowed(self, base):
        """The splits named in the address: (name, key, the part's name)."""
        found = []
        for split in base.splits:
            key = self.request.GET.get(split.name)
            if key is None or split.name == "cohort":
                continue
            word = key
            if split.model:
                if not is_key(key):
                    raise Http404
                word = str(get_object_or_404(split.model, pk=key, cohort=self.cohort))
            found.append((split.name, key, f"{split.label}: {word}"))
        return found

    def one(self, found):
        counted = remembered(self.scope, f"count|{found.name}", lambda: count([found], self.scope))
        if isinstance(found, Figure):
            return Asked(found, self.part, counted.values[found.name])
        answers = counted.answers[found.name]
        answer = self.request.GET.get("answer")
        if answer is not None:
            if answer not in answers.counts:
                raise Http404
            return Asked(found.part(answer), self.part, answers.value(answer), found)
        top = found.order or tuple(answers.counts)[:MOST]
        if "other" in self.request.GET:
            return Asked(found.part(other_than=top), self.part, answers.other(top), found)
        return Asked(found.part(), self.part, Value(answers.known, answers.of, answers.known), found)

    def get(self, request, *args, **kwargs):
        if request.GET.get("format") == "json":
            return JsonResponse(self.as_json(), json_dumps_params={"ensure_ascii": False})
        return super().get(request, *args, **kwargs)

    def as_json(self):
        value, figure = self.asked.value, self.asked.figure
        return {
            "name": figure.name,
            "label": str(figure.label),
            "definition": str(figure.definition),
            "cohort": self.cohort.pk,
            "within": {name: key for name, key, _word in self.narrow},
            "as_of": timezone.localtime(self.scope.at).isoformat(),
            "n": value.n,
            "known": value.known,
            "missing": value.missing,
            "N": value.of,
            "share": None if value.share is None else str(value.share),
            "mean": None if value.mean is None else str(value.mean),
        }

    @property
    def table_class(self):
        return import_string(self.asked.figure.base.table)

    @cached_property
    def title(self):
        return str(self.asked.figure.label)

    def get_rows(self):
        base = self.asked.figure.base
        rows = self.asked.figure.rows(self.scope, self.part)
        if self.is_closed:
            return rows.none()
        if not base.through:
            return rows.filter(access.rows(self.request.user, base.permission))
        model = rows.model._meta.get_field(base.through).related_model
        within = model._default_manager.filter(access.rows(self.request.user, base.permission))
        return rows.filter(**{f"{base.through}__in": within.values("pk")})

    @property
    def is_closed(self) -> bool:
        return bool(self.asked.answers and self.asked.answers.closed)

    def get_table_options(self):
        found = self.asked.answers
        if not found or self.is_closed:
            return {}
        return {"columns": (Column("figure_answer", found.label, text=self.answer_words),)}

    def answer_words(self, answer):
        return "" if answer is None else str(self.asked.answers.words(answer))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        value, table = self.asked.value, context["table"]
        return context | {
            "figure": self.asked.figure,
            "value": value,
            "count": value.part(self.part),
            "of": of_words(self.asked.figure, value),
            "missing": missing_words(self.asked.figure, value),
            "as_of": as_of_words(self.scope.at),
            "narrow": [word for _name, _key, word in self.narrow],
            "parts": self.parts(),
            "note": self.note(value.part(self.part), table.count),
            "nav": "reports:cohort_dashboard",
        }

    def parts(self):
        """The parts of the figure as tabs: they re-add to all rows."""
        value, figure = self.asked.value, self.asked.figure
        offered = [("n", figure.label, value.n)]
        if value.rest or figure.rest_label:
            offered.append(("rest", figure.rest_label or _("the others"), value.rest))
        if figure.missing_label:
            offered.append(("missing", figure.missing_label, value.missing))
        offered.append(("N", _("All"), value.of))
        params = self.request.GET.copy()
        for name in ("page", "sort"):
            params.pop(name, None)
        for part, label, rows in offered:
            params["part"] = part
            yield {"url": f"?{params.urlencode()}", "label": label, "count": rows, "current": part == self.part}

    def note(self, counted, shown):
        """Why fewer rows are shown than were counted; nothing where all are."""
        if self.is_closed:
            return self.asked.answers.closed
        if shown == counted:
            return ""
        if not access.holds(self.request.user, self.asked.figure.base.permission):
            return _("You may see this number; its rows are open to other roles only.")
        return _("%(shown)s of %(count)s rows lie within what you may open.") % {"shown": shown, "count": counted}
