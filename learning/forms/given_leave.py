import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models import ClassMembership, Trainee
from learning.forms.leave import LeaveForm
from learning.models import LeaveType
from trainee_mgmt.kit.forms import CrispyMixin, DateTimeInput

MOST_NAMES = 500
BETWEEN_NAMES = re.compile(r"[\n\r,，、;；]+")


class GiveLeaveForm(CrispyMixin, forms.Form):
    """Leave for a cohort, for classes or for some people; what is left empty does not narrow it down."""

    classes = forms.ModelMultipleChoiceField(
        label=_("Classes"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: the whole cohort, or the people below."),
    )
    people = forms.CharField(
        label=_("Only these people"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Numbers or names, one on a line. Empty: everybody of the classes."),
    )
    leave_type = forms.ModelChoiceField(
        label=_("Kind"), queryset=None, empty_label=None, widget=forms.RadioSelect, initial=None
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=DateTimeInput)
    ends_at = forms.DateTimeField(label=_("Until"), widget=DateTimeInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("They read it.")
    )
    submit_label = _("Give leave")

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        self.fields["classes"].queryset = cohort.classes.order_by("number", "pk")
        self.fields["leave_type"].queryset = LeaveType.objects.filter(cohort=cohort, is_closed=False).order_by("pk")

    def clean(self):
        data = super().clean()
        if {"starts_at", "ends_at"} <= data.keys() and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends_at", _("Leave ends after it begins."))
        if "people" in data and "classes" in data:
            data["trainees"] = self._trainees(data["people"], data["classes"])
        return data

    def _trainees(self, text: str, classes) -> list[Trainee]:
        rows = self.cohort.trainees.filter(status=Trainee.Status.ACTIVE).select_related("person").order_by("pk")
        if classes:
            today = timezone.localdate()
            members = ClassMembership.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today), training_class__in=classes)
            rows = rows.filter(pk__in=members.values("trainee"))
        asked = [" ".join(part.split()) for part in BETWEEN_NAMES.split(text)]
        asked = list(dict.fromkeys(part for part in asked if part))
        if len(asked) > MOST_NAMES:
            raise ValidationError({"people": _("At most %(most)s people can be named.") % {"most": MOST_NAMES}})
        if not asked:
            return list(rows)
        found = rows.filter(Q(number__in=asked) | Q(person__name__in=asked))
        by_word = {}
        for each in found:
            for word in {each.number, each.person.name} & set(asked):
                by_word.setdefault(word, []).append(each)
        self._complain(
            [word for word in asked if word not in by_word], _("Nobody here has this number or name: %(who)s.")
        )
        several = [word for word in asked if len(by_word.get(word, ())) > 1]
        self._complain(several, _("Several people are called so; give the number: %(who)s."))
        return list({each.pk: each for word in asked for each in by_word.get(word, ())[:1]}.values())

    def _complain(self, words: list[str], sentence) -> None:
        if words:
            self.add_error("people", sentence % {"who": _(", ").join(words[:10])})

    def values(self) -> dict:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in ("leave_type", "starts_at", "ends_at", "reason", "trainees")}

    suggested = staticmethod(LeaveForm.suggested)
