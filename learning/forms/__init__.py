from learning.forms.roll import MarkForm
from learning.forms.sessions import CancelForm, RepeatForm, SessionForm
from learning.forms.timetable import TimetableRuleForm

__all__ = ["CancelForm", "MarkForm", "RepeatForm", "SessionForm", "TimetableRuleForm"]
