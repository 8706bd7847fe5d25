"""Who may print and key in sign-in sheets, and see what was signed."""

from django.db.models import Q

from cohorts.access import in_my_cohorts, within
from trainee_mgmt.kit.access import grant

# The rows are the classes whose sign-in sheets one may print, key in, and whose scans one may send.
grant(
    "learning.key_sheets",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=within("cohort", "pk"),
)


def signed_by_my_class_and_sent_by_me(user, role) -> Q:
    """scans of signed sheets of a class in the scope of the role that I sent myself"""
    return scans_of_my_classes(user, role) & Q(sent_by=user)


scans_of_my_classes = within("training_class__cohort", "training_class")

pages_of_my_classes = within("sheet__training_class__cohort", "sheet__training_class")

_SCAN_READERS = ("admin", "organizer", "officer")

grant("learning.view_signed_sheet", on="learning.SignedSheet", **dict.fromkeys(_SCAN_READERS, scans_of_my_classes))

grant("learning.view_sheet_page", on="learning.SheetPage", **dict.fromkeys(_SCAN_READERS, pages_of_my_classes))

grant(
    "learning.change_signed_sheet",
    on="learning.SignedSheet",
    admin=scans_of_my_classes,
    organizer=scans_of_my_classes,
    officer=signed_by_my_class_and_sent_by_me,
)
