from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cohorts.rules.journaling import Every, JournalRule
from cohorts.rules.scoring import Marking, Scoring
from programs.models import Program


class Cohort(models.Model):
    """A dated run of a program with its people (期); everything that happens to trainees lies under one.

    ``roster_version`` grows with every change of its people, classes or groups; a stored plan names the version that it
    was computed against.
    """

    class JournalEvery(models.TextChoices):
        NONE = "none", _("no journals")
        DAY = "day", _("every working day")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")

    class JournalScore(models.TextChoices):
        NONE = "none", _("no score")
        POINTS = "points", _("points from 0 to 100")
        GRADES = "grades", _("by grades")

    program = models.ForeignKey(Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField(_("name"), max_length=100)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    journal_every = models.CharField(_("journals"), max_length=8, choices=JournalEvery, default=JournalEvery.WEEK)
    journal_due_in = models.PositiveSmallIntegerField(
        _("days to hand a journal in"),
        default=0,
        validators=[MaxValueValidator(60)],
        help_text=_("Counted from the last day of its day, week or month. 0: on that day itself."),
    )
    journal_from = models.DateField(null=True, editable=False)  # since when it is so; null: from the first day
    journal_review_in = models.PositiveSmallIntegerField(
        _("days to answer a journal"),
        default=3,
        db_default=3,
        validators=[MaxValueValidator(60)],
        help_text=_(
            "Counted from the day on which it is handed in; what would end on a day off ends on the next working day."
        ),
    )
    journal_score = models.CharField(
        _("score of a journal"), max_length=8, choices=JournalScore, default=JournalScore.NONE, db_default="none"
    )
    journal_scale = models.TextField(
        _("grades of the score"),
        max_length=400,
        blank=True,
        db_default="",
        help_text=_("One on a line with its points from 0 to 100, as in “good 85”. Needed for a score by grades."),
    )
    journal_prompts = models.TextField(
        _("questions for the journal"),
        max_length=1000,
        blank=True,
        help_text=_("One on a line; they stand above the empty journal."),
    )
    is_closed = models.BooleanField(_("closed"), default=False)
    roster_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("cohort")
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="cohorts_name_once_per_program"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cohorts_ends_after_start"),
            models.CheckConstraint(condition=Q(journal_due_in__lte=60), name="cohorts_journal_due_in_60_days"),
            models.CheckConstraint(condition=Q(journal_review_in__lte=60), name="cohorts_journal_review_in_60_days"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cohorts:cohort_detail", kwargs={"cohort": self.pk})

    @property
    def journal_rule(self) -> JournalRule:
        """The newest; those before it are ``past_journal_rules``."""
        return JournalRule(Every(self.journal_every), self.journal_due_in, self.journal_from)

    @property
    def scoring(self) -> Scoring:
        """How its journals are scored."""
        return Scoring(Marking(self.journal_score), self.journal_scale)


class PastJournalRule(models.Model):
    """How a cohort asked for journals before its rule was changed; journals of periods begun under it stay due by it."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="past_journal_rules")
    every = models.CharField(max_length=8, choices=Cohort.JournalEvery)
    due_in = models.PositiveSmallIntegerField()
    from_on = models.DateField(null=True)  # null: from the first day of the cohort
    until_on = models.DateField()  # the first day on which it held no more

    class Meta:
        verbose_name = _("past rule of journals")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "until_on"], name="cohorts_past_journal_rule_once"),
            models.CheckConstraint(condition=Q(from_on__lt=F("until_on")), name="cohorts_past_journal_rule_in_order"),
        ]

    def __str__(self):
        return f"{self.get_every_display()} – {self.until_on}"

    @property
    def rule(self) -> JournalRule:
        return JournalRule(Every(self.every), self.due_in, self.from_on, self.until_on)


class TrainingClass(models.Model):
    """A class (班) of a cohort, usually of one street or district."""

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="classes")
    name = models.CharField(_("name"), max_length=60)
    number = models.PositiveSmallIntegerField(_("order"), default=0)
    unit = models.ForeignKey(
        Unit, verbose_name=_("street or unit"), on_delete=models.PROTECT, related_name="classes", null=True, blank=True
    )

    class Meta:
        verbose_name = _("class")
        constraints = [models.UniqueConstraint(fields=["cohort", "name"], name="cohorts_class_name_once")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cohorts:class_detail", kwargs={"pk": self.pk})
