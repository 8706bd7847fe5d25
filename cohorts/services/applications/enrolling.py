"""The chosen become trainees: decided as a plan, then written by the services of the roster, person by person."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from cohorts.models import Application, ApplicationRound, Cohort, Person, Trainee
from cohorts.rules.numbers import next_numbers, number_prefix
from cohorts.rules.profile import merged
from cohorts.services.applications.states import State
from cohorts.services.lock import refuse_closed_cohort
from cohorts.services.trainees import add_trainee
from trainee_mgmt.kit.plans import Progress, Stale

ADD, LINK = "add", "link"  # a new place; the place that the person has already


def enrolling_version(cohort: Cohort) -> str:
    """What a plan that enrols the chosen is computed against: who is chosen, and the roster (hexadecimal SHA-256)."""
    chosen = Application.objects.filter(round__cohort=cohort, state=State.CHOSEN)
    state = [cohort.roster_version, sorted(chosen.values_list("pk", "trainee")), chosen.aggregate(last=Max("state_at"))]
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()


def compute_enrolling(cohort: Cohort, progress: Progress) -> tuple[dict, dict]:
    """(payload, summary): who gets a place under which number, who is known, who has a place, who cannot be taken."""
    refuse_closed_cohort(cohort)
    chosen = list(_chosen(cohort))
    people = {each.id_index: each for each in Person.objects.filter(id_index__in=[row.id_index for row in chosen])}
    places = dict(Trainee.objects.filter(cohort=cohort).values_list("person", "pk"))
    lines, problems = [], []
    for row in chosen:
        person = people.get(row.id_index)
        if person is not None and person.name != row.name:
            words = _("This ID number belongs to %(name)s in the list of people. Correct one of the two first.")
            problems.append({"application": row.pk, "who": row.name, "why": words % {"name": person.name}})
            continue
        place = places.get(person.pk) if person else None
        lines.append(
            {
                "do": LINK if place else ADD,
                "application": row.pk,
                "who": row.name,
                "id_mask": row.id_mask,
                "work_unit": row.work_unit,
                "position": row.position,
                "known": person is not None,
                "trainee": place,
                "number": "",
            }
        )
    added = [line for line in lines if line["do"] == ADD]
    taken = cohort.trainees.values_list("number", flat=True)
    for line, number in zip(added, next_numbers(taken, number_prefix(cohort.starts_on), len(added))):
        line["number"] = number
    progress(len(chosen), len(chosen), _("Reading the applications"))
    summary = {"new": len(added), "linked": len(lines) - len(added), "problems": len(problems)}
    return {"lines": lines, "problems": problems}, summary


def apply_enrolling(cohort: Cohort, payload: Mapping[str, Any], progress: Progress) -> dict[str, int]:
    """Write the payload; the caller holds the transaction and the lock on the cohort."""
    lines = payload["lines"]
    rows = _chosen(cohort).select_for_update(of=("self",)).in_bulk([line["application"] for line in lines])
    if len(rows) != len(lines):
        raise Stale
    for at, line in enumerate(lines, 1):
        row = rows[line["application"]]
        trainee = _linked(line, row) if line["do"] == LINK else _added(cohort, line, row)
        Application.objects.filter(pk=row.pk).update(trainee=trainee, person=trainee.person_id)
        if at % 20 == 0 or at == len(lines):
            progress(at, len(lines), _("Writing the trainees"))
    return {"new": sum(line["do"] == ADD for line in lines), "linked": sum(line["do"] == LINK for line in lines)}


def _added(cohort: Cohort, line: Mapping[str, Any], row: Application) -> Trainee:
    values = {
        "name": row.name,
        "sex": row.sex,
        "born_on": row.born_on,
        "id_number": row.id_number.open(),
        "phone": row.phone.open() if row.phone else "",
    }
    return add_trainee(
        cohort,
        person_values=values,
        joined_on=cohort.starts_on,
        number=line["number"],
        work_unit=row.work_unit,
        position=row.position,
        profile=row.answers,
    )


def _linked(line: Mapping[str, Any], row: Application) -> Trainee:
    """The place that is there takes over what it does not know yet."""
    trainee = Trainee.objects.select_for_update(of=("self",)).get(pk=line["trainee"])
    trainee.profile = merged(row.answers, trainee.profile)
    trainee.work_unit = trainee.work_unit or row.work_unit
    trainee.position = trainee.position or row.position
    trainee.save(update_fields=["profile", "work_unit", "position"])
    return trainee


def _chosen(cohort: Cohort):
    rounds = ApplicationRound.objects.filter(cohort=cohort)
    chosen = Application.objects.filter(round__in=rounds, state=State.CHOSEN, trainee=None)
    return chosen.order_by("name_key", "pk")
