"""Which rows a role reaches, as several topics ask it."""

from django.db.models import Q, QuerySet

from cohorts.access import my_traineeships, trainees_of_my_classes, whole_cohorts, within
from cohorts.models import Trainee
from trainee_mgmt.kit.access import all_rows


def of_trainees_of_my_classes(user, role) -> Q:
    """rows of trainees in the scope of the role"""
    return Q(trainee__in=Trainee.objects.filter(trainees_of_my_classes(user, role)))


def my_own_rows(user, role) -> Q:
    """my own rows as a trainee"""
    return Q(trainee__in=Trainee.objects.filter(my_traineeships(user, role)))


def of_me(user) -> QuerySet:
    """One's own places in cohorts."""
    return Trainee.objects.filter(person__user=user).values("pk")


def of_trainees_of_my_cohorts(user, role) -> Q:
    """rows of trainees of a cohort that the role reaches as a whole"""
    cohorts = whole_cohorts(user, role)
    return all_rows(user, role) if cohorts is None else Q(trainee__cohort__in=cohorts)


of_my_classes = within("cohort", "training_class")
