"""Three honest rates of attendance: of what was held, of what is planned, and what can still be reached."""

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from learning.figures import ATTENDANCE, CLASS, COHORT, TRAINEE
from learning.models import CAME, PersonTime
from trainee_mgmt.kit.figures import Base, figure

PLANNED_TIMES = Base(
    "learning.planned_person_times",
    unit=pgettext_lazy("unit", "person-times"),
    rows_of=lambda scope: PersonTime.objects.filter(cohort__in=scope.cohorts),
    permission="learning.view_attendance",
    table="learning.tables.attendance.PersonTimeRows",
    in_one_pass=True,
    on_board=False,
    splits=(CLASS, TRAINEE, COHORT),
)
PLANNED = figure(
    "learning.planned_rate",
    label=gettext_lazy("Attendance of what is planned"),
    definition=gettext_lazy(
        "Person-times attended so far, of all that are planned from the first to the last session; who joined later or "
        "left has none outside that time, and cancelled sessions have none."
    ),
    base=PLANNED_TIMES,
    hit=Q(state__in=CAME),
    rest_label=gettext_lazy("not attended or still to come"),
)
POSSIBLE = figure(
    "learning.possible_rate",
    label=gettext_lazy("Attendance still possible"),
    definition=gettext_lazy(
        "Person-times attended so far and those still open (to come, or not marked yet), of all that are planned: the best "
        "that can still be reached. Absence and leave are no longer open."
    ),
    base=PLANNED_TIMES,
    hit=Q(state__in=CAME) | Q(state=None),
    rest_label=gettext_lazy("absent or on leave"),
)
RATES = {"held": ATTENDANCE, "planned": PLANNED, "possible": POSSIBLE}
