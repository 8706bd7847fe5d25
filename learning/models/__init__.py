from learning.models.activities import Activity, ActivityPlatform, Signup
from learning.models.appeals import Appeal
from learning.models.attendance import Attendance
from learning.models.calendars import CalendarFeed
from learning.models.checkins import Scan
from learning.models.closing import ClosingFile, ClosingItem, ClosingRule, SheetWaiver
from learning.models.copies import CopySignal, JournalPrint
from learning.models.duties import DutyDue, DutyKind, DutyPause, DutyRecord, DutySpeaker, DutyTurn
from learning.models.expected import CAME, HANDED_IN, LATE, JournalDue, PersonTime
from learning.models.findings import Finding
from learning.models.hours import CreditEntry, HourRule, HourTable
from learning.models.journal_scores import JournalScore
from learning.models.journals import Journal, JournalNote, JournalPicture, JournalVersion
from learning.models.leave import Leave, LeaveEvidence, LeaveStep, LeaveType
from learning.models.online import CompletionRule, OnlineCourse, OnlineProgress, ProgressCase
from learning.models.reminders import SessionReminder
from learning.models.rules import AttendanceRules
from learning.models.sessions import Session, SessionClass
from learning.models.sheets import DisputedMark, RollSheet
from learning.models.signed import SheetPage, SignedSheet
from learning.models.timetable import AcceptedConflict, TimetableRelease, TimetableRule, TimetableState

__all__ = [
    "CAME",
    "HANDED_IN",
    "LATE",
    "AcceptedConflict",
    "Activity",
    "ActivityPlatform",
    "Appeal",
    "Attendance",
    "AttendanceRules",
    "CalendarFeed",
    "ClosingFile",
    "ClosingItem",
    "ClosingRule",
    "CompletionRule",
    "CopySignal",
    "CreditEntry",
    "DisputedMark",
    "DutyDue",
    "DutyKind",
    "DutyPause",
    "DutyRecord",
    "DutySpeaker",
    "DutyTurn",
    "Finding",
    "HourRule",
    "HourTable",
    "Journal",
    "JournalDue",
    "JournalNote",
    "JournalPicture",
    "JournalPrint",
    "JournalScore",
    "JournalVersion",
    "Leave",
    "LeaveEvidence",
    "LeaveStep",
    "LeaveType",
    "OnlineCourse",
    "OnlineProgress",
    "PersonTime",
    "ProgressCase",
    "RollSheet",
    "Scan",
    "Session",
    "SessionClass",
    "SessionReminder",
    "SheetPage",
    "SheetWaiver",
    "SignedSheet",
    "Signup",
    "TimetableRelease",
    "TimetableRule",
    "TimetableState",
]
