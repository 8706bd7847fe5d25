from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, TrainingClass
from learning.rules.places import place_words
from library.models import Venue
from trainee_mgmt.kit.names import NameKey


class TimeRange(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


TEACHES_ONCE = Q(may_overlap=False) & ~Q(teacher_key="")


def booked_once(field: str, among: str, condition: Q) -> ExclusionConstraint:
    """No two sessions that are not cancelled share a value of the field at a time. Checked at the end of a statement,
    or of a transaction that asks for it: a release may swap two rooms."""
    return ExclusionConstraint(
        name=f"learning_{field}_once_{among}",
        expressions=[
            (field, RangeOperators.EQUAL),
            (TimeRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
        ],
        condition=Q(cancelled_at=None) & condition,
        deferrable=Deferrable.IMMEDIATE,
    )


class ReleasedManager(models.Manager):
    """What people see: sessions that are no drafts."""

    def get_queryset(self):
        return super().get_queryset().filter(is_draft=False)


class Session(models.Model):
    """One dated meeting (课次) of one or several classes. The half-open interval [starts_at, ends_at) is its time.

    ``objects`` holds what is released; ``everything`` holds the organizers' drafts too. A draft is a session of its own:
    a new one, or the coming state of the released one that it ``replaces``, which is then superseded. ``sequence`` grows
    with every change that people see.

    Two sessions that are not cancelled never share a venue at a time, nor a teacher, unless an organizer decided that
    they ``may_overlap`` (one talk for two rooms): not among those that are released, and not among those that are
    planned (drafts in place of what they supersede).
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
    is_superseded = models.BooleanField(default=False, db_default=False, editable=False)
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
            models.CheckConstraint(
                condition=Q(is_superseded=False) | Q(is_draft=False), name="learning_a_draft_has_no_draft"
            ),
            booked_once("venue", "planned", Q(is_superseded=False, venue__isnull=False)),
            booked_once("venue", "released", Q(is_draft=False, venue__isnull=False)),
            booked_once("teacher_key", "planned", Q(is_superseded=False) & TEACHES_ONCE),
            booked_once("teacher_key", "released", Q(is_draft=False) & TEACHES_ONCE),
        ]
        indexes = [
            models.Index(fields=["cohort", "starts_at", "id"], name="learning_session_by_time"),
            models.Index(fields=["starts_at"], name="learning_session_at"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("learning:session_detail", kwargs={"pk": self.pk})

    @property
    def where(self) -> str:
        """Venue and place in words; the venue has to be loaded along."""
        return place_words(self.venue.name if self.venue else "", self.place)


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
