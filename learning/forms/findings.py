from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from cohorts.selectors.charge import people_in_charge
from learning.models import CopySignal, Finding
from learning.rules.findings import Paragraph
from trainee_mgmt.kit.forms import CrispyMixin, DateInput

SHOWN = 160  # characters of a paragraph in the list to choose from


class PlaceField(forms.ChoiceField):
    """Where words stand in a text, ``start-end``: a paragraph of the list, or any place that was chosen in the text."""

    def valid_value(self, value):
        return self.parts(value) is not None

    def clean(self, value):
        place = self.parts(super().clean(value))
        if place is None:
            raise ValidationError(self.error_messages["required"])
        return place

    @staticmethod
    def parts(value: str) -> tuple[int, int] | None:
        start, dash, end = str(value).partition("-")
        if dash and all(each.isascii() and each.isdigit() and len(each) < 7 for each in (start, end)):
            return int(start), int(end)
        return None


class _PeopleMixin:
    def offer_people(self, cohort, *, keep=None):
        """Somebody in charge, and a day: for whoever runs the cohort. Others leave both as they are."""
        if cohort is None:
            for name in ("owner", "due_on"):
                del self.fields[name]
            return
        people = people_in_charge(cohort, day=timezone.localdate())
        owner = self.fields["owner"]
        owner.queryset = owner.queryset.filter(Q(pk__in=people) | Q(pk=keep)).order_by("name_key", "pk")
        owner.label_from_instance = lambda user: user.name


class FindingForm(_PeopleMixin, CrispyMixin, forms.ModelForm):
    """``chosen``: the place came with the address; else one of the ``paragraphs`` is chosen."""

    place = PlaceField(label=_("The words that it is about"), widget=forms.RadioSelect)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    submit_label = _("Keep it")

    class Meta:
        model = Finding
        fields = ["kind", "title", "text", "owner", "due_on"]
        widgets = {"kind": forms.RadioSelect, "due_on": DateInput, "text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"title": _("Left blank, the first words cited.")}

    def __init__(self, *args, paragraphs: list[Paragraph], chosen: bool, cohort=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["kind"].choices = Finding.Kind.choices
        self.fields["place"].choices = [
            (f"{each.start}-{each.end}", Truncator(each.text).chars(SHOWN)) for each in paragraphs
        ]
        if chosen:
            self.fields["place"].widget = forms.HiddenInput()
        self.offer_people(cohort)
        self.order_fields(["kind", "place", "title", "text", "owner", "due_on", "revision"])
        self.helper.layout.fields[:] = list(self.fields)

    def _post_clean(self):
        """The service builds the row."""


class FindingEditForm(_PeopleMixin, CrispyMixin, forms.ModelForm):
    class Meta:
        model = Finding
        fields = ["kind", "title", "text", "owner", "due_on"]
        widgets = {"due_on": DateInput, "text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, cohort=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_people(cohort, keep=self.instance.owner_id)
        self.helper.layout.fields[:] = list(self.fields)

    def _post_clean(self):
        """The service changes the row."""


class FindingCloseForm(CrispyMixin, forms.Form):
    state = forms.ChoiceField(
        label=_("What became of it?"),
        widget=forms.RadioSelect,
        choices=[each for each in Finding.State.choices if each[0] != Finding.State.OPEN],
    )
    outcome = forms.CharField(
        label=_("In words"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
        help_text=_("The writer of the journal reads it."),
    )
    submit_label = _("Close it")


class SignalSettleForm(CrispyMixin, forms.Form):
    state = forms.ChoiceField(
        label=_("What do you think?"),
        widget=forms.RadioSelect,
        choices=[each for each in CopySignal.State.choices if each[0] != CopySignal.State.OPEN],
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
        help_text=_("Seen by those who read the journals, never by trainees."),
    )
    submit_label = _("Settle it")
