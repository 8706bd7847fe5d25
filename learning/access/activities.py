"""Who may do what with activities and their platforms."""

from django.db.models import Q

from cohorts.access import cohorts_as_a_whole, in_my_cohorts, my_cohorts, my_traineeships
from cohorts.models import Cohort, Trainee
from trainee_mgmt.kit.access import grant


def activities_around_me(user, role) -> Q:
    """activities of cohorts in the scope of the role, or of a class in its scope"""
    return Q(cohort__in=Cohort.objects.filter(my_cohorts(user, role)))


def activities_of_my_cohorts(user, role) -> Q:
    """activities of cohorts in which I am a trainee"""
    return Q(cohort__in=Trainee.objects.filter(my_traineeships(user, role)).values("cohort"))


grant(
    "learning.view_activity",
    on="learning.Activity",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
    officer=activities_around_me,
)

grant("learning.change_activity", on="learning.Activity", admin=in_my_cohorts, organizer=in_my_cohorts)

# The rows are the cohorts whose activities and platforms one may make.
grant("learning.change_activities", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)

grant("learning.join_activity", on="learning.Activity", trainee=activities_of_my_cohorts)
