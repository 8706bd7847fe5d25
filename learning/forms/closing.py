from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.selectors.charge import people_in_charge
from learning.models import ClosingItem, ClosingRule
from learning.rules.closing import NAMES, Kind
from learning.services.closing import FILES
from trainee_mgmt.kit.evidence import EvidenceField
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class _OwnerMixin:
    """Somebody in charge: an organizer of the cohort or an officer of its classes, never a list of everybody."""

    def offer_people(self, cohort, *, keep=None):
        people = people_in_charge(cohort, day=timezone.localdate())
        owner = self.fields["owner"]
        owner.queryset = owner.queryset.filter(Q(pk__in=people) | Q(pk=keep)).order_by("name_key", "pk")
        owner.label_from_instance = lambda user: user.name


class ClosingRuleForm(CrispyMixin, forms.Form):
    kinds = forms.MultipleChoiceField(
        label=_("Needed before the cohort is closed"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[*NAMES.items(), (Kind.OWN.value, _("Items added by hand"))],
        help_text=_("Without a tick the cohort can be closed whatever stands on the checklist."),
    )
    sheets = forms.ChoiceField(
        label=_("What counts as a sign-in sheet"), widget=forms.RadioSelect, choices=ClosingRule.Sheets.choices
    )


class ClosingSetUpForm(_OwnerMixin, CrispyMixin, forms.ModelForm):
    submit_label = _("Set up the checklist")

    class Meta:
        model = ClosingItem
        fields = ["due_on", "owner"]
        widgets = {"due_on": DateInput}
        help_texts = {"owner": _("Left blank, the head teacher of each class is.")}

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_people(cohort)
        self.fields["due_on"].required = True


class ClosingItemForm(_OwnerMixin, CrispyMixin, forms.ModelForm):
    """An item of one's own, for one class or for all."""

    training_class = forms.ModelChoiceField(
        label=_("Class"), queryset=None, required=False, empty_label=_("All classes")
    )
    submit_label = _("Add")

    class Meta:
        model = ClosingItem
        fields = ["title", "owner", "due_on"]
        widgets = {"due_on": DateInput}

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_people(cohort)
        self.fields["title"].required = True
        self.fields["training_class"].queryset = cohort.classes.order_by("number", "pk")
        self.order_fields(["training_class", "title", "owner", "due_on"])
        self.helper.layout.fields[:] = list(self.fields)

    def _post_clean(self):
        """The service builds the rows."""


class ClosingItemEditForm(_OwnerMixin, CrispyMixin, forms.ModelForm):
    class Meta:
        model = ClosingItem
        fields = ["title", "owner", "due_on"]
        widgets = {"due_on": DateInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_people(self.instance.training_class.cohort, keep=self.instance.owner_id)
        if self.instance.kind == Kind.OWN:
            self.fields["title"].required = True
        else:
            del self.fields["title"]
            self.helper.layout.fields.remove("title")

    def _post_clean(self):
        """The service changes the row."""


class ClosingFilesForm(CrispyMixin, forms.Form):
    files = EvidenceField(label=_("Pictures or PDF"), most=FILES)
    submit_label = _("Send the files")


class SheetWaiverForm(CrispyMixin, forms.Form):
    reason = forms.CharField(
        label=_("Why there is no sheet"),
        max_length=200,
        help_text=_("It stands on the checklist with your name, and in the log. The sheet can be asked for again."),
    )
    submit_label = _("Waive the sheet")
