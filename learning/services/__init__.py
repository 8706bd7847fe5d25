from learning.services.attendance import call_roll, correct_mark
from learning.services.conflicts import Conflicting, accept_conflict
from learning.services.journals import (
    accept,
    accept_many,
    add_picture,
    comment,
    keep_draft,
    open_journal,
    remove_picture,
    return_to_writer,
    submit,
)
from learning.services.rules import change_version, make_version, remove_version
from learning.services.sessions import (
    cancel_session,
    change_session,
    discard_draft,
    make_session,
    repeat_weekly,
    restore_session,
)

__all__ = [
    "Conflicting",
    "accept",
    "accept_conflict",
    "accept_many",
    "add_picture",
    "call_roll",
    "cancel_session",
    "change_session",
    "change_version",
    "comment",
    "correct_mark",
    "discard_draft",
    "keep_draft",
    "make_session",
    "make_version",
    "open_journal",
    "remove_picture",
    "remove_version",
    "repeat_weekly",
    "restore_session",
    "return_to_writer",
    "submit",
]
