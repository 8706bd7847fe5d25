"""The sections of a dispatch pack, built from the data of the moment. Each number opens a list of exactly as many rows."""

from datetime import date, datetime
from fractions import Fraction

from django.db.models import Avg, Count, DecimalField, Max, Q, Sum
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.models import Rater, Score
from placements.models import (
    Category,
    DispatchAction,
    DispatchMeeting,
    Feedback,
    FeedbackRequest,
    Host,
    Lead,
    LeadStep,
    Placement,
    PlacementChange,
    Ticket,
)
from placements.rules.feedback import LOW, milestone_name
from placements.rules.feedback import State as Answer
from placements.selectors.feedback import with_state
from placements.selectors.tickets import open_tickets
from placements.selectors.visits import overdue_visits, uncovered_hosts
from placements.tables.leads import stage_words
from reports.selectors.sections import Line, Section, Where
from trainee_mgmt.kit import access
from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.formats import day, moment, number
from trainee_mgmt.kit.rounding import half_up

HOST = "placement__seat__offer__post__host"


class Gathering:
    """Everything one meeting looks at; ``since`` is the day of the meeting before. Without a reader it is for everybody."""

    def __init__(self, meeting: DispatchMeeting, now: datetime, user: User | None = None):
        self.meeting, self.cohort, self.user, self.now = meeting, meeting.cohort, user, now
        before = DispatchMeeting.objects.filter(cohort=self.cohort, state="held", held_on__lt=meeting.held_on)
        self.since = before.aggregate(day=Max("held_on"))["day"] or self.cohort.starts_on

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def since_at(self) -> datetime:
        return midnight(self.since)

    def rows(self, name: str, query: str) -> Where:
        return Where(name, {"cohort": self.cohort.pk}, query)

    def sections(self) -> list[Section]:
        """In the order of the meeting: what it decided before comes first."""
        return [
            self.unclosed(), self.safety(), self.hosts(), self.mentors(), self.visits(), self.coverage(),
            self.tickets(), self.scores(), self.ratings(), self.satisfaction(), self.changed(), self.leads(),
        ]  # fmt: skip

    def unclosed(self) -> Section:
        """Actions of earlier meetings that nobody closed, the oldest first."""
        rows = DispatchAction.objects.filter(
            meeting__cohort=self.cohort, meeting__held_on__lt=self.meeting.held_on, state=DispatchAction.State.OPEN
        )
        lines = [
            Line(
                (each.text, each.owner.name, day(each.due_on), f"{each.meeting.month:%Y-%m}"),
                _one("reports:dispatch_action", each.pk),
                each.due_on < self.today,
            )
            for each in rows.select_related("owner", "meeting").order_by("due_on", "pk")
        ]
        head = (_("What is to be done"), _("In charge"), _("Due by"), _("Meeting"))
        where = self.rows("reports:dispatch_action_list", f"?view=open&before={self.meeting.held_on}")
        return Section("unclosed", _("Open actions of earlier meetings"), head, lines, where)

    # Risks ------------------------------------------------------------------------------------------------------------

    def safety(self) -> Section:
        rows = open_tickets(self.cohort).filter(category=Category.SAFETY).select_related("trainee__person", "host")
        lines = [
            Line(
                (each.trainee.person.name, str(each.host or ""), moment(each.opened_at)),
                _one("placements:ticket_detail", each.pk),
                each.is_overdue(self.now),
            )
            for each in rows.order_by("opened_at", "pk")
        ]
        head = (_("Trainee"), _("Host enterprise"), _("Since"))
        where = self.rows("placements:ticket_list", f"?view=open&category={Category.SAFETY}")
        return Section("safety", _("Open risks: matters of safety"), head, lines, where)

    def hosts(self) -> Section:
        """Where somebody is today although nobody checked the host, or it was closed."""
        placed = Placement.objects.as_of(self.today).filter(trainee__cohort=self.cohort)
        hosts = Host.objects.filter(posts__offers__seats__placements__in=placed).exclude(state=Host.State.CHECKED)
        people = Count("posts__offers__seats__placements__trainee", distinct=True)
        lines = [
            Line(
                (each.name, each.get_state_display(), number(each.people)),
                _one("placements:host_detail", each.pk),
                True,
            )
            for each in hosts.annotate(people=people).order_by("name", "pk")
        ]
        head = (_("Host enterprise"), _("State"), _("Trainees"))
        where = Where("placements:host_list", {}, f"?view=unready&there={self.cohort.pk}")
        return Section("hosts", _("Open risks: hosts that are not checked, or closed"), head, lines, where)

    def mentors(self) -> Section:
        requests = FeedbackRequest.objects.filter(placement__trainee__cohort=self.cohort)
        rows = with_state(requests, today=self.today).filter(Q(score__lt=LOW) | Q(state=Answer.LATE))
        rows = rows.select_related("placement__trainee__person", HOST).order_by("due_on", "pk")
        head = (_("Trainee"), _("Host enterprise"), _("Risk"), _("Since"))
        where = self.rows("placements:feedback_list", "?view=risk")
        return Section("mentors", _("Open risks: what mentors say or do not say"), head, [*map(_worry, rows)], where)

    # Visits and tickets -----------------------------------------------------------------------------------------------

    def visits(self) -> Section:
        rows = overdue_visits(self.cohort, self.today).select_related("host", "visitor").order_by("planned_on", "pk")
        lines = [
            Line(
                (str(each.host), day(each.planned_on), each.visitor.name),
                _one("placements:visit_detail", each.pk),
                True,
            )
            for each in rows
        ]
        head = (_("Host enterprise"), _("Planned for"), _("Who goes"))
        where = self.rows("placements:visit_list", "?view=overdue")
        return Section("visits", _("Overdue visits: planned and not noted"), head, lines, where)

    def coverage(self) -> Section:
        lines = [
            Line((each.name, day(each.due_on), number(each.people)), _one("placements:host_detail", each.host), True)
            for each in uncovered_hosts(self.cohort, self.today)
        ]
        head = (_("Host enterprise"), _("Due by"), _("Trainees"))
        where = self.rows("placements:visit_coverage", "?view=late")
        return Section("coverage", _("Overdue visits: hosts that nobody visited in time"), head, lines, where)

    def tickets(self) -> Section:
        rows = open_tickets(self.cohort).select_related("trainee__person", "owner", "host").order_by("due_at", "pk")
        lines = [
            Line(
                (
                    capfirst(each.get_category_display()), each.trainee.person.name, str(each.host or ""),
                    each.owner.name if each.owner else "",
                    _("clock stopped") if each.stopped_at else moment(each.due_at),
                ),
                _one("placements:ticket_detail", each.pk),
                each.is_overdue(self.now),
            )
            for each in rows
        ]  # fmt: skip
        head = (_("Category"), _("Trainee"), _("Host enterprise"), _("In charge"), _("Answer due"))
        return Section("tickets", _("Open tickets"), head, lines, self.rows("placements:ticket_list", "?view=open"))

    # What moved since the last meeting --------------------------------------------------------------------------------

    def scores(self) -> Section:
        """Per indicator: points given or corrected since the last meeting, and the mean of those in force once nobody rates
        any more, as everywhere else."""
        scores = Score.objects.filter(self._readable(), trainee__cohort=self.cohort, points__isnull=False)
        moving = scores.filter(entered_at__gte=self.since_at).order_by().values("indicator", "indicator__name")
        found = moving.annotate(n=Count("pk"), people=Count("trainee", distinct=True)).order_by("indicator")
        rating = Rater.objects.filter(handed_in_at=None, scheme__state="open").values("scheme")
        done = scores.filter(in_force=True).exclude(indicator__scheme__in=rating).order_by().values_list("indicator")
        means = dict(done.annotate(mean=Avg("points", output_field=DecimalField())))
        lines, query = [], f"?since={self.since}"
        for row in found:
            mean = means.get(row["indicator"])
            shown = number(half_up(mean, 2), 2) if mean is not None else ""
            where = self.rows("assessments:score_list", f"{query}&indicator={row['indicator']}")
            lines.append(Line((row["indicator__name"], number(row["n"]), number(row["people"]), shown), where))
        head = (_("Indicator"), _("Points given or corrected"), _("Trainees"), _("Mean now"))
        total = sum(row["n"] for row in found)
        return Section("scores", _("Scores moving"), head, lines, self.rows("assessments:score_list", query), total)

    def _readable(self) -> Q:
        """Whoever still rates sees nobody else's points; a reader without the list sees numbers only."""
        if self.user is None or not access.holds(self.user, "assessments.view_score"):
            return Q(pk__isnull=False)
        return access.rows(self.user, "assessments.view_score")

    def ratings(self) -> Section:
        """What mentors answered since the last meeting."""
        rows = Feedback.objects.filter(request__placement__trainee__cohort=self.cohort, in_force=True)
        rows = rows.filter(given_at__gte=self.since_at).select_related(
            "request__placement__trainee__person", f"request__{HOST}"
        )
        lines = [
            Line(
                (
                    each.request.placement.trainee.person.name, str(each.request.placement.seat.offer.post.host),
                    milestone_name(each.request.milestone), number(each.score),
                ),
                _one("placements:feedback_detail", each.request_id),
                each.score is not None and each.score < LOW,
            )
            for each in rows.order_by("-given_at", "-pk")
        ]  # fmt: skip
        head = (_("Trainee"), _("Host enterprise"), _("Milestone"), _("Mean of five"))
        where = self.rows("placements:feedback_list", f"?view=answered&since={self.since}")
        return Section("ratings", _("Ratings by mentors"), head, lines, where)

    def satisfaction(self) -> Section:
        """How trainees rated what was done about their tickets since the last meeting, by category."""
        rated = Ticket.objects.filter(cohort=self.cohort, satisfaction__isnull=False, closed_at__gte=self.since_at)
        by_category = rated.order_by("category").values("category")
        rows = list(by_category.annotate(n=Count("pk"), points=Sum("satisfaction")))
        query = f"?view=rated&since={self.since}"
        lines = [
            Line(
                (
                    capfirst(str(Category(row["category"]).label)),
                    number(row["n"]),
                    number(half_up(Fraction(row["points"], row["n"]), 1), 1),
                ),
                self.rows("placements:ticket_list", f"{query}&category={row['category']}"),
            )
            for row in rows
        ]
        head = (_("Category"), _("Rated tickets"), _("Satisfaction, of five"))
        where = self.rows("placements:ticket_list", query)
        return Section("satisfaction", _("Ratings of tickets"), head, lines, where, sum(row["n"] for row in rows))

    def changed(self) -> Section:
        """One line a placement: the last change of each."""
        rows = PlacementChange.objects.filter(placement__trainee__cohort=self.cohort, at__gte=self.since_at)
        last = rows.order_by("placement", "-at", "-pk").distinct("placement").values("pk")
        rows = PlacementChange.objects.filter(pk__in=last).select_related("placement__trainee__person")
        lines = [
            Line(
                (each.placement.trainee.person.name, each.get_kind_display(), day(each.from_on), each.reason),
                _one("placements:placement_detail", each.placement_id),
            )
            for each in rows.order_by("at", "pk")
        ]
        head = (_("Trainee"), _("Kind of change"), _("From"), _("Reason"))
        where = self.rows("placements:placement_list", f"?since={self.since}")
        return Section("changed", _("Placements that changed"), head, lines, where)

    def leads(self) -> Section:
        """One line a lead: its last step beyond being found."""
        rows = LeadStep.objects.moved().filter(lead__in=self._standing_leads(), at__gte=self.since_at)
        last = rows.order_by("lead", "-at", "-pk").distinct("lead").values("pk")
        rows = LeadStep.objects.filter(pk__in=last).with_day().select_related("lead")
        lines = [
            Line(
                (each.lead.company, stage_words(each.stage), day(each.day), each.text),
                _one("placements:lead_detail", each.lead_id),
            )
            for each in rows.order_by("-at", "-pk")
        ]
        head = (_("Company"), _("Stage"), _("Day"), _("What happened"))
        where = self.rows("placements:lead_list", f"?since={self.since}")
        return Section("leads", _("Investment leads that moved"), head, lines, where)

    def _standing_leads(self):
        return Lead.objects.standing().filter(cohort=self.cohort)


def _one(name: str, pk: int) -> Where:
    return Where(name, {"pk": pk})


def _worry(request: FeedbackRequest) -> Line:
    """A mentor who is late, or not content."""
    is_late = request.state == Answer.LATE
    words = _("The mentor has not answered") if is_late else _("The mentor is not content: %(score)s of 5")
    cells = (
        request.placement.trainee.person.name,
        str(request.placement.seat.offer.post.host),
        words if is_late else words % {"score": number(request.score)},
        day(request.due_on) if is_late else moment(request.answered_at),
    )
    return Line(cells, _one("placements:feedback_detail", request.pk), True)
