from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.schemes import Indicator, Scheme
from cohorts.models import Trainee


class Score(models.Model):
    """Points of one rater for one trainee on one indicator: an append-only fact, like a mark of attendance.

    ``points`` is empty where a rater took a score back. A trigger allows only ``in_force`` to turn false.
    """

    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="scores"
    )
    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="scores")
    rater = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("rater"), on_delete=models.PROTECT, related_name="scores"
    )
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2, null=True)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("score")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "trainee", "rater"],
                condition=Q(in_force=True),
                name="assessments_one_score_in_force",
            ),
            models.CheckConstraint(condition=Q(points=None) | Q(points__gte=0), name="assessments_points_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["trainee", "indicator"], condition=Q(in_force=True), name="assessments_score_of_trainee"
            )
        ]

    def __str__(self):
        return f"{self.indicator} {self.points}"


class Result(models.Model):
    """A published total, frozen with its lines: later changes of the data do not touch it.

    A ledger too: taking a publication back turns ``in_force`` off, and publishing again adds new rows. Each of ``lines``
    holds what the total was computed from and the keys of the rows behind it.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="results")
    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="results")
    total = models.DecimalField(_("total"), max_digits=6, decimal_places=2, null=True)
    lines = models.JSONField(default=list)
    published_at = models.DateTimeField(_("published at"), null=True)
    in_force = models.BooleanField(default=True, db_default=True)

    class Meta:
        verbose_name = _("result")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "trainee"], condition=Q(in_force=True), name="assessments_result_once"
            )
        ]

    def __str__(self):
        return f"{self.trainee} {self.total}"
