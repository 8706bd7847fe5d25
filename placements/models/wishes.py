from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Trainee
from placements.models.hosts import Offer

MOST_RANKS = 10


class WishWindow(models.Model):
    """When trainees of a cohort say where they would like to go, and hosts whom they would like; from, up to not including until."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="wish_window")
    trainees_from = models.DateTimeField(_("trainees: from"))
    trainees_until = models.DateTimeField(_("trainees: until"))
    hosts_from = models.DateTimeField(_("hosts: from"), null=True, blank=True)
    hosts_until = models.DateTimeField(_("hosts: until"), null=True, blank=True)
    most_ranks = models.PositiveSmallIntegerField(
        _("wishes a person may rank"), default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_RANKS)]
    )
    most_refusals = models.PositiveSmallIntegerField(
        _("posts a person may refuse"), default=2, validators=[MaxValueValidator(MOST_RANKS)]
    )

    class Meta:
        verbose_name = _("window of wishes")
        constraints = [
            models.CheckConstraint(
                condition=Q(trainees_until__gt=F("trainees_from")), name="placements_window_of_trainees_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(hosts_from=None, hosts_until=None) | Q(hosts_until__gt=F("hosts_from")),
                name="placements_window_of_hosts_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(most_ranks__gte=1, most_ranks__lte=MOST_RANKS, most_refusals__lte=MOST_RANKS),
                name="placements_window_counts_few",
            ),
        ]

    def __str__(self):
        return str(self.cohort)

    def is_open(self, side: str, at: datetime) -> bool:
        first, last = (
            (self.trainees_from, self.trainees_until)
            if side == Wish.Side.TRAINEE
            else (self.hosts_from, self.hosts_until)
        )
        return first is not None and first <= at < last


class Wish(models.Model):
    """A trainee wishes a post or a host wishes a trainee: ``rank`` 1 is the first; without a rank it is a refusal."""

    class Side(models.TextChoices):
        TRAINEE = "trainee", _("trainee")
        HOST = "host", _("host enterprise")

    side = models.CharField(_("by"), max_length=8, choices=Side)
    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.CASCADE, related_name="wishes")
    offer = models.ForeignKey(Offer, verbose_name=_("post"), on_delete=models.CASCADE, related_name="wishes")
    rank = models.PositiveSmallIntegerField(_("order of the wish"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("wish")
        constraints = [
            models.UniqueConstraint(fields=["side", "trainee", "offer"], name="placements_wish_once"),
            models.UniqueConstraint(
                fields=["trainee", "rank"],
                condition=Q(side="trainee", rank__isnull=False),
                name="placements_one_post_a_rank",
            ),
            models.UniqueConstraint(
                fields=["offer", "rank"],
                condition=Q(side="host", rank__isnull=False),
                name="placements_one_trainee_a_rank",
            ),
            models.CheckConstraint(
                condition=Q(rank=None) | Q(rank__gte=1, rank__lte=MOST_RANKS), name="placements_rank_is_small"
            ),
            models.CheckConstraint(condition=~Q(rank=None) | ~Q(reason=""), name="placements_refusal_has_a_reason"),
        ]
        indexes = [models.Index(fields=["offer", "side"], name="placements_wishes_of_offer")]

    def __str__(self):
        return f"{self.trainee} {self.offer}"
