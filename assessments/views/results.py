from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import services
from assessments.forms import ReasonForm
from assessments.models import Result, Scheme, Score
from assessments.rules.raters import method_in_words
from assessments.rules.scheme import Kind
from assessments.selectors.outline import outline
from assessments.selectors.people import in_class_today, people, scored
from assessments.selectors.raters import not_handed_in
from assessments.selectors.results import from_snapshot, live, opened, results
from assessments.selectors.standings import standings
from assessments.tables.results import ResultTable
from assessments.tables.scores import ScoreTable
from cohorts.access import COHORT
from cohorts.models import Trainee
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.kept import ANEW
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage, is_key

NAMED = 10  # so many people or evaluators are named in a confirmation
IN_USE = (Scheme.State.PUBLISHED, Scheme.State.OPEN)


class ResultList(TablePage):
    """Everybody's total with its parts; live while the scheme is open, as published afterwards."""

    allow = "assessments.view_totals"
    model = Trainee
    table_class = ResultTable
    template_name = "assessments/result_list.html"
    title = gettext_lazy("Results")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        schemes = self.reachable(Scheme).filter(cohort=kwargs["cohort"]).exclude(state=Scheme.State.DRAFT)
        asked = request.GET.get("scheme", "")
        one = is_key(asked)
        schemes = schemes.filter(pk=asked) if one else schemes.filter(state__in=IN_USE)
        self.scheme = schemes.select_related("cohort__program", "published_by").first()
        if self.scheme is None:
            self.cohort = COHORT.find(request.user, kwargs["cohort"])
            return
        self.cohort = self.scheme.cohort
        self.results = results(self.scheme, anew=ANEW in request.GET or request.method == "POST")

    def get(self, request, *args, **kwargs):
        if self.scheme is None:
            self.template_name = "assessments/result_none.html"
            rates = self.rates_there(request.user)
            return self.render_to_response({"cohort": self.cohort, "view": self, "title": self.title, "rates": rates})
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.scheme is None:
            raise Http404
        return super().post(request, *args, **kwargs)

    def rates_there(self, user):
        return user.ratings.filter(scheme__cohort=self.cohort, scheme__state="open", handed_in_at=None).exists()

    def get_rows(self):
        if self.scheme.is_published:
            rows = Trainee.objects.filter(results__in=Result.objects.filter(scheme=self.scheme, in_force=True))
            return in_class_today(rows, self.cohort, today=timezone.localdate())
        return scored(self.cohort, today=timezone.localdate())

    def get_table_options(self):
        return {"context": self.results}

    def get_context_data(self, **kwargs):
        scheme, user = self.scheme, self.request.user
        return super().get_context_data(
            scheme=scheme,
            cohort=self.cohort,
            method=method_in_words(scheme.method, guard=scheme.trim_guard),
            waiting=not_handed_in(scheme) if scheme.is_open else [],
            people=len(self.results.ranking.trainees),
            may_publish=access.may(user, "assessments.publish_scheme", scheme),
            now=timezone.now(),
            as_of=self.results.at,
            **kwargs,
        )


class _OneResult(StaticPage, abstract=True):
    """A total opened down to its rows."""

    template_name = "assessments/trainee_score.html"

    def opened_context(self, scheme, tree, standing):
        groups = {key: tree.groups_above(key) for key in tree.indicators}
        kinds = {leaf.key: leaf.kind for leaf in tree.leaves}
        return {
            "scheme": scheme,
            "standing": standing,
            "person": standing.person,
            "lines": opened(standing, groups, kinds),
            "missing": [tree.indicators[key].name for key in standing.total.missing],
            "method": method_in_words(scheme.method, guard=scheme.trim_guard),
            "now": timezone.now(),
        }


class TraineeScore(_OneResult):
    """The office's page of one trainee: live, or as published."""

    allow = "assessments.view_trainee_score"
    model = Trainee

    def get_context_data(self, **kwargs):
        trainee = get_object_or_404(
            self.reachable(Trainee).select_related("cohort__program", "person"), pk=self.kwargs["pk"]
        )
        scheme = Scheme.objects.filter(cohort=trainee.cohort, state__in=IN_USE).select_related("published_by").first()
        past = self.reachable(Result, "assessments.view_result").filter(trainee=trainee, in_force=False)
        context = {
            "trainee": trainee,
            "cohort": trainee.cohort,
            "taken_back": list(past.select_related("scheme").defer("lines").order_by("-published_at", "-pk")),
        }
        if scheme:
            context |= self.standing_context(trainee, scheme)
        return super().get_context_data(**context, **kwargs)

    def standing_context(self, trainee, scheme):
        tree = outline(scheme)
        (person,) = people(
            in_class_today(Trainee.objects.filter(pk=trainee.pk), trainee.cohort, today=timezone.localdate())
        )
        if not scheme.is_published:
            (standing,) = standings(tree, [person], with_rows=True)
            return self.opened_context(scheme, tree, standing)
        result = Result.objects.filter(scheme=scheme, trainee=trainee, in_force=True).first()
        if result is None:
            return {}
        standing = from_snapshot(person, result.total, result.lines)
        return self.opened_context(scheme, tree, standing) | {"result": result}


class ResultDetail(_OneResult):
    """One published result as it was written down, also after its publication was taken back."""

    allow = "assessments.view_result"
    model = Result

    def get_context_data(self, **kwargs):
        result = get_object_or_404(
            self.reachable(Result).select_related(
                "scheme__cohort__program", "scheme__published_by", "trainee__person", "trainee__cohort"
            ),
            pk=self.kwargs["pk"],
        )
        trainee = Trainee.objects.filter(pk=result.trainee_id)
        (person,) = people(in_class_today(trainee, result.scheme.cohort, today=timezone.localdate()))
        standing = from_snapshot(person, result.total, result.lines)
        context = self.opened_context(result.scheme, outline(result.scheme), standing)
        return super().get_context_data(
            trainee=result.trainee, cohort=result.scheme.cohort, result=result, **context, **kwargs
        )


class ScoreList(TablePage):
    """All points that were given in a cohort, as far as the reader may know them."""

    allow = "assessments.view_score"
    inside = COHORT
    model = Score
    table_class = ScoreTable
    title = gettext_lazy("Points given")

    def get_rows(self):
        return super().get_rows().filter(trainee__cohort=self.cohort, points__isnull=False)


class ScoreDetail(StaticPage):
    """One cell of one rater with everything that ever stood in it."""

    allow = "assessments.view_score"
    model = Score
    template_name = "assessments/score_detail.html"

    def get_context_data(self, **kwargs):
        score = get_object_or_404(
            self.reachable(Score).select_related(
                "indicator__scheme__cohort__program", "trainee__person", "rater", "entered_by"
            ),
            pk=self.kwargs["pk"],
        )
        past = Score.objects.filter(indicator=score.indicator, trainee=score.trainee, rater=score.rater)
        return super().get_context_data(
            score=score,
            scheme=score.indicator.scheme,
            cohort=score.indicator.scheme.cohort,
            past=past.select_related("entered_by").order_by("-pk"),
            **kwargs,
        )


class _Publication(FormPage, abstract=True):
    allow = "assessments.publish_scheme"
    model = Scheme
    template_name = "kit/confirm.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.scheme = get_object_or_404(self.reachable(Scheme).select_related("cohort__program"), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            scheme=self.scheme, cohort=self.scheme.cohort, cancel_url=self.get_success_url(), **kwargs
        )

    def get_success_url(self):
        return reverse("assessments:result_list", kwargs={"cohort": self.scheme.cohort_id})


class SchemePublish(_Publication):
    """Says how many results go out and what is missing in them."""

    def get_form(self, form_class=None):
        return None

    def get(self, request, *args, **kwargs):
        if not self.scheme.is_open:
            messages.error(request, _("Only a scheme that is open for scores can be published."))
            return HttpResponseRedirect(self.scheme.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        found = live(outline(self.scheme))
        without = [each for each in found if each.total.points is None]
        waiting = not_handed_in(self.scheme)
        effects = [
            ngettext("%(count)s trainee sees the own result.", "%(count)s trainees see their own result.", len(found))
            % {"count": len(found)},
            _("The numbers are locked: later changes of attendance, journals or scores do not touch them."),
        ]
        spared = [_("Nobody sees another's result, and nobody sees a rank.")]
        facts = [(_("With a total"), f"{len(found) - len(without)} / {len(found)}")]
        if without:
            facts.append((_("Without a total"), _listed([each.person.name for each in without])))
        if waiting:
            facts.append((_("Not handed in"), _listed(waiting)))
        self.count = len(found)
        return super().get_context_data(
            effects=effects,
            spared=spared,
            facts=facts,
            submit_label=ngettext("Publish %(count)s result", "Publish %(count)s results", len(found))
            % {"count": len(found)},
            **kwargs,
        )

    def get_title(self):
        return _("Publish the results of %(scheme)s") % {"scheme": self.scheme}

    def post(self, request, **kwargs):
        try:
            count = services.publish(self.scheme, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                ngettext("%(count)s result is published.", "%(count)s results are published.", count)
                % {"count": count},
            )
        return HttpResponseRedirect(self.get_success_url())


class SchemeUnpublish(_Publication):
    """Takes a publication back, for a reason."""

    form_class = ReasonForm

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            effects=[
                _("Trainees no longer see their results."),
                _("Evaluators who have not handed in can give scores again."),
                _("The reason, your name and every total that has changed since are kept."),
            ],
            submit_label=_("Take the publication back"),
            danger=True,
            **kwargs,
        )

    def get_title(self):
        return _("Take back the publication of %(scheme)s") % {"scheme": self.scheme}

    def save(self, form):
        self.changed = services.unpublish(self.scheme, reason=form.cleaned_data["reason"])

    def get_success_message(self):
        return ngettext(
            "The publication is taken back; %(count)s total has changed since.",
            "The publication is taken back; %(count)s totals have changed since.",
            self.changed,
        ) % {"count": self.changed}


class MyScore(StaticPage):
    """A trainee's own results, once they are published."""

    allow = "assessments.see_own_result"
    model = Result
    template_name = "assessments/my_score.html"

    def get_context_data(self, **kwargs):
        own = (
            self.reachable(Result).select_related("scheme__cohort__program", "trainee").order_by("-published_at", "-pk")
        )
        return super().get_context_data(shown=[self.opened(result) for result in own], **kwargs)

    @staticmethod
    def opened(result):
        standing = from_snapshot(None, result.total, result.lines)
        lines = [
            {
                "line": line,
                "groups": data.get("groups", []),
                "kind": data.get("source", {}).get("kind", ""),
                "found": standing.found.get(line.key),
                "by_raters": data.get("source", {}).get("kind") == Kind.MANUAL,
            }
            for line, data in zip(standing.total.lines, result.lines)
        ]
        method = method_in_words(result.scheme.method, guard=result.scheme.trim_guard)
        return {"result": result, "lines": lines, "method": method}


def _listed(names):
    more = len(names) - NAMED
    listed = _(", ").join(names[:NAMED])
    return listed if more <= 0 else _("%(names)s and %(count)s more") % {"names": listed, "count": more}
