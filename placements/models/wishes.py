from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort, Trainee
from placements.models.hosts import Host, HostContact, Offer
from placements.models.links import SignedLink
from placements.rules.host_wishes import Sight

MOST_RANKS = 10


class WishWindow(models.Model):
    """When trainees of a cohort say where they would like to go, and hosts whom they would like; from, up to not including until.

    ``shown_to_hosts``: keys of ``rules.host_wishes.Seen``, beside number and name; nothing said: what is usual there.
    """

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
    host_ranks = models.PositiveSmallIntegerField(
        _("trainees a host may rank for a post"),
        default=5,
        db_default=5,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_RANKS)],
    )
    shown_to_hosts = models.JSONField(_("what hosts see of each trainee"), null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(host_ranks__gte=1, host_ranks__lte=MOST_RANKS), name="placements_hosts_rank_few"
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

    @property
    def sight(self) -> Sight:
        return Sight.of(self.shown_to_hosts)


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


class WishLink(SignedLink):
    """The way of one contact to the wishes of the host for the posts that it offers to one cohort, without an account."""

    purpose = "wish link"
    page = "placements:wish_sheet"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="wish_links")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="wish_links")
    contact = models.ForeignKey(
        HostContact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="wish_links"
    )

    class Meta:
        verbose_name = _("link of a host")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "host"], condition=Q(revoked_at=None), name="placements_one_wish_link_a_host"
            )
        ]

    def __str__(self):
        return f"{self.contact} {self.host}"

    @property
    def holder(self) -> HostContact:
        return self.contact


class HostAnswer(models.Model):
    """A host has said whom it would like for a post, perhaps nobody in particular: one row each time, with who sent it how.

    By ``link`` the contact; without one the organizer ``entered_by`` wrote down what the host said. The wishes in force are
    rows of ``Wish``; here stands how many they were.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="host_answers")
    link = models.ForeignKey(WishLink, on_delete=models.PROTECT, related_name="answers", null=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written down by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    given_at = models.DateTimeField(_("answered at"))
    ranked = models.PositiveSmallIntegerField(pgettext_lazy("of a host", "ranked"))
    refused = models.PositiveSmallIntegerField(pgettext_lazy("of a host", "refused"))
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("answer of a host")
        constraints = [
            models.UniqueConstraint(
                fields=["offer"], condition=Q(in_force=True), name="placements_one_host_answer_in_force"
            )
        ]

    def __str__(self):
        return f"{self.offer} {self.given_at:%Y-%m-%d}"


class HostDraft(models.Model):
    """What a host has begun to say of a post and not yet sent: it counts nowhere."""

    offer = models.OneToOneField(Offer, on_delete=models.CASCADE, related_name="host_draft")
    link = models.ForeignKey(WishLink, on_delete=models.CASCADE, related_name="drafts")
    lines = models.JSONField()  # [[trainee, choice, reason], …] as typed: a rank, "no" or nothing
    kept_at = models.DateTimeField(_("last kept"))

    class Meta:
        verbose_name = _("draft of a host")

    def __str__(self):
        return f"{self.offer}"
