from learning.forms.calendars import CalendarForm
from learning.forms.roll import MarkForm
from learning.forms.sessions import CancelForm, RepeatForm, SessionForm
from learning.forms.timetable import ReleaseForm, TimetableRuleForm

__all__ = ["CalendarForm", "CancelForm", "MarkForm", "ReleaseForm", "RepeatForm", "SessionForm", "TimetableRuleForm"]
