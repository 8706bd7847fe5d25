"""Who is chosen, who waits and in which order; and who follows when somebody drops out: proposed, decided by a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Application, ApplicationRound
from cohorts.rules.applications import Stage, proposed
from cohorts.services.applications import remedies
from cohorts.services.applications.states import State, lock_application, lock_round, put
from cohorts.services.applications.telling import tell_outcomes, tell_state
from cohorts.services.calls import give_reason
from trainee_mgmt.kit.errors import Refused


@dataclass(frozen=True)
class Outcomes:
    """How many applications were chosen, wait and were declined."""

    chosen: int
    waiting: int
    declined: int


@transaction.atomic
def set_outcomes(
    round: ApplicationRound,
    *,
    chosen: Collection[int],
    waiting: Sequence[int],
    declined: Collection[int] = (),
    reasons: Mapping[int, str] | None = None,
) -> Outcomes:
    """What a screening came to, by keys of applications: each one that is in it (``for_screening``) exactly once, and
    ``waiting`` in its order. ``reasons`` may say for each in a sentence why. It may be set anew until somebody chosen
    has become a trainee; the same outcomes again change nothing."""
    round = lock_round(round.pk)
    if round.stage(timezone.now()) in (Stage.PLANNED, Stage.OPEN):
        words = _("Applications still come in. Close the round before it is decided.")
        raise Refused(words, remedy=remedies.the_round(round.cohort_id))
    rows = _screened(round, chosen, waiting, declined)
    if len(chosen) > round.seats:
        words = _("%(chosen)s are chosen for %(seats)s seats.") % {"chosen": len(chosen), "seats": round.seats}
        raise Refused(words, remedy=remedies.more_seats(round.cohort_id))
    enrolled = [row for row in rows.values() if row.trainee_id and row.pk not in set(chosen)]
    if enrolled:
        raise Refused(_("%(name)s is a trainee already and stays chosen.") % {"name": enrolled[0].name})
    changed = _write(rows, chosen, waiting, declined, reasons or {})
    if changed or round.decided_at is None:
        ApplicationRound.objects.filter(pk=round.pk).update(decided_at=timezone.now())
    counts = Outcomes(len(chosen), len(waiting), len(declined))
    record(
        "cohorts.set_outcomes",
        round,
        after={"chosen": sorted(chosen), "waiting": list(waiting), "declined": sorted(declined)},
    )
    tell_outcomes(round, changed)
    return counts


def _screened(round: ApplicationRound, *parts: Collection[int]) -> dict[int, Application]:
    """The applications of the outcomes, locked; refused unless they are those of the screening, each once."""
    keys = [key for part in parts for key in part]
    of_round = Application.objects.filter(round=round).select_related("round__cohort", "nominating_unit")
    there = set(of_round.for_screening().values_list("pk", flat=True))
    rows = of_round.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk").in_bulk()
    allowed = {*Application.SCREENED, State.DECLINED}
    if len(keys) != len(set(keys)) or len(rows) != len(keys) or any(r.state not in allowed for r in rows.values()):
        words = _("These outcomes do not fit the applications. Please screen them again.")
        raise Refused(words, remedy=remedies.the_screening(round.cohort_id))
    if there - set(keys):
        words = _("Applications came or changed since. Please screen them again.")
        raise Refused(words, remedy=remedies.the_screening(round.cohort_id))
    return rows


def _write(rows, chosen, waiting, declined, reasons) -> list[Application]:
    """Writes what differs and answers it."""
    now = timezone.now()
    wanted = dict.fromkeys(chosen, (State.CHOSEN, None))
    wanted |= {key: (State.WAITING, rank) for rank, key in enumerate(waiting, 1)}
    wanted |= dict.fromkeys(declined, (State.DECLINED, None))
    changed = []
    for key, (state, rank) in wanted.items():
        row, reason = rows[key], reasons.get(key, "")[:200]
        if (row.state, row.waiting_rank, row.reason) == (state, rank, reason):
            continue
        if row.state != state:
            row.state_at = now
        row.state, row.waiting_rank, row.reason = state, rank, reason
        changed.append(row)
    Application.objects.bulk_update(changed, ["state", "state_at", "waiting_rank", "reason"], batch_size=200)
    return changed


def waiting_list(round: ApplicationRound) -> list[int]:
    """Keys of those who wait, in their order."""
    waiting = round.applications.filter(state=State.WAITING).order_by("waiting_rank", "pk")
    return list(waiting.values_list("pk", flat=True))


def proposals(round: ApplicationRound) -> list[int]:
    """Who of the waiting list would fill the seats that are free now. Nobody is moved by this."""
    if round.decided_at is None:
        return []
    chosen = round.applications.filter(state=State.CHOSEN).count()
    return proposed(waiting_list(round), chosen=chosen, seats=round.seats)


@transaction.atomic
def choose_from_waiting(application: Application, *, reason: str = "") -> Application:
    """A person gives a free seat to somebody of the waiting list; whoever is not next in turn needs a reason."""
    round = lock_round(application.round_id)
    application = lock_application(application.pk, State.WAITING)
    if round.applications.filter(state=State.CHOSEN).count() >= round.seats:
        raise Refused(_("No seat is free."), remedy=remedies.more_seats(round.cohort_id))
    if application.pk not in proposals(round) and not reason.strip():
        raise Refused(_("Others are before in the list. Say why this one is chosen."))
    give_reason(application, reason=reason)
    put([application], State.CHOSEN, reason=reason.strip())
    record(
        "cohorts.choose_from_waiting",
        application,
        before={"place": application.waiting_rank},
        after={"state": str(State.CHOSEN.label), "reason": reason},
    )
    application.refresh_from_db()
    tell_state(application)
    return application


@transaction.atomic
def pass_over(application: Application, *, reason: str) -> Application:
    """Off the waiting list, with a reason: cannot come any more, was called elsewhere."""
    lock_round(application.round_id)
    application = lock_application(application.pk, State.WAITING)
    put([application], State.DECLINED, reason=reason)
    record(
        "cohorts.pass_over_application",
        application,
        before={"place": application.waiting_rank},
        after={"reason": reason},
    )
    application.refresh_from_db()
    tell_state(application)
    return application
