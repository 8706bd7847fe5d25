from learning.forms.roll import MarkForm
from learning.forms.sessions import CancelForm, RepeatForm, SessionForm

__all__ = ["CancelForm", "MarkForm", "RepeatForm", "SessionForm"]
