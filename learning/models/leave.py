from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models.sessions import TimeRange
from learning.rules.leave import Act, Level, Limits, State

LEAVE_ONCE = "learning_leave_once"


class LeaveType(models.Model):
    """A kind of leave of one cohort: sick, personal, official. Its rules hold for what is asked from now on."""

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="leave_types")
    name = models.CharField(_("name"), max_length=30)
    needs_evidence = models.BooleanField(
        _("a picture or PDF must be attached"), default=False, help_text=_("A certificate, an official letter.")
    )
    officer_days = models.DecimalField(
        _("A class officer decides up to (days)"),
        max_digits=4,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(184)],
        help_text=_("0.5 is half a day, up to four hours. 0: officers do not decide."),
    )
    head_teacher_days = models.DecimalField(
        _("The head teacher decides up to (days)"),
        max_digits=4,
        decimal_places=1,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(184)],
        help_text=_("Longer leave goes by the head teacher to the organizer."),
    )
    after_days = models.PositiveSmallIntegerField(
        _("May be asked for afterwards, within (days)"),
        default=0,
        validators=[MaxValueValidator(90)],
        help_text=_("Counted from its beginning. 0: in advance only."),
    )
    is_closed = models.BooleanField(_("no longer offered"), default=False)

    class Meta:
        verbose_name = _("kind of leave")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "name"], name="learning_leave_type_once"),
            models.CheckConstraint(
                condition=Q(officer_days__gte=0, head_teacher_days__gte=F("officer_days")),
                name="learning_leave_levels_rise",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def limits(self) -> Limits:
        return Limits(self.officer_days, self.head_teacher_days, self.after_days)


class Leave(models.Model):
    """Leave of one trainee over the half-open time [starts_at, ends_at).

    While it is approved it excuses every session that it overlaps: that is computed (``PersonTime``) and written
    nowhere, so a session that is added or moved later is excused by itself, and revoking restores all.
    """

    class State(models.TextChoices):
        WAITING = State.WAITING, _("waiting for a decision")
        RETURNED = State.RETURNED, _("returned")
        APPROVED = State.APPROVED, _("approved")
        REFUSED = State.REFUSED, _("not approved")
        WITHDRAWN = State.WITHDRAWN, _("request withdrawn")
        REVOKED = State.REVOKED, _("revoked")

    class Level(models.IntegerChoices):
        OFFICER = Level.OFFICER, _("class officer")
        HEAD_TEACHER = Level.HEAD_TEACHER, _("head teacher")
        ORGANIZER = Level.ORGANIZER, _("organizer")

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="leaves")
    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="leaves")
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.PROTECT, related_name="leaves", null=True
    )  # of the trainee on the first day
    leave_type = models.ForeignKey(LeaveType, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="leaves")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    days = models.DecimalField(_("days"), max_digits=4, decimal_places=1)
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    steps = ArrayField(models.PositiveSmallIntegerField())  # the levels that have to agree, in order
    level = models.PositiveSmallIntegerField(_("waits for"), choices=Level)
    asked_at = models.DateTimeField(_("requested at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("leave")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="learning_leave_takes_time"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "returned"], decided_at=None)
                | (~Q(state__in=["waiting", "returned"]) & Q(decided_at__isnull=False)),
                name="learning_leave_decided_has_a_time",
            ),
            ExclusionConstraint(
                name=LEAVE_ONCE,
                expressions=[
                    ("trainee", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["waiting", "returned", "approved"]),
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "-starts_at", "id"], name="learning_leave_of_cohort"),
            models.Index(fields=["cohort", "level"], condition=Q(state="waiting"), name="learning_leave_waiting"),
            models.Index(fields=["trainee", "starts_at"], name="learning_leave_of_trainee"),
        ]

    def __str__(self):
        return f"{self.trainee} {self.leave_type}"

    def get_absolute_url(self):
        return reverse("learning:leave_detail", kwargs={"pk": self.pk})


class LeaveStep(models.Model):
    """What was said and done about a leave, in order; never changed."""

    class Act(models.TextChoices):
        ASK = Act.ASK, _("asked")
        FORWARD = Act.FORWARD, _("agreed, passed on")
        APPROVE = Act.APPROVE, _("approved")
        REFUSE = Act.REFUSE, _("not approved")
        RETURN = Act.RETURN, _("returned")
        WITHDRAW = Act.WITHDRAW, _("request withdrawn")
        REVOKE = Act.REVOKE, _("revoked")

    leave = models.ForeignKey(Leave, on_delete=models.PROTECT, related_name="history")
    act = models.CharField(_("step"), max_length=10, choices=Act)
    level = models.PositiveSmallIntegerField(choices=Leave.Level, null=True)
    text = models.CharField(_("reason"), max_length=500, blank=True)
    facts = models.JSONField(default=dict)  # of what was asked: kind, times
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("step of a leave")

    def __str__(self):
        return f"{self.get_act_display()} {self.text[:30]}"


class LeaveEvidence(models.Model):
    """A picture (encoded anew, without its metadata) or a PDF (handed out as a download only) with a leave."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("picture")
        PDF = "pdf", "PDF"

    leave = models.ForeignKey(Leave, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=8, choices=Kind)
    file = models.FileField(upload_to="leave/%Y/%m/")
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("evidence")

    def __str__(self):
        return self.file.name
