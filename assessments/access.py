"""Who may do what with schemes and scores. A class officer never sees a score; nobody who still rates sees another's."""

from django.db.models import Q

from assessments.models import Rater, Scheme
from cohorts.access import in_my_cohorts, my_traineeships, within
from cohorts.models import ClassMembership, Trainee
from trainee_mgmt.kit.access import grant


def schemes_i_rate(user, role) -> Q:
    """schemes in which I am named as a rater, while they are open"""
    return Q(pk__in=Rater.objects.filter(user=user).values("scheme"), state="open")


def schemes_i_may_read(user, role) -> Q:
    """schemes in the scope of the role, but for those in which I still rate myself"""
    rating = Rater.objects.filter(user=user, handed_in_at=None, scheme__state="open")
    return in_my_cohorts(user, role) & ~Q(pk__in=rating.values("scheme"))


def published_schemes(user, role) -> Q:
    """published schemes in the scope of the role"""
    return in_my_cohorts(user, role) & Q(state="published")


def trainees_i_may_read(user, role) -> Q:
    """trainees in the scope of the role, but for cohorts in which I still rate myself"""
    rating = Rater.objects.filter(user=user, handed_in_at=None, scheme__state="open")
    return in_my_cohorts(user, role) & ~Q(cohort__in=rating.values("scheme__cohort"))


def trainees_with_published_results(user, role) -> Q:
    """trainees of a published scheme in the scope of the role"""
    return Q(cohort__in=Scheme.objects.filter(published_schemes(user, role)).values("cohort"))


def trainees_i_rate(user, role) -> Q:
    """trainees of the cohorts or classes that I rate, while their scheme is open"""
    mine = Rater.objects.filter(user=user, scheme__state="open")
    classes = ClassMembership.objects.filter(training_class__in=mine.values("training_class"))
    return Q(cohort__in=mine.filter(training_class=None).values("scheme__cohort")) | Q(pk__in=classes.values("trainee"))


def scores_i_gave(user, role) -> Q:
    """scores that I gave"""
    return Q(rater=user)


def scores_i_may_read(user, role) -> Q:
    """scores in the scope of the role, but for schemes in which I still rate myself"""
    return Q(indicator__scheme__in=Scheme.objects.filter(schemes_i_may_read(user, role)))


def raters_of_others(user, role) -> Q:
    """raters in the scope of the role"""
    return Q(scheme__in=Scheme.objects.filter(schemes_i_may_read(user, role)))


def my_open_lists(user, role) -> Q:
    """my own lists as a rater, while the scheme is open"""
    return Q(user=user, scheme__state="open")


def published_results(user, role) -> Q:
    """published results in the scope of the role"""
    return in_schemes_of_my_cohorts(user, role) & Q(scheme__state="published", in_force=True)


def my_published_results(user, role) -> Q:
    """my own results, once published"""
    mine = Trainee.objects.filter(my_traineeships(user, role))
    return Q(trainee__in=mine, scheme__state="published", in_force=True)


in_schemes_of_my_cohorts = within("scheme__cohort")

grant(
    "assessments.view_scheme",
    on="assessments.Scheme",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=in_my_cohorts,
)
grant("assessments.change_scheme", on="assessments.Scheme", admin=in_my_cohorts, organizer=in_my_cohorts)
grant(
    "assessments.change_indicator",
    on="assessments.Indicator",
    admin=in_schemes_of_my_cohorts,
    organizer=in_schemes_of_my_cohorts,
)
grant(
    "assessments.change_rater",
    on="assessments.Rater",
    admin=in_schemes_of_my_cohorts,
    organizer=in_schemes_of_my_cohorts,
)
grant("assessments.give_scores", on="assessments.Scheme", evaluator=schemes_i_rate)
grant(
    "assessments.view_totals",
    on="assessments.Scheme",
    admin=schemes_i_may_read,
    organizer=schemes_i_may_read,
    leader=published_schemes,
)
grant(
    "assessments.view_trainee_score",
    on="cohorts.Trainee",
    admin=trainees_i_may_read,
    organizer=trainees_i_may_read,
    leader=trainees_with_published_results,
)
grant(
    "assessments.view_score",
    on="assessments.Score",
    admin=scores_i_may_read,
    organizer=scores_i_may_read,
    evaluator=scores_i_gave,
)
grant("assessments.publish_scheme", on="assessments.Scheme", admin=schemes_i_may_read, organizer=schemes_i_may_read)
grant(
    "assessments.view_result",
    on="assessments.Result",
    admin=in_schemes_of_my_cohorts,
    organizer=in_schemes_of_my_cohorts,
    leader=published_results,
)
grant("assessments.see_own_result", on="assessments.Result", trainee=my_published_results)
grant(
    "assessments.enter_scores",
    on="assessments.Rater",
    admin=raters_of_others,
    organizer=raters_of_others,
    evaluator=my_open_lists,
)
grant(
    "assessments.view_computed",
    on="cohorts.Trainee",
    admin=in_my_cohorts,
    organizer=in_my_cohorts,
    leader=trainees_with_published_results,
    evaluator=trainees_i_rate,
)
