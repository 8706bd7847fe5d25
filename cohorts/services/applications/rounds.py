"""The round of a cohort: when, how many, by which way, under which rules, with which quotas."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Application, ApplicationRound, Cohort, EligibilityRule, UnitQuota
from cohorts.models.applications import public_token
from cohorts.rules.applications import Condition, Stage, contradictions
from cohorts.selectors.applications import conditions_of, taken_slots
from cohorts.services.applications import remedies
from cohorts.services.applications.states import State, lock_round
from cohorts.services.applications.telling import tell_quota
from cohorts.services.lock import refuse_closed_cohort
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def set_round(cohort: Cohort, **values: Any) -> ApplicationRound:
    """Make the round of a cohort, or change it. Seats never fall below those that are given."""
    cohort = Cohort.objects.select_for_update(of=("self",)).get(pk=cohort.pk)
    refuse_closed_cohort(cohort)
    round = ApplicationRound.objects.select_for_update().filter(cohort=cohort).first()
    if values["closes_at"] <= values["opens_at"]:
        raise Refused(_("Applications close after they open."))
    if round is None:
        round = ApplicationRound.objects.create(cohort=cohort, **values)
        record("cohorts.set_round", round, after=values)
        return round
    chosen = round.applications.filter(state=State.CHOSEN).count()
    if values["seats"] < chosen:
        raise Refused(_("%(chosen)s people are chosen already.") % {"chosen": chosen})
    before, after = changes(round, values)
    if after:
        ApplicationRound.objects.filter(pk=round.pk).update(**after)
        record("cohorts.set_round", round, before=before, after=after)
    round.refresh_from_db()
    return round


@transaction.atomic
def close_round(round: ApplicationRound) -> None:
    """Nothing comes in from now on."""
    round = lock_round(round.pk)
    if round.stage(timezone.now()) != Stage.OPEN:
        raise Refused(_("Applications are not open."))
    ApplicationRound.objects.filter(pk=round.pk).update(closed_at=timezone.now())
    record("cohorts.close_round", round)


@transaction.atomic
def reopen_round(round: ApplicationRound, *, until: datetime) -> None:
    """Open again until a moment that lies ahead; not once it is decided."""
    round = lock_round(round.pk)
    if round.stage(timezone.now()) != Stage.CLOSED:
        raise Refused(_("Only a round that is closed and not decided is opened again."))
    if until <= timezone.now():
        raise Refused(_("Choose a moment that lies ahead."))
    before = {"closes_at": round.closes_at, "closed_at": round.closed_at}
    ApplicationRound.objects.filter(pk=round.pk).update(closed_at=None, closes_at=until)
    record("cohorts.reopen_round", round, before=before, after={"closes_at": until})


@transaction.atomic
def renew_link(round: ApplicationRound) -> None:
    """Another public link; the old one ends. Applications that were begun keep their own links."""
    round = lock_round(round.pk)
    ApplicationRound.objects.filter(pk=round.pk).update(token=public_token())
    record("cohorts.renew_round_link", round)


@transaction.atomic
def add_rule(round: ApplicationRound, *, field: str, operator: str, value: Any) -> EligibilityRule:
    """One more condition, from the next version of the rules on."""
    round = lock_round(round.pk)
    wanted = Condition(field, operator, value)
    if contradictions([*conditions_of(round), wanted]):
        raise Refused(
            _("Together with the other rules nobody could meet this one."), remedy=remedies.the_round(round.cohort_id)
        )
    version = _next_version(round)
    try:
        with transaction.atomic():
            rule = EligibilityRule.objects.create(
                round=round, field=field, operator=operator, value=value, since=version
            )
    except IntegrityError:
        raise Refused(
            _("There is such a rule already. Take it out first."), remedy=remedies.the_round(round.cohort_id)
        ) from None
    record("cohorts.add_eligibility_rule", round, after={"field": field, "condition": operator, "value": value})
    return rule


@transaction.atomic
def end_rule(rule: EligibilityRule) -> None:
    """The condition holds no more from the next version on; what was judged by it stays to be read."""
    round = lock_round(rule.round_id)
    version = _next_version(round)
    if not EligibilityRule.objects.filter(pk=rule.pk, until=None).update(until=version):
        raise Refused(_("This rule was taken out already."))
    before = {"field": rule.field, "condition": rule.operator, "value": rule.value}
    record("cohorts.end_eligibility_rule", round, before=before)


def _next_version(round: ApplicationRound) -> int:
    version = round.rules_version + 1
    ApplicationRound.objects.filter(pk=round.pk).update(rules_version=version)
    return version


@transaction.atomic
def set_quota(round: ApplicationRound, unit: Unit, *, seats: int) -> UnitQuota:
    """How many a unit may nominate; never fewer than it has nominated. The unit is told."""
    round = lock_round(round.pk)
    quota = UnitQuota.objects.select_for_update().filter(round=round, unit=unit).first()
    before = quota.seats if quota else 0
    if quota is None:
        quota = UnitQuota(round=round, unit=unit, seats=seats)
    elif (taken := taken_slots(quota)) > seats:
        words = _("%(taken)s are nominated already. Send some back first.") % {"taken": taken}
        raise Refused(words, remedy=remedies.the_applications(round.cohort_id))
    if before == seats:
        return quota
    quota.seats = seats
    quota.save()
    record("cohorts.set_quota", quota, before={"seats": before}, after={"seats": seats, "unit": unit.name})
    tell_quota(quota)
    return quota


@transaction.atomic
def delete_quota(quota: UnitQuota) -> None:
    """Take a quota away that nobody has used."""
    lock_round(quota.round_id)
    quota = UnitQuota.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=quota.pk).first()
    if quota is None:
        raise Refused(_("Somebody else took this quota away in the meantime."))
    used = Application.objects.filter(round=quota.round_id, nominating_unit=quota.unit_id)
    if used.exists():
        raise Refused(_("%(unit)s has nominated already, so its quota stays.") % {"unit": quota.unit.name})
    record("cohorts.delete_quota", quota, before={"unit": quota.unit.name, "seats": quota.seats})
    quota.delete()
