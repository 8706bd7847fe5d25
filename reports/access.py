"""Who may open dashboards and yearbooks; home is for everybody."""

from accounts.models import Role
from cohorts.access import my_cohorts
from trainee_mgmt.kit.access import all_rows, grant

grant("reports.home", **dict.fromkeys(Role.values, all_rows))
grant("reports.view_dashboard", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts, leader=my_cohorts)
grant("reports.take_yearbook", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)
