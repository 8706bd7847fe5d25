"""How the trainees of a cohort are to be divided."""

import re
from collections.abc import Iterable, Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, ProfileField
from cohorts.services.split import ALL, BALANCED, BY, EXISTING, NEW, WITHOUT
from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.typed import cut

BETWEEN = re.compile(r"[、,，;；]+")
BOUND = re.compile("=|＝|->|→")
LINES = 200
OWN_LABELS = {
    "sex": gettext_lazy("Sex"),
    "age_band": gettext_lazy("Age"),
    "work_unit": gettext_lazy("Works at"),
}


class SplitForm(CrispyMixin, forms.Form):
    """People are named by number or name, as the search beside the form writes them."""

    who = forms.ChoiceField(label=gettext_lazy("Who"), widget=forms.RadioSelect)
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=DateInput)
    mode = forms.ChoiceField(
        label=gettext_lazy("How"),
        widget=forms.RadioSelect,
        choices=[
            (BY, gettext_lazy("One class for each value of a field")),
            (BALANCED, gettext_lazy("Even classes by rules")),
        ],
    )
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    into = forms.ChoiceField(
        label=gettext_lazy("Into"),
        widget=forms.RadioSelect,
        required=False,
        choices=[(NEW, gettext_lazy("new classes")), (EXISTING, gettext_lazy("the classes that exist"))],
    )
    count = forms.IntegerField(label=gettext_lazy("Number of classes"), min_value=1, max_value=200, required=False)
    weights = forms.MultipleChoiceField(
        label=gettext_lazy("Spread evenly"), widget=forms.CheckboxSelectMultiple, required=False
    )
    together = forms.CharField(
        label=gettext_lazy("Keep together"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("One group of people on a line, for example: 2600-001 Wang Lin, 2600-014 Liu Jing"),
    )
    apart = forms.CharField(
        label=gettext_lazy("Keep apart"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("One group of people on a line; no two of them share a class."),
    )
    locks = forms.CharField(
        label=gettext_lazy("Bound to a class"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("On each line somebody = a class, by its name or its place: 2600-001 Wang Lin = 3"),
    )
    keep_hand_set = forms.BooleanField(
        label=gettext_lazy("Who was moved by hand stays in that class"), required=False, initial=True
    )
    renumber = forms.BooleanField(label=gettext_lazy("Give student numbers by class"), required=False)
    submit_label = gettext_lazy("Compute the split")

    def __init__(self, *args, cohort: Cohort, people: Iterable[tuple[int, str, str]], free: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = People(people)
        self.fields["who"].choices = [
            (WITHOUT, _("Those without a class (%(count)s)") % {"count": free}),
            (ALL, _("Everybody in training (%(count)s)") % {"count": len(self.people.names)}),
        ]
        fields = list(cohort.profile_fields.order_by("order", "pk"))
        divisible = [one for one in fields if one.kind in (ProfileField.Kind.TEXT, ProfileField.Kind.CHOICE)]
        divisible.sort(key=lambda one: (one.key != "street", not one.in_composition))
        own = [(name, str(label)) for name, label in OWN_LABELS.items()]
        self.fields["field"].choices = [(one.key, one.label) for one in divisible] + own
        counted = [(one.key, one.label) for one in fields if one.in_composition]
        self.fields["weights"].choices = own[:2] + counted + own[2:]

    def clean_together(self) -> list[list[int]]:
        return [self._group(line) for line in lines_of(self.cleaned_data["together"])]

    def clean_apart(self) -> list[list[int]]:
        return [self._group(line) for line in lines_of(self.cleaned_data["apart"])]

    def clean_locks(self) -> dict[str, str]:
        locks = {}
        for line in lines_of(self.cleaned_data["locks"]):
            who, *classes = cut(BOUND, line)
            if len(classes) != 1 or not classes[0]:
                raise ValidationError(_("Write somebody = a class: %(line)s") % {"line": line})
            locks[str(self.people.find(who))] = classes[0]
        return locks

    def _group(self, line: str) -> list[int]:
        found = sorted({self.people.find(part) for part in BETWEEN.split(line) if part.strip()})
        if len(found) < 2:
            raise ValidationError(_("Name at least two people: %(line)s") % {"line": line})
        return found

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("mode") == BY and not cleaned.get("field"):
            self.add_error("field", _("Choose the field."))
        if cleaned.get("mode") == BALANCED and cleaned.get("into") != EXISTING and not cleaned.get("count"):
            self.add_error("count", _("Say into how many classes the people are divided."))
        return cleaned

    def given(self) -> dict:
        """The choices as a plan keeps them; what was typed is kept to fill the form again."""
        kept = {name: self.data.get(name, "") for name in ("together", "apart", "locks")}
        return self.cleaned_data | {"starts_on": self.cleaned_data["starts_on"].isoformat(), "typed": kept}


class People:
    """The trainees by number and by name."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]):
        self.numbers: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.by_name: dict[str, list[int]] = {}
        for pk, number, name in rows:
            self.numbers[number] = pk
            self.names[pk] = name
            self.by_name.setdefault(name, []).append(pk)

    def find(self, text: str) -> int:
        """``2600-001``, ``2600-001 王琳`` or ``王琳`` where only one has that name."""
        words = text.split()
        if words and words[0] in self.numbers:
            return self.numbers[words[0]]
        name = " ".join(words)
        found = self.by_name.get(name) or self.by_name.get("".join(words), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("Several trainees are named %(name)s; write the number.") % {"name": name})
        raise ValidationError(_("No trainee to be divided is named %(name)s.") % {"name": name})


def lines_of(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > LINES:
        raise ValidationError(_("At most %(limit)s lines.") % {"limit": LINES})
    return lines


def typed_again(given: Mapping) -> dict:
    """What the form held when this plan was asked for."""
    return {**given, **given.get("typed", {})}
