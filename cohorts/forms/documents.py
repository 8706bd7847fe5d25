"""Which paper, of which class, for which day, and what for."""

import re
from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Cohort, ProfileField, TrainingClass
from cohorts.selectors.documents import BY_CONSENT, MASKED, OPEN
from trainee_mgmt.kit.forms import CrispyMixin, DateInput

MOST_DATES = 10
BETWEEN = re.compile(r"[\s,，、;；]+")
EVERY = "all"


class DocumentForm(CrispyMixin, forms.Form):
    """``classes``: those the person may see. ``may_open``: whether numbers may be asked for in full."""

    make = forms.CharField(widget=forms.HiddenInput, required=False)
    training_class = forms.ChoiceField(label=gettext_lazy("Class"))
    day = forms.DateField(label=gettext_lazy("As of"), widget=DateInput)
    purpose = forms.CharField(
        label=gettext_lazy("What is the file for?"),
        max_length=200,
        help_text=gettext_lazy("Kept with the record of who took what."),
    )
    title = forms.CharField(label=gettext_lazy("Session"), max_length=80, required=False)
    dates = forms.CharField(
        label=gettext_lazy("Dates"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("One column for each, such as 2026-09-05 2026-09-12. None: blank columns."),
    )
    blanks = forms.IntegerField(label=gettext_lazy("Blank columns"), min_value=1, max_value=MOST_DATES, required=False)
    open_phones = forms.BooleanField(label=gettext_lazy("Phone numbers in full"), required=False)
    open_ids = forms.BooleanField(label=gettext_lazy("With ID numbers in full"), required=False)
    fields_chosen = forms.MultipleChoiceField(
        label=gettext_lazy("More fields"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self,
        *args,
        cohort: Cohort,
        documents: Mapping[str, Any],
        formats: Container[str],
        classes: Sequence[TrainingClass],
        with_rest: bool,
        may_open: bool,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.documents, self.formats = documents, formats
        self.may_open, self.with_rest = may_open, with_rest
        self.classes = {str(one.pk): one for one in classes}
        every = [(EVERY, _("All classes"))] if len(classes) != 1 or with_rest else []
        self.fields["training_class"].choices = [*every, *((key, one.name) for key, one in self.classes.items())]
        self.profile = list(
            ProfileField.objects.filter(cohort=cohort, is_personal=False, needs_consent=False)
            .order_by("order", "pk")
            .values_list("key", "label")
        )
        self.fields["fields_chosen"].choices = self.profile
        if not may_open:
            del self.fields["open_phones"], self.fields["open_ids"]

    def clean_make(self) -> tuple[str, str]:
        key, _colon, kind = self.cleaned_data["make"].partition(":")
        if key not in self.documents or kind not in self.formats:
            raise ValidationError(_("Choose a paper."))
        return key, kind

    def clean_dates(self) -> list[str]:
        words = [word for word in BETWEEN.split(self.cleaned_data["dates"]) if word]
        if len(words) > MOST_DATES:
            raise ValidationError(_("At most %(limit)s dates.") % {"limit": MOST_DATES})
        for word in words:
            try:
                date.fromisoformat(word)
            except ValueError:
                raise ValidationError(
                    _("Write dates like 2026-09-05; this is none: %(word)s") % {"word": word}
                ) from None
        return words

    @property
    def document(self) -> Any:
        return self.documents[self.cleaned_data["make"][0]]

    @property
    def chosen(self) -> list[TrainingClass]:
        key = self.cleaned_data["training_class"]
        return list(self.classes.values()) if key == EVERY else [self.classes[key]]

    @property
    def takes_rest(self) -> bool:
        """Whether people without a class are on the paper too."""
        return self.with_rest and self.cleaned_data["training_class"] == EVERY

    @property
    def opens_ids(self) -> bool:
        return bool(self.cleaned_data.get("open_ids")) and self.document.may_have_id_numbers

    @property
    def phones(self) -> str:
        if not self.document.has_phones:
            return MASKED
        if self.cleaned_data.get("open_phones"):
            return OPEN
        return BY_CONSENT if self.document.shows_consented else MASKED

    def wish(self) -> dict[str, Any]:
        """What was asked for, as the arguments of a ``Wish``."""
        data = self.cleaned_data
        columns = data["dates"] or [" "] * (data["blanks"] or 1)
        chosen = set(data["fields_chosen"])
        return {
            "day": data["day"],
            "title": data["title"],
            "columns": columns,
            "with_id_numbers": self.opens_ids,
            "profile": [pair for pair in self.profile if not self.document.asks_fields or pair[0] in chosen],
        }
