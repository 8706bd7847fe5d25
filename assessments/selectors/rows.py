"""The rows behind a computed indicator: each session held, each journal due, each lead, each answer of a mentor."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from assessments.models import Indicator, Scheme
from assessments.rules.evidence import Facts, evidence
from assessments.rules.indicators import Computed
from assessments.rules.scheme import Kind
from assessments.selectors.hosting import LeadRow, MentorRow, lead_rows, leads_counted, mentor_rows, mentors_counted
from assessments.selectors.outline import outline, rule_of
from assessments.selectors.people import Someone
from assessments.selectors.standings import computed_facts, journals_counted, sessions_counted, sources
from cohorts.models import Cohort


@dataclass(frozen=True)
class SessionRow:
    session_id: int
    title: str
    starts_at: datetime
    mark_id: int | None
    state: str | None


@dataclass(frozen=True)
class JournalRow:
    first_on: date
    last_on: date
    due_on: date
    journal_id: int | None
    state: str | None


@dataclass(frozen=True)
class ComputedRows:
    """One computed indicator of one trainee: its rule in words, the result in a sentence, and the rows counted."""

    indicator: Indicator
    rule: list[str]
    found: Computed
    sessions: list[SessionRow]
    journals: list[JournalRow]
    leads: list[LeadRow]
    mentors: list[MentorRow]


def computed_rows(
    cohort: Cohort, indicator: int, person: Someone, *, now: datetime | None = None
) -> ComputedRows | None:
    """Nothing where no scheme of the cohort has such a computed indicator."""
    scheme = Scheme.objects.filter(cohort=cohort, indicators=indicator).first()
    if scheme is None:
        return None
    tree, now = outline(scheme), now or timezone.now()
    leaf = next((each for each in tree.computed if each.key == str(indicator)), None)
    if leaf is None:
        return None
    sessions, journals, leads, mentors = [], [], [], []
    if leaf.kind == Kind.ATTENDANCE:
        rows = sessions_counted(tree, leaf, now).filter(trainee=person.pk).order_by("session__starts_at", "session_id")
        sessions = [
            SessionRow(*row)
            for row in rows.values_list("session_id", "session__title", "session__starts_at", "mark_id", "state")
        ]
    elif leaf.kind == Kind.LEADS:
        leads = lead_rows(leads_counted(tree, leaf, now).filter(trainee=person.pk))
    elif leaf.kind == Kind.MENTORS:
        mentors = mentor_rows(mentors_counted(tree, leaf, now).filter(trainee=person.pk))
    else:
        rows = journals_counted(tree, leaf, now).filter(trainee=person.pk).order_by("period_start")
        journals = [
            JournalRow(*row) for row in rows.values_list("first_on", "last_on", "due_on", "journal_id", "state")
        ]
    facts = computed_facts(tree, [person.pk], now=now)[leaf.key].get(person.pk, Facts())
    return ComputedRows(
        indicator=tree.indicators[leaf.key],
        rule=rule_of(tree.indicators[leaf.key]).in_words(),
        found=evidence(sources(tree)[leaf.key], facts),
        sessions=sessions,
        journals=journals,
        leads=leads,
        mentors=mentors,
    )
