"""Who may do what with weekly duties and turns."""

from cohorts.access import classes_i_attend, cohorts_as_a_whole, in_my_cohorts, within
from trainee_mgmt.kit.access import grant
from trainee_mgmt.kit.pages import Inside

_OF_MY_CLASS = within("cohort", "pk")

# The rows are the classes whose board one reads, and those in which one records and decides on turns.
grant(
    "learning.view_duties",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
    officer=_OF_MY_CLASS,
)

grant(
    "learning.record_duty",
    on="cohorts.TrainingClass",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=_OF_MY_CLASS,
)

grant(
    "learning.change_duty",
    on="learning.DutyRecord",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    officer=within("cohort", "training_class"),
)

grant(
    "learning.change_turn",
    on="learning.DutyTurn",
    admin=within("training_class__cohort"),
    organizer=within("training_class__cohort"),
    officer=within("training_class__cohort", "training_class"),
)

grant("learning.change_duty_kind", on="learning.DutyKind", admin=in_my_cohorts, organizer=in_my_cohorts)

# The rows are the cohorts whose duties and free weeks one sets.
grant("learning.plan_duties", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)

# A page that adds to the duties of a cohort.
PLANNED_DUTIES = Inside("cohorts.Cohort", "learning.plan_duties", "cohort", related=("program",))

grant("learning.change_duty_pause", on="learning.DutyPause", admin=in_my_cohorts, organizer=in_my_cohorts)

grant("learning.see_own_duties", on="cohorts.TrainingClass", trainee=classes_i_attend)
