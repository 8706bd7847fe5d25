"""Figures of published scores. Before they are published there are none; a draft is nobody's result."""

from django.db.models import Case, FilteredRelation, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assessments.models import Result, Scheme
from cohorts.models import Cohort, Trainee, TrainingClass
from trainee_mgmt.kit.figures import Base, Scope, Split, distribution, figure

BANDS = {"90": (90, None), "80": (80, 90), "70": (70, 80), "60": (60, 70), "0": (None, 60)}


def results(scope: Scope) -> QuerySet[Result]:
    """Published totals in force, with the class of the day."""
    on_day = Q(trainee__memberships__starts_on__lte=scope.day) & (
        Q(trainee__memberships__ends_on=None) | Q(trainee__memberships__ends_on__gt=scope.day)
    )
    return Result.objects.filter(
        scheme__cohort__in=scope.cohorts, scheme__state=Scheme.State.PUBLISHED, in_force=True
    ).annotate(membership=FilteredRelation("trainee__memberships", condition=on_day))


RESULTS = Base(
    "assessments.results",
    unit=pgettext_lazy("unit", "people"),
    rows_of=results,
    permission="assessments.view_scheme",
    through="scheme",
    table="assessments.tables.schemes.ResultRows",
    splits=(
        Split("class", gettext_lazy("class"), "membership__training_class", TrainingClass),
        Split("trainee", gettext_lazy("trainee"), "trainee", Trainee),
        Split("cohort", gettext_lazy("cohort"), "scheme__cohort", Cohort),
    ),
)
SCORED = figure(
    "assessments.total",
    label=gettext_lazy("Total score"),
    definition=gettext_lazy("Trainees with a published total, and the mean of these totals, of all results published."),
    base=RESULTS,
    known=Q(total__isnull=False),
    missing_label=gettext_lazy("no total"),
    measure="total",
)


def band_words(band: str) -> str:
    low, high = BANDS[band]
    if high is None:
        return _("%(low)s and more") % {"low": low}
    if low is None:
        return _("below %(high)s") % {"high": high}
    return _("%(low)s to below %(high)s") % {"low": low, "high": high}


def _in_band(low: int | None, high: int | None) -> Q:
    above = Q(total__gte=low) if low is not None else Q(total__isnull=False)
    return above & Q(total__lt=high) if high is not None else above


distribution(
    "assessments.bands",
    label=gettext_lazy("Totals"),
    definition=gettext_lazy("Published totals by bands of points."),
    base=RESULTS,
    key=Case(*(When(_in_band(low, high), then=Value(band)) for band, (low, high) in BANDS.items())),
    words=band_words,
    order=tuple(BANDS),
    missing_label=gettext_lazy("no total"),
)
