"""Schemes: made, edited while they are drafts, opened, replaced by a new version."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from assessments.models import Indicator, Rater, Scheme, Score
from assessments.rules.kinds import RULES
from assessments.rules.presets import Part, Preset
from assessments.rules.scheme import Kind
from assessments.selectors.outline import outline
from cohorts.models import Cohort
from trainee_mgmt.kit.errors import Refused

DEEPEST = 3  # groups within groups
MOST = 60  # indicators of one scheme
SETTINGS = ("method", "trim_guard", "decimals")
COPIED = (
    "name",
    "kind",
    "extra",
    "weight",
    "full_marks",
    "cap",
    "floor",
    "counts_from",
    "counts_until",
    "rule",
    "order",
)


@transaction.atomic
def make_scheme(
    cohort: Cohort, *, name: str, preset: Preset | None = None, copy_of: Scheme | None = None, **settings: Any
) -> Scheme:
    """A draft: empty, from a ready scheme, or with the tree of another cohort's."""
    scheme = _create(cohort, name, version=1, **settings)
    if preset:
        _plant(scheme, preset.parts, None)
    elif copy_of:
        _copy_tree(copy_of, scheme)
    origin = preset.key if preset else str(copy_of or "")
    record("assessments.make_scheme", scheme, after={"name": name, "from": origin, **settings})
    return scheme


@transaction.atomic
def change_scheme(scheme: Scheme, **values: Any) -> Scheme:
    """Name, and how several raters become one score."""
    scheme = draft(scheme)
    before = {name: getattr(scheme, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return scheme
    for name, value in changed.items():
        setattr(scheme, name, value)
    if "name" in changed:
        scheme.version = _next_version(scheme.cohort_id, scheme.name)
    try:
        with transaction.atomic():
            scheme.save(update_fields=[*changed, "version"])
    except IntegrityError:
        raise Refused(_("This cohort has a scheme of that name already.")) from None
    record("assessments.change_scheme", scheme, before={name: before[name] for name in changed}, after=changed)
    return scheme


@transaction.atomic
def add_indicator(scheme: Scheme, *, parent: Indicator | None = None, **values: Any) -> Indicator:
    scheme = draft(scheme)
    siblings = scheme.indicators.filter(parent=parent)
    if scheme.indicators.count() >= MOST:
        raise Refused(_("A scheme has at most %(most)s indicators.") % {"most": MOST})
    if parent is not None:
        if parent.scheme_id != scheme.pk or parent.kind != Kind.GROUP:
            raise Refused(_("Only a group of this scheme can hold indicators."))
        if _depth(parent) >= DEEPEST:
            raise Refused(_("Groups lie at most %(deepest)s deep.") % {"deepest": DEEPEST})
    values["order"] = (siblings.aggregate(last=Max("order"))["last"] or 0) + 1
    indicator = Indicator(scheme=scheme, parent=parent, **_completed(scheme, values))
    _write(indicator)
    record("assessments.add_indicator", indicator, after=_in_words(values))
    return indicator


@transaction.atomic
def change_indicator(indicator: Indicator, **values: Any) -> Indicator:
    scheme = draft(indicator.scheme)
    indicator = scheme.indicators.get(pk=indicator.pk)
    values = _completed(scheme, values | {"kind": indicator.kind}, was=indicator.rule)
    before = {name: getattr(indicator, name) for name, value in values.items() if getattr(indicator, name) != value}
    if not before:
        return indicator
    for name in before:
        setattr(indicator, name, values[name])
    _write(indicator)
    record(
        "assessments.change_indicator",
        indicator,
        before=_in_words(before),
        after=_in_words({name: values[name] for name in before}),
    )
    return indicator


@transaction.atomic
def change_weights(scheme: Scheme, typed: Mapping[int, Mapping[str, Decimal]]) -> int:
    """Weights and full marks of many indicators at once, by their keys. Answers how many changed."""
    scheme = draft(scheme)
    changed, before, after = [], {}, {}
    for indicator in scheme.indicators.filter(pk__in=typed):
        new = {name: value for name, value in typed[indicator.pk].items() if getattr(indicator, name) != value}
        if new:
            before[indicator.name] = {name: str(getattr(indicator, name)) for name in new}
            after[indicator.name] = {name: str(value) for name, value in new.items()}
            for name, value in new.items():
                setattr(indicator, name, value)
            changed.append(indicator)
    if changed:
        Indicator.objects.bulk_update(changed, ["weight", "full_marks"])
        record("assessments.change_weights", scheme, before=before, after=after)
    return len(changed)


@transaction.atomic
def move_indicator(indicator: Indicator, *, up: bool) -> None:
    """One place up or down within its group."""
    scheme = draft(indicator.scheme)
    siblings = list(scheme.indicators.filter(parent=indicator.parent_id).order_by("order", "pk"))
    at = next((place for place, each in enumerate(siblings) if each.pk == indicator.pk), None)
    to = None if at is None else at + (-1 if up else 1)
    if at is None or to is None or not 0 <= to < len(siblings):
        return
    siblings[at], siblings[to] = siblings[to], siblings[at]
    for order, each in enumerate(siblings, start=1):
        each.order = order
    Indicator.objects.bulk_update(siblings, ["order"])
    record("assessments.move_indicator", indicator, before={"place": at + 1}, after={"place": to + 1})


@transaction.atomic
def remove_indicator(indicator: Indicator) -> None:
    """The indicator and, of a group, all that it holds."""
    draft(indicator.scheme)
    record("assessments.remove_indicator", indicator, before={"name": indicator.name, "weight": indicator.weight})
    indicator.delete()


@transaction.atomic
def open_scheme(scheme: Scheme) -> Scheme:
    """Open a draft for scores, once its check is clean. The scheme in use until now is replaced; its scores stay with it."""
    Cohort.objects.select_for_update(no_key=True).get(pk=scheme.cohort_id)  # one scheme in use per cohort
    scheme = draft(scheme)
    if faults := outline(scheme).faults():
        raise Refused(" ".join(faults))
    used = list(
        Scheme.objects.select_for_update()
        .filter(cohort=scheme.cohort_id, state__in=["open", "published"])
        .order_by("pk")
    )
    for other in used:
        if other.is_published:
            raise Refused(_("%(scheme)s is published. Take the publication back first.") % {"scheme": other})
        Scheme.objects.filter(pk=other.pk).update(state=Scheme.State.REPLACED)
    scheme.state, scheme.opened_at = Scheme.State.OPEN, timezone.now()
    scheme.save(update_fields=["state", "opened_at"])
    record(
        "assessments.open_scheme",
        scheme,
        before={"state": "draft"},
        after={"state": "open", "replaces": [str(other) for other in used]},
    )
    return scheme


@transaction.atomic
def new_version(scheme: Scheme) -> Scheme:
    """A draft with the same tree, settings and raters, to be changed and opened in place of this one."""
    scheme = Scheme.objects.select_for_update().get(pk=scheme.pk)
    if scheme.is_draft:
        raise Refused(_("This version is still a draft; change it as it stands."))
    waiting = Scheme.objects.filter(cohort=scheme.cohort_id, name=scheme.name, state=Scheme.State.DRAFT).first()
    if waiting:
        raise Refused(_("A new version is being prepared already: %(scheme)s.") % {"scheme": waiting})
    made = _create(
        scheme.cohort,
        scheme.name,
        version=_next_version(scheme.cohort_id, scheme.name),
        **{name: getattr(scheme, name) for name in SETTINGS},
    )
    _copy_tree(scheme, made)
    Rater.objects.bulk_create(
        Rater(scheme=made, user_id=user, training_class_id=training_class)
        for user, training_class in scheme.raters.order_by("pk").values_list("user_id", "training_class_id")
    )
    record("assessments.new_version", made, before={"version": scheme.version}, after={"version": made.version})
    return made


@transaction.atomic
def back_to_draft(scheme: Scheme) -> Scheme:
    """Close an open scheme again, as long as nobody has given a score."""
    scheme = Scheme.objects.select_for_update().get(pk=scheme.pk)
    list(scheme.raters.select_for_update().order_by("pk"))
    if not scheme.is_open:
        raise Refused(_("Only a scheme that is open for scores goes back to draft."))
    if Score.objects.filter(indicator__scheme=scheme).exists():
        raise Refused(_("Scores were given under this version, so it stays as it is. Make a new version."))
    scheme.state, scheme.opened_at = Scheme.State.DRAFT, None
    scheme.save(update_fields=["state", "opened_at"])
    record("assessments.back_to_draft", scheme, before={"state": "open"}, after={"state": "draft"})
    return scheme


@transaction.atomic
def discard_scheme(scheme: Scheme) -> None:
    """Remove a draft. What was open once stays."""
    scheme = draft(scheme)
    record("assessments.discard_scheme", scheme, before={"name": scheme.name, "version": scheme.version})
    scheme.delete()


def draft(scheme: Scheme) -> Scheme:
    """The scheme, locked, which must be a draft: a version in use no longer changes."""
    locked = Scheme.objects.select_for_update().get(pk=scheme.pk)
    if not locked.is_draft:
        raise Refused(_("This version is in use and no longer changes. Make a new version."))
    return locked


def _create(cohort: Cohort, name: str, **values: Any) -> Scheme:
    try:
        with transaction.atomic():
            return Scheme.objects.create(cohort=cohort, name=name, **values)
    except IntegrityError:
        raise Refused(_("This cohort has a scheme of that name already.")) from None


def _next_version(cohort_id: int, name: str) -> int:
    versions = Scheme.objects.filter(cohort=cohort_id, name=name)
    return (versions.aggregate(last=Max("version"))["last"] or 0) + 1


def _plant(scheme: Scheme, parts: Iterable[Part], parent: Indicator | None) -> None:
    for order, part in enumerate(parts, start=1):
        values = {
            "name": str(part.name),
            "kind": part.kind,
            "weight": Decimal(part.weight),
            "full_marks": part.full_marks,
            "order": order,
        }
        made = Indicator.objects.create(scheme=scheme, parent=parent, **_completed(scheme, values))
        _plant(scheme, part.parts, made)


def _copy_tree(source: Scheme, target: Scheme) -> None:
    copies: dict[int | None, Indicator | None] = {None: None}
    waiting = list(source.indicators.order_by("order", "pk"))
    while waiting:
        level = [each for each in waiting if each.parent_id in copies]
        waiting = [each for each in waiting if each.parent_id not in copies]
        made = Indicator.objects.bulk_create(
            Indicator(scheme=target, parent=copies[each.parent_id], **{name: getattr(each, name) for name in COPIED})
            for each in level
        )
        copies |= dict(zip((each.pk for each in level), made))


def _completed(scheme: Scheme, values: dict[str, Any], was: Mapping | None = None) -> dict[str, Any]:
    """Extra points have no weight; a computed indicator has a rule, numbered by the version in which it last changed."""
    if values.get("extra"):
        values = values | {"weight": Decimal(0)}
    if values["kind"] in RULES:
        given = {name: value for name, value in (values.get("rule") or {}).items() if name != "version"}
        rule = RULES[values["kind"]].from_json(given | {"version": scheme.version}).to_json()
        same = was is not None and {**was, "version": 0} == {**rule, "version": 0}
        values = values | {"rule": dict(was) if same else rule}
    return values


def _write(indicator: Indicator) -> None:
    try:
        with transaction.atomic():
            indicator.save()
    except IntegrityError:
        raise Refused(_("“%(name)s” stands in this group already.") % {"name": indicator.name}) from None


def _depth(indicator: Indicator) -> int:
    depth, above = 1, indicator.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


def _in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, dict) else str(value)
        for name, value in values.items()
        if value not in ("", None)
    }
