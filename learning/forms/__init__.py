from learning.forms.calendars import CalendarForm
from learning.forms.roll import MarkForm
from learning.forms.sessions import CancelForm, RepeatForm, SessionForm
from learning.forms.timetable import CopyWeekForm, ReleaseForm, SessionImportForm, TimetableRuleForm

__all__ = [
    "CalendarForm",
    "CancelForm",
    "CopyWeekForm",
    "MarkForm",
    "ReleaseForm",
    "RepeatForm",
    "SessionForm",
    "SessionImportForm",
    "TimetableRuleForm",
]
