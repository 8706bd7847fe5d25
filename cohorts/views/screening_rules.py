"""The rules of a screening: versions in words, a new one, and what it would change before it is made."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.forms.screening import RulesForm
from cohorts.models import Application, ScreeningRules
from cohorts.rules.screening import RuleSet
from cohorts.rules.screening_words import limits_in_words, words_beside
from cohorts.selectors.screening import in_screening, newest_rules, rule_fields
from cohorts.services import screening as services
from cohorts.services import screening_start
from cohorts.views.screening import DECIDED, SCREENED, round_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import ButtonPage, FormPage, StaticPage

MOST_MOVES = 200
TRY, SAVE = "try", "save"


class ScreeningRulesList(StaticPage):
    """Every version in words, the newest first."""

    allow = "cohorts.view_screening"
    inside = SCREENED
    model = ScreeningRules
    template_name = "cohorts/screeningrules_list.html"

    def get_context_data(self, **kwargs):
        fields = rule_fields(self.cohort.pk)
        rows = ScreeningRules.objects.filter(round__cohort=self.cohort).select_related("made_by").order_by("-version")
        return super().get_context_data(
            round=round_of(self.cohort),
            versions=[
                (
                    row,
                    [(rule, words_beside(rule, fields.get(rule.field))) for rule in row.rule_set.rules],
                    limits_in_words(row.rule_set),
                )
                for row in rows
            ],
            manages=not self.cohort.is_closed
            and access.may(self.request.user, "cohorts.decide_screening", self.cohort),
            **kwargs,
        )


class ScreeningRulesCreate(FormPage):
    """Write rules, try them out as often as one likes, make them a new version."""

    allow = "cohorts.decide_screening"
    inside = DECIDED
    form_class = RulesForm
    title = gettext_lazy("Rules of the screening")
    success_message = gettext_lazy("The new version stands. Run the screening to rank under it.")
    template_name = "cohorts/screeningrules_form.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.round = round_of(self.cohort)
        if self.round is None:
            raise Http404
        self.newest = newest_rules(self.round)

    def get_form_kwargs(self):
        rules = self.newest.rule_set if self.newest else RuleSet()
        given = {"fields": rule_fields(self.cohort.pk), "rules": rules, "seats": self.round.seats}
        return super().get_form_kwargs() | given

    def form_valid(self, form):
        if self.request.POST.get("do") != TRY:
            return super().form_valid(form)
        try:
            found, keys = services.simulate(self.round, form.rule_set(), seats=form.cleaned_data["seats"])
        except Refused as refusal:
            return self.refused(form, refusal)
        return self.render_to_response(self.get_context_data(form=form, trial=self.trial(found, keys)))

    def trial(self, found, keys) -> dict:
        """Who moves, those who come in or fall out first; with the names of these."""
        moving = [one for one in found if one.rank_before != one.rank_after or one.before != one.after]
        moving.sort(key=lambda one: (not one.is_in, not one.is_out, one.before == one.after, one.rank_after))
        shown = moving[:MOST_MOVES]
        names = Application.objects.filter(pk__in=[keys[one.key] for one in shown]).values_list("pk", "name")
        named = dict(names)
        return {
            "people": len(found),
            "in": sum(one.is_in for one in found),
            "out": sum(one.is_out for one in found),
            "moving": len(moving),
            "rows": [(named[keys[one.key]], one) for one in shown],
            "more": len(moving) - len(shown),
        }

    def save(self, form):
        return services.make_rules(self.round, form.rule_set(), by=self.request.user)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            newest=self.newest, round=self.round, people=in_screening(self.round).count(), **kwargs
        )

    def get_success_url(self):
        return reverse("cohorts:screening_list", kwargs={"cohort": self.cohort.pk})


class ScreeningRulesBegin(ButtonPage):
    """The four usual priorities as the first version, with the profile fields that they ask."""

    allow = "cohorts.decide_screening"
    inside = DECIDED

    def act(self):
        round = round_of(self.cohort)
        if round is None:
            raise Http404
        screening_start.begin_with_four(round, by=self.request.user)
        return _("The four usual priorities stand as the first version. Change what is otherwise here.")

    def get_success_url(self):
        return reverse("cohorts:screeningrules_list", kwargs={"cohort": self.cohort.pk})
