"""Screening the applications of a round: versions of the rules, runs, changes by hand, the decision."""

import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services import queue_job, record
from cohorts.models import (
    Application,
    ApplicationRound,
    Override,
    Screening,
    ScreeningDecision,
    ScreeningRow,
    ScreeningRules,
)
from cohorts.rules.screening import Contradiction, Move, Outcome, RuleSet, Standing, digest, moves, screened
from cohorts.rules.screening_changes import changes
from cohorts.selectors.calls import findings_of, without_reason
from cohorts.selectors.screening import (
    Outcomes,
    applicants_of,
    by_hand,
    choices_of,
    newest_rules,
    newest_run,
    outcomes_of,
    rule_fields,
    stored_standings,
)
from cohorts.services.applications import remedies
from cohorts.services.applications.outcomes import set_outcomes
from cohorts.services.applications.states import lock_round
from cohorts.services.calls import refuse_without_reason, write_override
from trainee_mgmt.kit.errors import Refused, Remedy

AT_ONCE = 500  # people whose outcomes are published while one waits; those of a longer list by the worker
TASK = "cohorts.decide_screening"
Progress = Callable[[int, int, str], None]


@transaction.atomic
def make_rules(round: ApplicationRound, rules: RuleSet, *, by: User) -> ScreeningRules:
    """A new version; those before it stay, and so do the lists that were made under them."""
    round = lock_round(round.pk)
    last = newest_rules(round)
    if last and last.rule_set == rules:
        raise Refused(_("Nothing differs from version %(version)s.") % {"version": last.version})
    made = ScreeningRules.objects.create(
        round=round, version=last.version + 1 if last else 1, rules=rules.to_json(), made_by=by
    )
    record("cohorts.make_screening_rules", made, after={"version": made.version, **rules.to_json()})
    return made


@transaction.atomic
def run(round: ApplicationRound, *, by: User, at: datetime | None = None) -> tuple[Screening, bool]:
    """Put all applications of the screening into order under the newest rules. The same state of things gives the same
    list: then the run that is there is answered, and nothing is written. ``at``: when it was made, if not now."""
    round = lock_round(round.pk)
    rules = newest_rules(round)
    if rules is None:
        raise Refused(_("There are no rules yet. Say first what counts."), remedy=remedies.the_rules(round.cohort_id))
    last = newest_run(round)
    seed = last.seed if last else secrets.token_hex(8)
    keys, standings = _listed(round, rules.rule_set, seed)
    if not standings:
        words = _("No application has been accepted for the screening yet.")
        raise Refused(words, remedy=remedies.the_applications(round.cohort_id))
    mark = digest(standings)
    if last and (last.digest, last.rules_id, last.seats) == (mark, rules.pk, round.seats):
        return last, False
    if rules.used_at is None:
        ScreeningRules.objects.filter(pk=rules.pk, used_at=None).update(used_at=timezone.now())
    made = Screening.objects.create(
        round=round, number=last.number + 1 if last else 1, rules=rules, seed=seed, seats=round.seats,
        people=len(standings), digest=mark, made_by=by, made_at=at or timezone.now(),
    )  # fmt: skip
    _write_rows(made, rules.rule_set, keys, standings)
    record(
        "cohorts.run_screening",
        made,
        after={"run": made.number, "rules": rules.version, "people": made.people, "seats": made.seats, "seed": seed},
    )
    return made, True


def _listed(round: ApplicationRound, rules: RuleSet, seed: str) -> tuple[dict[str, int], list[Standing]]:
    applicants = applicants_of(round, [rules])
    keys = {each.key: pk for each, pk in applicants.items()}
    return keys, _screened(applicants, rules, round.seats, seed)


def _screened(applicants, rules: RuleSet, seats: int, seed: str) -> list[Standing]:
    try:
        return screened(applicants, rules, seats=seats, seed=seed)
    except Contradiction as clash:
        raise Refused(
            _("%(kept)s places are kept for units, and there are %(seats)s seats. Keep fewer for each unit.")
            % {"kept": clash.kept, "seats": clash.seats}
        ) from None


def _write_rows(made: Screening, rules: RuleSet, keys: dict[str, int], standings: list[Standing]) -> None:
    ways = changes(standings, rules, made.seats, choices_of(rule_fields(made.round.cohort_id)))
    ScreeningRow.objects.bulk_create(
        [
            ScreeningRow(
                screening=made, application_id=keys[one.key], rank=one.place.rank, points=one.place.points,
                draw=one.place.draw, outcome=one.outcome, waiting_rank=one.waiting_rank, why=one.why,
                hits=list(one.place.hits), facts=dict(one.place.applicant.facts),
                changes=[[[c.field, c.value, c.points, list(c.rules)] for c in way] for way in mine],
            )
            for one, mine in zip(standings, ways, strict=True)
        ],
        batch_size=2000,
    )  # fmt: skip


def is_reproduced(screening: Screening) -> bool:
    """Whether the stored facts, rules, seats and seed give the stored list once more."""
    stored = stored_standings(screening)
    applicants = [one.place.applicant for one in stored]
    again = screened(applicants, screening.rules.rule_set, seats=screening.seats, seed=screening.seed)
    return again == stored and digest(again) == screening.digest


def simulate(round: ApplicationRound, rules: RuleSet, *, seats: int) -> tuple[list[Move], dict[str, int]]:
    """Who would move under other rules or with other seats, and the application of each. Writes nothing.

    The draw is that of the round, or, before the first run, one that says so by its name.
    """
    now, last = newest_rules(round), newest_run(round)
    before = now.rule_set if now else RuleSet()
    seed = last.seed if last else "trial"
    applicants = applicants_of(round, [before, rules])
    keys = {each.key: pk for each, pk in applicants.items()}
    return (
        moves(_screened(applicants, before, round.seats, seed), _screened(applicants, rules, seats, seed)),
        keys,
    )


@transaction.atomic
def change_outcome(row: ScreeningRow, outcome: str, *, reason: str, by: User) -> Override:
    """Another outcome than that of the list, for a reason that the applicant will read. It holds for later runs too."""
    round = lock_round(row.screening.round_id)
    _refuse_old(row.screening)
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why; the reason is kept and the applicant reads it."))
    now = by_hand(round).get(row.application_id)
    current = now.outcome if now else row.outcome
    if outcome == current:
        raise Refused(_("That is the outcome already."))
    made = write_override(
        row.application, Override(kind=Override.Kind.OUTCOME, outcome=Outcome(outcome)), reason=reason, by=by
    )
    record(
        "cohorts.change_outcome",
        row.application,
        before={"outcome": current},
        after={"outcome": outcome, "reason": reason},
    )
    return made


@transaction.atomic
def start_deciding(screening: Screening, *, by: User) -> Job | None:
    """Publish the outcomes of a short list at once; of a long one by the worker, whose job is answered."""
    if screening.people <= AT_ONCE:
        decide(screening, by=by)
        return None
    round = lock_round(screening.round_id)
    _refuse_old(screening)
    under_way = Job.objects.filter(task=TASK, given__round=round.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if under_way.exists():
        raise Refused(_("The outcomes are being published. Wait for it, or look at the background work."))
    title = _("%(cohort)s: publish the outcomes of run %(number)s")
    return queue_job(
        TASK,
        title=title % {"cohort": round.cohort.name, "number": screening.number},
        given={"round": round.pk, "screening": screening.pk, "by": by.pk},
    )


@transaction.atomic
def decide_in_worker(job: Job, progress: Progress) -> Screening:
    """What a job of ``start_deciding`` asks for, once: taken up again after its end, it changes nothing."""
    screening = Screening.objects.get(pk=job.given["screening"])
    lock_round(screening.round_id)
    if not screening.decisions.filter(decided_at__gte=job.queued_at).exists():
        decide(screening, by=User.objects.get(pk=job.given["by"]), progress=progress)
    return screening


@transaction.atomic
def decide(screening: Screening, *, by: User, progress: Progress = lambda done, total, words: None) -> Outcomes:
    """Publish the outcomes of the newest run, with what was changed by hand, to the applications: all of them or none."""
    round = lock_round(screening.round_id)
    screening = Screening.objects.select_related("rules", "round__cohort__program").get(pk=screening.pk)
    _refuse_old(screening)
    progress(0, 3, _("The list is compared with the applications"))
    keys, standings = _listed(round, screening.rules.rule_set, screening.seed)
    if (screening.digest, screening.seats) != (digest(standings), round.seats):
        words = _("Applications or seats changed since this run. Run the screening again and read the list.")
        raise Refused(words, remedy=remedies.the_screening(round.cohort_id))
    found = outcomes_of(screening)
    progress(1, 3, _("Who is called twice is looked for"))
    _refuse_calls(round, found.chosen)
    reasons = {key: row.reason for key, row in by_hand(round).items() if key in keys.values()}
    progress(2, 3, _("The outcomes are written, and everybody is told"))
    set_outcomes(round, chosen=found.chosen, waiting=found.waiting, declined=found.declined, reasons=reasons)
    ScreeningDecision.objects.create(screening=screening, decided_by=by, decided_at=timezone.now())
    return found


def _refuse_old(screening: Screening) -> None:
    last = newest_run(screening.round)
    if last.pk != screening.pk:
        cohort = screening.round.cohort
        remedy = Remedy(_("To the newest run"), last.get_absolute_url(), "cohorts.decide_screening", cohort)
        raise Refused(_("There is a newer run. Decide on that one."), remedy=remedy)


def _refuse_calls(round: ApplicationRound, chosen: list[int]) -> None:
    rows = Application.objects.filter(pk__in=chosen, trainee=None).defer("id_number", "phone")
    names = {row.pk: row.name for row in rows}
    refuse_without_reason(without_reason(findings_of(rows, round.cohort)), names, cohort=round.cohort_id)
