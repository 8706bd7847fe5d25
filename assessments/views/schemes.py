from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from assessments import services
from assessments.forms import INDICATOR_FORMS, SchemeForm, SchemeSettingsForm
from assessments.models import Indicator, Scheme, Score
from assessments.rules.points import parse_points
from assessments.rules.raters import method_in_words
from assessments.selectors.outline import outline, with_values
from assessments.selectors.raters import rater_lines
from assessments.tables import SchemeTable
from cohorts.access import COHORT, MANAGED_COHORT
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, Page, StaticPage, is_key

COPIES = 20  # other cohorts' schemes that are offered as a start


class SchemeList(TablePage):
    allow = "assessments.view_scheme"
    inside = COHORT
    model = Scheme
    table_class = SchemeTable
    template_name = "assessments/scheme_list.html"
    title = gettext_lazy("Scoring schemes")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)


class SchemeCreate(FormPage):
    allow = "assessments.change_scheme"
    inside = MANAGED_COHORT
    model = Scheme
    form_class = SchemeForm
    title = gettext_lazy("New scoring scheme")

    def get_form_kwargs(self):
        others = self.reachable(Scheme).exclude(state=Scheme.State.REPLACED)
        return super().get_form_kwargs() | {"others": others.select_related("cohort").order_by("-pk")[:COPIES]}

    def get_initial(self):
        return {"start": "study", "name": _("Quantitative assessment")}

    def get_context_data(self, **kwargs):
        back = reverse("assessments:scheme_list", kwargs={"cohort": self.cohort.pk})
        return super().get_context_data(cancel_url=back, **kwargs)

    def save(self, form):
        return services.make_scheme(self.cohort, **form.values())

    def get_success_message(self):
        return _("The scheme is a draft: change it, name evaluators, then open it for scores.")

    def get_success_url(self):
        return self.object.get_absolute_url()


class SchemeDetail(StaticPage):
    """The tree with its check and formula, the evaluators, and what can be done next."""

    allow = "assessments.view_scheme"
    model = Scheme
    template_name = "assessments/scheme_detail.html"

    def get_context_data(self, **kwargs):
        scheme = get_object_or_404(
            self.reachable(Scheme).select_related("cohort__program", "published_by"), pk=self.kwargs["pk"]
        )
        tree = outline(scheme)
        may_change = access.may(self.request.user, "assessments.change_scheme", scheme)
        return super().get_context_data(
            scheme=scheme,
            cohort=scheme.cohort,
            rows=tree.rows(),
            faults=tree.faults(),
            formula=tree.formula(),
            method=method_in_words(scheme.method, guard=scheme.trim_guard),
            raters=rater_lines(scheme),
            editable=may_change and scheme.is_draft,
            may_change=may_change,
            has_scores=may_change and scheme.is_open and Score.objects.filter(indicator__scheme=scheme).exists(),
            **kwargs,
        )


class _OneScheme(FormPage, abstract=True):
    """A form about one scheme."""

    allow = "assessments.change_scheme"
    model = Scheme

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.scheme = get_object_or_404(self.reachable(Scheme).select_related("cohort__program"), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            scheme=self.scheme, cohort=self.scheme.cohort, cancel_url=self.scheme.get_absolute_url(), **kwargs
        )

    def get_success_url(self):
        return self.scheme.get_absolute_url()


class SchemeUpdate(EditPage):
    allow = "assessments.change_scheme"
    model = Scheme
    form_class = SchemeSettingsForm
    title = gettext_lazy("Name and method of the scheme")

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, cancel_url=self.object.get_absolute_url(), **kwargs)

    def save(self, form):
        return services.change_scheme(Scheme.objects.get(pk=self.object.pk), **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class SchemeOpen(_OneScheme):
    """Asks before a draft is opened: from then on it no longer changes."""

    form_class = None
    template_name = "kit/confirm.html"

    def get_form(self, form_class=None):
        return None

    def get_context_data(self, **kwargs):
        faults = outline(self.scheme).faults()
        used = Scheme.objects.filter(cohort=self.scheme.cohort_id, state__in=["open", "published"]).first()
        raters = self.scheme.raters.values("user").distinct().count()
        effects = [_("This version no longer changes; a change makes a new version.")]
        if raters:
            effects.append(
                ngettext("%(count)s evaluator can give scores.", "%(count)s evaluators can give scores.", raters)
                % {"count": raters}
            )
        elif outline(self.scheme).manual:
            effects.append(_("Nobody is named as evaluator yet: points can be given once somebody is."))
        if used:
            effects.append(_("%(scheme)s is replaced; its scores stay with it.") % {"scheme": used})
        spared = [_("Trainees see nothing before the results are published.")]
        return super().get_context_data(
            effects=effects,
            spared=faults or spared,
            submit_label=_("Open for scores"),
            **kwargs,
        )

    def get_title(self):
        return _("Open %(scheme)s for scores") % {"scheme": self.scheme}

    def post(self, request, **kwargs):
        try:
            services.open_scheme(self.scheme)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The scheme is open for scores."))
        return HttpResponseRedirect(self.scheme.get_absolute_url())


class _SchemeAction(ActionPage, abstract=True):
    allow = "assessments.change_scheme"
    model = Scheme


class SchemeNewVersion(_SchemeAction):
    def act(self, scheme):
        self.made = services.new_version(scheme)
        return _("A new version lies here as a draft. The old one stays in use until you open this one.")

    def get_success_url(self, scheme):
        return getattr(self, "made", scheme).get_absolute_url()


class SchemeBackToDraft(_SchemeAction):
    def act(self, scheme):
        services.back_to_draft(scheme)
        return _("The scheme is a draft again.")


class SchemeDiscard(_SchemeAction):
    def act(self, scheme):
        services.discard_scheme(scheme)
        self.gone = True
        return _("The draft is removed.")

    def get_success_url(self, scheme):
        if getattr(self, "gone", False):
            return reverse("assessments:scheme_list", kwargs={"cohort": scheme.cohort_id})
        return scheme.get_absolute_url()


class SchemeWeights(Page, View):
    """Weights and full marks of the whole tree: ``do=check`` answers what would be wrong, otherwise they are saved."""

    allow = "assessments.change_scheme"
    model = Scheme
    http_method_names = ("post", "options")

    def post(self, request, pk):
        scheme = get_object_or_404(self.reachable(Scheme).select_related("cohort"), pk=pk)
        tree = outline(scheme)
        typed, wrong = _read_weights(request.POST, tree.indicators)
        if request.htmx and request.POST.get("do") != "save":
            faults = wrong or with_values(tree, typed).faults()
            context = {"scheme": scheme, "faults": faults, "formula": with_values(tree, typed).formula()}
            return render(request, "assessments/_scheme_check.html", context)
        if wrong:
            messages.error(request, " ".join(wrong))
        else:
            try:
                count = services.change_weights(scheme, typed)
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(
                    request,
                    ngettext("%(count)s indicator changed.", "%(count)s indicators changed.", count) % {"count": count},
                )
        return HttpResponseRedirect(scheme.get_absolute_url())


def _read_weights(data, indicators) -> tuple[dict[int, dict[str, Decimal]], list[str]]:
    """The typed numbers by indicator, and one sentence for each that is none."""
    typed: dict[int, dict[str, Decimal]] = {}
    wrong = []
    for name, text in data.items():
        field, _dash, key = name.rpartition("-")
        if field not in ("weight", "full_marks"):
            continue
        indicator = indicators.get(key)
        if indicator is None:
            raise BadRequest("weight-<indicator> and full_marks-<indicator>, of this scheme")
        if field == "weight" and indicator.extra:
            continue
        try:
            value = parse_points(text, Decimal(100) if field == "weight" else Decimal("9999.99"), decimals=2)
            if not value:
                raise Refused(_("It must be more than 0."))
        except Refused as refusal:
            wrong.append(f"{indicator.name}: {refusal}")
        else:
            typed.setdefault(indicator.pk, {})[field] = value
    return typed, wrong


class IndicatorCreate(_OneScheme):
    """A new indicator; ``kind`` and ``parent`` stand in the URL's query, so that the form asks only what it needs."""

    template_name = "assessments/indicator_form.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.kind = request.GET.get("kind", "manual")
        if self.kind not in INDICATOR_FORMS:
            raise Http404
        parent = request.GET.get("parent", "")
        self.parent = None
        if parent:
            if not is_key(parent):
                raise Http404
            self.parent = get_object_or_404(self.scheme.indicators.all(), pk=parent)

    def get_form_class(self):
        return INDICATOR_FORMS[self.kind]

    def get_title(self):
        label = Indicator.Kind(self.kind).label
        if self.parent:
            return _("New indicator in “%(group)s”: %(kind)s") % {"group": self.parent.name, "kind": label}
        return _("New indicator: %(kind)s") % {"kind": label}

    def get_context_data(self, **kwargs):
        return super().get_context_data(kinds=Indicator.Kind.choices, kind=self.kind, parent=self.parent, **kwargs)

    def save(self, form):
        return services.add_indicator(self.scheme, parent=self.parent, **form.values())


class IndicatorUpdate(EditPage):
    allow = "assessments.change_indicator"
    model = Indicator
    template_name = "assessments/indicator_form.html"

    def get_queryset(self):
        return super().get_queryset().select_related("scheme__cohort__program")

    def get_form_class(self):
        return INDICATOR_FORMS[self.object.kind]

    def get_title(self):
        return _("Change “%(name)s”") % {"name": self.object.name}

    def get_context_data(self, **kwargs):
        scheme = self.object.scheme
        return super().get_context_data(
            scheme=scheme, cohort=scheme.cohort, cancel_url=scheme.get_absolute_url(), **kwargs
        )

    def save(self, form):
        values = {name: value for name, value in form.values().items() if name != "kind"}
        return services.change_indicator(self.object, **values)

    def get_success_url(self):
        return self.object.scheme.get_absolute_url()


class _IndicatorAction(ActionPage, abstract=True):
    allow = "assessments.change_indicator"
    model = Indicator

    def get_rows(self):
        return super().get_rows().select_related("scheme")

    def get_success_url(self, indicator):
        return indicator.scheme.get_absolute_url()


class IndicatorUp(_IndicatorAction):
    def act(self, indicator):
        services.move_indicator(indicator, up=True)
        return ""


class IndicatorDown(_IndicatorAction):
    def act(self, indicator):
        services.move_indicator(indicator, up=False)
        return ""


class IndicatorRemove(_IndicatorAction):
    def act(self, indicator):
        name = indicator.name
        services.remove_indicator(indicator)
        return _("“%(name)s” is removed.") % {"name": name}
