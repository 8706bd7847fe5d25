"""Weekly duties to read: the board of a week, the page of a class, the lists, and what a trainee sees of them."""

from datetime import date, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.models import Cohort, Trainee, TrainingClass
from cohorts.selectors.cohorts import members_on
from learning.figures.duties import DUTIES_HELD, HAVE_SPOKEN
from learning.models import DutyDue
from learning.rules.weeks import chosen_week, monday_of
from learning.selectors.duties import WEEK, mondays_between, weeks_of
from learning.tables.duties import DutyTable, SpeakerTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.figures import Scope
from trainee_mgmt.kit.formats import span
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import StaticPage

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
        has_kinds = bool(kinds) or cohort.duty_kinds.exists()
        path = reverse("learning:duty_board", kwargs={"cohort": cohort.pk})
        return super().get_context_data(
            week=week,
            kinds=kinds,
            rows=_by_place(week.lines, kinds),
            span=week_words(monday),
            held=sum(line.record is not None for line in week.lines),
            has_kinds=has_kinds,
            counted=self.count(today) if has_kinds else {},
            previous_url=f"{path}?week={monday - WEEK}",
            next_url=f"{path}?week={monday + WEEK}",
            today_url=path,
            **kwargs,
        )

    def count(self, today) -> dict:
        """The figures of weekly duties, over the classes and people that the reader reaches."""
        scope = Scope((self.cohort.pk,), timezone.now(), today)
        classes = self.reachable(TrainingClass).filter(cohort=self.cohort)
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
        stays = (
            members_on(today)
            .filter(
                trainee__person__user=self.request.user,
                trainee__status=Trainee.Status.ACTIVE,
                training_class__in=self.reachable(TrainingClass),
            )
            .select_related("training_class__cohort")
        )
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


# Lists ------------------------------------------------------------------------------------------------------------------


class _CohortList(TablePage, abstract=True):
    """A list of a cohort with its classes and duties in the filters."""

    inside = COHORT

    def get_table_options(self):
        classes = self.cohort.classes.filter(access.rows(self.request.user, "learning.view_duties"))
        return {"context": (self.cohort, classes)}


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
