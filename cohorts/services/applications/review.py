"""The office's answer to what was handed in: into the screening, or back with a reason; and corrections by the office."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Application, UnitQuota
from cohorts.rules.profile import merged
from cohorts.selectors.calls import findings_of, without_reason
from cohorts.services.applications.handing_in import known_person, save_once, take_values, unmet_in_words
from cohorts.services.applications.states import State, lock_application, put
from cohorts.services.applications.telling import tell_state
from cohorts.services.calls import give_reason
from cohorts.services.lock import refuse_closed_cohort
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def accept(application: Application, *, reason: str = "") -> Application:
    """Into the screening. Somebody who does not meet a rule (an import may hold such), or is called elsewhere, on leave or
    trained before, is accepted with a reason only."""
    application = lock_application(application.pk, State.SUBMITTED)
    lacking = lacks(application)
    if lacking and not reason.strip():
        raise Refused(
            _("%(name)s does not meet: %(rules)s. Accept one by one, with a reason, or send back.")
            % {"name": application.name, "rules": _("; ").join(lacking)}
        )
    called = give_reason(application, reason=reason)
    put([application], State.ACCEPTED, reason=reason)
    after = {"reason": reason, "not_met": lacking, "in_spite_of": called.findings if called else []}
    record("cohorts.accept_application", application, after=after)
    application.refresh_from_db()
    tell_state(application)
    return application


@transaction.atomic
def accept_all(applications: Collection[Application]) -> tuple[int, list[str]]:
    """Those of them that were handed in and meet the rules; (how many, names of those that do not)."""
    rows = Application.objects.filter(pk__in=[each.pk for each in applications], state=State.SUBMITTED)
    rows = list(rows.select_for_update(of=("self",)).select_related("round__cohort", "nominating_unit").order_by("pk"))
    if not rows:
        return 0, []
    refuse_closed_cohort(rows[0].round.cohort)
    warned = without_reason(findings_of(rows, rows[0].round.cohort))
    fit = [row for row in rows if row.pk not in warned and not lacks(row)]
    put(fit, State.ACCEPTED)
    record("cohorts.accept_application", rows[0].round, after={"accepted": [row.pk for row in fit]})
    for row in fit:
        row.refresh_from_db(fields=["state", "state_at", "reason"])
        tell_state(row)
    return len(fit), [row.name for row in rows if row not in fit]


@transaction.atomic
def send_back(application: Application, *, reason: str) -> Application:
    """Back to the applicant or the unit with a reason. The unit's slot is free again, and both are told."""
    UnitQuota.objects.filter(
        round=application.round_id, unit=application.nominating_unit_id
    ).select_for_update().first()
    application = lock_application(application.pk, State.SUBMITTED, State.ACCEPTED)
    was = application.state
    put([application], State.RETURNED, reason=reason)
    record("cohorts.send_application_back", application, before={"state": was}, after={"reason": reason})
    application.refresh_from_db()
    tell_state(application)
    return application


@transaction.atomic
def correct(application: Application, *, values: Mapping[str, Any], answers: Mapping[str, Any]) -> Application:
    """Mend a handed-in application for the applicant. What it was and what it is now is recorded, numbers are not."""
    application = lock_application(application.pk, *Application.OPEN, State.RETURNED)
    before = {name: getattr(application, name) for name in ("name", "work_unit", "position")}
    old = application.answers
    take_values(application, values)
    application.answers = merged(old, dict(answers))
    application.person = known_person(application)
    save_once(application)
    after = {name: getattr(application, name) for name in before}
    changed = sorted(key for key in {*old, *application.answers} if old.get(key) != application.answers.get(key))
    record("cohorts.correct_application", application, before=before, after=after | {"answers": changed})
    return application


def lacks(application: Application) -> list[str]:
    """The rules of now that the application does not meet, in words."""
    return unmet_in_words(application.round, application.answers, born_on=application.born_on, sex=application.sex)
