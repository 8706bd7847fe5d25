from assessments.services.raters import hand_in, name_rater, remove_rater, reopen_rater
from assessments.services.results import publish, unpublish
from assessments.services.schemes import (
    add_indicator,
    back_to_draft,
    change_indicator,
    change_scheme,
    change_weights,
    discard_scheme,
    make_scheme,
    move_indicator,
    new_version,
    open_scheme,
    remove_indicator,
)

__all__ = [
    "add_indicator",
    "back_to_draft",
    "change_indicator",
    "change_scheme",
    "change_weights",
    "discard_scheme",
    "hand_in",
    "make_scheme",
    "move_indicator",
    "name_rater",
    "new_version",
    "open_scheme",
    "publish",
    "remove_indicator",
    "remove_rater",
    "reopen_rater",
    "unpublish",
]
