"""A proposal of days for the hosts that are due: spread over the working days, the most urgent first."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta


def proposed_days(due: Iterable[date], *, today: date, a_day: int, is_working: Callable[[date], bool]) -> list[date]:
    """A working day for each host, in the order given: ``a_day`` hosts on a day, from tomorrow on. A host that is due later
    than its turn would come still gets its turn: nobody waits for the last moment."""
    days, day, left = [], today, 0
    for _each in due:
        while left == 0:
            day += timedelta(days=1)
            if is_working(day) or (day - today).days > 60:
                left = a_day
        days.append(day)
        left -= 1
    return days
