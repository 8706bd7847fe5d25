"""Reads that assemble several models, by topic."""

from learning.selectors.home import (
    OpenRolls,
    OwedJournal,
    OwnAttendance,
    SessionLine,
    WaitingJournals,
    open_rolls,
    owed_journals,
    own_attendance,
    sessions_of_day,
    waiting_journals,
)
from learning.selectors.journals import (
    JournalPeriod,
    Owing,
    journal_counts,
    journal_periods,
    missing_by_trainee,
    missing_journals,
    period_of,
)
from learning.selectors.roll import RollLine, expected_memberships, marks_of, roll, roll_line

__all__ = [
    "JournalPeriod",
    "OpenRolls",
    "OwedJournal",
    "Owing",
    "OwnAttendance",
    "RollLine",
    "SessionLine",
    "WaitingJournals",
    "expected_memberships",
    "journal_counts",
    "journal_periods",
    "marks_of",
    "missing_by_trainee",
    "missing_journals",
    "open_rolls",
    "owed_journals",
    "own_attendance",
    "period_of",
    "roll",
    "roll_line",
    "sessions_of_day",
    "waiting_journals",
]
