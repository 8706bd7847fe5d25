"""The one way in which an application changes its state. The caller is inside a transaction."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Application, ApplicationRound
from cohorts.rules.applications import Stage
from cohorts.services.lock import refuse_closed_cohort
from trainee_mgmt.kit.errors import Refused

State = Application.State


def lock_round(pk: int) -> ApplicationRound:
    """Whoever decides about the seats of a round waits for the others. Refused once the cohort is closed."""
    locked = ApplicationRound.objects.select_for_update(of=("self",)).select_related("cohort__program").get(pk=pk)
    refuse_closed_cohort(locked.cohort)
    return locked


def lock_application(pk: int, *states: str) -> Application:
    """The application as it is stored now; refused unless it is in one of the states."""
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("round__cohort", "nominating_unit", "account", "person")
        .filter(pk=pk)
        .first()
    )
    if locked is None:  # a draft that was thrown away
        raise Refused(_("This application was withdrawn in the meantime; nothing of it is kept."))
    refuse_closed_cohort(locked.round.cohort)
    if states and locked.state not in states:
        raise Refused(_("This application is %(state)s by now.") % {"state": locked.get_state_display()})
    return locked


def refuse_unless_open(round: ApplicationRound) -> None:
    """New ones come, and changes are made by applicants and units, only while the round is open."""
    now = round.stage(timezone.now())
    if now == Stage.PLANNED:
        raise Refused(_("Applications are not open yet."))
    if now != Stage.OPEN:
        raise Refused(_("Applications are closed. Please ask the office."))


def put(rows: QuerySet[Application] | Collection[Application], state: str, *, reason: str = "") -> None:
    """Into a state other than the waiting list, from now on, for the same reason."""
    keys = [row.pk for row in rows]
    Application.objects.filter(pk__in=keys).update(
        state=state, state_at=timezone.now(), reason=reason[:200], waiting_rank=None
    )
