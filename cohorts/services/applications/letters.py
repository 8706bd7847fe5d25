"""Applicants without an account hear of the decision by a letter with their private link."""

from collections.abc import Iterable

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import LinkLetter
from accounts.services.letters import post
from cohorts.models import Application
from cohorts.services.applications.links import link_key
from trainee_mgmt.kit.letters import Words

OUTCOME = "cohorts.application_outcome"
State = Application.State
SAID = {
    State.RETURNED: gettext_noop("%(cohort)s: your application was sent back: %(reason)s"),
    State.CHOSEN: gettext_noop("%(cohort)s: you were chosen."),
    State.WAITING: gettext_noop("%(cohort)s: you are on the waiting list."),
    State.DECLINED: gettext_noop("%(cohort)s: you were not chosen this time."),
}


def write_to(applications: Iterable[Application]) -> int:
    """In the transaction of the decision. A nominee's unit is told instead; whoever has an account gets a notice."""
    told = [
        (each.pk, f"{each.pk}:{each.state}:{each.state_at.isoformat()}")
        for each in applications
        if each.state in SAID and each.origin != Application.Origin.NOMINATED and each.phone_index
    ]
    return post(OUTCOME, told, by=None) if told else 0


def to_applicant(letter: LinkLetter) -> Words | None:
    """The words now; none once it stands differently."""
    row = Application.objects.select_related("round__cohort").filter(pk=letter.about_id).first()
    if row is None or letter.key != f"{row.pk}:{row.state}:{row.state_at.isoformat()}":
        return None
    text = _(SAID[row.state]) % {"cohort": str(row.round), "reason": row.reason}
    path = reverse("cohorts:apply_receipt", kwargs={"key": link_key(row)})
    return Words({"sms": row.phone.open() if row.phone else ""}, _("Where an application stands"), text, path)


def applications_named() -> QuerySet[Application]:
    """``told``: the applicant, and the cohort applied for."""
    return Application.objects.annotate(told=Concat("name", Value(" → "), "round__cohort__name"))
