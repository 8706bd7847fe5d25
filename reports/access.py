"""Who may open dashboards and yearbooks; home is for everybody."""

from accounts.access import everyone
from cohorts.access import my_cohorts
from learning.access.journals import findings_from_my_journals, findings_of_my_classes
from trainee_mgmt.kit.access import all_rows, grant
from trainee_mgmt.kit.pages import Inside

grant("reports.home", **everyone(all_rows))
grant("reports.view_dashboard", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts, leader=my_cohorts)
grant("reports.take_yearbook", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)

# A finding that its writer or the office makes an investment lead.
grant(
    "reports.make_lead",
    on="learning.Finding",
    admin=findings_of_my_classes,
    organizer=findings_of_my_classes,
    trainee=findings_from_my_journals,
)

# Pages of figures under a cohort: reached by the right to its figures, not by any other right over the cohort.
BOARD = Inside("cohorts.Cohort", "reports.view_dashboard", "cohort", related=("program__unit",))
YEARBOOK = Inside("cohorts.Cohort", "reports.take_yearbook", "cohort", related=("program__unit",))
