from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import services
from assessments.models import Rater, Scheme
from assessments.rules.points import plain
from assessments.selectors.grid import grid, own_total
from assessments.selectors.people import in_class_today, people
from assessments.selectors.rows import computed_rows
from assessments.services.scores import Kept, Overtaken, Typed, save_score, save_scores
from assessments.tables.grid import grid_body
from cohorts.access import COHORT
from cohorts.models import Trainee
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import ActionPage, StaticPage
from trainee_mgmt.kit.prepared import Prepared

MOST_CELLS = 6000
ECHO = 200  # so much of what was typed is shown again
KEY = 19  # digits of a key


class _Grid(StaticPage, abstract=True):
    """A grid of one rater under one scheme. GET shows a class; POST saves: one cell (``do=save``), a pasted block
    (``do=paste``), both answered as JSON, or the whole form without scripts."""

    template_name = "assessments/score_grid.html"
    scheme: Scheme
    rater_id: int
    url = ""

    def get(self, request, *args, **kwargs):
        if "total" in request.GET:
            points = own_total(self.scheme, self.rater_id, _key(request.GET["total"]), today=timezone.localdate())
            return JsonResponse({"total": None if points is None else plain(points)})
        return super().get(request, *args, **kwargs)

    def get_context_data(self, wrong=None, **kwargs):
        asked = self.request.GET.get("class", "")
        found = grid(
            self.scheme, self.rater_id, today=timezone.localdate(), in_class=_key(asked) if asked.isdigit() else None
        )
        return super().get_context_data(
            scheme=self.scheme,
            cohort=self.scheme.cohort,
            grid=found,
            body=grid_body(found, wrong=wrong),
            wrong=self._named(found, wrong or {}),
            url=self.url,
            today=timezone.now(),
            rules=[
                sentence
                for leaf in found.computed
                for sentence in (f"{leaf.name}:", *found.sources[leaf.key].rule.in_words())
            ],
            **kwargs,
        )

    def post(self, request, **kwargs):
        do = request.POST.get("do", "")
        if do == "save":
            return self.save_one(request.POST)
        cells = _read(request.POST)
        if do == "paste":
            return self.paste(cells)
        return self.save_form(cells)

    def save_one(self, data):
        typed = Typed(
            *_pair(data.get("cell", "")), data.get("points", ""), _key(data["seen"]) if data.get("seen") else None
        )
        try:
            kept = save_score(self.scheme, self.rater_id, typed, by=self.request.user)
        except Refused as refusal:
            return JsonResponse(_answer(refusal), status=409 if isinstance(refusal, Overtaken) else 422)
        return JsonResponse(_answer(kept))

    def paste(self, cells):
        try:
            answers = save_scores(self.scheme, self.rater_id, cells, by=self.request.user, source="paste")
        except Refused as refusal:
            return JsonResponse(_answer(refusal), status=422)
        return JsonResponse({"cells": {f"{key}-{pk}": _answer(answer) for (key, pk), answer in answers.items()}})

    def save_form(self, cells):
        try:
            answers = save_scores(self.scheme, self.rater_id, cells, by=self.request.user)
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return HttpResponseRedirect(self.request.get_full_path())
        typed = {(each.indicator_id, each.trainee_id): each.text for each in cells}
        wrong = {
            cell: (typed[cell][:ECHO], str(answer)) for cell, answer in answers.items() if isinstance(answer, Refused)
        }
        if wrong:
            messages.error(self.request, next(sentence for _text, sentence in wrong.values()))
            return self.render_to_response(self.get_context_data(wrong=wrong), status=422)
        messages.success(self.request, _("Saved."))
        return HttpResponseRedirect(self.request.get_full_path())

    @staticmethod
    def _named(found, wrong):
        """What is wrong, with the names of row and column, for the list above the grid."""
        rows = {row.person.pk: row.person.name for row in found.rows}
        columns = {int(leaf.key): leaf.name for leaf in found.columns}
        return [
            (f"bad-{key}-{pk}", f"{rows[pk]} · {columns[key]}", sentence)
            for (key, pk), (_text, sentence) in wrong.items()
            if pk in rows and key in columns
        ]


_scheme_i_rate = Prepared(
    lambda user, permission, *, cohort: Scheme.objects.filter(
        access.rows(user, permission), cohort=cohort
    ).select_related("cohort__program")
)


class ScoreGrid(_Grid):
    """An evaluator's own grid in a cohort, whichever scheme is open there."""

    allow = "assessments.give_scores"
    model = Scheme

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.scheme = _scheme_i_rate.one(request.user, self.allow, cohort=kwargs["cohort"])  # one in use per cohort
        self.rater_id = request.user.pk
        self.url = reverse("assessments:score_grid", kwargs={"cohort": kwargs["cohort"]})
        if self.scheme is None:
            self.cohort = COHORT.find(request.user, kwargs["cohort"])

    def get(self, request, *args, **kwargs):
        if self.scheme is None:
            return self.nothing_open()
        return super().get(request, *args, **kwargs)

    def post(self, request, **kwargs):
        if self.scheme is None:  # closed or published while this grid stood open in a browser
            if "do" in request.POST:
                return JsonResponse(_answer(Refused(_("This scheme is not open for scores."))), status=422)
            return self.nothing_open(status=409)
        return super().post(request, **kwargs)

    def nothing_open(self, **kwargs):
        self.template_name = "assessments/score_grid_none.html"
        return self.render_to_response({"cohort": self.cohort, "view": self}, **kwargs)


class RaterScores(_Grid):
    """The same grid for the office: points of a paper sheet entered for an evaluator; each says who entered it."""

    allow = "assessments.enter_scores"
    model = Rater

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.rater = get_object_or_404(
            self.reachable(Rater).select_related("scheme__cohort__program", "user"), pk=kwargs["pk"]
        )
        self.scheme, self.rater_id = self.rater.scheme, self.rater.user_id
        self.url = reverse("assessments:rater_scores", kwargs={"pk": self.rater.pk})

    def get_context_data(self, **kwargs):
        is_own = self.rater_id == self.request.user.pk
        return super().get_context_data(for_rater="" if is_own else self.rater.user.name, **kwargs)


class ScoreHandIn(ActionPage):
    """Done: from now on the scores no longer change."""

    allow = "assessments.give_scores"
    model = Scheme

    def act(self, scheme):
        services.hand_in(scheme, self.request.user)
        return _("Your scores are handed in. Thank you.")

    def get_success_url(self, scheme):
        return reverse("assessments:score_grid", kwargs={"cohort": scheme.cohort_id})


class ComputedRows(StaticPage):
    """What the points of a computed indicator of one trainee come from: each session, or each week."""

    allow = "assessments.view_computed"
    model = Trainee
    template_name = "assessments/computed_rows.html"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        trainee = get_object_or_404(self.reachable(Trainee).select_related("cohort__program"), pk=self.kwargs["pk"])
        (person,) = people(in_class_today(Trainee.objects.filter(pk=trainee.pk), trainee.cohort, today=today))
        rows = computed_rows(trainee.cohort, self.kwargs["indicator"], person)
        if rows is None:
            raise Http404
        return super().get_context_data(
            cohort=trainee.cohort, scheme=rows.indicator.scheme, person=person, rows=rows, now=timezone.now(), **kwargs
        )


def _read(data) -> list[Typed]:
    """The boxes of a form: ``p-<indicator>-<trainee>``, and in ``seen-<trainee>`` the scores shown, in the order of the boxes."""
    boxes = [(name, text) for name, text in data.items() if name.startswith("p-")]
    if len(boxes) > MOST_CELLS:
        raise BadRequest("too many cells")
    seen: dict[int, list[str]] = {
        _key(name.removeprefix("seen-")): text.split(",") for name, text in data.items() if name.startswith("seen-")
    }
    columns = [_key(key) for key in data.get("columns", "").split(",") if key]
    cells = []
    for name, text in boxes:
        indicator, trainee = _pair(name.removeprefix("p-"))
        shown = dict(zip(columns, seen.get(trainee, [])))
        score = shown.get(indicator, "")
        cells.append(Typed(indicator, trainee, text, _key(score) if score else None))
    return cells


def _pair(text: str) -> tuple[int, int]:
    indicator, dash, trainee = text.partition("-")
    if not dash:
        raise BadRequest("a cell is <indicator>-<trainee>")
    return _key(indicator), _key(trainee)


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < KEY):
        raise BadRequest("a key is a whole number")
    return int(text)


def _answer(answer: Kept | Refused) -> dict:
    if isinstance(answer, Kept):
        points = None if answer.points is None else plain(answer.points)
        return {"score": answer.score_id, "points": points, "saved": f"{timezone.localtime():%H:%M}"}
    if isinstance(answer, Overtaken):
        theirs = None if answer.points is None else plain(answer.points)
        return {"error": str(answer), "score": answer.score_id, "theirs": theirs}
    return {"error": str(answer)}
