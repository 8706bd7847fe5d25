"""Weekly duties written down: what was held, and whose turn it is."""

from datetime import date, timedelta

from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.models import Trainee, TrainingClass
from learning.forms.duties import MeetingForm, StrikeForm, TurnForm
from learning.models import DutyRecord, DutyTurn, Session
from learning.rules.weeks import chosen_week
from learning.selectors.duties import WEEK, Member, members_in_turn, weeks_of
from learning.selectors.weeks import of_class, within_week
from learning.services import duties as services
from learning.views.duties import week_words
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pages import ActionPage, FormPage, is_key


class _Slot(FormPage, abstract=True):
    """A duty of one week of a class or group; the address names ``kind``, ``week`` and ``group``."""

    allow = "learning.record_duty"
    model = TrainingClass

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.training_class = self.find(TrainingClass, kwargs["pk"], related=("cohort__program",))
        self.cohort = self.training_class.cohort
        kinds = self.cohort.duty_kinds.order_by("order", "pk")
        key = self.key("kind")
        self.kind = get_object_or_404(kinds, pk=key) if key else kinds.first()
        if self.kind is None:
            raise Http404
        group = self.key("group")
        self.group = get_object_or_404(self.training_class.groups, pk=group) if group else None
        first, last = self.cohort.starts_on, self.cohort.ends_on
        self.monday = chosen_week(request.GET.get("week", ""), timezone.localdate(), first, last)
        group_key = self.group and self.group.pk
        self.members = members_in_turn(self.kind, self.training_class.pk, group_key, monday=self.monday)

    def key(self, name) -> int | None:
        text = self.request.GET.get(name, "")
        if not text:
            return None
        if not is_key(text):
            raise Http404
        return int(text)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            training_class=self.training_class, cohort=self.cohort, words=self.words, **kwargs
        )

    @property
    def words(self) -> str:
        place = [self.training_class.name, self.group and self.group.name, week_words(self.monday)]
        return " · ".join(filter(None, place))

    def get_success_url(self):
        return reverse("learning:duty_class", kwargs={"pk": self.training_class.pk})

    @property
    def proposed(self) -> list[int]:
        """Whose turn it is, by decision or by the order of turns."""
        week = weeks_of(self.cohort, [self.training_class.pk], [self.monday], today=timezone.localdate())[0]
        group = self.group and self.group.pk
        return [
            turn.trainee_id
            for line in week.lines
            if line.kind == self.kind and line.place.group_id == group
            for turn in line.turns
        ]


def _choice(each: Member) -> tuple[int, str]:
    if not each.turns:
        return each.key, _("%(name)s · never yet") % {"name": each.name}
    times = ngettext("%(name)s · %(n)s time, last on %(day)s", "%(name)s · %(n)s times, last on %(day)s", each.turns)
    return each.key, times % {"name": each.name, "n": each.turns, "day": day(each.last_on)}


def _sessions_of(training_class: TrainingClass, monday: date):
    rows = within_week(of_class(Session.objects.filter(cancelled_at=None), training_class.pk), monday)
    return rows.order_by("starts_at", "pk")


class DutyRecordCreate(_Slot):
    """Write down that a duty was held; on a phone too."""

    form_class = MeetingForm
    template_name = "learning/duty_record.html"
    success_message = gettext_lazy("Recorded.")

    def get_title(self):
        return _("Record: %(duty)s") % {"duty": self.kind.name}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "people": [_choice(each) for each in self.members],
            "sessions": _sessions_of(self.training_class, self.monday),
            "asks_speakers": self.kind.speakers > 0,
        }

    def get_initial(self):
        latest = min(timezone.localdate(), self.cohort.ends_on, self.monday + WEEK - timedelta(days=1))
        return {"held_on": max(latest, self.monday, self.cohort.starts_on), "speakers": self.proposed}

    def save(self, form):
        return services.record_duty(
            self.kind,
            training_class=self.training_class,
            group=self.group,
            meeting=form.meeting,
            by=self.request.user,
        )


class TurnDecide(_Slot):
    """Who speaks in a week: the order of turns proposes, a person decides or passes somebody over for a reason."""

    form_class = TurnForm
    template_name = "learning/duty_record.html"
    success_message = gettext_lazy("The turn is settled.")

    def get_title(self):
        return _("Whose turn: %(duty)s") % {"duty": self.kind.name}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"people": [_choice(each) for each in self.members]}

    def get_initial(self):
        return {"trainee": next(iter(self.proposed), None)}

    def save(self, form):
        given = form.cleaned_data
        return services.decide_turn(
            self.kind,
            training_class=self.training_class,
            group=self.group,
            monday=self.monday,
            trainee=get_object_or_404(Trainee.objects.select_related("person"), pk=given["trainee"]),
            act=given["act"],
            reason=given["reason"],
            by=self.request.user,
        )


class TurnBack(ActionPage):
    allow = "learning.change_turn"
    model = DutyTurn

    def get_rows(self):
        return super().get_rows().select_related("training_class", "kind")

    def act(self, turn):
        services.take_back_turn(turn)
        return _("Taken back; the order of turns holds again.")

    def get_success_url(self, turn):
        return reverse("learning:duty_class", kwargs={"pk": turn.training_class_id})


class DutyCorrect(FormPage):
    """A record as it should have been; the earlier one stays in the ledger."""

    allow = "learning.change_duty"
    model = DutyRecord
    form_class = MeetingForm
    template_name = "learning/duty_record.html"
    success_message = gettext_lazy("Corrected.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("kind", "training_class__cohort__program", "group", "recorded_by")
        self.record = self.find(DutyRecord, kwargs["pk"], related=related)
        self.training_class = self.record.training_class

    def get_title(self):
        return _("Correct: %(duty)s") % {"duty": self.record.kind.name}

    def get_form_kwargs(self):
        record = self.record
        members = members_in_turn(record.kind, record.training_class_id, record.group_id, monday=record.monday)
        return super().get_form_kwargs() | {
            "people": [_choice(each) for each in members],
            "sessions": _sessions_of(self.training_class, record.monday),
            "asks_speakers": record.kind.speakers > 0,
        }

    def get_initial(self):
        names = ("held_on", "topic", "session", "evidence")
        speakers = list(self.record.speakers.values_list("trainee", flat=True))
        return {"speakers": speakers} | {name: getattr(self.record, name) for name in names}

    def get_context_data(self, **kwargs):
        place = [self.training_class.name, self.record.group and self.record.group.name]
        return super().get_context_data(
            training_class=self.training_class,
            cohort=self.training_class.cohort,
            record=self.record,
            words=" · ".join(filter(None, [*place, week_words(self.record.monday)])),
            **kwargs,
        )

    def save(self, form):
        return services.correct_duty(self.record, meeting=form.meeting, by=self.request.user)

    def get_success_url(self):
        return reverse("learning:duty_class", kwargs={"pk": self.training_class.pk})


class DutyStrike(ActionPage):
    """POST ``text``: why it was not held after all."""

    allow = "learning.change_duty"
    model = DutyRecord

    def get_rows(self):
        return super().get_rows().select_related("training_class", "kind")

    def act(self, record):
        form = StrikeForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("text has 200 signs at most")
        services.strike_duty(record, reason=form.cleaned_data["text"])
        return _("Struck out; the week is open again.")

    def get_success_url(self, record):
        return reverse("learning:duty_class", kwargs={"pk": record.training_class_id})
