"""The timetable by weeks: of a cohort, a class, a teacher, or one's own."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from learning.models import Session
from learning.rules.conflict_words import headline
from learning.rules.weeks import Part, chosen_week, count, lay_out, monday_of
from learning.selectors.timetable import open_conflicts
from learning.selectors.weeks import counts_of_days, entries_of, of_class, of_day, teachers_of, within_week
from learning.services.conflicts import veiled
from learning.tables.filters import OFFERED
from trainee_mgmt.kit import access
from trainee_mgmt.kit.choosing import RowField
from trainee_mgmt.kit.days import bounds
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pages import StaticPage, is_key
from trainee_mgmt.kit.tables import control

PARTS = {
    Part.MORNING: gettext_lazy("morning"),
    Part.AFTERNOON: gettext_lazy("afternoon"),
    Part.EVENING: gettext_lazy("evening"),
}
MANY, A_PAGE = 240, 60  # sessions: of more than so many in a week, one day is shown, so many on a page
AROUND = timedelta(days=400)  # how far one's own weeks go
BESIDE = timedelta(days=1)  # of a week: what may be in its way, by a night or a journey


@dataclass(frozen=True)
class OneDay:
    """A day of a week that has too many sessions to be drawn, and a page of it."""

    date: date
    counts: dict[date, int]
    page: Page


class WeekPage(StaticPage, abstract=True):
    """One week in a grid; on a phone a list by day."""

    def show(self, sessions, monday, *, path: str, query: dict, conflicts=None, one_day=None, **kwargs) -> dict:
        days = lay_out(entries_of(sessions, conflicts or {}), monday)
        if one_day:
            days = [each for each in days if each.date == one_day.date]

        def url(to, **more) -> str:
            return f"{path}?{urlencode({**query, 'week': to.isoformat(), **more})}"

        today = timezone.localdate()
        return {
            "days": days,
            "parts": PARTS,
            "count": sum(one_day.counts.values()) if one_day else count(days),
            "monday": monday,
            "span": f"{day(monday)} – {day(monday + timedelta(days=6))}",
            "today": today,
            "previous_url": url(monday - timedelta(days=7)),
            "next_url": url(monday + timedelta(days=7)),
            "today_url": url(monday_of(today)),
            "one_day": one_day,
            "day_links": [(each, n, url(monday, day=each)) for each, n in one_day.counts.items()] if one_day else [],
            "page_url": url(monday, day=one_day.date, page="") if one_day else "",
            **kwargs,
        }


class TimetableWeek(WeekPage):
    allow = "learning.view_session"
    inside = COHORT
    model = Session
    template_name = "learning/timetable_week.html"

    def get_context_data(self, **kwargs):
        asked, cohort = self.request.GET, self.cohort
        may_plan = access.may(self.request.user, "learning.schedule_sessions", cohort)
        rows = Session.everything.filter(access.rows(self.request.user, self.allow), cohort=cohort)
        rows = rows.filter(is_superseded=False) if may_plan else rows.filter(is_draft=False)
        monday = chosen_week(asked.get("week", ""), timezone.localdate(), cohort.starts_on, cohort.ends_on)
        rows = within_week(rows, monday)
        teachers = teachers_of(rows)
        classes = self._classes(asked.get("in_class", ""))
        in_class = next((key for key, name in classes.items() if asked.get("in_class") in (str(key), name)), None)
        teacher = asked.get("teacher", "") if asked.get("teacher", "") in teachers else ""
        if in_class:
            rows = of_class(rows, in_class)
        if teacher:
            rows = rows.filter(teacher_name=teacher)
        query = {key: value for key, value in (("in_class", in_class), ("teacher", teacher)) if value}
        one_day = self._one_day(rows)
        if one_day:
            rows = rows.filter(pk__in=list(one_day.page.object_list))
        first, last = (one_day.date,) * 2 if one_day else (monday, monday + timedelta(days=6))
        path = reverse("learning:timetable_week", kwargs={"cohort": cohort.pk})
        conflicts = _conflicts(cohort, first, last) if may_plan else None
        whose = classes.get(in_class) or teacher
        return super().get_context_data(
            **self.show(rows, monday, path=path, query=query, conflicts=conflicts, one_day=one_day),
            path=path,
            class_box=_choice("in_class", _("Class"), _("All classes"), list(classes.items()), in_class),
            teacher_box=_choice(
                "teacher", _("Teacher"), _("All teachers"), [(each, each) for each in teachers], teacher
            ),
            may_plan=may_plan,
            title=_("Timetable of %(whose)s") % {"whose": whose} if whose else _("Timetable"),
            **kwargs,
        )

    def _classes(self, asked: str) -> dict[int, str]:
        """The classes that are offered, with the one that is asked for by its key or name."""
        classes = self.cohort.classes.order_by("number", "pk").values_list("pk", "name")
        offered = dict(classes[:OFFERED])
        if asked and len(offered) == OFFERED:
            offered |= dict(classes.filter(pk=asked) if is_key(asked) else classes.filter(name=asked[:200])[:1])
        return offered

    def _one_day(self, rows: QuerySet[Session]) -> OneDay | None:
        """The day that is asked for, else today or the first with sessions; nothing where the whole week can be drawn."""
        counts = counts_of_days(rows)
        if sum(counts.values()) <= MANY:
            return None
        asked, today = self.request.GET, timezone.localdate()
        by_name = {each.isoformat(): each for each in counts}
        chosen = by_name.get(asked.get("day", ""), today if today in counts else next(iter(counts)))
        keys = of_day(rows, chosen).order_by("starts_at", "ends_at", "pk").values_list("pk", flat=True)
        pages = Paginator(keys, A_PAGE)
        pages.count = counts[chosen]  # is known already
        return OneDay(chosen, counts, pages.get_page(asked.get("page", "1")[:9]))


def _choice(name: str, label: str, empty: str, choices: list[tuple], value) -> SafeString:
    """A select box of few; of many a search box, which offers some of them."""
    field = RowField(label=label, empty_label=empty, choices=choices[:OFFERED], required=False)
    return SafeString(control(name, field, str(value or "")))


def _conflicts(cohort, first: date, last: date) -> dict[int, list[str]]:
    """By session of these days: what it is in conflict about, of what is still to come and nobody let stand."""
    start, end = bounds(first, last)
    start, end, now = start - BESIDE, end + BESIDE, timezone.now()
    if end <= now:
        return {}
    waiting, _accepted = open_conflicts(cohort, now=max(start, now), until=end)
    found: dict[int, list[str]] = {}
    for each in veiled(cohort, waiting):
        for side in (each.one, each.other):
            if side and side.cohort == cohort.pk:
                found.setdefault(side.pk, []).append(headline(each))
    return found


class MyWeek(WeekPage):
    """The own week of a trainee, over all cohorts."""

    allow = "learning.attend"
    model = Session
    template_name = "learning/my_week.html"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        monday = chosen_week(self.request.GET.get("week", ""), today, today - AROUND, today + AROUND)
        rows = within_week(self.reachable(Session), monday)
        return super().get_context_data(**self.show(rows, monday, path=reverse("learning:my_week"), query={}), **kwargs)
