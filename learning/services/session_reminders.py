"""Reminders of sessions by the rule of each cohort: what should be told against what was. Run as often as you like."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Notice
from accounts.rules.timing import Hours, IsWorkingDay, next_allowed
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.calendar import working_days
from accounts.services.notices import DEFAULT_HOURS, Planner, Telling, plan_notices
from cohorts.models import Cohort
from learning.models import PersonTime, Session, SessionReminder
from learning.rules.places import place_words
from learning.rules.reminders import Before, SessionRule
from learning.selectors.absences import Absences, away_between

AHEAD = timedelta(days=14)
NEAR = timedelta(days=2)  # what goes out so soon is written down; for people who will be away, earlier
COMING = "learning.session_coming"
FACTS = ("cohort", "cohort__name", "title", "starts_at", "ends_at", "sequence", "venue__name", "place")


def remind_of_sessions() -> int:
    """Plan a reminder for everybody who is expected at a session and has no leave, by the rule of the cohort. It goes out
    before the hours and days on which the person is left alone; if that is over, on the first occasion before it begins.

    Whether it still takes place at this time is looked at again when it is sent. Answers how many are new or changed.
    """
    now = timezone.localtime()
    sessions = _coming(now)
    places = _places_to_remind(sessions, now) if sessions else {}
    users = {user for _session, user in places}
    plan, absences = Planner(users, now), Absences(now.date(), (now + AHEAD).date(), users=users)
    told = _told(places)
    tellings = []
    for (session, user), trainee in places.items():
        given, hours = sessions[session], plan.hours_of(user)
        at = _moment(given, now, hours, absences.here(user, hours, plan.is_working_day))
        if at and (session, user, given["starts_at"].isoformat()) not in told:
            tellings.append(_telling(session, user, trainee, given, at=at))
    return plan_notices(COMING, tellings, plan)


def still_coming(notices: list[Notice]) -> list[Notice]:
    """Those whose session takes place as it was told, to whom it still matters: expected there, without leave."""
    keys = {notice.params["session"] for notice in notices}
    sessions = Session.objects.filter(
        pk__in=keys, cancelled_at=None, cohort__is_closed=False, starts_at__gt=timezone.now()
    ).exclude(cohort__session_reminder__before=Before.NONE)
    sequences = dict(sessions.values_list("pk", "sequence"))
    expected = PersonTime.objects.filter(
        session__in=keys, trainee__in={notice.params["trainee"] for notice in notices}, leave=None
    )
    here = {(session, user) for session, _trainee, user in _places(expected)}
    return [
        notice
        for notice in notices
        if sequences.get(notice.params["session"]) == notice.params["sequence"]
        and (notice.params["session"], notice.user_id) in here
    ]


@transaction.atomic
def change_session_reminder(cohort: Cohort, **values) -> SessionReminder:
    """When the people of this cohort are reminded. What is planned already moves within the hour."""
    row = SessionReminder.objects.select_for_update().filter(cohort=cohort).first() or SessionReminder(cohort=cohort)
    before, after = changes(row, values)
    if after:
        row, _made = SessionReminder.objects.update_or_create(cohort=cohort, defaults=values)
        record("learning.change_session_reminder", cohort, before=before, after=after)
    return row


def reminder_of(cohort: Cohort) -> SessionReminder:
    """The rule of a cohort, or the one that holds where nobody made any."""
    return SessionReminder.objects.filter(cohort=cohort).first() or SessionReminder(cohort=cohort)


def _coming(now: datetime) -> dict[int, dict]:
    """The released sessions of the next days of which people are to be reminded, each with the rule of its cohort."""
    rows = Session.objects.filter(
        cohort__is_closed=False, cancelled_at=None, starts_at__gt=now, starts_at__lte=now + AHEAD
    ).exclude(cohort__session_reminder__before=Before.NONE)
    found = {row["pk"]: row for row in rows.order_by("pk").values("pk", *FACTS)}
    cohorts = {row["cohort"] for row in found.values()}
    rules = {row.cohort_id: row.rule for row in SessionReminder.objects.filter(cohort__in=cohorts)}
    for row in found.values():
        row["rule"] = rules.get(row["cohort"], SessionRule())
    return found


def _places_to_remind(sessions: dict[int, dict], now: datetime) -> dict[tuple[int, int], int]:
    """(session, user) -> trainee of whoever is expected: at sessions of which people are told soon; and whoever will be
    away meanwhile, at all of them."""
    is_working_day = working_days(now.date())
    usual = {
        pk: given["rule"].moment(timezone.localtime(given["starts_at"]), DEFAULT_HOURS, is_working_day)
        for pk, given in sessions.items()
    }
    near = {pk for pk, moment in usual.items() if moment is None or moment <= now + NEAR}
    expected = PersonTime.objects.filter(leave=None, trainee__person__user__is_active=True).order_by("pk")
    rows = list(_places(expected.filter(session__in=near)))
    away = away_between(now.date(), (now + AHEAD).date())
    if away and (later := sessions.keys() - near):
        rows += _places(expected.filter(session__in=later, trainee__person__user__in=away))
    return {(session, user): trainee for session, trainee, user in rows}


def _places(rows):
    return rows.values_list("session", "trainee", "trainee__person__user")


def _told(places: dict[tuple[int, int], int]) -> set[tuple[int, int, str]]:
    """(session, user, beginning) of what was told already: a new room is no reason to remind again, a new time is."""
    found = Notice.objects.filter(
        kind=COMING,
        user__in={user for _session, user in places},
        about_id__in={session for session, _user in places},
        state__in=[Notice.State.MERGED, Notice.State.SENT],
    )
    return {
        (session, user, params["starts_at"])
        for session, user, params in found.values_list("about_id", "user", "params")
    }


def _moment(given: dict, now: datetime, hours: Hours, is_here: IsWorkingDay) -> datetime | None:
    """When this person is reminded; None if there is no occasion before it begins."""
    starts_at = timezone.localtime(given["starts_at"])
    planned = given["rule"].moment(starts_at, hours, is_here)
    if planned and planned > now:
        return planned
    first = next_allowed(now, hours, is_here)
    return first if first < starts_at and is_here(first.date()) else None


def _telling(session: int, user: int, trainee: int, given: dict, *, at: datetime) -> Telling:
    return Telling(
        user=user,
        key=f"{session}:{given['sequence']}",
        about=("learning.Session", session),
        params={
            "session": session,
            "trainee": trainee,
            "sequence": given["sequence"],
            "cohort": given["cohort__name"],
            "title": given["title"],
            "starts_at": given["starts_at"].isoformat(),
            "ends_at": given["ends_at"].isoformat(),
            "where": place_words(given["venue__name"], given["place"]),
        },
        at=at,
        expires_at=given["starts_at"],
    )
