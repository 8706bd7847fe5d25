from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, FilteredRelation, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models.cohorts import Cohort, TrainingClass
from cohorts.models.people import Person


def unseen(trainee: str) -> tuple[str, ...]:
    """What of the trainee at that path a page about something else never shows, to ``defer`` it."""
    return tuple(f"{trainee}__{name}" for name in ("profile", "person__id_number", "person__phone"))


class TraineeQuerySet(models.QuerySet):
    def active(self):
        return self.filter(status=Trainee.Status.ACTIVE)

    def as_of(self, day: date):
        """In training on that day."""
        return self.filter(Q(joined_on__lte=day), Q(ended_on=None) | Q(ended_on__gt=day))

    def with_class(self, day: date):
        """Adds ``membership`` (one row at most): ``membership__training_class__name`` is the class on that day."""
        return self.annotate(
            membership=FilteredRelation(
                "memberships",
                condition=Q(memberships__starts_on__lte=day)
                & (Q(memberships__ends_on=None) | Q(memberships__ends_on__gt=day)),
            )
        )


class Trainee(models.Model):
    """A person's place in one cohort (学员); attendance, journals and scores hang from it.

    In training from ``joined_on`` up to, not including, ``ended_on``. ``profile`` holds the values of the cohort's profile fields.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("in training")
        WITHDRAWN = "withdrawn", _("withdrawn")
        COMPLETED = "completed", _("completed")

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="trainees")
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="traineeships")
    number = models.CharField(_("number"), max_length=20)
    work_unit = models.CharField(_("works at"), max_length=120, blank=True)
    position = models.CharField(_("position"), max_length=80, blank=True)
    profile = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    joined_on = models.DateField(_("joined on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)
    hand_set = models.JSONField(default=list, editable=False)

    objects = TraineeQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainee")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person"], name="cohorts_trainee_once"),
            models.UniqueConstraint(fields=["cohort", "number"], name="cohorts_number_once"),
            models.CheckConstraint(
                condition=Q(status="active", ended_on=None) | (~Q(status="active") & Q(ended_on__isnull=False)),
                name="cohorts_ended_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("joined_on")), name="cohorts_ended_after_joined"
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "status", "number"], name="cohorts_trainee_list"),
            GinIndex(fields=["profile"], opclasses=["jsonb_path_ops"], name="cohorts_trainee_profile"),
        ]

    def __str__(self):
        return f"{self.number} {self.person.name}"

    def get_absolute_url(self):
        return reverse("cohorts:trainee_detail", kwargs={"pk": self.pk})


class DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


class ClassMembership(models.Model):
    """A trainee is in a class from ``starts_on`` up to, not including, ``ends_on``; in one class at most on any day."""

    trainee = models.ForeignKey(Trainee, on_delete=models.CASCADE, related_name="memberships")
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.PROTECT, related_name="memberships"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("class membership")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="cohorts_membership_ends_after_start"
            ),
            ExclusionConstraint(
                name="cohorts_one_class_a_day",
                expressions=[
                    ("trainee", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["training_class", "starts_on", "ends_on"], name="cohorts_membership_class")]

    def __str__(self):
        return f"{self.training_class} {self.starts_on} – {self.ends_on or ''}"
