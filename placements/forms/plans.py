"""Forms of the rules of matching and of plans."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import ProfileField
from placements.forms.wishes import TraineeField
from placements.models import MatchingRules
from placements.rules.defaults import QUESTIONS, read_related, write_related
from placements.rules.fit import Criterion
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.forms import CheckedByModel, CrispyMixin

ASKED = {
    "study": _("Field of study is answered by"),
    "works_in": _("Field of work is answered by"),
    "first": _("Industry wished first is answered by"),
    "second": _("Industry wished second is answered by"),
    "needs_lodging": _("Need of lodging is answered by"),
    "where": _("Home town is answered by"),
}
MOST_PAIRS = 300


class MatchingRulesForm(CheckedByModel, CrispyMixin, forms.ModelForm):
    """Weights, hard rules, which answer each criterion reads, and which words belong together."""

    related_words = forms.CharField(
        label=_("What belongs together"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One pair a line, parted by ~: a study and an industry, or two industries."),
    )
    submit_label = _("Save as a new version")

    class Meta:
        model = MatchingRules
        fields = [*map(str, Criterion), "needs_lodging", "most_of_unit", "least_at_host", "note"]
        help_texts = {
            "distance": _("Same district or county: all; same city: half. No way is measured."),
            "most_of_unit": _("Empty: any number."),
        }

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        fields = ProfileField.objects.filter(cohort=cohort).order_by("order", "pk").values_list("key", "label")
        for question in QUESTIONS:
            empty = _("the place of work") if question == "where" else _("not asked")
            self.fields[f"key_{question}"] = forms.ChoiceField(
                label=ASKED[question],
                choices=[("", empty), *fields],
                required=False,
                initial=self.instance.keys.get(question, ""),
            )
        self.initial["related_words"] = write_related(self.instance.related)
        self.initial["note"] = ""
        order = [*map(str, Criterion), "needs_lodging", "most_of_unit", "least_at_host"]
        order += [*(f"key_{question}" for question in QUESTIONS), "related_words", "note"]
        self.order_fields(order)
        self.helper.layout.fields = order

    def clean_related_words(self):
        try:
            pairs = read_related(self.cleaned_data["related_words"])
        except ValueError as error:
            raise ValidationError(gettext("“%(line)s” is no pair of two words.") % {"line": str(error)[:60]}) from None
        if len(pairs) > MOST_PAIRS:
            raise ValidationError(
                gettext("More than %(most)s pairs are more than one can oversee.") % {"most": MOST_PAIRS}
            )
        return pairs

    @property
    def rules(self) -> dict:
        given = self.cleaned_data
        keys = {question: given[f"key_{question}"] for question in QUESTIONS if given[f"key_{question}"]}
        return {name: given[name] for name in self.Meta.fields} | {"keys": keys, "related": given["related_words"]}


class ApartForm(CrispyMixin, forms.Form):
    one = TraineeField(label=_("One"), max_length=80, help_text=_("Number or name."))
    other = TraineeField(label=_("The other"), max_length=80, help_text=_("Number or name."))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    submit_label = _("Keep them apart")

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("one", "other"):
            self.fields[name].cohort = cohort


class PlanForm(CrispyMixin, forms.Form):
    """Which posts: those that begin on one day."""

    starts_on = forms.TypedChoiceField(label=_("For posts from"), coerce=str, widget=forms.RadioSelect)
    submit_label = _("Find the best plan")

    def __init__(self, *args, days, **kwargs):
        super().__init__(*args, **kwargs)
        self.days = {each.isoformat(): each for each in days}
        self.fields["starts_on"].choices = [(key, day(each)) for key, each in self.days.items()]

    def clean_starts_on(self):
        return self.days[self.cleaned_data["starts_on"]]


class PriceForm(forms.Form):
    """The post whose price is asked for, in a plan as it stands on the screen."""

    offer = forms.IntegerField(min_value=1, max_value=2**62)
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class MoveForm(CrispyMixin, forms.Form):
    """A place by hand, once its cost was read; ``revision`` is that of the plan on the screen."""

    offer = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**62)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stands beside the place and in the audit log.")
    )
    submit_label = _("Move and lock")


class PublishForm(CrispyMixin, forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
