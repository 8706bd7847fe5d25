from django import forms
from django.utils.translation import gettext_lazy

from cohorts.models import Announcement
from trainee_mgmt.kit.forms import CrispyMixin


class AnnouncementForm(CrispyMixin, forms.ModelForm):
    layout = ("title", "text", "classes", "with_officers", "is_urgent")
    submit_label = gettext_lazy("Save and check")

    class Meta:
        model = Announcement
        fields = ["title", "text", "classes", "with_officers", "is_urgent"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "classes": forms.CheckboxSelectMultiple}
        help_texts = {"classes": gettext_lazy("None chosen: the whole cohort.")}

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["classes"].queryset = cohort.classes.order_by("number", "pk")
        self.fields["classes"].required = False

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
