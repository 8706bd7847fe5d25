"""The home page, put together from what the person's roles bring along."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Role, User
from cohorts.models import Cohort
from cohorts.selectors.home import CohortLine, cohort_lines
from learning.models import Session
from learning.selectors import SessionLine, sessions_of_day
from reports.rules import week_of
from reports.selectors.board import figure_url, main_words, missing_words, of_words
from reports.selectors.figures import Headlines, headlines
from reports.selectors.first_steps import Step, first_steps
from reports.selectors.needs import Asked, Need, needs
from reports.selectors.office import Office, office
from reports.selectors.training import Training, training_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.figures import FIGURES

RUNNERS = frozenset({Role.ADMIN, Role.ORGANIZER, Role.OFFICER, Role.EVALUATOR, Role.LEADER})


@dataclass(frozen=True)
class Today:
    """A session of today; with ``url`` and ``verb`` where the reader can do something about it."""

    line: SessionLine
    cohort: str
    url: str
    verb: str
    is_running: bool


@dataclass(frozen=True)
class HomeFigure:
    label: str
    shown: str
    of: str
    missing: str
    url: str


@dataclass(frozen=True)
class Progress:
    """One cohort in a few figures: name, words, share and address of each."""

    cohort: CohortLine
    figures: list[HomeFigure]
    url: str


@dataclass(frozen=True)
class Home:
    cohorts: list[CohortLine]
    week: tuple[int, int] | None  # of the only cohort
    needs: list[Need]
    today: list[Today]
    progress: list[Progress]
    steps: list[Step]
    training: Training | None
    office: Office | None
    runs: bool  # has a role beyond being a trainee
    only_reads: bool  # a leader and nothing else
    has_role: bool


def home(user: User, *, now: datetime) -> Home:
    """Everything for one person. The number of queries depends on the roles, not on how much lies in their scope."""
    runs = bool(user.role_set & RUNNERS)
    cohorts = _cohorts(user) if runs else []
    by_key = {each.pk: each for each in cohorts}
    asked = Asked(user, now, by_key, _headlines(user, by_key, now), office(user, now=now))
    only = cohorts[0] if len(cohorts) == 1 else None
    return Home(
        cohorts=cohorts,
        week=week_of(only.starts_on, only.ends_on, asked.today) if only else None,
        needs=needs(asked) if runs else [],
        today=_today(asked),
        progress=[_progress(asked, pk, seen) for pk, seen in asked.headlines.items()],
        steps=first_steps(asked),
        training=training_of(user, now=now),
        office=asked.office,
        runs=runs,
        only_reads=user.role_set == {Role.LEADER},
        has_role=bool(user.role_set),
    )


def _cohorts(user: User) -> list[CohortLine]:
    """The open cohorts in which the person has something to do: not those where he only learns."""
    permissions = ("learning.view_session", "assessments.give_scores", "reports.view_dashboard")
    if not any(access.holds(user, name) for name in permissions):
        return []
    roles = user.role_set - {Role.TRAINEE}
    reach = access.any_of(
        rows(user, role) for role, rows in access.GRANTS["cohorts.view_cohort"].rows_by_role.items() if role in roles
    )
    return cohort_lines(Cohort.objects.filter(reach))


def _headlines(user: User, cohorts: Iterable[int], now: datetime) -> dict[int, Headlines]:
    return headlines(cohorts, now=now) if access.holds(user, "reports.view_dashboard") else {}


def _today(asked: Asked) -> list[Today]:
    if not asked.cohorts or not asked.may("learning.view_session"):
        return []
    sessions = Session.objects.filter(access.rows(asked.user, "learning.view_session"), cohort__in=asked.cohorts)
    return [_today_line(asked, line) for line in sessions_of_day(sessions, asked.today)]


def _today_line(asked: Asked, line: SessionLine) -> Today:
    can_call = asked.may("learning.call_roll") and not line.rolled_at and line.starts_at <= asked.now
    roll = asked.link("learning:roll_call", pk=line.pk) if can_call else ""
    return Today(
        line,
        asked.name_of(line.cohort_id),
        roll or asked.link("learning:session_detail", pk=line.pk),
        _("Call the roll") if roll else "",
        line.starts_at <= asked.now < line.ends_at,
    )


SHOWN = ("cohorts.trainees", "learning.held", "learning.attendance", "learning.journals_handed_in")


def _progress(asked: Asked, cohort_id: int, seen: Headlines) -> Progress:
    figures = []
    for name in SHOWN:
        each, value = FIGURES[name], seen.values[name]
        url = figure_url(cohort_id, name)
        figures.append(
            HomeFigure(str(each.label), main_words(each, value), of_words(each, value), missing_words(each, value), url)
        )
    return Progress(asked.cohorts[cohort_id], figures, asked.link("reports:cohort_dashboard", cohort=cohort_id))
