"""The pack of a dispatch meeting: what to talk about, built from the data of the moment. The page and the paper read the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Avg, Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.models import Score
from placements.models import (
    Category,
    DispatchAction,
    DispatchMeeting,
    FeedbackRequest,
    Host,
    LeadStep,
    Placement,
    PlacementChange,
    Ticket,
)
from placements.rules.feedback import State as Answer
from placements.selectors.feedback import with_state
from placements.selectors.tickets import open_tickets
from placements.selectors.visits import overdue_visits, uncovered_hosts
from placements.tables.leads import stage_words
from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.formats import day, moment, number
from trainee_mgmt.navigation import link

LOW = 3  # a mean of a mentor's answers below this is a risk
SHOWN = 100  # lines of one section; more stand in its list


@dataclass(frozen=True)
class Line:
    """One row of a section; ``url`` opens what it is about. ``is_bad``: overdue."""

    cells: tuple[str, ...]
    url: str = ""
    is_bad: bool = False


@dataclass(frozen=True)
class Section:
    """``head``: the columns. ``url`` opens the rows in their own list."""

    key: str
    title: str
    head: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    url: str = ""

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def late(self) -> int:
        return sum(line.is_bad for line in self.lines)

    @property
    def shown(self) -> list[Line]:
        return self.lines[:SHOWN]


class Pack:
    """Everything one meeting looks at, for one reader; ``since`` is the day of the meeting before."""

    def __init__(self, meeting: DispatchMeeting, user: User, now: datetime):
        self.meeting, self.cohort, self.user, self.now = meeting, meeting.cohort, user, now
        before = DispatchMeeting.objects.filter(cohort=self.cohort, state="held", held_on__lt=meeting.held_on)
        self.since = before.aggregate(day=Max("held_on"))["day"] or self.cohort.starts_on

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def since_at(self) -> datetime:
        return midnight(self.since)

    def link(self, name: str, query: str = "", /, **kwargs) -> str:
        return link(self.user.role_set, name, query, **kwargs)

    def sections(self) -> list[Section]:
        """In the order of the meeting: what it decided before comes first."""
        return [
            self.unclosed(), self.risks(), self.visits(), self.tickets(), self.scores(), self.changed(), self.leads(),
        ]  # fmt: skip

    def unclosed(self) -> Section:
        """Actions of earlier meetings that nobody closed, the oldest first."""
        rows = DispatchAction.objects.filter(
            meeting__cohort=self.cohort, meeting__held_on__lt=self.meeting.held_on, state=DispatchAction.State.OPEN
        )
        lines = [
            Line(
                (each.text, each.owner.name, day(each.due_on), f"{each.meeting.month:%Y-%m}"),
                self.link("reports:dispatch_action", pk=each.pk),
                each.due_on < self.today,
            )
            for each in rows.select_related("owner", "meeting").order_by("due_on", "pk")
        ]
        head = (_("What is to be done"), _("In charge"), _("Due by"), _("Meeting"))
        return Section("unclosed", _("Open actions of earlier meetings"), head, lines, self.link(
            "reports:dispatch_list", cohort=self.cohort.pk))  # fmt: skip

    def risks(self) -> Section:
        lines = [*self._unsafe(), *self._unchecked(), *self._poor_feedback()]
        return Section("risks", _("Open risks"), (_("Risk"), _("About"), _("Since")), lines, self.link(
            "placements:feedback_list", cohort=self.cohort.pk))  # fmt: skip

    def _unsafe(self) -> Iterable[Line]:
        rows = open_tickets(self.cohort).filter(category=Category.SAFETY).select_related("trainee__person", "host")
        for each in rows.order_by("opened_at"):
            about = " · ".join(str(part) for part in (each.trainee.person.name, each.host) if part)
            yield Line(
                (_("A matter of safety is open"), about, moment(each.opened_at)),
                self.link("placements:ticket_detail", pk=each.pk),
                each.due_at < self.now,
            )

    def _unchecked(self) -> Iterable[Line]:
        placed = Placement.objects.as_of(self.today).filter(trainee__cohort=self.cohort)
        hosts = Host.objects.filter(posts__offers__seats__placements__in=placed).exclude(state=Host.State.CHECKED)
        for each in hosts.annotate(people=Count("posts__offers__seats__placements")).order_by("name", "pk"):
            words = _("Trainees are at a host that is not checked or closed")
            yield Line((words, each.name, ""), self.link("placements:host_detail", pk=each.pk), True)

    def _poor_feedback(self) -> Iterable[Line]:
        requests = FeedbackRequest.objects.filter(placement__trainee__cohort=self.cohort)
        rows = with_state(requests, today=self.today).filter(Q(score__lt=LOW) | Q(state=Answer.LATE))
        for each in rows.select_related("placement__trainee__person", "placement__seat__offer__post__host"):
            is_late = each.state == Answer.LATE
            words = _("The mentor has not answered") if is_late else _("The mentor is not content: %(score)s of 5")
            about = f"{each.placement.trainee.person.name} · {each.placement.seat.offer.post.host}"
            since = day(each.due_on) if is_late else moment(each.answered_at)
            url = self.link("placements:feedback_detail", pk=each.pk)
            yield Line((words if is_late else words % {"score": number(each.score)}, about, since), url, True)

    def visits(self) -> Section:
        """Visits that were planned and not noted, and hosts that had to be visited before today."""
        planned = overdue_visits(self.cohort, self.today).select_related("host", "visitor").order_by("planned_on", "pk")
        lines = [
            Line(
                (str(each.host), _("planned, not noted"), day(each.planned_on), each.visitor.name),
                self.link("placements:visit_detail", pk=each.pk),
                True,
            )
            for each in planned
        ]
        lines += [
            Line(
                (each.name, _("not visited in time"), day(each.due_on), ""),
                self.link("placements:host_detail", pk=each.host),
                True,
            )
            for each in uncovered_hosts(self.cohort, self.today)
        ]
        head = (_("Host enterprise"), _("What"), _("Due by"), _("Who goes"))
        return Section("visits", _("Overdue visits"), head, lines, self.link(
            "placements:visit_list", cohort=self.cohort.pk))  # fmt: skip

    def tickets(self) -> Section:
        rows = open_tickets(self.cohort).select_related("trainee__person", "owner", "host").order_by("due_at", "pk")
        lines = [
            Line(
                (
                    each.get_category_display(), each.trainee.person.name, str(each.host or ""),
                    each.owner.name if each.owner else "",
                    _("clock stopped") if each.stopped_at else moment(each.due_at),
                ),
                self.link("placements:ticket_detail", pk=each.pk),
                self._is_late(each),
            )
            for each in rows
        ]  # fmt: skip
        head = (_("Category"), _("Trainee"), _("Host enterprise"), _("In charge"), _("Answer due"))
        return Section("tickets", _("Open tickets"), head, lines, self.link(
            "placements:ticket_list", "?view=open", cohort=self.cohort.pk))  # fmt: skip

    def _is_late(self, ticket: Ticket) -> bool:
        return ticket.stopped_at is None and ticket.due_at < self.now

    def scores(self) -> Section:
        """Per indicator: points given or corrected since the last meeting, and the mean of those in force."""
        scores = Score.objects.filter(trainee__cohort=self.cohort, points__isnull=False)
        moving = scores.filter(entered_at__gte=self.since_at).order_by().values("indicator", "indicator__name")
        found = moving.annotate(n=Count("pk"), people=Count("trainee", distinct=True)).order_by("indicator")
        means = dict(scores.filter(in_force=True).order_by().values_list("indicator").annotate(mean=Avg("points")))
        url = self.link("assessments:result_list", cohort=self.cohort.pk)
        lines = [
            Line(
                (
                    row["indicator__name"],
                    number(row["n"]),
                    number(row["people"]),
                    number(means.get(row["indicator"]), 2),
                ),
                url,
            )
            for row in found
        ]
        head = (_("Indicator"), _("Points given or corrected"), _("Trainees"), _("Mean now"))
        return Section("scores", _("Scores moving"), head, lines, url)

    def changed(self) -> Section:
        rows = PlacementChange.objects.filter(placement__trainee__cohort=self.cohort, at__gte=self.since_at)
        lines = [
            Line(
                (each.placement.trainee.person.name, each.get_kind_display(), day(each.from_on), each.reason),
                self.link("placements:placement_detail", pk=each.placement_id),
            )
            for each in rows.select_related("placement__trainee__person").order_by("at", "pk")
        ]
        head = (_("Trainee"), _("Kind of change"), _("From"), _("Reason"))
        return Section("changed", _("Placements that changed"), head, lines, self.link(
            "placements:placement_list", cohort=self.cohort.pk))  # fmt: skip

    def leads(self) -> Section:
        rows = LeadStep.objects.filter(lead__cohort=self.cohort, at__gte=self.since_at).exclude(stage="found")
        lines = [
            Line(
                (each.lead.company, stage_words(each.stage), day(each.happened_on), each.text),
                self.link("placements:lead_detail", pk=each.lead_id),
            )
            for each in rows.select_related("lead").order_by("-at", "-pk")
        ]
        head = (_("Company"), _("Stage"), _("Day"), _("What happened"))
        return Section("leads", _("Investment leads that moved"), head, lines, self.link(
            "placements:lead_list", cohort=self.cohort.pk))  # fmt: skip
