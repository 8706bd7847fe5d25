"""A week, or several, typed as rows: all are checked at once, then become one plan."""

from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services import make_plan
from learning.access.sessions import PLANNED_COHORT
from learning.models import Session
from learning.plans import COLUMNS, TypedPlan
from learning.rules.weeks import chosen_week
from learning.selectors.weeks import teachers_of
from learning.services.session_plans import decide_typed
from library.models import Venue
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.pages import StaticPage
from trainee_mgmt.kit.typed import MORE, MOST, SHOWN, read_rows, rows_to_show

FIELDS = ("day", "hours", "title", "classes", "teacher", "place")
LABELS = COLUMNS | {"place": gettext_lazy("Venue or place")}


class SessionRows(StaticPage):
    """Rows of day, hours, title, classes, teacher and venue. Where one has a problem nothing is kept but what was typed."""

    allow = "learning.schedule_sessions"
    inside = PLANNED_COHORT
    model = Session
    template_name = "learning/session_rows.html"
    title = gettext_lazy("Type a week as rows")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        asked = request.POST.get("week") or request.GET.get("week", "")
        self.monday = chosen_week(asked, timezone.localdate(), self.cohort.starts_on, self.cohort.ends_on)

    def get_context_data(self, *, typed=None, count=SHOWN, decision=None, **kwargs):
        typed = typed or {}
        cells, of_row = _problems(decision) if decision else ({}, {})
        unit = self.cohort.program.unit
        return super().get_context_data(
            title=self.title,
            monday=self.monday,
            week=day(self.monday),
            fields=[(name, LABELS[name]) for name in FIELDS],
            rows=rows_to_show(typed, count, {name: LABELS[name] for name in FIELDS}, of_field=cells, of_row=of_row),
            offered=("classes", "teacher", "place"),
            problems=len({*(row for row, _name in cells), *of_row}),
            first_wrong=min(({row for row, _name in cells} | of_row.keys()), default=0),
            warnings=decision.warnings if decision else [],
            classes=[_("all"), *self.cohort.classes.order_by("number", "pk").values_list("name", flat=True)],
            teachers=teachers_of(Session.everything.filter(cohort=self.cohort)),
            venues=Venue.objects.in_use().around(unit).order_by("name", "pk").values_list("name", flat=True),
            most=MOST,
            **kwargs,
        )

    def post(self, request, **kwargs):
        typed, count = read_rows(request.POST, FIELDS)
        if "more" in request.POST:
            return self._again(typed, min(count + MORE, MOST), status=200)
        decision = decide_typed(self.cohort, typed, self.monday)
        if decision.problems or not decision.rows:
            return self._again(typed, count, decision=decision, nothing=not decision.rows, status=422)
        plan = make_plan(
            TypedPlan.name,
            self.cohort,
            given={"rows": typed, "week": self.monday.isoformat()},
            title=_("Sessions typed as rows: %(cohort)s") % {"cohort": self.cohort},
        )
        return HttpResponseRedirect(plan.get_absolute_url())

    def _again(self, typed, count, *, status, **kwargs):
        return self.render_to_response(self.get_context_data(typed=typed, count=count, **kwargs), status=status)


def _problems(decision) -> tuple[dict[tuple[int, str], str], dict[int, list[str]]]:
    """(by row and field, by row): what is wrong with a field, and with a row as a whole, say a conflict."""
    cells: dict[tuple[int, str], str] = {}
    of_row: dict[int, list[str]] = {}
    for each in decision.problems:
        column = {"start": "hours", "end": "hours", "venue": "place"}.get(each.column, each.column)
        if column in FIELDS:
            cells.setdefault((each.row, column), each.why)
        else:
            of_row.setdefault(each.row, []).append(each.why)
    return cells, of_row
