import hashlib

from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.models import Trainee
from cohorts.tables.trainees import Roster, TraineeTable, load_roster
from cohorts.views.days import day_of
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage


def roster_for(request, cohort, day, asked) -> Roster:
    """What lists of trainees need to know of the cohort and of the reader."""
    user = request.user
    scopes = [(each.role, each.scope_kind, each.unit.path if each.unit else each.scope_id) for each in user.grants_in_force]
    return load_roster(
        cohort,
        day=day,
        as_of=asked,
        shows_phone=access.holds(user, "cohorts.see_phone_mask"),
        reach=hashlib.sha256(repr(scopes).encode()).hexdigest(),
    )


class TraineeList(TablePage):
    allow = "cohorts.view_trainee"
    inside = COHORT
    model = Trainee
    table_class = TraineeTable
    title = gettext_lazy("Trainees")
    template_name = "cohorts/trainee_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table_options(self):
        day, asked = day_of(self.request, self.cohort)
        return {"context": roster_for(self.request, self.cohort, day, asked)}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["roster"] = context["table"].context
        return context


