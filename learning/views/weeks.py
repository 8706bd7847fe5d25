"""The timetable by weeks: of a cohort, a class, a teacher, or one's own."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from learning.models import Session
from learning.rules.conflict_words import headline
from learning.rules.weeks import Part, chosen_week, count, lay_out, monday_of
from learning.selectors.timetable import open_conflicts
from learning.selectors.weeks import entries_of, of_class, teachers_of, within_week
from learning.services.conflicts import veiled
from trainee_mgmt.kit import access
from trainee_mgmt.kit.days import bounds
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pages import StaticPage

PARTS = {
    Part.MORNING: gettext_lazy("morning"),
    Part.AFTERNOON: gettext_lazy("afternoon"),
    Part.EVENING: gettext_lazy("evening"),
}
AROUND = timedelta(days=400)  # how far one's own weeks go
BESIDE = timedelta(days=1)  # of a week: what may be in its way, by a night or a journey


class WeekPage(StaticPage, abstract=True):
    """One week in a grid; on a phone a list by day."""

    def show(self, sessions, monday, *, path: str, query: dict, conflicts=None, **kwargs) -> dict:
        days = lay_out(entries_of(sessions, conflicts or {}), monday)

        def url(to) -> str:
            return f"{path}?{urlencode({**query, 'week': to.isoformat()})}"

        today = timezone.localdate()
        return {
            "days": days,
            "parts": PARTS,
            "count": count(days),
            "monday": monday,
            "span": f"{day(monday)} – {day(monday + timedelta(days=6))}",
            "today": today,
            "previous_url": url(monday - timedelta(days=7)),
            "next_url": url(monday + timedelta(days=7)),
            "today_url": url(monday_of(today)),
            **kwargs,
        }


class TimetableWeek(WeekPage):
    allow = "learning.view_session"
    inside = COHORT
    model = Session
    template_name = "learning/timetable_week.html"

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        cohort = self.cohort
        may_plan = access.may(self.request.user, "learning.schedule_sessions", cohort)
        rows = Session.everything.filter(access.rows(self.request.user, self.allow), cohort=cohort)
        rows = rows.filter(is_superseded=False) if may_plan else rows.filter(is_draft=False)
        monday = chosen_week(asked.get("week", ""), timezone.localdate(), cohort.starts_on, cohort.ends_on)
        rows = within_week(rows, monday)
        teachers = teachers_of(rows)
        classes = list(cohort.classes.order_by("number", "pk").values_list("pk", "name"))
        in_class = next((key for key, _name in classes if str(key) == asked.get("in_class")), None)
        teacher = asked.get("teacher", "") if asked.get("teacher", "") in teachers else ""
        if in_class:
            rows = of_class(rows, in_class)
        if teacher:
            rows = rows.filter(teacher_name=teacher)
        query = {key: value for key, value in (("in_class", in_class), ("teacher", teacher)) if value}
        path = reverse("learning:timetable_week", kwargs={"cohort": cohort.pk})
        whose = dict(classes).get(in_class) or teacher
        return super().get_context_data(
            **self.show(
                rows, monday, path=path, query=query, conflicts=_conflicts(cohort, monday) if may_plan else None
            ),
            path=path,
            classes=classes,
            in_class=in_class,
            teachers=teachers,
            teacher=teacher,
            may_plan=may_plan,
            title=_("Timetable of %(whose)s") % {"whose": whose} if whose else _("Timetable"),
            **kwargs,
        )


def _conflicts(cohort, monday) -> dict[int, list[str]]:
    """By session of the week: what it is in conflict about, of what is still to come and nobody let stand."""
    start, end = bounds(monday, monday + timedelta(days=6))
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
