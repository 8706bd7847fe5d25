"""Who may do what with schemes and scores. A class officer never sees a score."""

from django.db.models import Q

from assessments.models import Rater
from cohorts.access import in_my_cohorts, my_traineeships, within
from cohorts.models import Trainee
from trainee_mgmt.kit.access import grant


def schemes_i_rate(user, role) -> Q:
    """schemes in which I am named as a rater, while they are open"""
    return Q(pk__in=Rater.objects.filter(user=user).values("scheme"), state="open")


def scores_i_gave(user, role) -> Q:
    """scores that I gave"""
    return Q(rater=user)


def my_published_results(user, role) -> Q:
    """my own results, once published"""
    return Q(trainee__in=Trainee.objects.filter(my_traineeships(user, role)), scheme__state="published")


in_schemes_of_my_cohorts = within("scheme__cohort")

grant(
    "assessments.view_scheme",
    on="assessments.Scheme",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
)
grant("assessments.change_scheme", on="assessments.Scheme", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("assessments.publish_scheme", on="assessments.Scheme", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("assessments.give_scores", on="assessments.Scheme", evaluator=schemes_i_rate)
grant(
    "assessments.view_score",
    on="assessments.Score",
    admin=within("indicator__scheme__cohort"),
    organizer=within("indicator__scheme__cohort"),
    evaluator=scores_i_gave,
)
grant(
    "assessments.view_result",
    on="assessments.Result",
    admin=in_schemes_of_my_cohorts,
    organizer=in_schemes_of_my_cohorts,
    leader=in_schemes_of_my_cohorts,
)
grant("assessments.see_own_result", on="assessments.Result", trainee=my_published_results)
