from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from placements.models import Offer, Placement
from trainee_mgmt.kit.forms import CrispyMixin, DateInput


class _ChangeForm(CrispyMixin, forms.Form):
    """``given`` is what the plan is computed from."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
    submit_label = _("Show what moves")

    def __init__(self, *args, placement: Placement, **kwargs):
        super().__init__(*args, **kwargs)
        self.placement = placement
        self.order_fields([*[name for name in self.fields if name != "reason"], "reason"])
        self.helper.layout.fields[:] = list(self.fields)

    def given(self) -> dict:
        return {"reason": self.cleaned_data["reason"]}


class ExtendForm(_ChangeForm):
    until = forms.DateField(label=_("New last day"), widget=DateInput)
    extends_cohort = forms.BooleanField(
        label=_("The cohort may last longer with it"),
        required=False,
        help_text=_(
            "Only where the new day lies after its last one. The journals that it asks everybody for stand in the preview."
        ),
    )

    def given(self):
        data = self.cleaned_data
        return super().given() | {"until": data["until"].isoformat(), "extends_cohort": data["extends_cohort"]}


class EndForm(_ChangeForm):
    last = forms.DateField(
        label=_("Last day"), widget=DateInput, help_text=_("A day before the first one calls the stay off.")
    )
    ends_training = forms.BooleanField(
        label=_("The training ends with it"),
        required=False,
        help_text=_("The trainee is withdrawn from the cohort; journals and sessions after it are asked for no more."),
    )

    def given(self):
        data = self.cleaned_data
        return super().given() | {"last": data["last"].isoformat(), "ends_training": data["ends_training"]}


class TransferForm(_ChangeForm):
    on = forms.DateField(label=_("First day at the new place"), widget=DateInput)
    offer = forms.ModelChoiceField(label=_("New place"), queryset=None, empty_label=_("Choose a post"))

    def __init__(self, *args, placement: Placement, **kwargs):
        super().__init__(*args, placement=placement, **kwargs)
        offers = Offer.objects.filter(
            cohort=placement.trainee.cohort_id, ends_on__gte=timezone.localdate(), post__host__state="checked"
        )
        related = offers.exclude(pk=placement.seat.offer_id).select_related("post__host")
        self.fields["offer"].queryset = related.order_by("post__host__name", "post__name", "pk")

    def given(self):
        data = self.cleaned_data
        return super().given() | {"on": data["on"].isoformat(), "offer": data["offer"].pk}


class UndoForm(_ChangeForm):
    """Only the reason; what is undone is the last change."""
