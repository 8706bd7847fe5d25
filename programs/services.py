from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import ScopeKind, Unit
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.following import end_over
from programs.models import Program
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def create_program(*, unit: Unit, name: str, theme: str = "", summary: str = "") -> Program:
    """A new program of the unit; its name is unique there."""
    program = Program(unit=unit, name=name, theme=theme, summary=summary)
    _save(program)
    record("programs.create_program", program, after={"unit": unit.name, "name": name, "theme": theme})
    return program


@transaction.atomic
def edit_program(program: Program, *, unit: Unit, name: str, theme: str = "", summary: str = "") -> Program:
    program = _locked(program)
    before, after = changes(program, {"unit": unit, "name": name, "theme": theme, "summary": summary})
    if not after:
        return program
    for field, value in after.items():
        setattr(program, field, value)
    _save(program)
    record("programs.edit_program", program, before=before, after=after)
    return program


@transaction.atomic
def close_program(program: Program, *, on: date) -> None:
    """No new cohort can be made in it; those that run go on."""
    program = _locked(program)
    if program.closed_on:
        raise Refused(_("This program is closed already."))
    Program.objects.filter(pk=program.pk).update(closed_on=on)
    record("programs.close_program", program, after={"closed_on": on})


@transaction.atomic
def reopen_program(program: Program) -> None:
    program = _locked(program)
    if not program.closed_on:
        raise Refused(_("This program is open already."))
    Program.objects.filter(pk=program.pk).update(closed_on=None)
    record("programs.reopen_program", program, before={"closed_on": program.closed_on})


@transaction.atomic
def delete_program(program: Program) -> None:
    """Only a program that never had a cohort goes, with the roles granted over it; any other is closed instead."""
    program = _locked(program)
    record("programs.delete_program", program, before={"unit": program.unit.name, "name": program.name})
    end_over(ScopeKind.PROGRAM, program.pk)
    try:
        with transaction.atomic():
            program.delete()
    except ProtectedError:
        raise Refused(_("This program has cohorts. Close it instead; what happened in it stays.")) from None


def _locked(program: Program) -> Program:
    return Program.objects.select_for_update(of=("self",)).select_related("unit").get(pk=program.pk)


def _save(program: Program) -> None:
    try:
        with transaction.atomic():
            program.save()
    except IntegrityError:
        raise Refused(_("%(unit)s has a program of this name already.") % {"unit": program.unit.name}) from None
