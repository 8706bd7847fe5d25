"""Who may do what with host enterprises and with the places of trainees there."""

from django.db.models import Q
from django.utils.translation import gettext_noop

from accounts.access import units_of
from accounts.models import Role, Unit
from cohorts.access import (
    cohorts_as_a_whole,
    in_my_cohorts,
    my_cohorts,
    my_traineeships,
    trainees_of_my_classes,
    within,
)
from cohorts.models import Trainee
from library.access import around_my_units
from placements.models import Host, Lead, LeadCredit, Offer, VisitTask
from programs.access import my_programs
from programs.models import Program
from trainee_mgmt.kit.access import grant
from trainee_mgmt.kit.pages import Inside


def units_of_my_programs(user, role) -> Q:
    """units in the scope of the role, and those of programs in its scope"""
    programs = Program.objects.filter(my_programs(user, role))
    return units_of(user, role) | Q(pk__in=programs.values("unit"))


def kept_by_my_units(user, role) -> Q:
    """rows kept by units in the scope of the role, and by those of programs in its scope"""
    return Q(unit__in=Unit.objects.filter(units_of_my_programs(user, role)).values("pk"))


def of_my_hosts(user, role) -> Q:
    """rows of a host enterprise that is kept by a unit in the scope of the role, or by that of a program in its scope"""
    return Q(host__in=Host.objects.filter(kept_by_my_units(user, role)).values("pk"))


def hosts_of_my_cohorts(user, role) -> Q:
    """host enterprises that offer posts to cohorts in the scope of the role"""
    return Q(pk__in=Offer.objects.filter(in_my_cohorts(user, role)).values("post__host"))


def cohorts_of_my_programs(user, role) -> Q:
    """cohorts of programs in the scope of the role"""
    return Q(program__in=Program.objects.filter(my_programs(user, role)).values("pk"))


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
grant("placements.change_host", on="placements.Host", admin=kept_by_my_units, organizer=kept_by_my_units)
# The rows are the units in whose name a host may be kept.
grant("placements.create_host", on="accounts.Unit", admin=units_of_my_programs, organizer=units_of_my_programs)
# The rows are the cohorts to which a file of hosts offers its seats; the hosts are kept by the unit of the program.
grant("placements.import_hosts", on="cohorts.Cohort", admin=cohorts_of_my_programs, organizer=cohorts_of_my_programs)
grant("placements.change_post", on="placements.Post", admin=of_my_hosts, organizer=of_my_hosts)
grant("placements.change_contact", on="placements.HostContact", admin=of_my_hosts, organizer=of_my_hosts)
grant("placements.see_phone", on="placements.HostContact", admin=of_my_hosts, organizer=of_my_hosts)
# The rows are the cohorts to which a post may be offered.
grant("placements.create_offer", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
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

HOSTING_COHORT = Inside("cohorts.Cohort", "placements.import_hosts", "cohort", related=("program__unit",))

# Visits ---------------------------------------------------------------------------------------------------------------


_RUN = {"admin": within("cohort"), "organizer": within("cohort")}
_RUN_OF_VISIT = {"admin": within("visit__cohort"), "organizer": within("visit__cohort")}


def visits_with_my_tasks(user, role) -> Q:
    """visits that gave me a task"""
    return Q(pk__in=VisitTask.objects.filter(owner=user).values("visit"))


def my_tasks(user, role) -> Q:
    """my own tasks"""
    return Q(owner=user)


def pictures_with_my_tasks(user, role) -> Q:
    """pictures of visits that gave me a task"""
    return Q(visit__in=VisitTask.objects.filter(owner=user).values("visit"))


grant("placements.view_visit", on="placements.Visit", leader=within("cohort"), officer=visits_with_my_tasks, **_RUN)
grant(
    "placements.view_visitpicture",
    on="placements.VisitPicture",
    leader=within("visit__cohort"),
    officer=pictures_with_my_tasks,
    **_RUN_OF_VISIT,
)
grant("placements.remove_visitpicture", on="placements.VisitPicture", **_RUN_OF_VISIT)
grant("placements.change_visittask", on="placements.VisitTask", **_RUN_OF_VISIT)
grant("placements.do_visittask", on="placements.VisitTask", officer=my_tasks, **_RUN_OF_VISIT)
grant("placements.change_visit", on="placements.Visit", **_RUN)
# The rows are the cohorts whose hosts one sees with what is due there, and those whose visits one plans.
grant(
    "placements.view_coverage",
    on="cohorts.Cohort",
    admin=cohorts_as_a_whole,
    organizer=cohorts_as_a_whole,
    leader=my_cohorts,
)
grant("placements.plan_visits", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)

# Tickets --------------------------------------------------------------------------------------------------------------


def tickets_of_my_classes(user, role) -> Q:
    """tickets of trainees who are or were in a class in the scope of the role, and those that are mine to answer"""
    return of_trainees_of_my_classes(user, role) | Q(owner=user)


def my_tickets(user, role) -> Q:
    """my own tickets"""
    return Q(trainee__person__user=user)


_SERVE = _RUN | {"officer": tickets_of_my_classes}
grant("placements.view_ticket", on="placements.Ticket", leader=within("cohort"), **_SERVE)
grant("placements.answer_ticket", on="placements.Ticket", **_SERVE)
# The rows are one's own places in cohorts.
grant("placements.open_ticket", on="cohorts.Trainee", **{Role.TRAINEE: my_traineeships})
grant("placements.see_own_ticket", on="placements.Ticket", **{Role.TRAINEE: my_tickets})
# The rows are the cohorts whose rules of tickets one sets.
grant("placements.change_ticket_rules", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
# Wishes and matching. Nobody but organizers and administrators comes near a plan; trainees and officers see placements.
grant("placements.write_own_wishes", on="cohorts.Trainee", **{Role.TRAINEE: my_traineeships})
grant(
    "placements.view_wishes", on="placements.Wish", admin=within("trainee__cohort"), organizer=within("trainee__cohort")
)
grant("placements.change_host_wishes", on="placements.Offer", admin=in_my_cohorts, organizer=in_my_cohorts)
# The rows are the hosts that offer posts to cohorts of one's own.
grant("placements.ask_hosts", on="placements.Host", admin=hosts_of_my_cohorts, organizer=hosts_of_my_cohorts)
grant("placements.plan_matching", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
grant("placements.change_apart", on="placements.KeptApart", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("placements.view_plan", on="placements.MatchPlan", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("placements.change_plan", on="placements.MatchPlan", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("placements.publish_plan", on="placements.MatchPlan", admin=in_my_cohorts, organizer=in_my_cohorts)
grant("placements.view_pair", on="placements.MatchPair", admin=within("plan__cohort"), organizer=within("plan__cohort"))
grant(
    "placements.change_pair", on="placements.MatchPair", admin=within("plan__cohort"), organizer=within("plan__cohort")
)

# A page that plans the matching of a cohort: whoever only looks at it in another role does not.
MATCHED_COHORT = Inside("cohorts.Cohort", "placements.plan_matching", "cohort", related=("program",))

# Mentors' feedback, and the way of the mentor to it
grant(
    "placements.view_feedback",
    on="placements.FeedbackRequest",
    admin=within("placement__trainee__cohort"),
    organizer=within("placement__trainee__cohort"),
    leader=within("placement__trainee__cohort"),
)
grant(
    "placements.send_feedback",
    on="placements.FeedbackRequest",
    admin=within("placement__trainee__cohort"),
    organizer=within("placement__trainee__cohort"),
)
grant(
    "placements.change_feedback",
    on="placements.FeedbackRequest",
    admin=within("placement__trainee__cohort"),
    organizer=within("placement__trainee__cohort"),
)
# The rows are the cohorts whose rules one may read or change.
grant("placements.view_feedback_rules", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts, leader=my_cohorts)
grant("placements.change_feedback_rules", on="cohorts.Cohort", admin=my_cohorts, organizer=my_cohorts)
# What trainees think of a host: the rows are hosts, because nobody may open an opinion.
grant(
    "placements.view_opinions",
    on="placements.Host",
    admin=around_my_units,
    organizer=around_my_units,
    leader=around_my_units,
)
grant("placements.give_opinion", on="placements.Placement", **{Role.TRAINEE: my_placements})

# Investment leads -----------------------------------------------------------------------------------------------------


def leads_of_my_classes(user, role) -> Q:
    """leads in which trainees who are or were in a class in the scope of the role have credit"""
    credits = LeadCredit.objects.filter(of_trainees_of_my_classes(user, role), in_force=True)
    return Q(pk__in=credits.values("lead"))


def my_leads(user, role) -> Q:
    """leads in which I have credit"""
    return Q(pk__in=LeadCredit.objects.filter(trainee__person__user=user, in_force=True).values("lead"))


def my_leads_at_the_start(user, role) -> Q:
    """leads in which I have credit, that I entered and that nobody moved yet"""
    return my_leads(user, role) & Q(entered_by=user, stage="found")


def evidence_of_leads(leads):
    """Rows of files of the leads that a row function names, and of those put into them."""

    def rows(user, role) -> Q:
        mine = Lead.objects.filter(leads(user, role)).values("pk")
        return Q(step__lead__in=mine) | Q(step__lead__merged_into__in=mine)

    rows.__name__, rows.__doc__ = (
        f"evidence_of_{leads.__name__}",
        gettext_noop("evidence of leads in reach of the role"),
    )
    return rows


_SEE_LEADS = _RUN | {"leader": within("cohort"), "officer": leads_of_my_classes}
grant("placements.list_lead", on="placements.Lead", **_SEE_LEADS)
grant("placements.view_lead", on="placements.Lead", trainee=my_leads, **_SEE_LEADS)
grant("placements.change_lead", on="placements.Lead", **_RUN)
grant("placements.edit_lead", on="placements.Lead", trainee=my_leads_at_the_start, **_RUN)
grant("placements.note_lead", on="placements.Lead", trainee=my_leads, **_RUN)
grant(
    "placements.view_lead_file",
    on="placements.LeadFile",
    **{role: evidence_of_leads(rows) for role, rows in (_SEE_LEADS | {"trainee": my_leads}).items()},
)
grant(
    "placements.undo_merge", on="placements.LeadMerge", admin=within("lead__cohort"), organizer=within("lead__cohort")
)
grant("placements.see_own_lead", on="placements.Lead", trainee=my_leads)
# The rows are one's own places in cohorts, also after the training.
grant("placements.enter_lead", on="cohorts.Trainee", **{Role.TRAINEE: my_traineeships})
# The rows are the cohorts for whose trainees one enters leads, and whose rule of leads one sets.
grant("placements.run_leads", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
LEAD_COHORT = Inside("cohorts.Cohort", "placements.run_leads", "cohort", related=("program__unit",))

# Dispatch meetings ----------------------------------------------------------------------------------------------------


def actions_that_are_mine(user, role) -> Q:
    """actions of dispatch meetings that I am in charge of"""
    return Q(owner=user)


_ACTIONS = {"admin": within("meeting__cohort"), "organizer": within("meeting__cohort")}
grant("placements.view_dispatch", on="placements.DispatchMeeting", leader=within("cohort"), **_RUN)
grant("placements.change_dispatch", on="placements.DispatchMeeting", **_RUN)
# The rows are the cohorts whose dispatch meetings one calls.
grant("placements.plan_dispatch", on="cohorts.Cohort", admin=cohorts_as_a_whole, organizer=cohorts_as_a_whole)
DISPATCH_COHORT = Inside("cohorts.Cohort", "placements.plan_dispatch", "cohort", related=("program__unit",))
grant(
    "placements.view_action",
    on="placements.DispatchAction",
    leader=within("meeting__cohort"),
    officer=actions_that_are_mine,
    **_ACTIONS,
)
grant("placements.do_action", on="placements.DispatchAction", officer=actions_that_are_mine, **_ACTIONS)
grant("placements.change_action", on="placements.DispatchAction", **_ACTIONS)
TICKETS_COHORT = Inside("cohorts.Cohort", "placements.change_ticket_rules", "cohort", related=("program",))
VISITED_COHORT = Inside("cohorts.Cohort", "placements.plan_visits", "cohort", related=("program",))
