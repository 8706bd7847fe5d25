"""The tree of units. Whatever changes its shape holds one lock, because paths are computed from the parent's path."""

from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.services.audit import changes, record
from accounts.services.locks import lock_unit_tree
from trainee_mgmt.kit.errors import Refused, constraint_of

LONGEST_PATH = Unit._meta.get_field("path").max_length
MOVE = "UPDATE accounts_unit SET path = %s || substr(path, %s) WHERE path LIKE %s"


def create_unit(*, parent: Unit | None, name: str, level: str, code: str = "") -> Unit:
    """A new unit under ``parent``, or at the top."""
    with _each_name_once(), transaction.atomic():
        lock_unit_tree()
        unit = add_unit(parent_id=parent.pk if parent else None, name=name, level=level, code=code)
        record("accounts.create_unit", unit, after={"parent": str(parent or ""), "level": level, "code": code})
        return unit


def add_unit(*, parent_id: int | None, name: str, level: str, code: str = "") -> Unit:
    """The row with its path. The caller holds the lock of the tree and writes the audit entry."""
    above = ""
    if parent_id is not None:
        above, closed_on = Unit.objects.values_list("path", "closed_on").get(pk=parent_id)
        if closed_on:
            raise Refused(_("A unit that is out of use takes no new ones."))
    unit = Unit.objects.create(parent_id=parent_id, name=name, level=level, code=code)
    unit.path = _checked(f"{above}{unit.pk}.")
    unit.save(update_fields=["path"])
    return unit


def change_unit(unit: Unit, **values) -> Unit:
    """Name, level or code. It waits for units of a sheet that are being written: their plan was read with the old ones."""
    with _each_name_once(), transaction.atomic():
        lock_unit_tree()
        unit = Unit.objects.select_for_update().get(pk=unit.pk)
        before, after = changes(unit, values)
        if after:
            Unit.objects.filter(pk=unit.pk).update(**after)
            record("accounts.change_unit", unit, before=before, after=after)
            unit.refresh_from_db()
        return unit


def move_unit(unit: Unit, *, to: Unit | None) -> Unit:
    """Hang the unit with all below it under another one. The paths of the whole subtree change in one statement."""
    with _each_name_once(), transaction.atomic():
        lock_unit_tree()
        unit = Unit.objects.select_related("parent").get(pk=unit.pk)
        target = Unit.objects.get(pk=to.pk) if to else None
        if target and target.path.startswith(unit.path):
            raise Refused(_("A unit cannot belong to itself or to a unit below it."))
        if target and target.closed_on:
            raise Refused(_("A unit that is out of use takes no new ones."))
        path = f"{target.path if target else ''}{unit.pk}."
        longest = max(map(len, Unit.objects.within(unit.path).values_list("path", flat=True)))
        _checked("." * (longest - len(unit.path) + len(path)))
        before = str(unit.parent or "")
        Unit.objects.filter(pk=unit.pk).update(parent=target)
        with connection.cursor() as cursor:
            cursor.execute(MOVE, [path, len(unit.path) + 1, f"{unit.path}%"])
            moved = cursor.rowcount
        record(
            "accounts.move_unit", unit, before={"parent": before}, after={"parent": str(target or ""), "units": moved}
        )
        unit.refresh_from_db()
        return unit


@transaction.atomic
def close_unit(unit: Unit, *, on: date) -> None:
    """No longer offered for new people, classes and units; what it has stays."""
    lock_unit_tree()
    below = Unit.objects.within(unit.path).active().exclude(pk=unit.pk).count()
    if below:
        raise Refused(
            _("%(count)s units below it are still in use; take them out of use or move them first.") % {"count": below}
        )
    if not Unit.objects.active().filter(pk=unit.pk).update(closed_on=on):
        raise Refused(_("This unit is out of use already."))
    record("accounts.close_unit", unit, after={"closed_on": on})


@transaction.atomic
def reopen_unit(unit: Unit) -> None:
    lock_unit_tree()
    if unit.parent_id and Unit.objects.filter(pk=unit.parent_id).exclude(closed_on=None).exists():
        raise Refused(_("The unit above it is out of use; take that one into use first."))
    if not Unit.objects.exclude(closed_on=None).filter(pk=unit.pk).update(closed_on=None):
        raise Refused(_("This unit is in use already."))
    record("accounts.reopen_unit", unit)


@transaction.atomic
def delete_unit(unit: Unit) -> None:
    """Only a unit that nothing belongs to: one made by mistake."""
    lock_unit_tree()
    record("accounts.delete_unit", unit, before={"name": unit.name, "level": unit.level, "code": unit.code})
    try:
        Unit.objects.get(pk=unit.pk).delete()
    except ProtectedError as error:
        raise Refused(
            _("People, units or records belong to it, so it cannot be deleted. You can take it out of use instead.")
        ) from error


@contextmanager
def _each_name_once():
    """Turns a double name or code into a sentence."""
    try:
        yield
    except IntegrityError as error:
        constraint = constraint_of(error)
        if constraint == "accounts_unit_name_once":
            raise Refused(_("A unit of this name exists there already.")) from error
        if constraint == "accounts_unit_code_once":
            raise Refused(_("Another unit has this code.")) from error
        raise


def _checked(path: str) -> str:
    if len(path) > LONGEST_PATH:
        raise Refused(_("The tree cannot become deeper than this."))
    return path
