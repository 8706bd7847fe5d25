"""The rules of matching of a cohort, in words and in versions, and who is kept apart."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort
from placements.access import MATCHED_COHORT
from placements.forms.plans import ASKED, ApartForm, MatchingRulesForm
from placements.models import KeptApart
from placements.selectors.explain import CRITERIA
from placements.selectors.matching import latest_rules
from placements.services import matching_rules as services
from trainee_mgmt.kit.pages import ActionPage, FormPage, StaticPage


class _ToRules:
    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.get_success_url(), **kwargs)

    def get_success_url(self, *args):
        return reverse("placements:matching_rules", kwargs={"cohort": self.cohort.pk})


class MatchingRulesDetail(StaticPage):
    """The version in force, those before, and the pairs that are kept apart."""

    allow = "placements.plan_matching"
    inside = MATCHED_COHORT
    model = Cohort
    template_name = "placements/matching_rules.html"

    def get_context_data(self, **kwargs):
        versions = list(self.cohort.matching_rules.select_related("made_by").order_by("-version"))
        rules = versions[0] if versions else services.first_rules(self.cohort)
        labels = dict(self.cohort.profile_fields.values_list("key", "label"))
        weights = [(label, getattr(rules, criterion)) for criterion, label in CRITERIA.items()]
        pairs = self.cohort.kept_apart.select_related("one__person", "other__person").order_by("pk")
        return super().get_context_data(
            rules=rules,
            versions=versions,
            weights=weights,
            most=sum(weight for _label, weight in weights),
            answers=[
                (label, labels.get(rules.keys[key], rules.keys[key]))
                for key, label in ASKED.items()
                if key in rules.keys
            ],
            pairs=list(pairs),
            **kwargs,
        )


class MatchingRulesUpdate(_ToRules, FormPage):
    """The next version of the rules."""

    allow = "placements.plan_matching"
    inside = MATCHED_COHORT
    model = Cohort
    form_class = MatchingRulesForm
    title = gettext_lazy("Rules of matching")

    def get_form_kwargs(self):
        rules = latest_rules(self.cohort) or services.first_rules(self.cohort)
        return super().get_form_kwargs() | {"instance": rules, "cohort": self.cohort}

    def save(self, form):
        return services.save_rules(self.cohort, by=self.request.user, **form.rules)

    def get_success_message(self):
        return _("Version %(version)s holds for plans made from now on.") % {"version": self.object.version}


class ApartCreate(_ToRules, FormPage):
    allow = "placements.plan_matching"
    inside = MATCHED_COHORT
    model = Cohort
    form_class = ApartForm
    title = gettext_lazy("Keep two people apart")
    success_message = gettext_lazy("They come to no host together in plans made from now on.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def save(self, form):
        given = form.cleaned_data
        return services.keep_apart(self.cohort, given["one"], given["other"], reason=given["reason"])


class ApartRemove(ActionPage):
    allow = "placements.change_apart"
    model = KeptApart

    def get_rows(self):
        return super().get_rows().select_related("one__person", "other__person")

    def act(self, pair):
        services.let_together(pair)
        return _("They may come to one host again.")

    def get_success_url(self, pair):
        return reverse("placements:matching_rules", kwargs={"cohort": pair.cohort_id})
