"""Who is told of investment leads: trainees, of their credit and of every stage; organizers, that a trainee named a company."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from accounts.services.notices import Telling, notify, notify_each
from cohorts.models import Trainee
from cohorts.selectors.charge import organizers_of
from placements.models import Lead, LeadCredit, LeadStep

ENTERED, CREDITED, MOVED = "placements.lead_entered", "placements.lead_credited", "placements.lead_moved"


def tell_organizers(lead: Lead, *, by: User) -> None:
    """With everything else of the day; not whoever entered it."""
    people = organizers_of(lead.cohort, day=timezone.localdate()).exclude(pk=by.pk)
    params = {"lead": lead.pk, "company": lead.company, "name": by.name}
    notify(ENTERED, list(people.values_list("pk", flat=True)), about=lead, key=str(lead.pk), params=params)


def tell_shares(
    lead: Lead, before: Mapping[int, Decimal], after: Mapping[int, Decimal], *, reason: str, by: User
) -> None:
    """Each trainee whose share is another one now; not whoever changed it."""
    changed = [key for key in {*before, *after} if before.get(key) != after.get(key)]
    users = Trainee.objects.filter(pk__in=changed, person__user__is_active=True).exclude(person__user=by.pk)
    last = LeadCredit.objects.filter(lead=lead, trainee__in=changed).order_by(
        "pk"
    )  # of each the newest, in force or ended
    rows = dict(last.values_list("trainee", "pk"))
    notify_each(
        CREDITED,
        [
            Telling(
                user,
                key=f"{rows[trainee]}:{after.get(trainee, 0)}",
                about=(lead._meta.label, lead.pk),
                params={
                    "lead": lead.pk,
                    "trainee": trainee,
                    "company": lead.company,
                    "share": str(after.get(trainee, Decimal(0))),
                    "reason": reason,
                },
            )
            for trainee, user in users.values_list("pk", "person__user")
        ],
    )


def tell_stage(lead: Lead, step: LeadStep, *, by: User) -> None:
    """Everybody with credit in it, but whoever moved it."""
    credits = LeadCredit.objects.filter(lead=lead, in_force=True, trainee__person__user__is_active=True)
    users = credits.exclude(trainee__person__user=by.pk).values_list("trainee__person__user", flat=True)
    params = {"lead": lead.pk, "company": lead.company, "stage": str(step.stage)}
    notify(MOVED, list(users), about=lead, key=str(step.pk), params=params)


def still_standing(notices: list) -> list:
    rows = Lead.objects.standing().filter(pk__in={each.params["lead"] for each in notices})
    keys = set(rows.values_list("pk", flat=True))
    return [each for each in notices if each.params["lead"] in keys]


def still_at_stage(notices: list) -> list:
    rows = Lead.objects.standing().filter(pk__in={each.params["lead"] for each in notices})
    stages = dict(rows.values_list("pk", "stage"))
    return [each for each in notices if stages.get(each.params["lead"]) == each.params["stage"]]


def still_credited(notices: list) -> list:
    """Those whose share is the one that was told, or that have none any more and were told so."""
    rows = LeadCredit.objects.filter(lead__in={each.params["lead"] for each in notices}, in_force=True)
    shares = {(lead, trainee): share for lead, trainee, share in rows.values_list("lead", "trainee", "share")}
    nothing = Decimal(0)
    return [
        each
        for each in notices
        if shares.get((each.params["lead"], each.params["trainee"]), nothing) == Decimal(each.params["share"])
    ]
