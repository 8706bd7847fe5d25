"""The rules of computed indicators, by their kind."""

from assessments.rules.hosting import LeadRule, MentorRule
from assessments.rules.indicators import AttendanceRule, JournalRule

AnyRule = AttendanceRule | JournalRule | LeadRule | MentorRule
RULES: dict[str, type[AnyRule]] = {
    "attendance": AttendanceRule,
    "journals": JournalRule,
    "leads": LeadRule,
    "mentors": MentorRule,
}
