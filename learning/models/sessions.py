from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, TrainingClass


class Session(models.Model):
    """One dated meeting (课次) of one or several classes. The half-open interval [starts_at, ends_at) is its time."""

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE = "online", _("online")
        BOTH = "both", _("on site and online")

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="sessions")
    classes = models.ManyToManyField(
        TrainingClass, verbose_name=_("classes"), through="SessionClass", related_name="sessions"
    )
    title = models.CharField(_("title"), max_length=120)
    teacher_name = models.CharField(_("teacher"), max_length=60, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    mode = models.CharField(_("how"), max_length=8, choices=Mode, default=Mode.ON_SITE)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)
    rolled_at = models.DateTimeField(_("roll called at"), null=True, blank=True, editable=False)
    rolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("roll called by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("session")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="learning_session_takes_time"),
            models.CheckConstraint(
                condition=~Q(cancelled_at=None) | Q(cancel_reason=""), name="learning_reason_only_if_cancelled"
            ),
        ]
        indexes = [models.Index(fields=["cohort", "starts_at", "id"], name="learning_session_by_time")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("learning:session_detail", kwargs={"pk": self.pk})


class SessionClass(models.Model):
    """A class takes part in a session."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="session_classes")
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="session_classes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "training_class"], name="learning_class_in_session_once")
        ]

    def __str__(self):
        return f"{self.session} {self.training_class}"
