from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, TrainingClass
from library.models import Venue


class NameKey(Func):
    """A name as it is compared: one width, no spaces, no case (``rules.conflicts.name_key`` does the same)."""

    template = "regexp_replace(lower(normalize(%(expressions)s, NFKC)), '\\s', '', 'g')"
    output_field = models.TextField()


class TimeRange(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


VENUE_ONCE, TEACHER_ONCE = "learning_venue_once", "learning_teacher_once"
BOOKING = Coalesce("replaces", "id", output_field=models.BigIntegerField())  # a draft and what it replaces are one


class ReleasedManager(models.Manager):
    """What people see: sessions that are no drafts."""

    def get_queryset(self):
        return super().get_queryset().filter(is_draft=False)


class Session(models.Model):
    """One dated meeting (课次) of one or several classes. The half-open interval [starts_at, ends_at) is its time.

    ``objects`` holds what is released; ``everything`` holds the organizers' drafts too. A draft is a session of its own:
    a new one, or the coming state of the released one that it ``replaces``. Both hold their venue and teacher, so that a
    draft can always be released. ``sequence`` grows with every change that people see.

    Two sessions that are not cancelled never share a venue at a time, nor a teacher, unless an organizer decided that
    they ``may_overlap`` (two people of one name, one talk for two rooms).
    """

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
    teacher_key = models.GeneratedField(
        expression=NameKey("teacher_name"), output_field=models.TextField(), db_persist=True
    )
    venue = models.ForeignKey(
        Venue, verbose_name=_("venue"), on_delete=models.PROTECT, related_name="sessions", null=True, blank=True
    )
    may_overlap = models.BooleanField(_("the teacher may be elsewhere too"), default=False, editable=False)
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
    is_draft = models.BooleanField(_("draft"), default=False, editable=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="next_state", null=True, blank=True, editable=False
    )
    sequence = models.PositiveIntegerField(default=0, editable=False)
    uid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)

    everything = models.Manager()
    objects = ReleasedManager()

    class Meta:
        verbose_name = _("session")
        default_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="learning_session_takes_time"),
            models.CheckConstraint(
                condition=~Q(cancelled_at=None) | Q(cancel_reason=""), name="learning_reason_only_if_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(is_draft=True) | Q(replaces=None), name="learning_only_a_draft_replaces"
            ),
            ExclusionConstraint(
                name=VENUE_ONCE,
                expressions=[
                    ("venue", RangeOperators.EQUAL),
                    (BOOKING, RangeOperators.NOT_EQUAL),
                    (TimeRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None, venue__isnull=False),
            ),
            ExclusionConstraint(
                name=TEACHER_ONCE,
                expressions=[
                    ("teacher_key", RangeOperators.EQUAL),
                    (BOOKING, RangeOperators.NOT_EQUAL),
                    (TimeRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None, may_overlap=False) & ~Q(teacher_key=""),
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "starts_at", "id"], name="learning_session_by_time"),
            models.Index(fields=["starts_at"], name="learning_session_at"),
        ]

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
