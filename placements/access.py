"""Who may do what with host enterprises and with the places of trainees there."""

from django.db.models import Q

from accounts.access import in_my_units, units_of
from accounts.models import Role
from cohorts.access import in_my_cohorts, trainees_of_my_classes, within
from cohorts.models import Trainee
from library.access import around_my_units
from placements.models import Host
from trainee_mgmt.kit.access import grant


def of_my_hosts(user, role) -> Q:
    """rows of a host enterprise that is kept by a unit in the scope of the role"""
    return Q(host__in=Host.objects.filter(in_my_units(user, role)).values("pk"))


def of_trainees_of_my_classes(user, role) -> Q:
    """rows of trainees who are or were in a class in the scope of the role"""
    return Q(trainee__in=Trainee.objects.filter(trainees_of_my_classes(user, role)).values("pk"))


def my_placements(user, role) -> Q:
    """my own placements"""
    return Q(trainee__person__user=user)


grant(
    "placements.view_host",
    on="placements.Host",
    admin=around_my_units,
    organizer=around_my_units,
    leader=around_my_units,
)
grant("placements.change_host", on="placements.Host", admin=in_my_units, organizer=in_my_units)
# The rows are the units in whose name a host may be kept.
grant("placements.create_host", on="accounts.Unit", admin=units_of, organizer=units_of)
grant("placements.change_post", on="placements.Post", admin=of_my_hosts, organizer=of_my_hosts)
grant("placements.change_contact", on="placements.HostContact", admin=of_my_hosts, organizer=of_my_hosts)
grant(
    "placements.view_offer", on="placements.Offer", admin=in_my_cohorts, organizer=in_my_cohorts, leader=in_my_cohorts
)
grant("placements.change_offer", on="placements.Offer", admin=in_my_cohorts, organizer=in_my_cohorts)
grant(
    "placements.view_placement",
    on="placements.Placement",
    admin=within("trainee__cohort"),
    organizer=within("trainee__cohort"),
    leader=within("trainee__cohort"),
    officer=of_trainees_of_my_classes,
)
grant(
    "placements.change_placement",
    on="placements.Placement",
    admin=within("trainee__cohort"),
    organizer=within("trainee__cohort"),
)
grant("placements.see_own_placement", on="placements.Placement", **{Role.TRAINEE: my_placements})
