"""Quotas of many units at once: typed rows become a plan; the entry in the records is that of the plan."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.selectors import units_called
from cohorts.models import ApplicationRound, UnitQuota
from cohorts.rules.quotas import UNIT, Quota, QuotaRows, read_quotas
from cohorts.selectors.applications import quota_lines, taken_slots, units_that_nominate
from cohorts.services.applications.states import lock_round
from cohorts.services.applications.telling import tell_quota
from cohorts.services.lock import refuse_closed_cohort
from trainee_mgmt.kit.plans import Progress, Stale


def decide_quotas(round: ApplicationRound, typed: Mapping[int, Mapping[str, str]]) -> QuotaRows:
    """What these rows would change, and what is wrong with them; five queries whatever their number."""
    refuse_closed_cohort(round.cohort)
    names = {fields.get(UNIT, "") for fields in typed.values()} - {""}
    now = {line.unit: Quota(line.seats, line.taken) for line in quota_lines(round)}
    return read_quotas(typed, units_called(names, units_that_nominate(round.cohort)), now)


def quotas_version(round: ApplicationRound) -> str:
    """What a plan of quotas is computed against: the quotas and what is used of them (hexadecimal SHA-256)."""
    state = [(line.unit, line.seats, line.taken) for line in quota_lines(round)]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()


def compute_quotas(round: ApplicationRound, typed: Mapping[str, Mapping[str, str]]) -> tuple[dict, dict]:
    """(payload, summary). The page has refused rows with problems before; those that came since are left out."""
    found = decide_quotas(round, {int(row): fields for row, fields in typed.items()})
    lines = [
        {"row": each.row, "unit": each.unit, "name": each.name, "before": each.before, "seats": each.seats}
        for each in found.rows
    ]
    new = sum(line["before"] is None for line in lines)
    problems = [{"row": row, "why": why} for (row, _name), why in found.problems.items()]
    summary = {"new": new, "changed": len(lines) - new, "same": found.same, "left": found.left}
    return {"lines": lines, "problems": problems}, summary | {"problems": len(problems)}


def apply_quotas(round: ApplicationRound, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the quotas as planned; each unit is told. A unit that nominated beyond its number since makes the plan stale."""
    round = lock_round(round.pk)
    lines = payload["lines"]
    quotas = {
        quota.unit_id: quota
        for quota in UnitQuota.objects.select_for_update().filter(
            round=round, unit__in=[each["unit"] for each in lines]
        )
    }
    for done, line in enumerate(lines, 1):
        quota = quotas.get(line["unit"]) or UnitQuota(round=round, unit_id=line["unit"])
        if quota.pk and taken_slots(quota) > line["seats"]:
            raise Stale
        quota.seats = line["seats"]
        quota.save()
        tell_quota(quota)
        progress(done, len(lines), _("Writing the quotas"))
    told = "; ".join(f"{each['name']} {each['seats']}" for each in lines)
    return {"written": len(lines), "quotas": told}
