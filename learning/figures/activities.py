"""Figures of activities: how many there are by platform, mode and month; a cancelled one counts nowhere."""

from django.db.models import TextField
from django.db.models.functions import Cast, Substr, TruncMonth
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort
from learning.models import Activity
from trainee_mgmt.kit.figures import Base, Scope, Split, distribution


def _planned(scope: Scope):
    return Activity.objects.filter(cohort__in=scope.cohorts, cancelled_at=None)


ACTIVITIES = Base(
    "learning.activities",
    unit=pgettext_lazy("unit", "activities"),
    rows_of=_planned,
    permission="learning.view_activity",
    table="learning.tables.activities.ActivityRows",
    splits=(Split("cohort", gettext_lazy("cohort"), "cohort", Cohort),),
    on_board=False,
)
BY_PLATFORM = distribution(
    "learning.activities_by_platform",
    label=gettext_lazy("Activities by platform"),
    definition=gettext_lazy("Activities that were not cancelled, by the platform under which they stand."),
    base=ACTIVITIES,
    key="platform__name",
)
BY_MODE = distribution(
    "learning.activities_by_mode",
    label=gettext_lazy("Activities online and in person"),
    definition=gettext_lazy("Activities that were not cancelled, by whether they are online."),
    base=ACTIVITIES,
    key="mode",
    words=lambda mode: str(Activity.Mode(mode).label),
    order=tuple(Activity.Mode.values),
)
BY_MONTH = distribution(
    "learning.activities_by_month",
    label=gettext_lazy("Activities by month"),
    definition=gettext_lazy("Activities that were not cancelled, by the month in which they begin."),
    base=ACTIVITIES,
    key=Substr(Cast(TruncMonth("starts_at"), TextField()), 1, 7),
)
