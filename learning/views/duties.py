"""Weekly duties: the board of a week, the page of a class, recording and turns, and what a trainee sees of them."""

from datetime import date, timedelta

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.access import COHORT
from cohorts.models import ClassMembership, Cohort, Trainee, TrainingClass
from learning.access import PLANNED_DUTIES
from learning.figures.duties import DUTIES_HELD, HAVE_SPOKEN
from learning.forms.duties import DutyKindForm, MeetingForm, PauseForm, TurnForm
from learning.models import DutyDue, DutyKind, DutyPause, DutyRecord, DutyTurn, Session
from learning.rules.weeks import chosen_week, monday_of
from learning.selectors.duties import WEEK, Member, members_in_turn, mondays_between, weeks_of
from learning.services import duties as services
from learning.tables.duties import DutyTable, SpeakerTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.figures import Scope
from trainee_mgmt.kit.formats import day, span
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import LARGEST_KEY, ActionPage, FormPage, StaticPage

AHEAD = 4  # weeks of a class in which turns are decided on, this one included
BEHIND = 26  # weeks of a class that stand on its page


def week_words(monday: date) -> str:
    return span(monday, monday + WEEK - timedelta(days=1))


class DutyBoard(StaticPage):
    """One week of all classes that one reaches: what was held, by whom, and who speaks next."""

    allow = "learning.view_duties"
    inside = COHORT
    model = TrainingClass
    template_name = "learning/duty_board.html"

    def get_context_data(self, **kwargs):
        cohort, today = self.cohort, timezone.localdate()
        classes = list(self.reachable(TrainingClass).filter(cohort=cohort).values_list("pk", flat=True))
        monday = chosen_week(self.request.GET.get("week", ""), today, cohort.starts_on, cohort.ends_on)
        week = weeks_of(cohort, classes, [monday], today=today)[0]
        kinds = list(dict.fromkeys(line.kind for line in week.lines))
        path = reverse("learning:duty_board", kwargs={"cohort": cohort.pk})
        return super().get_context_data(
            week=week,
            kinds=kinds,
            rows=_by_place(week.lines, kinds),
            span=week_words(monday),
            held=sum(line.record is not None for line in week.lines),
            has_kinds=bool(kinds) or cohort.duty_kinds.exists(),
            counted=self.count(classes, today),
            previous_url=f"{path}?week={monday - WEEK}",
            next_url=f"{path}?week={monday + WEEK}",
            today_url=path,
            **kwargs,
        )

    def count(self, classes, today) -> dict:
        """The figures of weekly duties, over the classes and people that the reader reaches."""
        scope = Scope((self.cohort.pk,), timezone.now(), today)
        duties = DUTIES_HELD.rows(scope, "N").filter(training_class__in=classes)
        people = HAVE_SPOKEN.rows(scope, "N").filter(access.rows(self.request.user, "cohorts.view_trainee"))
        return {
            **duties.aggregate(due=Count("pk"), missing=Count("pk", filter=~DUTIES_HELD.hit)),
            **people.aggregate(people=Count("pk"), never=Count("pk", filter=Q(has_spoken=False))),
        }


def _by_place(lines, kinds) -> list:
    """(class or group, the lines of each duty) in the order of the classes."""
    rows = {}
    for line in lines:
        rows.setdefault(line.place, {kind: [] for kind in kinds})[line.kind].append(line)
    return [(place, list(cells.items())) for place, cells in rows.items()]


class DutyClass(StaticPage):
    """The weeks of one class: the coming ones with their turns, then what was held."""

    allow = "learning.view_duties"
    model = TrainingClass
    template_name = "learning/duty_class.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.training_class = self.find(TrainingClass, kwargs["pk"], related=("cohort__program",))

    def get_context_data(self, **kwargs):
        training_class, today = self.training_class, timezone.localdate()
        cohort = training_class.cohort
        coming, past = _weeks_around(cohort, [training_class.pk], today)
        return super().get_context_data(
            training_class=training_class,
            cohort=cohort,
            coming=coming[:AHEAD],
            past=past,
            can_record=access.may(self.request.user, "learning.record_duty", training_class),
            **kwargs,
        )


def _weeks_around(cohort: Cohort, classes: list[int], today: date):
    """The weeks of a cohort from this one on, and those before it, newest first."""
    now = monday_of(today)
    mondays = mondays_between(max(cohort.starts_on, now - BEHIND * WEEK), cohort.ends_on)
    weeks = weeks_of(cohort, classes, mondays, today=today) if mondays else []
    coming = [week for week in weeks if week.monday >= now]
    return coming, [week for week in reversed(weeks) if week.monday < now]


class MyDuties(StaticPage):
    """The board of my classes, and when it is my turn."""

    allow = "learning.see_own_duties"
    model = TrainingClass
    template_name = "learning/my_duties.html"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        stays = ClassMembership.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=today),
            trainee__person__user=self.request.user,
            trainee__status=Trainee.Status.ACTIVE,
            training_class__in=self.reachable(TrainingClass),
        ).select_related("training_class__cohort")
        places = [self.place(stay, today) for stay in stays.order_by("-starts_on", "-pk")]
        return super().get_context_data(places=places, **kwargs)

    def place(self, stay, today):
        coming, past = _weeks_around(stay.training_class.cohort, [stay.training_class_id], today)
        mine = [
            (week, line, turn)
            for week in coming
            for line in week.lines
            for turn in line.turns
            if turn.trainee_id == stay.trainee_id
        ]
        first = {}
        for week, line, turn in mine:
            first.setdefault(line.kind, (week, line, turn))
        return {"training_class": stay.training_class, "mine": first.values(), "coming": coming[:2], "past": past[:6]}


# Recording and turns ----------------------------------------------------------------------------------------------------


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
        if not (text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_KEY):
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
    rows = Session.objects.filter(
        classes=training_class, starts_at__date__range=(monday, monday + WEEK - timedelta(days=1)), cancelled_at=None
    )
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
        services.strike_duty(record, reason=self.request.POST.get("text", ""))
        return _("Struck out; the week is open again.")

    def get_success_url(self, record):
        return reverse("learning:duty_class", kwargs={"pk": record.training_class_id})


# Lists ------------------------------------------------------------------------------------------------------------------


class _CohortList(TablePage, abstract=True):
    """A list of a cohort with its classes and duties in the filters."""

    inside = COHORT

    def get_table_options(self):
        classes = self.cohort.classes.filter(access.rows(self.request.user, "learning.view_duties"))
        return {"context": (self.cohort, classes.order_by("number", "pk").values_list("pk", "name"))}


class DutyList(_CohortList):
    """Every duty of every week, held or missing."""

    allow = "learning.view_duties"
    model = DutyDue
    table_class = DutyTable
    template_name = "learning/duty_list.html"
    title = gettext_lazy("Weekly duties")

    def get_rows(self):
        classes = TrainingClass.objects.filter(access.rows(self.request.user, self.allow), cohort=self.cohort)
        return DutyDue.objects.filter(cohort=self.cohort, training_class__in=classes)


class SpeakerList(_CohortList):
    """Who has spoken how often, and who never."""

    allow = "learning.view_duties"
    model = Trainee
    table_class = SpeakerTable
    template_name = "learning/duty_list.html"
    title = gettext_lazy("Who has spoken")

    def get_rows(self):
        reach = access.rows(self.request.user, "cohorts.view_trainee")
        return Trainee.objects.filter(reach, cohort=self.cohort, status=Trainee.Status.ACTIVE)


# Kinds and free weeks ---------------------------------------------------------------------------------------------------


class DutyKindList(StaticPage):
    """The duties of a cohort, and its free weeks."""

    allow = "learning.view_duties"
    inside = COHORT
    model = TrainingClass
    template_name = "learning/dutykind_list.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            kinds=list(self.cohort.duty_kinds.order_by("order", "pk")),
            pauses=list(self.cohort.duty_pauses.select_related("training_class").order_by("-monday", "pk")),
            can_plan=access.may(self.request.user, "learning.plan_duties", self.cohort),
            **kwargs,
        )


class _Planned:
    def get_success_url(self):
        return reverse("learning:dutykind_list", kwargs={"cohort": self.cohort.pk})


class DutyKindCreate(_Planned, FormPage):
    allow = "learning.plan_duties"
    inside = PLANNED_DUTIES
    model = Cohort
    form_class = DutyKindForm
    title = gettext_lazy("New weekly duty")
    success_message = gettext_lazy("It is due from its first week on.")

    def save(self, form):
        return services.make_duty_kind(self.cohort, **form.cleaned_data)


class DutyKindUpdate(_Planned, FormPage):
    allow = "learning.change_duty_kind"
    model = DutyKind
    form_class = DutyKindForm
    title = gettext_lazy("Change this weekly duty")
    success_message = gettext_lazy("Saved; what was recorded stays.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.kind = self.find(DutyKind, kwargs["pk"], related=("cohort__program",))
        self.cohort = self.kind.cohort

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.kind}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.cohort, **kwargs)

    def save(self, form):
        return services.change_duty_kind(self.kind, **form.cleaned_data)


class DutyKindUsual(ActionPage):
    """A study, a sharing and a seminar each week, for a cohort that has no duties."""

    allow = "learning.plan_duties"
    model = Cohort

    def act(self, cohort):
        count = services.make_usual_duties(cohort)
        return _("%(count)s weekly duties stand in the list; change them as you need.") % {"count": count}

    def get_success_url(self, cohort):
        return reverse("learning:dutykind_list", kwargs={"cohort": cohort.pk})


class PauseCreate(_Planned, FormPage):
    """A week in which nothing is due."""

    allow = "learning.plan_duties"
    inside = PLANNED_DUTIES
    model = Cohort
    form_class = PauseForm
    title = gettext_lazy("Set a week free")
    success_message = gettext_lazy("Nothing is due in this week.")

    def get_form_kwargs(self):
        classes = self.cohort.classes.order_by("number", "pk").values_list("pk", "name")
        return super().get_form_kwargs() | {"classes": classes}

    def get_initial(self):
        return {"monday": self.request.GET.get("week", "")[:10]}

    def save(self, form):
        given = form.cleaned_data
        key = given["training_class"]
        training_class = get_object_or_404(self.cohort.classes, pk=key) if key else None
        return services.pause_week(
            self.cohort,
            monday=given["monday"],
            reason=given["reason"],
            training_class=training_class,
            by=self.request.user,
        )


class PauseRemove(ActionPage):
    allow = "learning.change_duty_pause"
    model = DutyPause

    def act(self, pause):
        services.resume_week(pause)
        return _("The duties of this week are due again.")

    def get_success_url(self, pause):
        return reverse("learning:dutykind_list", kwargs={"cohort": pause.cohort_id})
