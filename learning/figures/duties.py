"""Figures of weekly duties: which were held, and who has spoken. What is missing is a row too."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models import DutyDue, DutyKind, DutySpeaker
from trainee_mgmt.kit.figures import Base, Scope, Split, figure

CLASS = Split("class", gettext_lazy("class"), "training_class", TrainingClass)
KIND = Split("duty", gettext_lazy("duty"), "kind", DutyKind)
COHORT = Split("cohort", gettext_lazy("cohort"), "cohort", Cohort)


def _people(scope: Scope):
    spoken = DutySpeaker.objects.filter(trainee=OuterRef("pk"), record__in_force=True, record__held_on__lte=scope.today)
    everybody = Trainee.objects.filter(cohort__in=scope.cohorts, status=Trainee.Status.ACTIVE)
    return everybody.annotate(has_spoken=Exists(spoken))


DUTIES = Base(
    "learning.duties",
    unit=pgettext_lazy("unit", "duties"),
    rows_of=lambda scope: DutyDue.objects.filter(cohort__in=scope.cohorts, last_on__lt=scope.today),
    permission="cohorts.view_class",
    through="training_class",
    table="learning.tables.duties.DutyRows",
    splits=(CLASS, KIND, COHORT),
    on_board=False,
)
SPEAKERS = Base(
    "learning.speakers",
    unit=pgettext_lazy("unit", "people"),
    rows_of=_people,
    permission="cohorts.view_trainee",
    table="learning.tables.duties.SpeakerRows",
    splits=(Split("cohort", gettext_lazy("cohort"), "cohort", Cohort),),
    on_board=False,
)
DUTIES_HELD = figure(
    "learning.duties_held",
    label=gettext_lazy("Weekly duties held"),
    definition=gettext_lazy(
        "Weekly duties with a record, of all whose week is over; free weeks and weeks without a working day are left out."
    ),
    base=DUTIES,
    hit=Q(record__isnull=False),
    rest_label=gettext_lazy("missing"),
)
HAVE_SPOKEN = figure(
    "learning.have_spoken",
    label=gettext_lazy("Have spoken"),
    definition=gettext_lazy("People who spoke at a weekly duty at least once, of all in training."),
    base=SPEAKERS,
    hit=Q(has_spoken=True),
    rest_label=gettext_lazy("never spoken"),
)
