from learning.models.attendance import Attendance
from learning.models.journals import Journal, JournalNote, JournalPicture
from learning.models.sessions import Session, SessionClass

__all__ = ["Attendance", "Journal", "JournalNote", "JournalPicture", "Session", "SessionClass"]
