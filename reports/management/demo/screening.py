"""The screening of the demo: the batch that runs was ranked and decided, the next one is ranked and can be tried with other rules."""

import random
from datetime import timedelta

from accounts.models import Role, User
from cohorts.models import Application, Cohort, ScreeningDecision, Trainee
from cohorts.rules.screening import Outcome
from cohorts.selectors.screening import outcomes_of
from cohorts.services.calls import call_all_the_same, exempt
from cohorts.services.screening import change_outcome, run
from cohorts.services.screening_start import begin_with_four
from trainee_mgmt.kit.actor import Actor, acting

State = Application.State
WAITING_PLACES = 5


def screened_before(cohort: Cohort, *, by: User) -> None:
    """How the people of a batch that runs were chosen; one who would have been waits for the next batch by own wish."""
    round = cohort.application_round
    with acting(Actor(user_id=by.pk, name=by.name, role=Role.ORGANIZER)):
        rules = begin_with_four(round, by=by, waiting_places=WAITING_PLACES).rule_set.rules
        _answer(round, [rule.field for rule in rules])
        round.applications.filter(trainee=None).update(state=State.ACCEPTED, waiting_rank=None)
        screening, _is_new = run(round, by=by, at=round.decided_at - timedelta(days=3))
        last = screening.rows.filter(outcome=Outcome.CHOSEN).order_by("rank").select_related("screening", "application")
        change_outcome(last.last(), Outcome.WAITING, reason="本人申请下一批参加，单位同意。", by=by)
    found = outcomes_of(screening)
    round.applications.filter(pk__in=found.chosen).update(state=State.CHOSEN)
    round.applications.filter(pk__in=found.declined).update(state=State.DECLINED)
    for place, key in enumerate(found.waiting, 1):
        round.applications.filter(pk=key).update(state=State.WAITING, waiting_rank=place)
    ScreeningDecision.objects.create(screening=screening, decided_by=by, decided_at=round.decided_at)


def _answer(round, fields: list[str]) -> None:
    """Whoever is in the batch met one of the first two priorities; the next one the third; the others the last or none."""
    rng = random.Random(round.pk)
    park, office, bay, recruited = fields
    others = 0
    rows = list(round.applications.order_by("pk").select_related("trainee"))
    for row in rows:
        if row.trainee_id:
            works_in = rng.choice(((park,), (office,), (park, office)))
            met = {*works_in, *(name for name in (bay, recruited) if rng.random() < 0.25)}
        else:
            others += 1
            met = {bay} if others == 1 else {recruited} if rng.random() < 0.5 else set()
        row.answers = row.answers | {name: name in met for name in fields}
    Application.objects.bulk_update(rows, ["answers"])
    trainees = [row.trainee for row in rows if row.trainee_id]
    for row in rows:
        if row.trainee_id:
            row.trainee.profile = row.answers
    Trainee.objects.bulk_update(trainees, ["profile"])


def screening_now(cohort: Cohort, *, by: User) -> None:
    """The next batch: ranked, not decided; two warnings, one of them with a reason."""
    round = cohort.application_round
    begin_with_four(round, by=by)
    run(round, by=by)
    on_leave, sent_away = round.applications.filter(state=State.ACCEPTED).order_by("pk")[3:5]
    unit = cohort.program.unit
    exempt(
        name=on_leave.name, id_index=on_leave.id_index, unit=unit, kind="leave", reason="产假",
        starts_on=cohort.starts_on - timedelta(days=60), ends_on=cohort.starts_on + timedelta(days=30), by=by,
    )  # fmt: skip
    exempt(
        name=sent_away.name, id_index=sent_away.id_index, unit=unit, kind="away", reason="驻村工作",
        starts_on=cohort.starts_on - timedelta(days=200), ends_on=cohort.starts_on + timedelta(days=5), by=by,
    )  # fmt: skip
    call_all_the_same(sent_away, reason="驻村任务提前结束，县委组织部已书面确认。", by=by)
