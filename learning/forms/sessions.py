from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.models import TrainingClass
from learning.models import Session
from learning.services.sessions import REPEATS
from library.models import Venue
from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.names import name_key


class AcceptField(forms.BooleanField):
    """The tick that lets a conflict stand of which the rule only warns; the page shows it where there is one."""

    def __init__(self):
        super().__init__(label=_("I have read this; save it anyway"), required=False)


class SessionForm(CrispyMixin, forms.ModelForm):
    """A session as people say it: a day, from, until. ``slot`` in the data is a free time that was offered and chosen."""

    on = forms.DateField(label=_("Day"), widget=DateInput)
    start = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end = forms.TimeField(label=_("Ends at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    end_on = forms.DateField(
        label=_("Ends on"), required=False, widget=DateInput, help_text=_("Only where it goes past midnight.")
    )
    classes = forms.ModelMultipleChoiceField(
        TrainingClass.objects.none(), label=_("Classes"), widget=forms.CheckboxSelectMultiple
    )
    accept = AcceptField()

    class Meta:
        model = Session
        fields = ["title", "teacher_name", "venue", "place", "mode"]
        labels = {"title": _("Session title"), "teacher_name": _("Teacher"), "place": _("Place"), "mode": _("How")}
        help_texts = {
            "teacher_name": _(
                "Several with a comma between them. Two people of one name: write what tells them apart."
            ),
            "venue": _("A venue is held for this session alone."),
            "place": _("Where there is no venue to book, or a word beside it. The name of a venue books it."),
        }

    layout = ("title", "on", "start", "end", "end_on", "classes", "teacher_name", "venue", "place", "mode")

    def __init__(self, *args, cohort, classes, **kwargs):
        if kwargs.get("instance"):
            session = kwargs["instance"]
            start, end = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
            kwargs["initial"] = {
                "on": start.date(),
                "start": start.time(),
                "end": end.time(),
                "end_on": end.date() if end.date() != start.date() else None,
                "classes": session.classes.all(),
            } | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.unit = cohort.program.unit_id
        self.days = cohort.starts_on, cohort.ends_on
        self.fields["classes"].queryset = classes
        self.fields["venue"].queryset = self._venues(cohort)
        self.fields["venue"].label_from_instance = lambda venue: f"{venue.name} ({venue.capacity})"
        self.fields["on"].widget.attrs |= {"min": cohort.starts_on.isoformat(), "max": cohort.ends_on.isoformat()}

    def _venues(self, cohort):
        venues = Venue.objects.in_use().around(cohort.program.unit)
        if self.instance.venue_id:
            venues = venues | Venue.objects.filter(pk=self.instance.venue_id)
        return venues.distinct().order_by("name", "pk")

    def clean_on(self):
        """In the days of the cohort: then no hour of it lies beyond what a calendar knows."""
        day, (first, last) = self.cleaned_data["on"], self.days
        if not first <= day <= last:
            raise ValidationError(
                _("The cohort runs from %(start)s to %(end)s; this session lies outside.")
                % {"start": first.isoformat(), "end": last.isoformat()}
            )
        return day

    def clean_end_on(self):
        day = self.cleaned_data["end_on"]
        if day and not self.days[0] <= day <= self.days[1]:
            raise ValidationError(_("This day lies outside the cohort."))
        return day

    def clean(self):
        data = super().clean()
        self._book_venue(data)
        slot = _slot(self.data.get("slot"))
        if slot and self.days[0] <= slot[0].date() <= slot[1].date() <= self.days[1]:
            data["starts_at"], data["ends_at"] = slot
        elif {"on", "start", "end"} <= data.keys():
            last = data.get("end_on") or data["on"]
            data["starts_at"] = timezone.make_aware(datetime.combine(data["on"], data["start"]))
            data["ends_at"] = timezone.make_aware(datetime.combine(last, data["end"]))
            if data["ends_at"] <= data["starts_at"]:
                raise ValidationError({"end": _("It must end after it starts.")})
        return data

    def _book_venue(self, data):
        """A venue whose name was typed as the place is booked, so that nobody else gets it at that time."""
        place = name_key(data.get("place") or "")
        venue = data.get("venue")
        if place and not venue and "venue" in data:
            named = [each for each in self.fields["venue"].queryset if name_key(each.name) == place]
            venue = min(named, key=lambda each: each.unit_id != self.unit, default=None)
            data["venue"] = venue
        if venue and name_key(venue.name) == place:
            data["place"] = ""

    def values(self) -> dict:
        """What the service takes."""
        names = ("title", "teacher_name", "venue", "place", "mode", "starts_at", "ends_at", "classes", "accept")
        return {name: self.cleaned_data[name] for name in names}


def _slot(text: str | None) -> tuple[datetime, datetime] | None:
    """``2026-09-08T14:00:00+08:00/2026-09-08T16:00:00+08:00``; nothing for what is none."""
    try:
        start, end = (datetime.fromisoformat(part) for part in (text or "").split("/"))
    except ValueError:
        return None
    return (start, end) if timezone.is_aware(start) and timezone.is_aware(end) else None


class CancelForm(CrispyMixin, forms.Form):
    reason = forms.CharField(label=_("Why is it cancelled?"), max_length=200, help_text=_("Those concerned read this."))
    submit_label = _("Cancel this session")


class RepeatForm(CrispyMixin, forms.Form):
    times = forms.IntegerField(label=_("How many more weeks?"), min_value=1, max_value=REPEATS, initial=4)
    accept = AcceptField()
    layout = ("times",)
    submit_label = _("Repeat")
