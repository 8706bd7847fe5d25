"""What should be there, as views of the database: whoever is expected at a session, and the journals that are due.

Figures count these rows, so that what is missing is a row too. A migration that changes a column which a view reads
drops the view first and makes it anew (see ``0003_expected_rows``).
"""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models.attendance import Attendance
from learning.models.journals import Journal
from learning.models.leave import Leave
from learning.models.sessions import Session

CAME = (Attendance.State.PRESENT, Attendance.State.LATE, Attendance.State.EARLY)
HANDED_IN = (Journal.State.SUBMITTED, Journal.State.ACCEPTED)  # a returned one is owed again


class PersonTimeQuerySet(models.QuerySet):
    def held(self, at: datetime):
        """At sessions that were over by then."""
        return self.filter(ends_at__lte=at)


class PersonTime(models.Model):
    """One person expected at one session (人次) with the mark in force, if there is one.

    Expected is who was in a class of the session on its day and in training; cancelled sessions have no rows.
    ``state`` is what counts: on leave where approved leave overlaps the session and the person did not come, else
    ``marked``, what the ledger says. Leave is seen here and written nowhere: without it all is as it was.
    """

    id = models.BigIntegerField(primary_key=True)  # of the session and the trainee together
    cohort = models.ForeignKey(Cohort, on_delete=models.DO_NOTHING, related_name="+")
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.DO_NOTHING, related_name="person_times"
    )
    ends_at = models.DateTimeField()  # of the session
    held_on = models.DateField()
    training_class = models.ForeignKey(TrainingClass, on_delete=models.DO_NOTHING, related_name="+")
    trainee = models.ForeignKey(
        Trainee, verbose_name=_("trainee"), on_delete=models.DO_NOTHING, related_name="person_times"
    )
    mark = models.ForeignKey(Attendance, on_delete=models.DO_NOTHING, related_name="+", null=True)
    state = models.CharField(_("state"), max_length=8, choices=Attendance.State, null=True)
    marked = models.CharField(_("mark"), max_length=8, choices=Attendance.State, null=True)
    leave = models.ForeignKey(Leave, on_delete=models.DO_NOTHING, related_name="+", null=True)

    objects = PersonTimeQuerySet.as_manager()

    class Meta:
        verbose_name = _("person-time")
        managed = False
        db_table = "learning_persontime"

    def __str__(self):
        return f"{self.session_id} {self.trainee_id}"


class JournalDueQuerySet(models.QuerySet):
    def past(self, day: date):
        """Whose last day to hand in lies before that day."""
        return self.filter(due_on__lt=day)

    def late(self):
        """Handed in after the last day."""
        return self.filter(LATE)

    def asked(self):
        """Without those that leave excuses and that nobody handed in: they are missing nowhere."""
        return self.filter(Q(state__in=HANDED_IN) | Q(is_excused=False))


class JournalDue(models.Model):
    """One period of one trainee that asks for a journal, with the journal, if one was begun.

    Asked are the days, weeks or months, by the rule of the cohort, that hold a working day and that somebody spent in
    training from their first to their last day; and whatever was handed in.
    """

    id = models.BigIntegerField(primary_key=True)  # of the trainee and the period together
    cohort = models.ForeignKey(Cohort, on_delete=models.DO_NOTHING, related_name="+")
    training_class = models.ForeignKey(TrainingClass, on_delete=models.DO_NOTHING, related_name="+", null=True)
    trainee = models.ForeignKey(
        Trainee, verbose_name=_("trainee"), on_delete=models.DO_NOTHING, related_name="journals_due"
    )
    period_start = models.DateField(_("period"))  # of the journal; may lie before the first day of the cohort
    monday = models.DateField(_("week"))  # in which it begins
    first_on = models.DateField()
    last_on = models.DateField()
    due_on = models.DateField(_("due"))
    journal = models.ForeignKey(Journal, on_delete=models.DO_NOTHING, related_name="+", null=True)
    state = models.CharField(_("state"), max_length=10, choices=Journal.State, null=True)
    submitted_at = models.DateTimeField(_("handed in at"), null=True)
    is_excused = models.BooleanField(default=False)  # by leave, whether it was handed in or not

    objects = JournalDueQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal due")
        managed = False
        db_table = "learning_journaldue"

    def __str__(self):
        return f"{self.trainee_id} {self.period_start}"


LATE = Q(state__in=HANDED_IN, submitted_at__date__gt=F("due_on"))
