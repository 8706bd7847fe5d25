"""Who may print and key in sign-in sheets, and see what was signed."""

from django.db.models import Q

from cohorts.access import in_my_cohorts, within
from trainee_mgmt.kit.access import grant

# The rows are the classes whose sign-in sheets one may print, key in, and signed ones send.
grant(
    "learning.key_sheets",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=within("cohort", "pk"),
)


def signed_sheets_that_i_sent(user, role) -> Q:
    """signed sheets of a class in the scope of the role that I sent myself"""
    return signed_sheets_of_my_classes(user, role) & Q(sent_by=user)


signed_sheets_of_my_classes = within("training_class__cohort", "training_class")

pages_of_my_classes = within("sheet__training_class__cohort", "sheet__training_class")

_READERS = ("admin", "organizer", "officer")

grant("learning.view_signed_sheet", on="learning.SignedSheet", **dict.fromkeys(_READERS, signed_sheets_of_my_classes))

grant("learning.view_sheet_page", on="learning.SheetPage", **dict.fromkeys(_READERS, pages_of_my_classes))

grant(
    "learning.change_signed_sheet",
    on="learning.SignedSheet",
    admin=signed_sheets_of_my_classes,
    organizer=signed_sheets_of_my_classes,
    officer=signed_sheets_that_i_sent,
)
