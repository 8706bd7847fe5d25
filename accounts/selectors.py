"""Reads that put several models together."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.access import SCOPES
from accounts.models import INBOX, Delivery, Grant, LinkLetter, Role, ScopeKind, Unit
from trainee_mgmt.kit.access import ANYONE, GRANTS, roles_that_allow
from trainee_mgmt.kit.typed import cut

SLASHES = re.compile("[/／]")
OFFERED = 20


# Units and scopes as people type them ----------------------------------------------------------------------------------


def unit_labels(units: Iterable[Unit]) -> dict[int, str]:
    """The way from the top to each unit, by its key: ``宝安区 / 西乡街道``. One query."""
    paths = {unit.pk: [int(key) for key in unit.path.rstrip(".").split(".")] for unit in units}
    names = dict(Unit.objects.filter(pk__in={key for path in paths.values() for key in path}).values_list("pk", "name"))
    return {pk: " / ".join(names[key] for key in path) for pk, path in paths.items()}


def units_like(typed: str, reachable: QuerySet) -> dict[int, str]:
    """Some open units whose name or code holds what was typed; a whole way names one."""
    last = cut(SLASHES, typed)[-1]
    found = reachable.active().filter(name__icontains=last) | reachable.active().filter(code__iexact=typed.strip())
    return unit_labels(found.order_by("path", "pk")[:OFFERED])


def units_named(typed: str, reachable: QuerySet) -> dict[int, str]:
    """The open units that the words name: a code, a name, or the end of a way to it."""
    return units_called([typed], reachable)[typed]


def units_called(typed: Collection[str], reachable: QuerySet) -> dict[str, dict[int, str]]:
    """``units_named`` of many words at once, by the words; three queries."""
    ways = {words: cut(SLASHES, words) for words in typed}
    by_code = list(reachable.active().filter(code__in={words.strip() for words in ways} - {""}))
    by_name = reachable.active().filter(name__in={parts[-1] for parts in ways.values()})
    labels = unit_labels([*by_code, *by_name[: 100 * len(ways)]])
    codes = {unit.pk: unit.code for unit in by_code}
    return {
        words: {
            pk: way
            for pk, way in labels.items()
            if codes.get(pk) == words.strip() or way.split(" / ")[-len(parts) :] == parts
        }
        for words, parts in ways.items()
    }


def scopes_like(kind: str, typed: str, holder) -> dict[int, str]:
    """Some rows that an administrator may give a role over, whose name holds what was typed."""
    scope = SCOPES[kind]
    covered = scope.covered(holder, Role.ADMIN)
    if kind == ScopeKind.UNIT:
        return units_like(typed, covered)
    words = [word.strip() for word in typed.split("·") if word.strip()]
    for word in words[-1:]:
        covered = covered.filter(**{f"{scope.search}__icontains": word})
    rows = covered.select_related(*scope.related).order_by("-pk")[:OFFERED]
    return {row.pk: scope.label(row) for row in rows}


def scopes_named(kind: str, typed: str, holder) -> dict[int, str]:
    scope = SCOPES[kind]
    covered = scope.covered(holder, Role.ADMIN)
    if kind == ScopeKind.UNIT:
        return units_named(typed, covered)
    words = [word.strip() for word in typed.split("·") if word.strip()]
    if not words:
        return {}
    rows = covered.filter(**{scope.search: words[-1]}).select_related(*scope.related)[:100]
    labels = {row.pk: scope.label(row) for row in rows}
    return {pk: label for pk, label in labels.items() if label.split(" · ")[-len(words) :] == words}


# Channels of the outbox ------------------------------------------------------------------------------------------------


def counts_by_channel(*, since: datetime) -> dict[str, dict[str, int]]:
    """How many deliveries since a moment stand where, and the newest error, by channel: ``{"sms": {"sent": 3, "error": "…"}}``."""
    recent = Delivery.objects.filter(retry_at__gte=since).exclude(channel=INBOX)
    counts: dict[str, dict] = defaultdict(dict)
    for name, state, count in (
        recent.order_by().values("channel", "state").annotate(n=Count("pk")).values_list("channel", "state", "n")
    ):
        counts[name][state] = count
    for name, error in (
        recent.exclude(error="").order_by("channel", "-pk").distinct("channel").values_list("channel", "error")
    ):
        counts[name]["error"] = error
    return counts


# Why can I see this? --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reason:
    """One role of mine that opens a page: which rows it reaches (the words of the row function), by which grants."""

    role: str
    rows: str
    grants: list[Grant]


def why(user, permission: str) -> list[Reason]:
    grants = list(
        user.grants.in_force(timezone.localdate())
        .select_related("unit", "granted_by", "delegated_from__user")
        .order_by("pk")
    )
    by_role = GRANTS[permission].rows_by_role
    return [
        Reason(
            role=role,
            rows=" ".join((by_role[role].__doc__ or "").split()),
            grants=[grant for grant in grants if grant.role == role],
        )
        for role in roles_that_allow(user, permission)
        if role == ANYONE or role in user.role_set
    ]


# Letters to people without an account -------------------------------------------------------------------------------------


def letters_about(kind: str, about: Iterable[int] | QuerySet, *, most: int = 5) -> list[LinkLetter]:
    """The newest letters of a kind about these rows."""
    return list(LinkLetter.objects.filter(kind=kind, about_id__in=about).order_by("-pk")[:most])
