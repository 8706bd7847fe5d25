from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, StudyGroup, Trainee, TrainingClass
from learning.models.sessions import Session

RECORDED_ONCE = "learning_duty_recorded_once"


class DutyKind(models.Model):
    """What each class, or each group of a class, does every week (每周学研): a study, a sharing, a seminar. Data of the cohort."""

    class HeldBy(models.TextChoices):
        CLASS = "class", _("each class")
        GROUP = "group", _("each group of a class")

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="duty_kinds")
    name = models.CharField(_("name"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    held_by = models.CharField(_("held by"), max_length=8, choices=HeldBy, default=HeldBy.CLASS)
    per_week = models.PositiveSmallIntegerField(
        _("times a week"), default=1, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    speakers = models.PositiveSmallIntegerField(
        _("speakers by turn"),
        default=1,
        validators=[MaxValueValidator(5)],
        help_text=_("So many are proposed each time. 0: nobody speaks by turn."),
    )
    from_on = models.DateField(
        _("from the week of"), null=True, blank=True, help_text=_("Empty: from the first week of the cohort.")
    )
    until_on = models.DateField(
        _("until the week of"), null=True, blank=True, help_text=_("Empty: to the last week of the cohort.")
    )

    class Meta:
        verbose_name = _("weekly duty")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "name"], name="learning_duty_kind_once"),
            models.CheckConstraint(
                condition=Q(per_week__gte=1, per_week__lte=7, speakers__lte=5), name="learning_duty_kind_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="learning_duty_kind_days_in_order",
            ),
        ]

    def __str__(self):
        return self.name


class DutyPause(models.Model):
    """A week in which nothing is due, for the whole cohort or one class: holidays, a journey."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="duty_pauses")
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.CASCADE, related_name="duty_pauses", null=True
    )
    monday = models.DateField(_("week"))
    reason = models.CharField(_("reason"), max_length=100)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("week without duties")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "training_class", "monday"], nulls_distinct=False, name="learning_duty_pause_once"
            ),
            models.CheckConstraint(condition=Q(monday__iso_week_day=1), name="learning_duty_pause_from_monday"),
        ]

    def __str__(self):
        return f"{self.monday} {self.reason}"


class DutyRecord(models.Model):
    """A weekly duty that was held. A correction is a new row; ``nth`` counts those of one week."""

    kind = models.ForeignKey(DutyKind, verbose_name=_("duty"), on_delete=models.PROTECT, related_name="records")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="duty_records")
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.PROTECT, related_name="duty_records"
    )
    group = models.ForeignKey(
        StudyGroup, verbose_name=_("group"), on_delete=models.PROTECT, related_name="duty_records", null=True
    )
    monday = models.DateField(_("week"))
    nth = models.PositiveSmallIntegerField(default=1)
    held_on = models.DateField(_("held on"))
    topic = models.CharField(_("topic"), max_length=200)
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.PROTECT, related_name="duty_records", null=True
    )
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("weekly duty held")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "training_class", "group", "monday", "nth"],
                condition=Q(in_force=True),
                nulls_distinct=False,
                name=RECORDED_ONCE,
            ),
            models.CheckConstraint(
                condition=Q(monday__iso_week_day=1, held_on__gte=F("monday")), name="learning_duty_held_in_its_week"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.held_on}"


class DutySpeaker(models.Model):
    """Who spoke at a weekly duty; counts while its record is in force. Never changed."""

    record = models.ForeignKey(DutyRecord, on_delete=models.PROTECT, related_name="speakers")
    trainee = models.ForeignKey(
        Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="duties_spoken"
    )

    class Meta:
        verbose_name = _("speaker")
        constraints = [models.UniqueConstraint(fields=["record", "trainee"], name="learning_duty_speaker_once")]

    def __str__(self):
        return f"{self.record_id} {self.trainee_id}"


class DutyTurn(models.Model):
    """What somebody decided about whose turn a week is: this person speaks, or is passed over and why. Never rewritten."""

    class Act(models.TextChoices):
        SPEAKS = "speaks", _("speaks")
        PASSED = "passed", _("passed over")

    kind = models.ForeignKey(DutyKind, on_delete=models.PROTECT, related_name="turns")
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="duty_turns")
    group = models.ForeignKey(StudyGroup, on_delete=models.PROTECT, related_name="duty_turns", null=True)
    monday = models.DateField(_("week"))
    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="duty_turns")
    act = models.CharField(max_length=8, choices=Act)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("turn")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "training_class", "group", "monday", "trainee"],
                condition=Q(in_force=True),
                nulls_distinct=False,
                name="learning_duty_turn_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(act="speaks") | ~Q(reason=""), name="learning_duty_passed_over_for_a_reason"
            ),
            models.CheckConstraint(condition=Q(monday__iso_week_day=1), name="learning_duty_turn_from_monday"),
        ]

    def __str__(self):
        return f"{self.trainee_id} {self.monday} {self.act}"


class DutyDue(models.Model):
    """One weekly duty that is due of one class or group, with its record, if it was held. A view of the database.

    Due is every week of the cohort that holds a working day, in which the class or group has somebody, and that was not
    set free; and whatever was recorded.
    """

    id = models.BigIntegerField(primary_key=True)  # of kind, class or group, week and number together
    cohort = models.ForeignKey(Cohort, on_delete=models.DO_NOTHING, related_name="+")
    kind = models.ForeignKey(DutyKind, on_delete=models.DO_NOTHING, related_name="+")
    training_class = models.ForeignKey(TrainingClass, on_delete=models.DO_NOTHING, related_name="+")
    group = models.ForeignKey(StudyGroup, on_delete=models.DO_NOTHING, related_name="+", null=True)
    monday = models.DateField(_("week"))
    last_on = models.DateField()
    nth = models.PositiveSmallIntegerField()
    record = models.ForeignKey(DutyRecord, on_delete=models.DO_NOTHING, related_name="+", null=True)

    class Meta:
        verbose_name = _("weekly duty due")
        managed = False
        db_table = "learning_dutydue"

    def __str__(self):
        return f"{self.kind_id} {self.monday}"
