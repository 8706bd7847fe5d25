from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Trainee


class ActivityPlatform(models.Model):
    """One of the platforms (平台) under which a cohort's activities stand: learning, fellowship and so on. Data of the cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="platforms")
    name = models.CharField(_("platform"), max_length=40)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("platform")
        constraints = [models.UniqueConstraint(fields=["cohort", "name"], name="learning_platform_once")]

    def __str__(self):
        return self.name


class Activity(models.Model):
    """Something trainees may take part in (活动). Seats: who has signed up or holds an offer; an empty capacity has no end."""

    class Mode(models.TextChoices):
        OFFLINE = "offline", _("in person")
        ONLINE = "online", _("online")

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="activities")
    platform = models.ForeignKey(
        ActivityPlatform, verbose_name=_("platform"), on_delete=models.PROTECT, related_name="activities"
    )
    title = models.CharField(_("title"), max_length=120)
    mode = models.CharField(_("how"), max_length=8, choices=Mode, default=Mode.OFFLINE)
    place = models.CharField(_("place"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    capacity = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    opens_at = models.DateTimeField(_("sign-up from"))
    closes_at = models.DateTimeField(_("sign-up until"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)

    class Meta:
        verbose_name = _("activity")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="learning_activity_takes_time"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at"), closes_at__lte=F("ends_at")), name="learning_signup_window"
            ),
            models.CheckConstraint(condition=Q(capacity=None) | Q(capacity__gte=1), name="learning_activity_has_seats"),
        ]
        indexes = [models.Index(fields=["cohort", "starts_at", "id"], name="learning_activity_by_time")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("learning:activity_detail", kwargs={"pk": self.pk})


class Signup(models.Model):
    """A trainee's sign-up to an activity. ``queued_at`` orders the waiting list; an offer holds a seat until it lapses."""

    class State(models.TextChoices):
        SIGNED = "signed", _("signed up")
        WAITING = "waiting", _("on the waiting list")
        OFFERED = "offered", _("a seat is offered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="signups")
    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="signups")
    state = models.CharField(_("state"), max_length=10, choices=State)
    queued_at = models.DateTimeField(_("since"))
    offer_until = models.DateTimeField(_("offered until"), null=True)
    attended = models.BooleanField(_("came"), null=True)

    class Meta:
        verbose_name = _("sign-up")
        constraints = [
            models.UniqueConstraint(fields=["activity", "trainee"], name="learning_signup_once"),
            models.CheckConstraint(
                condition=Q(state="offered", offer_until__isnull=False) | (~Q(state="offered") & Q(offer_until=None)),
                name="learning_offer_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["trainee", "state"], name="learning_signup_of_trainee")]

    def __str__(self):
        return f"{self.activity} {self.trainee}"
