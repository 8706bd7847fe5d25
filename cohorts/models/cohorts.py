from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from programs.models import Program


class Cohort(models.Model):
    """A dated run of a program with its people (期); everything that happens to trainees lies under one.

    ``roster_version`` grows with every change of its people, classes or groups; a stored plan names the version that it
    was computed against.
    """

    class JournalEvery(models.TextChoices):
        NONE = "none", _("no journals")
        WEEK = "week", _("every week")

    program = models.ForeignKey(Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField(_("name"), max_length=100)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    journal_every = models.CharField(_("journals"), max_length=8, choices=JournalEvery, default=JournalEvery.WEEK)
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
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cohorts:cohort_detail", kwargs={"cohort": self.pk})


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
