"""What a trainee sees at home: the next session, the journals that are still owed, the own numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from assessments.models import Result
from cohorts.models import Trainee
from learning.models import JournalDue, PersonTime
from learning.selectors import OwedJournal, OwnAttendance, owed_journals, own_attendance
from placements.models import Offer, Placement
from placements.rules.opinions import is_asked
from placements.selectors.opinions import with_opinion
from placements.selectors.wishes import own_windows
from trainee_mgmt.kit import access
from trainee_mgmt.kit.formats import day as day_words
from trainee_mgmt.kit.formats import moment as moment_words
from trainee_mgmt.navigation import address


@dataclass(frozen=True)
class NextSession:
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    teacher: str
    is_today: bool
    is_running: bool


@dataclass(frozen=True)
class ToDo:
    """A week's journal, wishes, an opinion: what, until when, how far it is."""

    what: str
    why: str
    verb: str
    url: str
    kind: str  # bad: overdue or returned; warn: due now
    icon: str = "journal"


@dataclass(frozen=True)
class Place:
    """One of my cohorts with my numbers there."""

    trainee_id: int
    cohort: str
    attendance: OwnAttendance | None
    result: Result | None

    @property
    def missing(self) -> int:
        return self.attendance.held - self.attendance.marked if self.attendance else 0


@dataclass(frozen=True)
class Training:
    places: list[Place]
    coming: NextSession | None
    to_do: list[ToDo]
    help_for: int | None  # the trainee for whom help can be asked: the newest place with host enterprises

    @property
    def has_begun(self) -> bool:
        """Whether there were sessions already: then nothing lies ahead, else nothing is planned yet."""
        return any(place.attendance and place.attendance.held for place in self.places)


def training_of(user: User, *, now: datetime) -> Training | None:
    """None for somebody who has no place in a running cohort. Five queries, three more where a cohort has host enterprises."""
    if not access.holds(user, "cohorts.see_own_place"):
        return None
    mine = Trainee.objects.filter(
        access.rows(user, "cohorts.see_own_place"), status=Trainee.Status.ACTIVE, cohort__is_closed=False
    )
    has_hosts = Exists(Offer.objects.filter(cohort=OuterRef("cohort")))
    places = list(mine.order_by("-joined_on", "pk").values_list("pk", "cohort__name", has_hosts))
    if not places:
        return None
    today, keys = timezone.localdate(now), [row[0] for row in places]
    person_times = PersonTime.objects.filter(trainee__in=keys)
    attended = {each.trainee_id: each for each in own_attendance(person_times, now=now)}
    published = Result.objects.filter(access.rows(user, "assessments.see_own_result"), trainee__in=keys)
    results = {each.trainee_id: each for each in published.order_by("pk")}
    owed = owed_journals(JournalDue.objects.filter(trainee__in=keys), today=today)
    return Training(
        [Place(pk, name, attended.get(pk), results.get(pk)) for pk, name, _hosts in places],
        _next_session(person_times, now=now),
        [
            *(_to_write(each, today) for each in owed),
            *_of_hosts(mine.filter(pk__in=[pk for pk, _name, hosts in places if hosts]), now=now),
        ],
        next((pk for pk, _name, hosts in places if hosts), None),
    )


def _of_hosts(mine: QuerySet[Trainee], *, now: datetime) -> Iterator[ToDo]:
    """Wishes that one may still say and has not, and stays that one is asked about."""
    today = timezone.localdate(now)
    if not (keys := list(mine.values_list("pk", flat=True))):
        return
    for each in own_windows(mine, at=now):
        if each.is_open and not each.wishes:
            until = _("open until %(moment)s") % {"moment": moment_words(each.window.trainees_until)}
            url = address("placements:own_wishes", pk=each.trainee.pk)
            yield ToDo(_("Where you would like to go"), until, _("Name posts"), url, "warn", "flag")
    stays = with_opinion(Placement.objects.filter(trainee__in=keys).standing()).filter(has_opinion=False)
    for stay in stays.select_related("seat__offer__post__host").order_by("-ends_on", "-pk"):
        if is_asked(stay.ends_on, today):
            host = stay.seat.offer.post.host.name
            url = address("placements:opinion_create", pk=stay.pk)
            why = _("shown to others only together with those of two more people")
            yield ToDo(_("What was it like at %(host)s?") % {"host": host}, why, _("Say it"), url, "warn", "message")


def _next_session(person_times: QuerySet[PersonTime], *, now: datetime) -> NextSession | None:
    row = (
        person_times.filter(session__ends_at__gt=now)
        .order_by("session__starts_at", "pk")
        .values_list(
            "session__title",
            "session__starts_at",
            "session__ends_at",
            Coalesce("session__venue__name", "session__place"),
            "session__teacher_name",
        )
        .first()
    )
    if row is None:
        return None
    starts_at = row[1]
    is_today = timezone.localdate(starts_at) == timezone.localdate(now)
    return NextSession(*row, is_today=is_today, is_running=starts_at <= now)


def _to_write(each: OwedJournal, today: date) -> ToDo:
    week = _("Journal of %(first)s to %(last)s") % {
        "first": day_words(each.first_on, today),
        "last": day_words(each.last_on, today),
    }
    url = address("learning:journal_write", pk=each.trainee_id, period=each.period_start.isoformat())
    is_late = each.due_on < today
    if each.state == "returned":
        return ToDo(week, _("returned with a comment; please mend it"), _("Mend"), url, "bad")
    if is_late:
        until = _("was due on %(day)s") % {"day": day_words(each.due_on, today)}
    elif each.due_on == today:
        until = _("due today")
    else:
        until = _("due on %(day)s") % {"day": day_words(each.due_on, today)}
    begun = each.characters or 0
    draft = ngettext("draft of %(n)s character", "draft of %(n)s characters", begun) % {"n": f"{begun:,}"}
    facts = f"{until} · {draft if begun else _('not begun')}"
    return ToDo(week, facts, _("Go on writing") if begun else _("Write"), url, "bad" if is_late else "warn")
