from django import forms
from django.utils.translation import gettext_lazy as _

from learning.models import Activity
from learning.services.activities import default_platforms
from trainee_mgmt.kit.forms import CrispyMixin, DateTimeInput


class ActivityForm(CrispyMixin, forms.ModelForm):
    platform = forms.ChoiceField(label=_("Platform"))

    class Meta:
        model = Activity
        fields = ["title", "mode", "place", "starts_at", "ends_at", "capacity", "opens_at", "closes_at"]
        widgets = dict.fromkeys(("starts_at", "ends_at", "opens_at", "closes_at"), DateTimeInput)
        labels = {
            "title": _("Title of the activity"),
            "place": _("Place or address of the meeting"),
            "capacity": _("Seats"),
        }
        help_texts = {"capacity": _("Empty: everybody finds a seat.")}

    field_order = ["title", "platform"]

    def __init__(self, *args, cohort, **kwargs):
        if kwargs.get("instance") and kwargs["instance"].pk:
            kwargs["initial"] = {"platform": kwargs["instance"].platform.name} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        names = list(cohort.platforms.order_by("order", "pk").values_list("name", flat=True)) or default_platforms()
        self.fields["platform"].choices = [(name, name) for name in names]
        self.fields["capacity"].widget.attrs |= {"inputmode": "numeric", "min": 1}

    def _post_clean(self):
        """The service checks and writes; the instance stays as it was read."""


class PlatformForm(CrispyMixin, forms.Form):
    names = forms.CharField(
        label=_("Platforms"),
        max_length=900,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One on a line, in their order."),
    )

    def clean_names(self):
        return [line.strip()[:40] for line in self.cleaned_data["names"].splitlines() if line.strip()]
