"""Rules of a screening as rows that one fills in; changes by hand with their reason; leave and exemptions."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Exemption
from cohorts.models.screening import OUTCOMES
from cohorts.rules.applications import Operator
from cohorts.rules.screening import BY_KIND, MOST_POINTS, MOST_RULES, OPERATORS, PriorityRule, RuleSet
from cohorts.selectors.screening import RuleField
from trainee_mgmt.kit.forms import CrispyMixin, DateInput

BLANK_ROWS = 3
BETWEEN = re.compile(r"[、,，;；\n]+")
YES, NO = {"是", "yes", "true", "1"}, {"否", "no", "false", "0"}
LIMITS = ("least_per_unit", "most_per_unit", "waiting_places", "repeat_years")
PARTS = ("field", "operator", "value", "points", "sentence")
LONGEST_VALUE, LONGEST_SENTENCE = 200, 60


def _number(label, *, least: int, most: int, **kwargs) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=least, max_value=most, widget=widget, **kwargs)


class RulesForm(forms.Form):
    """One row a rule, and some blank ones; a row without a field is no rule."""

    least_per_unit = _number(
        gettext_lazy("Places kept for each nominating unit"), least=1, most=1000, required=False,
        help_text=gettext_lazy("Empty: none are kept."),
    )  # fmt: skip
    most_per_unit = _number(
        gettext_lazy("At most of one nominating unit"), least=1, most=10000, required=False,
        help_text=gettext_lazy("Empty: no limit."),
    )  # fmt: skip
    waiting_places = _number(
        gettext_lazy("Places on the waiting list"), least=0, most=10000, required=False,
        help_text=gettext_lazy("Empty: everybody who is not chosen waits."),
    )  # fmt: skip
    repeat_years = _number(gettext_lazy("Years within which the same program or theme is a repeat"), least=0, most=30)
    seats = _number(
        gettext_lazy("Seats"), least=1, most=30000,
        help_text=gettext_lazy("For the trial only; the seats themselves are set in the round."),
    )  # fmt: skip

    def __init__(self, *args, fields: dict[str, RuleField], rules: RuleSet, seats: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = fields
        filled = sum(1 for name in self.data if re.fullmatch(r"field_\d+", name)) if self.is_bound else 0
        self.count = min(MOST_RULES, max(filled, len(rules.rules) + BLANK_ROWS))
        for at in range(self.count):
            self._add_row(at, rules.rules[at] if at < len(rules.rules) else None)
            self._name_for_readers(at)
        for name in LIMITS:
            self.fields[name].initial = getattr(rules, name)
        self.fields["seats"].initial = seats

    def _add_row(self, at: int, rule: PriorityRule | None) -> None:
        choices = [("", "—"), *((field.key, field.label) for field in self.known.values())]
        if rule and rule.field not in self.known:
            choices.append((rule.field, rule.field))
        select = forms.Select(attrs={"class": "form-select"})
        text = {"class": "form-control"}
        self.fields |= {
            f"field_{at}": forms.ChoiceField(
                label=gettext_lazy("About"), choices=choices, required=False, widget=select, initial=rule and rule.field
            ),
            f"operator_{at}": forms.ChoiceField(
                label=gettext_lazy("Condition"),
                choices=list(OPERATORS.items()),
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
                initial=rule.operator if rule else Operator.ONE_OF,
            ),
            f"value_{at}": forms.CharField(
                label=gettext_lazy("Value"),
                max_length=LONGEST_VALUE,
                required=False,
                widget=forms.TextInput(attrs=text),
                initial=typed(rule.value) if rule else "",
            ),
            f"points_{at}": _number(
                pgettext_lazy("screening", "Points"),
                least=1,
                most=MOST_POINTS,
                required=False,
                initial=rule and rule.points,
            ),
            f"sentence_{at}": forms.CharField(
                label=gettext_lazy("Sentence"),
                max_length=LONGEST_SENTENCE,
                required=False,
                widget=forms.TextInput(attrs=text),
                initial=rule.sentence if rule else "",
            ),
        }

    def rows(self) -> Iterator[list]:
        for at in range(self.count):
            yield [self[f"{part}_{at}"] for part in PARTS]

    def _name_for_readers(self, at: int) -> None:
        """A box inside a table has no label of its own: the row and the column are said with it."""
        for part in PARTS:
            field = self.fields[f"{part}_{at}"]
            field.widget.attrs["aria-label"] = _("Rule %(n)s: %(part)s") % {"n": at + 1, "part": field.label}

    def limits(self) -> list:
        return [self[name] for name in LIMITS]

    def clean(self):
        data = super().clean()
        least, most = data.get("least_per_unit"), data.get("most_per_unit")
        if least and most and least > most:
            self.add_error("most_per_unit", _("This cannot be less than the places kept for each unit."))
        rules = [rule for at in range(self.count) if (rule := self._rule(at, data))]
        if not rules and not self.errors:
            raise ValidationError(_("At least one rule is needed."))
        data["rules"] = tuple(rules)
        return data

    def _rule(self, at: int, data: dict) -> PriorityRule | None:
        key = data.get(f"field_{at}")
        if not key:
            return None
        field = self.known.get(key)
        if field is None:
            self.add_error(f"field_{at}", _("This field is not there any more. Choose another one."))
            return None
        operator = data.get(f"operator_{at}") or Operator.ONE_OF
        allowed = BY_KIND[field.kind]
        if operator not in allowed:
            told = _(", ").join(str(OPERATORS[each]) for each in allowed)
            self.add_error(f"operator_{at}", _("For this field: %(conditions)s.") % {"conditions": told})
        for part, words in (("points", _("How many points does it give?")), ("sentence", _("Say it in words."))):
            if not data.get(f"{part}_{at}") and f"{part}_{at}" not in self.errors:
                self.add_error(f"{part}_{at}", words)
        try:
            value = read_value(field, data.get(f"value_{at}", ""))
        except ValidationError as error:
            self.add_error(f"value_{at}", error)
            return None
        return PriorityRule(key, operator, value, data.get(f"points_{at}") or 0, data.get(f"sentence_{at}") or "")

    def rule_set(self) -> RuleSet:
        return RuleSet(self.cleaned_data["rules"], **{name: self.cleaned_data[name] for name in LIMITS})


def read_value(field: RuleField, text: str):
    """What was typed as the value of a rule: a number as text, a list of words, or [true]."""
    words = list(dict.fromkeys(word.strip() for word in BETWEEN.split(text) if word.strip()))
    if not words:
        raise ValidationError(_("Write a value."))
    if field.kind == "yes_no":
        answer = words[0].casefold()
        if len(words) > 1 or answer not in YES | NO:
            raise ValidationError(_("Write yes or no."))
        return [answer in YES]
    if field.kind == "number":
        return _number_of(words)
    if field.choices and (unknown := [word for word in words if word not in field.choices]):
        raise ValidationError(
            _("“%(found)s” is not in the list of this field: %(choices)s.")
            % {"found": unknown[0], "choices": _(", ").join(field.choices)}
        )
    return words


def _number_of(words: list[str]) -> str:
    try:
        number = Decimal(words[0])
    except InvalidOperation:
        number = Decimal("NaN")
    if len(words) > 1 or not number.is_finite() or abs(number) >= 10**9:
        raise ValidationError(_("Write one number."))
    return words[0]


def typed(value) -> str:
    """A stored value as it is typed."""
    if isinstance(value, list):
        return "、".join(_("yes") if each is True else _("no") if each is False else str(each) for each in value)
    return str(value)


class DecideForm(CrispyMixin, forms.Form):
    """Nothing to fill in: the page says what will happen."""


class OutcomeForm(CrispyMixin, forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("New outcome"), choices=OUTCOMES)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the report of what was decided by hand, and the applicant reads it."),
    )
    submit_label = gettext_lazy("Change the outcome")


class CallForm(CrispyMixin, forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the report of what was decided by hand."),
    )
    submit_label = gettext_lazy("Call all the same")


class ExemptionForm(CrispyMixin, forms.ModelForm):
    class Meta:
        model = Exemption
        fields = ["kind", "reason", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def clean(self):
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            raise ValidationError({"ends_on": _("The last day comes before the first.")})
        return data

    def _post_clean(self):
        """The service checks and writes; the instance stays as it is read."""
