"""Lists by time that open with today."""

from django.utils import timezone

from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.tables import Table


class FromToday(Table):
    """All rows from the first to the last, opened at the page that holds today; what comes begins with the next, and
    every other view with the newest."""

    by_time: tuple[str, ...] = ()  # the first field is when a row begins

    @property
    def default_order(self) -> tuple[str, ...]:
        begins, *rest = self.by_time
        is_backwards = self.tab is not None and self.tab.key != "coming"
        return (f"-{begins}" if is_backwards else begins, *rest)

    @property
    def opening_page(self) -> int:
        if self.tab or self.pages == 1 or self.params.get("sort"):
            return 1
        today = midnight(timezone.localdate())
        over = self.queryset.order_by().filter(**{f"{self.by_time[0]}__lt": today}).count()
        return over // self.per_page + 1
