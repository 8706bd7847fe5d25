"""Who may do what with the closing checklists of classes."""

from cohorts.access import cohorts_as_a_whole, within
from trainee_mgmt.kit.access import grant
from trainee_mgmt.kit.pages import Inside

closing_of_my_classes = within("training_class__cohort", "training_class")

closing_files_of_my_classes = within("item__training_class__cohort", "item__training_class")

grant(
    "learning.view_closing_item",
    on="learning.ClosingItem",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
    leader=closing_of_my_classes,
    officer=closing_of_my_classes,
)

grant(
    "learning.view_closing_file",
    on="learning.ClosingFile",
    admin=closing_files_of_my_classes,
    organizer=closing_files_of_my_classes,
    leader=closing_files_of_my_classes,
    officer=closing_files_of_my_classes,
)

# Send files, tick it off; who is in charge and until when is decided by whoever runs the cohort.
grant(
    "learning.do_closing_item",
    on="learning.ClosingItem",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
    officer=closing_of_my_classes,
)

grant(
    "learning.remove_closing_file",
    on="learning.ClosingFile",
    admin=closing_files_of_my_classes,
    organizer=closing_files_of_my_classes,
    officer=closing_files_of_my_classes,
)

grant(
    "learning.change_closing_item",
    on="learning.ClosingItem",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
)

grant(
    "learning.undo_waiver",
    on="learning.SheetWaiver",
    admin=closing_of_my_classes,
    organizer=closing_of_my_classes,
)

# The rows are the cohorts whose rule of closing and checklists one may make.
grant("learning.change_closing", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)

CLOSING_COHORT = Inside("cohorts.Cohort", "learning.change_closing", "cohort", related=("program__unit",))
