from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from placements.models import Offer, Placement
from placements.services.seats import with_free_seats
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
        today, field = timezone.localdate(), self.fields["offer"]
        offers = Offer.objects.filter(
            cohort=placement.trainee.cohort_id, ends_on__gte=today, post__host__state="checked"
        )
        related = offers.exclude(pk=placement.seat.offer_id).select_related("post__host")
        counted = with_free_seats(related, max(today, placement.starts_on), placement.ends_on)
        field.queryset = counted.annotate(is_full=Q(free=0)).order_by("is_full", "post__host__name", "post__name", "pk")
        field.label_from_instance = _with_seats

    def given(self):
        data = self.cleaned_data
        return super().given() | {"on": data["on"].isoformat(), "offer": data["offer"].pk}


def _with_seats(offer: Offer) -> str:
    if not offer.free:
        return gettext("%(post)s · no free seat") % {"post": offer.post}
    words = ngettext("%(post)s · %(n)s free seat", "%(post)s · %(n)s free seats", offer.free)
    return words % {"post": offer.post, "n": offer.free}


class UndoForm(_ChangeForm):
    """Only the reason; what is undone is the last change."""
