"""Which sheets are meant: one session, or the sessions of some days; of one class, or of all in reach."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models import Session
from learning.rules.sheet_codes import read_code
from learning.selectors.paper import sessions_within
from learning.services.signed import FILES
from trainee_mgmt.kit.evidence import EvidenceField
from trainee_mgmt.kit.forms import CrispyMixin, DateInput, LongSelect
from trainee_mgmt.kit.pages import LARGEST_KEY

FIRST, LAST, LONGEST = date(2000, 1, 1), date(2100, 12, 31), timedelta(days=400)


class SpanForm(CrispyMixin, forms.Form):
    """The question in the address: ``session``, or ``from`` and ``until`` (left out: today)."""

    session = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput)
    first = forms.DateField(label=_("From"), required=False, widget=DateInput)
    last = forms.DateField(label=_("Until"), required=False, widget=DateInput)

    def clean(self):
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        data["first"] = first or last or timezone.localdate()
        data["last"] = last or data["first"]
        if not FIRST <= data["first"] <= data["last"] <= LAST:
            raise ValidationError({"last": _("Choose days in their order, between 2000 and 2100.")})
        if data["last"] - data["first"] > LONGEST:
            raise ValidationError({"last": _("Choose a shorter time.")})
        return data

    def chosen_of(self, sessions: QuerySet[Session]) -> QuerySet[Session]:
        """Those that are meant, by time."""
        asked = self.cleaned_data
        if asked["session"]:
            return sessions.filter(pk=asked["session"]).order_by("starts_at", "pk")
        return sessions_within(sessions, asked["first"], asked["last"]).order_by("starts_at", "pk")


class SheetChoiceForm(SpanForm):
    """The same with the class: what is printed."""

    training_class = forms.ChoiceField(label=_("Class"), required=False, widget=LongSelect)
    field_order = ("training_class", "first", "last")

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.classes = {str(each.pk): each for each in classes}
        choices = [(key, each.name) for key, each in self.classes.items()]
        self.fields["training_class"].choices = [("", _("All classes")), *choices]

    @property
    def chosen(self) -> list:
        key = self.cleaned_data.get("training_class")
        return [self.classes[key]] if key else list(self.classes.values())


class SheetCodeForm(CrispyMixin, forms.Form):
    code = forms.CharField(
        label=_("Code on the sheet"), max_length=40, help_text=_("It stands below the square, such as 1A-S7-0K.")
    )
    submit_label = _("Open")

    def clean_code(self):
        found = read_code(self.cleaned_data["code"])
        if found is None:
            raise ValidationError(_("There is no such sheet. Compare the code with the paper, sign by sign."))
        return found


class SignedSheetForm(CrispyMixin, forms.Form):
    files = EvidenceField(
        label=_("Pages of the signed sheet"),
        most=FILES,
        help_text=_("Pictures or PDF, up to eight. Place and device are removed from pictures."),
    )
    submit_label = _("Keep the signed sheet")
