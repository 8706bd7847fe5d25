from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Trainee
from learning.models.sessions import NameKey
from learning.rules.completion import DONE, Rule
from trainee_mgmt.kit.words import spoken


class OnlineCourse(models.Model):
    """A course on an outside platform that a cohort studies; ``theme`` groups the courses (12 in three themes)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="online_courses")
    name = models.CharField(_("course"), max_length=120, help_text=_("As the platform writes it in its files."))
    name_key = models.GeneratedField(expression=NameKey("name"), output_field=models.TextField(), db_persist=True)
    theme = models.CharField(_("theme"), max_length=60)
    url = models.URLField(_("address of the course"), blank=True)

    class Meta:
        verbose_name = _("online course")
        constraints = [models.UniqueConstraint(fields=["cohort", "name_key"], name="learning_online_course_once")]

    def __str__(self):
        return self.name


class OnlineProgress(models.Model):
    """How far a trainee is in a course, as a file of the platform says: an append-only fact with its file and line.

    A later file's row takes the place of the one before, which is no longer ``in_force``.
    """

    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="online_progress")
    course = models.ForeignKey(OnlineCourse, on_delete=models.PROTECT, related_name="progress")
    percent = models.DecimalField(_("progress"), max_digits=5, decimal_places=2)
    minutes = models.PositiveIntegerField(_("minutes"), default=0)
    completed_at = models.DateTimeField(_("finished at"), null=True)
    as_of = models.DateTimeField(_("as of"))
    source = models.CharField(_("file"), max_length=200)
    line = models.PositiveIntegerField(_("line"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"))
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("online progress")
        constraints = [
            models.UniqueConstraint(
                fields=["trainee", "course"], condition=Q(in_force=True), name="learning_progress_in_force_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=DONE), name="learning_progress_is_a_percentage"
            ),
        ]

    def __str__(self):
        return f"{self.trainee} {self.course} {self.percent}"


class ProgressCase(models.Model):
    """Something in a file of progress that a person must look at: nobody fits the row, or it cannot be.

    Nothing follows from an open case by itself. ``key`` names it, so that the same file makes it once; a row for nobody
    keeps what it said in ``row`` until somebody says whose it is.
    """

    class Kind(models.TextChoices):
        UNMATCHED = "unmatched", _("nobody fits")
        CLOCK = "clock", _("more minutes than the clock")
        BACK = "back", _("less than before")

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="progress_cases")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(max_length=64)
    who = models.CharField(_("whom it is about"), max_length=120)  # name and mask, never the number
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    name = models.CharField(max_length=60, blank=True)
    trainee = models.ForeignKey(
        Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="+", null=True
    )
    row = models.JSONField(default=dict)  # its sentences as kit/words.py keeps them
    source = models.CharField(_("file"), max_length=200)
    line = models.PositiveIntegerField(_("line"))
    found_at = models.DateTimeField(_("found at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decision = models.CharField(_("decision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("case of online progress")
        constraints = [models.UniqueConstraint(fields=["cohort", "key"], name="learning_progress_case_once")]
        indexes = [models.Index(fields=["cohort", "kind", "decided_at"], name="learning_progress_cases")]

    def __str__(self):
        return f"{self.who} {self.get_kind_display()}"

    @property
    def why(self) -> str:
        """Why nobody fits the row, in the language of whoever reads it."""
        return spoken(self.row.get("why", ""))


class CompletionRule(models.Model):
    """What a cohort asks for in all: courses by theme, sessions, activities, by a day. The latest version holds; none is
    ever changed. ``courses`` holds [theme, count]."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="completion_rules")
    version = models.PositiveSmallIntegerField(_("version"))
    due_on = models.DateField(_("by the end of"))
    courses = models.JSONField(default=list)
    sessions = models.PositiveSmallIntegerField(_("sessions attended"), default=0)
    activities = models.PositiveSmallIntegerField(_("activities attended"), default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("rule of completion")
        constraints = [models.UniqueConstraint(fields=["cohort", "version"], name="learning_completion_version_once")]

    def __str__(self):
        return f"{self.cohort} {self.version}"

    @property
    def rule(self) -> Rule:
        courses = tuple((theme, count) for theme, count in self.courses)
        return Rule(self.due_on, courses, self.sessions, self.activities)
