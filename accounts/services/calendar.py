"""Working days: the rule of weekdays, and the days on which it does not hold."""

from datetime import date, timedelta

import chinese_calendar
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CalendarDay
from accounts.rules.timing import FURTHEST, IsWorkingDay
from accounts.services.audit import changes, record
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.once import insert_once

SATURDAY = 5


def is_weekday(day: date) -> bool:
    return day.weekday() < SATURDAY


def working_days(around: date) -> IsWorkingDay:
    """Whether a day within two months of this one is worked; one query. Outside, the rule of weekdays holds."""
    span = timedelta(days=FURTHEST)
    return working_days_between(around - span, around + span)


def working_days_between(first: date, last: date) -> IsWorkingDay:
    """Whether a day from the first to the last (both included) is worked; one query."""
    rows = CalendarDay.objects.filter(day__range=(first, last)).values_list("day", "is_working")
    exceptions = dict(rows)
    return lambda day: exceptions.get(day, is_weekday(day))


def published_days(year: int) -> dict[date, tuple[bool, str]] | None:
    """The days of a year on which the published calendar and the weekdays differ: (is it worked, name).

    None for a year that has not been announced; the package raises for it.
    """
    found = {}
    day = date(year, 1, 1)
    try:
        while day.year == year:
            is_working = chinese_calendar.is_workday(day)
            if is_working != is_weekday(day):
                name = chinese_calendar.get_holiday_detail(day)[1] or ""
                found[day] = (is_working, NAMES.get(name, name))
            day += timedelta(days=1)
    except NotImplementedError:
        return None
    return found


NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}  # the package speaks English only


def fill_calendar(year: int) -> int | None:
    """Write the published days of a year; what the office entered stays. Answers how many changed, None if not announced."""
    published = published_days(year)
    if published is None:
        return None
    with transaction.atomic():
        known = {row.day: row for row in CalendarDay.objects.select_for_update().filter(day__year=year)}
        of_office = {day for day, row in known.items() if row.source == CalendarDay.Source.OFFICE}
        rows = [
            CalendarDay(day=day, is_working=is_working, name=name, source=CalendarDay.Source.PUBLISHED)
            for day, (is_working, name) in published.items()
            if day not in of_office
            and (day not in known or (known[day].is_working, known[day].name) != (is_working, name))
        ]
        CalendarDay.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["day"], update_fields=["is_working", "name", "source"]
        )
        stale = [row.pk for day, row in known.items() if day not in published and day not in of_office]
        removed, _per_model = CalendarDay.objects.filter(pk__in=stale).delete()
        if rows or removed:
            record("accounts.fill_calendar", label=str(year), after={"rows": len(rows) + removed})
    return len(rows) + removed


@transaction.atomic
def set_day(day: date, *, is_working: bool, name: str = "") -> CalendarDay:
    """What the office says about a day stands above the published calendar."""
    values = {"is_working": is_working, "name": name, "source": CalendarDay.Source.OFFICE}
    made = CalendarDay(day=day, **values)
    if insert_once(made):
        record("accounts.set_calendar_day", made, after=values)
        return made
    row = CalendarDay.objects.select_for_update().get(day=day)
    before, after = changes(row, values)
    if not after:
        return row
    for field, value in values.items():
        setattr(row, field, value)
    row.save()
    record("accounts.set_calendar_day", row, before=before, after=after)
    return row


@transaction.atomic
def forget_day(row: CalendarDay) -> None:
    """The published calendar, or else the rule of weekdays, holds for this day again."""
    row = CalendarDay.objects.select_for_update().filter(pk=row.pk).first()
    if row is None:
        raise Refused(_("This day was removed already."))
    published = (published_days(row.day.year) or {}).get(row.day)
    record("accounts.forget_calendar_day", row, before={"is_working": row.is_working, "name": row.name})
    if published is None:
        row.delete()
        return
    row.is_working, row.name = published
    row.source = CalendarDay.Source.PUBLISHED
    row.save(update_fields=["is_working", "name", "source"])
