"""Applying: begun once the rules are met, kept as a draft, handed in, changed until the close, withdrawn.

A person who applies and a unit that nominates go the same way; a nomination takes a slot of its unit when it is handed in.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from cohorts.models import Application, ApplicationRound, Person, UnitQuota
from cohorts.rules.applications import facts, lacking_in_words
from cohorts.rules.profile import merged, missing
from cohorts.rules.values import facts_of_id
from cohorts.selectors.applications import NOBODY, Applicant, asked_fields, conditions_of, taken_slots
from cohorts.services.applications import remedies
from cohorts.services.applications.states import State, lock_application, put, refuse_unless_open
from cohorts.services.applications.telling import tell_state
from cohorts.services.people import sealed_id_number, sealed_phone
from trainee_mgmt.kit.errors import Refused, Remedy
from trainee_mgmt.kit.names import pinyin_key

Origin = Application.Origin
CHANGEABLE = (State.DRAFT, State.SUBMITTED, State.RETURNED)  # by the applicant or the unit, while the round is open
PLAIN = ("name", "work_unit", "position")
OF_PERSON = ("id_number", "id_index", "id_mask", "phone", "phone_index", "phone_mask")


def unmet_in_words(round: ApplicationRound, answers: Mapping[str, Any], *, born_on: date | None, sex: str) -> list[str]:
    """The eligibility rules that are not met, each in a sentence."""
    day = round.cohort.starts_on
    known = facts(answers, born_on=born_on, sex=sex, day=day)
    return lacking_in_words(conditions_of(round), known, day=day)


@transaction.atomic
def begin(
    round: ApplicationRound,
    *,
    answers: Mapping[str, Any],
    born_on: date | None,
    sex: str,
    applicant: Applicant = NOBODY,
    quota: UnitQuota | None = None,
) -> Application:
    """A draft for somebody who meets the rules; whoever does not is refused with the rules in words."""
    refuse_unless_open(round)
    _refuse_closed_way(round, quota)
    if lacking := unmet_in_words(round, answers, born_on=born_on, sex=sex):
        raise NotEligible(lacking)
    asked = {each.key for each in asked_fields(round.cohort_id)}
    known = {key: value for key, value in applicant.profile.items() if key in asked}
    person = applicant.person
    application = Application.objects.create(
        round=round,
        origin=Origin.NOMINATED if quota else Origin.SELF,
        nominating_unit_id=quota and quota.unit_id,
        account=applicant.account,
        person=person,
        name=person.name if person else "",
        name_key=person.name_key if person else "",
        born_on=born_on,
        sex=sex,
        work_unit=applicant.work_unit,
        position=applicant.position,
        answers=merged(known, dict(answers)),
        rules_version=round.rules_version,
        state_at=timezone.now(),
        **({column: getattr(person, column) for column in OF_PERSON} if person else {}),
    )
    record("cohorts.begin_application", application, after=_told(application), label=str(round))
    return application


class NotEligible(Refused):
    """Refused for the rules that are not met; ``rules`` are their words."""

    def __init__(self, rules: list[str]):
        super().__init__(_("Not eligible: %(rules)s.") % {"rules": _("; ").join(rules)})
        self.rules = rules


@transaction.atomic
def keep_draft(application: Application, *, values: Mapping[str, Any], answers: Mapping[str, Any]) -> Application:
    """Keep what was typed so far; nothing is asked for yet."""
    application = lock_application(application.pk, State.DRAFT)
    refuse_unless_open(application.round)
    _take_in(application, values, answers)
    application.save()
    record("cohorts.keep_application", application, after=_told(application), label=_label(application))
    return application


@transaction.atomic
def answer_again(
    application: Application, *, answers: Mapping[str, Any], born_on: date | None, sex: str
) -> Application:
    """Other answers to the questions of the rules; the rules are asked again."""
    application = lock_application(application.pk, *CHANGEABLE)
    refuse_unless_open(application.round)
    if lacking := unmet_in_words(
        application.round, merged(application.answers, dict(answers)), born_on=born_on, sex=sex
    ):
        raise NotEligible(lacking)
    application.born_on, application.sex = born_on, sex
    application.answers = merged(application.answers, dict(answers))
    application.rules_version = application.round.rules_version
    application.save(update_fields=["born_on", "sex", "answers", "rules_version"])
    record("cohorts.answer_rules", application, after=_told(application), label=_label(application))
    return application


@transaction.atomic
def hand_in(application: Application, *, values: Mapping[str, Any], answers: Mapping[str, Any]) -> Application:
    """Hand a draft or a returned application in, or change one that the office has not answered.

    A blank ID number or phone keeps what is there. A nomination needs a free slot of its unit.
    """
    quota = _locked_quota(application)
    application = lock_application(application.pk, *CHANGEABLE)
    refuse_unless_open(application.round)
    if application.origin == Origin.NOMINATED and quota is None:
        raise Refused(_("The quota of this unit was taken away. Ask the office."))
    _refuse_closed_way(application.round, quota)
    _take_in(application, values, answers)
    _refuse_incomplete(application)
    if quota and application.state != State.SUBMITTED:
        _refuse_without_slot(quota)
    was = application.state
    if was != State.SUBMITTED:
        application.state, application.state_at = State.SUBMITTED, timezone.now()
        application.submitted_at = application.submitted_at or application.state_at
    application.reason, application.rules_version = "", application.round.rules_version
    application.person = known_person(application)
    save_once(application)
    action = "cohorts.change_application" if was == State.SUBMITTED else "cohorts.hand_in_application"
    record(action, application, before={"state": was}, after=_told(application))
    return application


@transaction.atomic
def withdraw_application(application: Application, *, reason: str = "") -> Application:
    """By the applicant or the unit, at any time before it has become a place; a slot is free again at once."""
    _locked_quota(application)
    application = lock_application(application.pk, State.DRAFT, *Application.OPEN, State.RETURNED)
    if application.trainee_id:
        raise Refused(_("%(name)s is a trainee already. Ask the office.") % {"name": application.name})
    was = application.state
    if was == State.DRAFT:  # nothing was handed in, so nothing stays
        record("cohorts.throw_application_away", application, label=_label(application))
        application.delete()
        return application
    put([application], State.WITHDRAWN, reason=reason or _("withdrawn by the applicant"))
    record("cohorts.withdraw_application", application, before={"state": was}, after={"reason": reason})
    return application


@transaction.atomic
def withdraw_for_office(application: Application, *, reason: str) -> Application:
    """Out of the round by the office, with a reason: the applicant and the unit are told; a seat that was given is free."""
    _locked_quota(application)
    application = lock_application(application.pk, *Application.OPEN)
    if application.trainee_id and application.trainee.status == "active":
        trainee = application.trainee
        remedy = Remedy(_("To the trainee"), trainee.get_absolute_url(), "cohorts.change_trainee", trainee)
        words = _("%(name)s is a trainee already. Withdraw the trainee first.") % {"name": application.name}
        raise Refused(words, remedy=remedy)
    was = application.state
    put([application], State.WITHDRAWN, reason=reason)
    record("cohorts.withdraw_application", application, before={"state": was}, after={"reason": reason})
    application.refresh_from_db()
    tell_state(application)
    return application


# Pieces ---------------------------------------------------------------------------------------------------------------


def save_once(application: Application) -> None:
    """Save; refused where the same human has an open application in this round."""
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError:
        raise Refused(
            _(
                "Somebody with this ID number has applied or been nominated for this cohort already. Ask the office if in doubt."
            )
        ) from None


def known_person(application: Application) -> Person | None:
    """Whoever has this ID number. The person of the account that applies stays as long as no number says otherwise."""
    person = application.person
    if person and person.id_index in (None, application.id_index):
        return person
    return Person.objects.filter(id_index=application.id_index).first() if application.id_index else None


def take_values(application: Application, values: Mapping[str, Any]) -> None:
    """Clean values into the row; sex and birth date follow the ID number."""
    for name in PLAIN:
        if name in values:
            setattr(application, name, values[name] or "")
    if values.get("name"):
        application.name_key = pinyin_key(values["name"])
    columns = {}
    if values.get("phone"):
        columns |= sealed_phone(values["phone"])
    if number := values.get("id_number"):
        columns |= sealed_id_number(number)
        by_id = facts_of_id(number)
        columns |= {"sex": by_id.sex, "born_on": by_id.born_on}
    for column, value in columns.items():
        setattr(application, column, value)


def _take_in(application: Application, values: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    if number := values.get("id_number"):
        by_id = facts_of_id(number)
        if application.born_on and application.born_on != by_id.born_on:
            raise Refused(_("The ID number says another birth date than the one you gave first. Please check both."))
        if application.sex and application.sex != by_id.sex:
            raise Refused(_("The ID number says another sex than the one you gave first. Please check both."))
    take_values(application, values)
    application.answers = merged(application.answers, dict(answers))


def _refuse_incomplete(application: Application) -> None:
    fields = asked_fields(application.round.cohort_id)
    lacking = missing([each for each in fields if each.needed_of_applicants], application.answers)
    here = {_("Name"): application.name, _("ID number"): application.id_index, _("Phone"): application.phone_index}
    lacking = [*(word for word, value in here.items() if not value), *lacking]
    if lacking:
        raise Refused(_("Still to be filled in: %(fields)s.") % {"fields": _(", ").join(lacking)})
    answers = (application.round, application.answers)
    if rules := unmet_in_words(*answers, born_on=application.born_on, sex=application.sex):
        raise NotEligible(rules)


def _locked_quota(application: Application) -> UnitQuota | None:
    """The quota of a nomination, locked before the application, so that slots are given one after the other."""
    if application.origin != Origin.NOMINATED:
        return None
    quota = UnitQuota.objects.filter(round=application.round_id, unit=application.nominating_unit_id)
    return quota.select_for_update(of=("self",)).select_related("unit").first()


def _refuse_without_slot(quota: UnitQuota) -> None:
    if taken_slots(quota) >= quota.seats:
        raise Refused(
            _("All %(seats)s slots of %(unit)s are used. Withdraw a nominee first, or ask the office for more.")
            % {"seats": quota.seats, "unit": quota.unit.name},
            remedy=remedies.the_nominees(quota),
        )


def _refuse_closed_way(round: ApplicationRound, quota: UnitQuota | None) -> None:
    if quota is not None and not round.nomination:
        raise Refused(_("Units do not nominate in this round."))
    if quota is None and not round.self_application:
        raise Refused(_("People do not apply themselves in this round. Ask your unit."))


def _told(application: Application) -> dict:
    """What the audit log keeps: no number, no answers."""
    return {
        "cohort": str(application.round),
        "origin": application.origin,
        "unit": application.nominating_unit and application.nominating_unit.name,
        "state": application.state,
    }


def _label(application: Application) -> str:
    return application.name or str(application.round)
