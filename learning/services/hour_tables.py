"""Tables of hours: drafts are changed, what is in use is frozen and followed by a new version."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.services import record
from accounts.services.audit import changes
from learning.models import HourRule, HourTable
from learning.rules.hour_presets import preset
from learning.rules.hours import FormRule, check_table
from trainee_mgmt.kit.errors import Refused

COPIED = ("name", "required_hours", "total_hours", "carries_over", "carry_cap")
COPIED_OF_RULE = (
    "order", "name", "measure", "per_unit", "multiplier", "steps", "day_cap", "year_cap", "together", "is_required", "counts",
)  # fmt: skip


@transaction.atomic
def make_table(*, unit: Unit, name: str, starts_on: date, begin_with: str = "") -> HourTable:
    """A draft, empty or with the forms of a preset."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    year, forms = preset(begin_with)
    table = _draft(
        unit,
        name=name,
        starts_on=starts_on,
        required_hours=year.required,
        total_hours=year.total,
        carries_over=year.carries_over,
        carry_cap=year.carry_cap,
    )
    HourRule.objects.bulk_create(_row(table, order, form) for order, form in enumerate(forms, 1))
    record("learning.make_hour_table", table, after={"unit": unit.name, "forms": len(forms)})
    return table


@transaction.atomic
def new_version(table: HourTable, *, starts_on: date) -> HourTable:
    """A draft with everything of this version, to be changed and put to use from another day on."""
    Unit.objects.select_for_update(no_key=True).get(pk=table.unit_id)
    draft = _draft(table.unit, starts_on=starts_on, **{name: getattr(table, name) for name in COPIED})
    HourRule.objects.bulk_create(
        HourRule(table=draft, **{name: getattr(rule, name) for name in COPIED_OF_RULE})
        for rule in table.rules.order_by("order", "pk")
    )
    record("learning.make_hour_table", draft, after={"unit": table.unit.name, "version": draft.version})
    return draft


@transaction.atomic
def change_table(table: HourTable, **fields) -> HourTable:
    table = _locked_draft(table)
    before, after = changes(table, fields)
    for name, value in fields.items():
        setattr(table, name, value)
    table.save(update_fields=list(fields))
    record("learning.change_hour_table", table, before=before, after=after)
    return table


@transaction.atomic
def save_rule(table: HourTable, rule: HourRule | None = None, **fields) -> HourRule:
    """Add a form to a draft, or change one."""
    table = _locked_draft(table)
    rules = table.rules.exclude(pk=rule.pk) if rule else table.rules.all()
    if rules.filter(name=fields["name"]).exists():
        raise Refused(_("The table has a form of this name already."))
    if fields["counts"] and rules.filter(counts=fields["counts"]).exists():
        raise Refused(_("Another form of this table takes these already."))
    before: Mapping[str, Any] = {}
    if rule is None:
        rule = HourRule(table=table, order=(table.rules.aggregate(n=Max("order"))["n"] or 0) + 1)
        after = {"form": fields["name"]}
    else:
        before, after = changes(rule, fields)
    for name, value in fields.items():
        setattr(rule, name, value)
    rule.save()
    record("learning.change_hour_table", table, before=dict(before), after=after)
    return rule


@transaction.atomic
def remove_rule(rule: HourRule) -> None:
    table = _locked_draft(rule.table)
    if not table.rules.filter(pk=rule.pk).exists():
        raise Refused(_("This form of study was removed already."))
    record("learning.change_hour_table", table, before={"form": rule.name})
    rule.delete()


@transaction.atomic
def release_table(table: HourTable, *, by: User) -> None:
    """From now on the table counts and stays as it is."""
    table = _locked_draft(table)
    if problems := check_table([rule.rule for rule in table.rules.all()], table.year_rule):
        raise Refused(" ".join(problems))
    try:
        with transaction.atomic():
            HourTable.objects.filter(pk=table.pk).update(released_at=timezone.now(), released_by=by)
    except IntegrityError:
        raise Refused(_("A version that begins on this day is in use already. Choose another day.")) from None
    record("learning.release_hour_table", table, after={"from": table.starts_on.isoformat(), "version": table.version})


@transaction.atomic
def discard_table(table: HourTable) -> None:
    """Give a draft up; it counted nothing."""
    table = _locked_draft(table)
    record("learning.discard_hour_table", table, before={"version": table.version})
    table.delete()


def _locked_draft(table: HourTable) -> HourTable:
    locked = HourTable.objects.select_for_update().filter(pk=table.pk).first()
    if locked is None:
        raise Refused(_("This draft was given up already."))
    if locked.released_at:
        raise Refused(_("This table is in use and stays as it is. Make a new version."))
    return locked


def _draft(unit: Unit, **fields) -> HourTable:
    if HourTable.objects.filter(unit=unit, released_at=None).exists():
        raise Refused(_("%(unit)s has a draft already. Change that one, or give it up.") % {"unit": unit.name})
    last = HourTable.objects.filter(unit=unit).aggregate(n=Max("version"))["n"] or 0
    return HourTable.objects.create(unit=unit, version=last + 1, **fields)


def _row(table: HourTable, order: int, form: FormRule) -> HourRule:
    return HourRule(
        table=table,
        order=order,
        name=form.name,
        measure=form.measure,
        per_unit=form.per_unit,
        multiplier=form.multiplier,
        steps=[[str(start), str(hours)] for start, hours in form.steps],
        day_cap=form.day_cap,
        year_cap=form.year_cap,
        together=form.together,
        is_required=form.is_required,
        counts=form.counts,
    )
