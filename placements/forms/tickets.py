from uuid import uuid4

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from placements.models import Category, Counts
from placements.models.tickets import MOST_HOURS
from placements.rules.clock import Office
from placements.selectors.tickets import Rule
from trainee_mgmt.kit.forms import CrispyMixin


class TicketForm(CrispyMixin, forms.Form):
    """A category, and words if one likes. The key makes the same form open one ticket, however often it is sent."""

    submit_label = gettext_lazy("Send")
    category = forms.ChoiceField(choices=Category, widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("What is it about?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4())


class SaidForm(forms.Form):
    """Words that go with an act on a ticket."""

    text = forms.CharField(max_length=500, required=False)


class RateForm(SaidForm):
    satisfaction = forms.IntegerField(min_value=1, max_value=5)


class AssignForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Give it to this person")
    owner = forms.ModelChoiceField(label=gettext_lazy("Who sees to it"), queryset=User.objects.none())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people
        self.fields["owner"].empty_label = _("Choose a person")


class TicketRulesForm(CrispyMixin, forms.Form):
    """Hours, which of them count, and owner of each category; and when the office is open."""

    opens = forms.TimeField(
        label=gettext_lazy("The office opens"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=gettext_lazy("The office closes"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args, people, rules, office, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"opens": office.opens, "closes": office.closes}
        for category, rule in rules.items():
            words = {"category": Category(category).label}
            self.fields[f"{category}_hours"] = forms.IntegerField(
                label=_("Hours to answer: %(category)s") % words,
                min_value=1,
                max_value=MOST_HOURS,
                initial=rule.hours,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": MOST_HOURS}),
            )
            self.fields[f"{category}_counts"] = forms.ChoiceField(
                label=_("Hours that count: %(category)s") % words, choices=Counts, initial=rule.counts
            )
            self.fields[f"{category}_owner"] = forms.ModelChoiceField(
                label=_("Who answers: %(category)s") % words,
                queryset=people,
                required=False,
                initial=rule.owner,
                empty_label=_("nobody yet: all organizers are told"),
            )
        self.helper.layout.fields[:] = [
            Fieldset(capfirst(str(Category(each).label)), f"{each}_hours", f"{each}_counts", f"{each}_owner")
            for each in rules
        ]
        self.helper.layout.fields.append(Fieldset(_("Office hours on working days"), "opens", "closes"))

    def clean(self):
        given = super().clean()
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and opens >= closes:
            self.add_error("closes", _("The office closes after it opens."))
        return given

    def rules(self) -> list[Rule]:
        given = self.cleaned_data
        return [
            Rule(each, given[f"{each}_hours"], given[f"{each}_owner"], given[f"{each}_counts"])
            for each in Category.values
        ]

    def office(self) -> Office:
        return Office(self.cleaned_data["opens"], self.cleaned_data["closes"])
