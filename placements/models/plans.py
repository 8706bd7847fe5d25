from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Job
from cohorts.models import Cohort, Trainee
from placements.models.hosts import MOST_SEATS, Offer
from trainee_mgmt.kit.crypto import SealedBytesField

SMALL = 6_000  # pairs of a person and a post
WEIGHT = {"max_digits": 5, "decimal_places": 2, "validators": [MinValueValidator(0), MaxValueValidator(100)]}


class MatchingRules(models.Model):
    """A version of the rules by which the trainees of a cohort are matched to posts; never changed, only followed by the next.

    ``keys``: which field of the profile holds the answer to each question; ``related``: pairs of words that belong together.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="matching_rules")
    version = models.PositiveIntegerField(_("version"))
    post_fit = models.DecimalField(_("post fit"), default=Decimal(25), **WEIGHT)
    industry = models.DecimalField(_("industry relation"), default=Decimal(20), **WEIGHT)
    work = models.DecimalField(_("work relation"), default=Decimal(15), **WEIGHT)
    trainee_wish = models.DecimalField(_("wish of the trainee"), default=Decimal(20), **WEIGHT)
    host_wish = models.DecimalField(_("wish of the host"), default=Decimal(10), **WEIGHT)
    lodging = models.DecimalField(_("lodging"), default=Decimal(5), **WEIGHT)
    distance = models.DecimalField(_("distance"), default=Decimal(5), **WEIGHT)
    most_of_unit = models.PositiveSmallIntegerField(
        _("at most so many of one work unit at a host"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    least_at_host = models.PositiveSmallIntegerField(
        _("at least so many at each host"), default=0, validators=[MaxValueValidator(MOST_SEATS)]
    )
    needs_lodging = models.BooleanField(_("whoever needs lodging goes only where there is some"), default=True)
    keys = models.JSONField(default=dict)
    related = models.JSONField(default=list)
    note = models.CharField(_("why this version"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("rules of matching")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "version"], name="placements_rules_version_once"),
            models.CheckConstraint(
                condition=Q(post_fit__gte=0, industry__gte=0, work__gte=0, trainee_wish__gte=0)
                & Q(host_wish__gte=0, lodging__gte=0, distance__gte=0),
                name="placements_weights_are_not_negative",
            ),
        ]

    def __str__(self):
        return f"{self.cohort} {self.version}"


class KeptApart(models.Model):
    """Two trainees who are not to be at one host, with the reason; ``one`` has the smaller key."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="kept_apart")
    one = models.ForeignKey(Trainee, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Trainee, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("kept apart")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="placements_apart_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="placements_apart_in_order"),
        ]

    def __str__(self):
        return f"{self.one} {self.other}"


class MatchPlan(models.Model):
    """A matching of the trainees of a cohort to the posts that begin on one day: seen by its organizers only until published.

    ``facts``: all that went into it, sealed; ``digest`` names them. ``revision`` counts the changes since it was solved.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("not solved yet")
        SOLVING = "solving", _("being solved")
        SOLVED = "solved", _("solved")
        INFEASIBLE = "infeasible", _("rules clash")
        PUBLISHED = "published", _("published")

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="match_plans")
    number = models.PositiveIntegerField(_("number of the plan"))
    starts_on = models.DateField(_("for posts from"))
    rules = models.ForeignKey(MatchingRules, on_delete=models.PROTECT, related_name="plans")
    after = models.ForeignKey("self", on_delete=models.PROTECT, related_name="followers", null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    facts = SealedBytesField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    people = models.PositiveIntegerField(_("number of people"), default=0)
    posts = models.PositiveIntegerField(_("posts"), default=0)
    hosts = models.PositiveIntegerField(_("host enterprises"), default=0)
    seats = models.PositiveIntegerField(_("free seats"), default=0)
    placed = models.PositiveIntegerField(_("placed"), default=0)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=0)
    best_placed = models.PositiveIntegerField(default=0)
    best_total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    clash = models.JSONField(default=list)
    seconds = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, related_name="+", null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField(_("made at"))
    solved_at = models.DateTimeField(_("solved at"), null=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("matching plan")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="placements_plan_number_once"),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at=None)),
                name="placements_published_has_a_moment",
            ),
        ]

    def __str__(self):
        return f"{self.cohort.name} · {self.number}"

    def get_absolute_url(self):
        return reverse("placements:match_plan_detail", kwargs={"pk": self.pk})

    @property
    def is_small(self) -> bool:
        """Whether it is solved, and its prices are named, while somebody waits."""
        return self.people * self.posts <= SMALL

    @property
    def is_open(self) -> bool:
        """Somebody can still be moved in it, and it can be published."""
        return self.state == self.State.SOLVED

    @cached_property
    def overtaken_by(self) -> "MatchPlan | None":
        """The plan for the same posts that was published after this one was made: its people have their places now."""
        if self.state == self.State.PUBLISHED:
            return None
        others = MatchPlan.objects.filter(cohort=self.cohort_id, starts_on=self.starts_on)
        return others.filter(published_at__gt=self.made_at).order_by("published_at").last()


class MatchPair(models.Model):
    """A trainee of a plan with the post found, or without one; ``points`` by criterion, in hundredths, re-add to ``total``."""

    plan = models.ForeignKey(MatchPlan, on_delete=models.CASCADE, related_name="pairs")
    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(
        Offer, verbose_name=_("post"), on_delete=models.PROTECT, related_name="match_pairs", null=True
    )
    points = models.JSONField(default=dict)
    total = models.DecimalField(_("points"), max_digits=7, decimal_places=2, default=0)
    rank = models.PositiveSmallIntegerField(_("wish"), null=True)
    is_locked = models.BooleanField(_("locked"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=8, decimal_places=2, null=True)
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    moved_at = models.DateTimeField(_("moved at"), null=True)

    class Meta:
        verbose_name = _("pair of a plan")
        constraints = [
            models.UniqueConstraint(fields=["plan", "trainee"], name="placements_pair_once"),
            models.CheckConstraint(
                condition=Q(is_locked=False) | Q(offer__isnull=False), name="placements_locked_has_a_post"
            ),
        ]

    def __str__(self):
        return f"{self.plan} {self.trainee}"


class MatchPrice(models.Model):
    """What it costs all together to give a trainee of a plan another post, as the worker found it; it holds for one revision
    of the plan. Without ``found`` it is being searched."""

    pair = models.ForeignKey(MatchPair, on_delete=models.CASCADE, related_name="prices")
    offer = models.ForeignKey(Offer, verbose_name=_("post"), on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    found = models.JSONField(null=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        verbose_name = _("price of a place")
        constraints = [
            models.UniqueConstraint(fields=["pair", "offer", "revision"], name="placements_price_once"),
        ]

    def __str__(self):
        return f"{self.pair} → {self.offer}"
