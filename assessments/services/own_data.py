"""What this app knows about a person, for the person's own download: published results, never a single rater's marks."""

from typing import Any

from accounts.models import User
from accounts.services import OWN_DATA
from assessments.models import Result


def _results(user: User) -> list[dict[str, Any]]:
    rows = Result.objects.filter(trainee__person__user=user, published_at__isnull=False, in_force=True).order_by("pk")
    return list(rows.values("scheme__name", "total", "lines", "published_at"))


OWN_DATA |= {"results": _results}
