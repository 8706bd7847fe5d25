"""Figures of sessions, attendance and journals. What is missing is counted too: nobody marked, nothing handed in."""

from django.db.models import BooleanField, DateField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Cast, TruncWeek
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models import CAME, HANDED_IN, LATE, Attendance, Journal, JournalDue, PersonTime, Session, SessionClass
from trainee_mgmt.kit.figures import Base, Scope, Split, distribution, figure

CLASS = Split("class", gettext_lazy("class"), "training_class", TrainingClass)
COHORT = Split("cohort", gettext_lazy("cohort"), "cohort", Cohort)
TRAINEE = Split("trainee", gettext_lazy("trainee"), "trainee", Trainee)
SESSION = Split("session", gettext_lazy("session"), "session", Session)
WEEK = Split("week", gettext_lazy("week"), "monday")
WEEK_OF_SESSION = Split("week", gettext_lazy("week"), Cast(TruncWeek("held_on"), DateField()))


def _of_class(rows: QuerySet[Session], key: str) -> QuerySet[Session]:
    return rows.filter(pk__in=SessionClass.objects.filter(training_class=key).values("session"))


def planned(scope: Scope) -> QuerySet[Session]:
    held = ExpressionWrapper(Q(ends_at__lte=scope.at), output_field=BooleanField())
    return Session.objects.filter(cohort__in=scope.cohorts, cancelled_at=None).annotate(is_held=held)


SESSIONS = Base(
    "learning.sessions",
    unit=pgettext_lazy("unit", "sessions"),
    rows_of=planned,
    permission="learning.view_session",
    table="learning.tables.sessions.SessionRows",
    splits=(Split("class", gettext_lazy("class"), model=TrainingClass, narrow=_of_class), COHORT),
)
PERSON_TIMES = Base(
    "learning.person_times",
    unit=pgettext_lazy("unit", "person-times"),
    rows_of=lambda scope: PersonTime.objects.filter(cohort__in=scope.cohorts).held(scope.at),
    permission="learning.view_attendance",
    table="learning.tables.attendance.PersonTimeRows",
    in_one_pass=True,
    splits=(CLASS, SESSION, WEEK_OF_SESSION, TRAINEE, COHORT),
)
JOURNALS = Base(
    "learning.journals",
    unit=pgettext_lazy("unit", "journals"),
    rows_of=lambda scope: JournalDue.objects.filter(cohort__in=scope.cohorts).past(scope.today).asked(),
    permission="cohorts.view_trainee",
    through="trainee",
    table="learning.tables.journals.JournalDueRows",
    in_one_pass=True,
    splits=(CLASS, WEEK, TRAINEE, COHORT),
)

HELD = figure(
    "learning.held",
    label=gettext_lazy("Sessions held"),
    definition=gettext_lazy("Sessions that are over, of all that were planned; cancelled ones are left out."),
    base=SESSIONS,
    hit=Q(is_held=True),
    rest_label=gettext_lazy("still to come"),
)
ATTENDANCE = figure(
    "learning.attendance",
    label=gettext_lazy("Attendance rate"),
    definition=gettext_lazy(
        "Person-times present, late or leaving early, of all that are marked. Expected at a session that was held is who "
        "was in one of its classes and in training on that day; cancelled sessions are left out."
    ),
    base=PERSON_TIMES,
    hit=Q(state__in=CAME),
    known=Q(state__isnull=False),
    missing_label=gettext_lazy("not marked"),
)
for _state, _label, _definition in (
    (
        "late",
        gettext_lazy("Late arrivals"),
        gettext_lazy("Person-times marked late, of all that are marked; they count as attended."),
    ),
    ("absent", gettext_lazy("Absences"), gettext_lazy("Person-times marked absent, of all that are marked.")),
    (
        "excused",
        gettext_lazy("On leave"),
        gettext_lazy("Person-times on leave, of all that are marked; they do not count as attended."),
    ),
):
    figure(
        f"learning.{_state}",
        label=_label,
        definition=_definition,
        base=PERSON_TIMES,
        hit=Q(state=_state),
        known=Q(state__isnull=False),
        missing_label=gettext_lazy("not marked"),
    )
distribution(
    "learning.marks",
    label=gettext_lazy("Marks of attendance"),
    definition=gettext_lazy("Person-times of sessions that were held by their mark in force."),
    base=PERSON_TIMES,
    key="state",
    words=lambda state: str(Attendance.State(state).label),
    order=tuple(Attendance.State.values),
    missing_label=gettext_lazy("not marked"),
)
JOURNALS_HANDED_IN = figure(
    "learning.journals_handed_in",
    label=gettext_lazy("Journals handed in"),
    definition=gettext_lazy(
        "Journals handed in, of all that were due. Due is one for every working day, week or month, by the rule of the "
        "cohort, that somebody was in training from its first to its last day, when the last day to hand in has passed; "
        "a returned journal is owed again. What leave excuses and nobody handed in is left out."
    ),
    base=JOURNALS,
    hit=Q(state__in=HANDED_IN),
    rest_label=gettext_lazy("not handed in"),
)
JOURNALS_ACCEPTED = figure(
    "learning.journals_accepted",
    label=gettext_lazy("Journals accepted"),
    definition=gettext_lazy("Journals that a reviewer accepted, of those that were due and handed in."),
    base=JOURNALS,
    hit=Q(state=Journal.State.ACCEPTED),
    known=Q(state__in=HANDED_IN),
    missing_label=gettext_lazy("not handed in"),
)
JOURNALS_LATE = figure(
    "learning.journals_late",
    label=gettext_lazy("Journals handed in late"),
    definition=gettext_lazy("Journals first handed in after their last day, of those that were due and handed in."),
    base=JOURNALS,
    hit=LATE,
    known=Q(state__in=HANDED_IN),
    missing_label=gettext_lazy("not handed in"),
)
