"""Going on in spite of what speaks against calling a person: with a reason, that is kept. And who is not to be called."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit, User
from accounts.services import record
from accounts.services.audit import changes
from cohorts.models import Application, Exemption, Override
from cohorts.rules.calls import CODES, Finding, in_words
from cohorts.rules.screening_words import together
from cohorts.selectors.calls import findings_of, without_reason
from cohorts.services.applications import remedies
from cohorts.services.applications.states import lock_round
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.ledgers import Ledger

SAY_WHY = gettext_lazy("Say why this person is called all the same.")
_overrides = Ledger(Override)


@transaction.atomic
def call_all_the_same(application: Application, *, reason: str, by: User) -> Override:
    """Keep why this person is called in spite of what was found."""
    lock_round(application.round_id)
    made = give_reason(application, reason=reason, by=by)
    if made is None:
        raise Refused(_("Nothing speaks against calling %(name)s any more.") % {"name": application.name})
    record(
        "cohorts.call_all_the_same",
        application,
        after={"reason": made.reason, "findings": [code for code, _params in made.findings]},
    )
    return made


def give_reason(application: Application, *, reason: str, by: User | None = None) -> Override | None:
    """The same inside another act, which records it: refused in words if something asks for a reason and there is none;
    None where nothing does. Without ``by`` it is the reason of whoever acts now. The caller is inside a transaction."""
    cohort = application.round.cohort
    found = findings_of([application], cohort)[application.pk]
    if not without_reason({application.pk: found}):
        return None
    reason = reason.strip()
    if not reason:
        told = together(in_words(*each.to_json()) for each in found if each.asks)
        raise Refused(
            together([_("%(name)s: %(findings)s") % {"name": application.name, "findings": told}, str(SAY_WHY)])
        )
    return write_override(
        application,
        Override(kind=Override.Kind.CALL, findings=[each.to_json() for each in found if each.asks]),
        reason=reason,
        by=by,
    )


def write_override(application: Application, made: Override, *, reason: str, by: User | None) -> Override:
    """In place of the one of the same kind that holds now."""
    made.application, made.round_id = application, application.round_id
    made.reason, made.made_at = reason[:200], timezone.now()
    made.made_by_id = by.pk if by else actor.current().user_id
    before = Override.objects.filter(application=application, kind=made.kind, in_force=True)
    _overrides.write(made, instead_of=list(before.values_list("pk", flat=True)))
    return made


@transaction.atomic
def take_back_override(override: Override) -> None:
    """What was decided by hand holds no more; the row stays in the report."""
    lock_round(override.round_id)
    if not Override.objects.filter(pk=override.pk, in_force=True).update(in_force=False):
        raise Refused(_("This was taken back already."))
    record("cohorts.take_back_override", override.application, before={"reason": override.reason})


def refuse_without_reason(found: dict[int, list[Finding]], names: dict[int, str], *, cohort: int) -> None:
    """Refused if somebody is to be called in spite of findings for which nobody gave a reason; the first three are named."""
    if not found:
        return
    told = _("; ").join(
        f"{names[key]} ({_(', ').join(str(CODES[each.code]) for each in mine)})"
        for key, mine in list(found.items())[:3]
    )
    raise Refused(
        _("%(count)s of those to be chosen are called in spite of a warning; give a reason for each: %(told)s.")
        % {"count": len(found), "told": told},
        remedy=remedies.of_office(_("Give the reasons"), "call_list", cohort),
    )


# Leave and exemptions -------------------------------------------------------------------------------------------------


@transaction.atomic
def exempt(
    *,
    name: str,
    id_index: str | None,
    unit: Unit,
    kind: str,
    reason: str,
    starts_on: date,
    ends_on: date | None,
    by: User,
) -> Exemption:
    """Whoever has this ID number is named before being called into a cohort on these days, and is called only for a
    reason; ``ends_on`` None: until further notice."""
    if not id_index:
        raise Refused(_("The ID number of %(name)s is not known; add it first.") % {"name": name})
    _refuse_senseless(starts_on, ends_on)
    made = Exemption.objects.create(
        name=name, id_index=id_index, unit=unit, kind=kind, reason=reason, starts_on=starts_on, ends_on=ends_on,
        made_by=by,
    )  # fmt: skip
    record("cohorts.exempt", made, after={"kind": kind, "from": starts_on, "until": ends_on, "reason": reason})
    return made


@transaction.atomic
def change_exemption(
    exemption: Exemption, *, kind: str, reason: str, starts_on: date, ends_on: date | None
) -> Exemption:
    """Another kind, reason or time; who is exempt stays. Nothing is written where nothing differs."""
    _refuse_senseless(starts_on, ends_on)
    locked = _there(exemption)
    values = {"kind": kind, "reason": reason, "starts_on": starts_on, "ends_on": ends_on}
    before, after = changes(locked, values)
    if after:
        Exemption.objects.filter(pk=locked.pk).update(**after)
        record("cohorts.change_exemption", locked, before=before, after=after)
    return locked


@transaction.atomic
def delete_exemption(exemption: Exemption) -> None:
    """One that was entered by mistake; one that ends gets its last day instead."""
    locked = _there(exemption)
    record("cohorts.delete_exemption", locked, before={"kind": locked.kind, "from": locked.starts_on})
    locked.delete()


def _there(exemption: Exemption) -> Exemption:
    locked = Exemption.objects.select_for_update().filter(pk=exemption.pk).first()
    if locked is None:
        raise Refused(_("This entry was deleted already."))
    return locked


def _refuse_senseless(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("The last day comes before the first."))
