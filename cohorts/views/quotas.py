"""The quotas of many units, typed or pasted as rows: all are checked at once, then become one plan."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Unit
from accounts.selectors import units_called
from accounts.services import make_plan
from cohorts.plans import QuotasPlan
from cohorts.rules.quotas import SEATS, UNIT, QuotaRows
from cohorts.selectors.applications import quota_lines, units_that_nominate
from cohorts.services.applications.quotas import decide_quotas
from cohorts.views.rounds import RoundPage
from trainee_mgmt.kit.pages import StaticPage
from trainee_mgmt.kit.typed import MORE, MOST, SHOWN, read_rows, rows_to_show

LABELS = {UNIT: gettext_lazy("Unit"), SEATS: pgettext_lazy("application", "Slots")}
OFFERED = 300  # names that a field unfolds
BLANK = 3  # rows below those that are filled


class QuotaRowsPage(RoundPage, StaticPage):
    """Rows of unit and slots, first those that there are. Where one has a problem nothing is kept but what was typed."""

    template_name = "cohorts/quota_rows.html"
    title = gettext_lazy("Quotas of several units")

    def get_context_data(self, *, typed=None, count=SHOWN, decision=None, **kwargs):
        if typed is None:
            typed = self.quotas_now()
            count = max(SHOWN, len(typed) + BLANK)
        decision = decision or QuotaRows()
        wrong_rows = {row for row, _name in decision.problems}
        return super().get_context_data(
            title=self.title,
            fields=LABELS.items(),
            rows=rows_to_show(typed, min(count, MOST), LABELS, of_field=decision.problems, of_row={}),
            offered=(UNIT,),
            units=units_that_nominate(self.cohort).order_by("name").values_list("name", flat=True).distinct()[:OFFERED],
            problems=len(wrong_rows),
            first_wrong=min(wrong_rows, default=0),
            most=MOST,
            back=self.get_success_url(),
            **kwargs,
        )

    def quotas_now(self):
        lines = quota_lines(self.round)
        names = self.names_of({line.unit: line.name for line in lines})
        return {
            row: {UNIT: names[line.unit], SEATS: str(line.seats)} for row, line in enumerate(lines[: MOST - SHOWN], 1)
        }

    def names_of(self, names: dict[int, str]) -> dict[int, str]:
        """The name of each unit, or the way to it where several have the name."""
        found = units_called(set(names.values()), units_that_nominate(self.cohort))
        return {
            unit: found[name].get(unit, name) if len(found.get(name, ())) > 1 else name for unit, name in names.items()
        }

    def post(self, request, **kwargs):
        typed, count = read_rows(request.POST, LABELS)
        if "more" in request.POST:
            return self.again(typed, count + MORE, status=200)
        if "fill" in request.POST:
            return self.fill(typed, count, request.POST.get("below", "").strip()[:400])
        decision = decide_quotas(self.round, typed)
        if decision.problems or not decision.rows:
            return self.again(typed, count, decision=decision, nothing=not decision.rows, status=422)
        plan = make_plan(
            QuotasPlan.name,
            self.cohort,
            given={"rows": typed},
            title=_("Quotas of units: %(cohort)s") % {"cohort": self.cohort},
        )
        return HttpResponseRedirect(plan.get_absolute_url())

    def fill(self, typed, count, words):
        """The units directly below one as further rows, each once."""
        above = units_called([words], units_that_nominate(self.cohort))[words]
        below = Unit.objects.filter(parent__in=above, closed_on=None).order_by("name", "pk")
        names = self.names_of(dict(below.values_list("pk", "name"))) if len(above) == 1 else {}
        known = {fields.get(UNIT) for fields in typed.values()}
        fresh = [name for name in names.values() if name not in known]
        last = max(typed, default=0)
        typed |= {row: {UNIT: name} for row, name in enumerate(fresh[: MOST - last], last + 1)}
        why = "" if fresh else _("No further open unit lies directly below a unit of this name.")
        return self.again(
            typed, max(count, last + len(fresh) + BLANK), below=words, nothing_below=why, status=200 if fresh else 422
        )

    def again(self, typed, count, *, status, **kwargs):
        return self.render_to_response(self.get_context_data(typed=typed, count=count, **kwargs), status=status)

    def get_success_url(self):
        return reverse("cohorts:round_detail", kwargs={"cohort": self.cohort.pk})
