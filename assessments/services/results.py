"""Publishing: totals are written down with everything they were computed from, and no later change touches them."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from assessments.models import Result, Scheme
from assessments.selectors.outline import outline
from assessments.selectors.results import live, snapshot
from assessments.selectors.standings import Standing
from trainee_mgmt.kit.errors import Refused


@transaction.atomic
def publish(scheme: Scheme, *, by: User) -> int:
    """Write the totals of everybody down and let trainees see their own. Answers how many.

    The scheme and its raters' lists are locked: a save that has begun is counted, one that comes later is refused.
    """
    scheme = _locked(scheme)
    if not scheme.is_open:
        raise Refused(_("Only a scheme that is open for scores can be published."))
    now = timezone.now()
    tree = outline(scheme)
    found = live(tree, now=now, with_rows=True)
    if not found:
        raise Refused(_("There is nobody to publish a result of."))
    last = _totals(Result.objects.filter(scheme=scheme).order_by("pk"))
    Result.objects.bulk_create(
        (
            Result(
                scheme=scheme,
                trainee_id=each.person.pk,
                total=each.total.points,
                lines=snapshot(tree, each),
                published_at=now,
            )
            for each in found
        ),
        batch_size=500,
    )
    Scheme.objects.filter(pk=scheme.pk).update(state=Scheme.State.PUBLISHED, published_at=now, published_by=by)
    after = {"results": len(found), "without_total": sum(1 for each in found if each.total.points is None)}
    if last:
        after["changed_since_last"] = differences(last, found)
    record("assessments.publish", scheme, before={"state": "open"}, after=after)
    return len(found)


@transaction.atomic
def unpublish(scheme: Scheme, *, reason: str) -> int:
    """Take a publication back, for a reason that is kept with what has changed since. Answers how many results differ."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the publication is taken back; the reason is kept."))
    scheme = _locked(scheme)
    if not scheme.is_published:
        raise Refused(_("This scheme is not published."))
    kept = Result.objects.filter(scheme=scheme, in_force=True)
    changed = differences(_totals(kept), live(outline(scheme)))
    kept.update(in_force=False)
    Scheme.objects.filter(pk=scheme.pk).update(state=Scheme.State.OPEN, published_at=None, published_by=None)
    record(
        "assessments.unpublish",
        scheme,
        before={"state": "published", "at": scheme.published_at},
        after={"state": "open", "reason": reason[:200], "differences": changed},
    )
    return len(changed)


def differences(last: dict[int, Decimal | None], found: Iterable[Standing]) -> dict[str, list[str | None]]:
    """[total before, total now] by the number of the trainee, where they differ."""
    now = {each.person.pk: each for each in found}
    changed = {
        each.person.number: [_text(last.get(pk)), _text(each.total.points)]
        for pk, each in now.items()
        if last.get(pk) != each.total.points
    }
    return changed | {f"#{pk}": [_text(total), None] for pk, total in last.items() if pk not in now}


def _locked(scheme: Scheme) -> Scheme:
    locked = Scheme.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=scheme.pk)
    list(locked.raters.select_for_update().order_by("pk"))
    return locked


def _totals(rows) -> dict[int, Decimal | None]:
    return dict(rows.values_list("trainee_id", "total"))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
