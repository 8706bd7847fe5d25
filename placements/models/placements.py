from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Trainee
from cohorts.models.trainees import DateRange
from placements.models.hosts import HostContact, Seat

DAYS = DateRange("starts_on", "ends_on", RangeBoundary(inclusive_upper=True))


class PlacementQuerySet(models.QuerySet):
    def standing(self):
        """All but those that were called off."""
        return self.exclude(state=Placement.State.CALLED_OFF)

    def as_of(self, day: date):
        """Those under way on that day."""
        return self.standing().filter(starts_on__lte=day, ends_on__gte=day)


class Placement(models.Model):
    """A trainee at a host (驻点) from ``starts_on`` to ``ends_on``, both included. It is made at the moment of publication.

    A seat has one trainee a day and a trainee one seat a day: the database refuses everything else.
    """

    class State(models.TextChoices):
        STANDING = "standing", _("standing")
        ENDED_EARLY = "ended_early", _("ended early")
        CALLED_OFF = "called_off", _("called off")  # before its first day

    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="placements")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="placements")
    mentor = models.ForeignKey(
        HostContact,
        verbose_name=_("mentor"),
        on_delete=models.PROTECT,
        related_name="placements",
        null=True,
        blank=True,
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.STANDING)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="placements_ends_after_start"),
            ExclusionConstraint(
                name="placements_one_trainee_a_seat",
                expressions=[("seat", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                condition=~Q(state="called_off"),
            ),
            ExclusionConstraint(
                name="placements_one_seat_a_trainee",
                expressions=[("trainee", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                condition=~Q(state="called_off"),
            ),
        ]
        indexes = [models.Index(fields=["trainee", "starts_on"], name="placements_of_trainee")]

    def __str__(self):
        return f"{self.trainee} {self.seat.offer}"

    def get_absolute_url(self):
        return reverse("placements:placement_detail", kwargs={"pk": self.pk})
