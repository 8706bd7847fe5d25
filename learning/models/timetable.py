from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from learning.models.sessions import Session
from learning.rules.conflicts import ALWAYS_BLOCKED, Hours, Kind
from library.models import LONGEST_WAY


class TimetableRule(models.Model):
    """How the timetable of one cohort is made. A change is a new version; the old ones stay."""

    class Act(models.TextChoices):
        BLOCK = "block", _("refuse it")
        WARN = "warn", _("warn, and save it with a tick")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="timetable_rules")
    version = models.PositiveSmallIntegerField(_("version"), default=0)
    in_force = models.BooleanField(default=True)
    teacher = models.CharField(_("one teacher in two sessions"), max_length=5, choices=Act, default=Act.BLOCK)
    training_class = models.CharField(_("one class in two sessions"), max_length=5, choices=Act, default=Act.BLOCK)
    person = models.CharField(_("one person in two classes or cohorts"), max_length=5, choices=Act, default=Act.WARN)
    capacity = models.CharField(_("more people than seats"), max_length=5, choices=Act, default=Act.WARN)
    travel = models.CharField(
        _("too little time for the way"), max_length=5, choices=Act, default=Act.WARN, db_default=Act.WARN
    )
    travel_minutes = models.PositiveSmallIntegerField(
        _("minutes between two places without a time of their own"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(LONGEST_WAY)],
        help_text=_(
            "Times of single ways are kept with the venues. 0: nothing is asked for where none is written down."
        ),
    )
    leave = models.CharField(
        _("teacher or many people on leave"), max_length=5, choices=Act, default=Act.WARN, db_default=Act.WARN
    )
    leave_percent = models.PositiveSmallIntegerField(
        _("many are, of a hundred expected"),
        default=30,
        db_default=30,
        validators=[MaxValueValidator(100)],
        help_text=_("0: only the leave of who teaches is looked at."),
    )
    opens = models.TimeField(_("day begins"), default=time(8, 30))
    closes = models.TimeField(_("day ends"), default=time(21))
    break_starts = models.TimeField(_("noon break from"), default=time(12))
    break_ends = models.TimeField(_("noon break until"), default=time(14))
    weekends = models.BooleanField(_("weekends may be offered"), default=False)
    at_once = models.BooleanField(
        _("changes are seen at once"),
        default=True,
        help_text=_("Without the tick, sessions stay drafts until you release them; people see the last release."),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField(_("made at"), null=True)

    class Meta:
        verbose_name = _("rule of the timetable")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "version"], name="learning_timetable_rule_version"),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(in_force=True), name="learning_one_timetable_rule_in_force"
            ),
            models.CheckConstraint(
                condition=Q(opens__lt=F("break_starts"), break_starts__lte=F("break_ends"), break_ends__lt=F("closes")),
                name="learning_timetable_day_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.cohort} {self.version}"

    @property
    def hours(self) -> Hours:
        return Hours(self.opens, self.closes, self.break_starts, self.break_ends, self.weekends)

    def blocks(self, kind: Kind) -> bool:
        acts = {
            Kind.TEACHER: self.teacher,
            Kind.CLASS: self.training_class,
            Kind.PERSON: self.person,
            Kind.CAPACITY: self.capacity,
            Kind.TRAVEL: self.travel,
            Kind.LEAVE: self.leave,
        }
        return kind in ALWAYS_BLOCKED or acts[kind] == self.Act.BLOCK


class AcceptedConflict(models.Model):
    """An organizer's decision that a conflict may stand. It holds for the conflict as it was: see its fingerprint."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="accepted_conflicts")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="accepted_conflicts")
    fingerprint = models.CharField(max_length=300)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("accepted by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    accepted_at = models.DateTimeField(_("accepted at"))

    class Meta:
        verbose_name = _("accepted conflict")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "fingerprint"], name="learning_conflict_accepted_once")
        ]

    def __str__(self):
        return self.fingerprint


class TimetableState(models.Model):
    """Where the timetable of one cohort stands. ``version`` grows with every change: a stored plan names it.

    ``conflicts`` is how many were open when they were last counted; the page of conflicts looks again itself.
    """

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, primary_key=True, related_name="timetable")
    version = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of the timetable")

    def __str__(self):
        return f"{self.cohort} {self.version}"


class TimetableRelease(models.Model):
    """A released version of a cohort's timetable as it was: all its sessions, what changed, how many were told."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField(_("version"))
    note = models.CharField(_("a word to those concerned"), max_length=200, blank=True)
    rows = models.JSONField(default=list)  # see rules.releases.Row
    changes = models.JSONField(default=list)
    people = models.PositiveIntegerField(_("people concerned"), default=0)
    told = models.PositiveIntegerField(_("people told"), default=0)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("released by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    released_at = models.DateTimeField(_("released at"))

    class Meta:
        verbose_name = _("version of the timetable")
        constraints = [models.UniqueConstraint(fields=["cohort", "number"], name="learning_release_number_once")]

    def __str__(self):
        return f"{self.cohort} {self.number}"

    def get_absolute_url(self):
        return reverse("learning:release_detail", kwargs={"cohort": self.cohort_id, "number": self.number})
