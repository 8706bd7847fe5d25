from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from placements.models import Host, Visit, VisitTask
from placements.models.visits import MOST_WEEKS
from placements.services.visits import MOST_PICTURES
from trainee_mgmt.kit.evidence import EvidenceField
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class _Who:
    """A choice among those who work for the cohort."""

    def offer(self, name: str, people) -> None:
        self.fields[name].queryset = people
        self.fields[name].empty_label = _("Choose a person")


class VisitForm(CrispyMixin, _Who, forms.Form):
    host = forms.ModelChoiceField(label=gettext_lazy("Host enterprise"), queryset=Host.objects.none())
    visitor = forms.ModelChoiceField(label=gettext_lazy("Who goes"), queryset=User.objects.none())
    planned_on = forms.DateField(label=gettext_lazy("Planned for"), widget=DateInput)

    def __init__(self, *args, people, hosts=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("visitor", people)
        if hosts is None:
            del self.fields["host"]
            self.helper.layout.fields[:] = list(self.fields)
        else:
            self.fields["host"].queryset = hosts
            self.fields["host"].empty_label = _("Choose a host")


class NoteForm(CrispyMixin, forms.ModelForm):
    submit_label = gettext_lazy("Keep the notes")
    done_on = forms.DateField(label=gettext_lazy("Visited on"), widget=DateInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    class Meta:
        model = Visit
        fields = ["done_on", "companions", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 8})}
        help_texts = {"companions": gettext_lazy("Names or offices, if anybody did.")}

    def _post_clean(self):
        """The row is changed by the service alone, and checked there."""


class PicturesForm(CrispyMixin, forms.Form):
    submit_label = gettext_lazy("Keep the pictures")
    pictures = EvidenceField(
        label=gettext_lazy("Pictures"),
        most=MOST_PICTURES,
        help_text=gettext_lazy("Nobody has to take one. Place and time are removed from the file."),
    )


class TaskForm(CrispyMixin, _Who, forms.ModelForm):
    class Meta:
        model = VisitTask
        fields = ["text", "owner", "due_on"]
        widgets = {"due_on": DateInput}

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("owner", people)


class VisitRuleForm(CrispyMixin, forms.Form):
    weeks = forms.IntegerField(
        label=gettext_lazy("Weeks between two visits, at most"),
        min_value=1,
        max_value=MOST_WEEKS,
        help_text=gettext_lazy("A host that nobody has visited for longer, while trainees are there, stands in red."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": MOST_WEEKS}),
    )


class ProposalForm(CrispyMixin, _Who, forms.Form):
    """Days for the hosts that are due: one box and one day for each."""

    submit_label = gettext_lazy("Plan these visits")
    visitor = forms.ModelChoiceField(label=gettext_lazy("Who goes"), queryset=User.objects.none())

    def __init__(self, *args, people, proposed=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("visitor", people)
        self.proposed = proposed
        for each, day in proposed:
            self.fields[f"day_{each.host}"] = forms.DateField(
                label=each.name,
                required=False,
                initial=day,
                widget=DateInput,
                help_text=_("due by %(day)s; empty: not now") % {"day": day_words(each.due_on)},
            )
        self.helper.layout.fields[:] = list(self.fields)

    def days(self) -> list[tuple[int, object]]:
        """(host, day) of those that keep a day."""
        given = [(each.host, self.cleaned_data.get(f"day_{each.host}")) for each, _day in self.proposed]
        return [(host, day) for host, day in given if day]
