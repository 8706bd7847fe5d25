from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cohorts.models import Trainee
from learning.models.attendance import Attendance
from learning.rules.hours import FormRule, Measure, YearRule


class HourTable(models.Model):
    """How a unit, and the units below it, count credit hours: one version, frozen once it is put to use.

    It holds for what happens from ``starts_on`` on, until a later version begins. Not released, it is a draft.
    """

    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="hour_tables")
    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    starts_on = models.DateField(_("counts from"))
    required_hours = models.DecimalField(_("required hours a year"), max_digits=6, decimal_places=2, default=0)
    total_hours = models.DecimalField(_("hours in all a year"), max_digits=6, decimal_places=2, default=0)
    carries_over = models.BooleanField(_("hours above it go over to the next year"), default=False)
    carry_cap = models.DecimalField(_("at most so many go over"), max_digits=6, decimal_places=2, null=True, blank=True)
    released_at = models.DateTimeField(_("in use since"), null=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )

    class Meta:
        verbose_name = _("table of hours")
        constraints = [
            models.UniqueConstraint(fields=["unit", "version"], name="learning_hour_table_version_once"),
            models.UniqueConstraint(fields=["unit"], condition=Q(released_at=None), name="learning_one_hour_draft"),
            models.UniqueConstraint(
                fields=["unit", "starts_on"],
                condition=Q(released_at__isnull=False),
                name="learning_hour_table_begins_once",
            ),
            models.CheckConstraint(
                condition=Q(required_hours__gte=0, total_hours__gte=0) & (Q(carry_cap=None) | Q(carry_cap__gte=0)),
                name="learning_hour_table_not_negative",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("learning:hour_table_detail", kwargs={"pk": self.pk})

    @property
    def year_rule(self) -> YearRule:
        return YearRule(self.required_hours, self.total_hours, self.carries_over, self.carry_cap)


class HourRule(models.Model):
    """One form of study in a table of hours. ``steps`` holds [from, hours] as texts; with them ``per_unit`` says nothing."""

    class Counts(models.TextChoices):
        HAND = "", _("entered by the office")
        SESSION = "session", _("sessions on site, from the roll")
        ONLINE_SESSION = "online_session", _("online sessions, from the roll")
        COURSE = "course", _("finished online courses")

    table = models.ForeignKey(HourTable, on_delete=models.CASCADE, related_name="rules")
    order = models.PositiveSmallIntegerField(default=0, editable=False)
    name = models.CharField(_("form of study"), max_length=80)
    measure = models.CharField(
        _("counted by"),
        max_length=8,
        choices=[
            (Measure.MINUTE.value, _("minutes")),
            (Measure.HOUR.value, _("hours of the clock")),
            (Measure.HALF_DAY.value, _("half days")),
            (Measure.DAY.value, _("days")),
            (Measure.TIME.value, _("times")),
            (Measure.PIECE.value, _("pieces")),
        ],
        default=Measure.TIME.value,
    )
    per_unit = models.DecimalField(_("hours for each"), max_digits=6, decimal_places=2, default=0)
    multiplier = models.DecimalField(_("counted so many times"), max_digits=5, decimal_places=2, default=1)
    steps = models.JSONField(default=list, blank=True)
    day_cap = models.DecimalField(_("at most a day"), max_digits=6, decimal_places=2, null=True, blank=True)
    year_cap = models.DecimalField(_("at most a year"), max_digits=6, decimal_places=2, null=True, blank=True)
    together = models.CharField(
        _("counted together as"),
        max_length=80,
        blank=True,
        help_text=_("Forms with the same words here share their caps."),
    )
    is_required = models.BooleanField(_("counts for the required hours"), default=False)
    counts = models.CharField(_("where it comes from"), max_length=16, choices=Counts, blank=True, default=Counts.HAND)

    class Meta:
        verbose_name = _("form of study")
        constraints = [
            models.UniqueConstraint(fields=["table", "name"], name="learning_hour_form_once"),
            models.UniqueConstraint(
                fields=["table", "counts"], condition=~Q(counts=""), name="learning_hour_source_once"
            ),
            models.CheckConstraint(
                condition=Q(per_unit__gte=0, multiplier__gte=0), name="learning_hour_rule_not_negative"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def rule(self) -> FormRule:
        return FormRule(
            self.name, self.measure, self.per_unit, self.multiplier,
            tuple((Decimal(start), Decimal(hours)) for start, hours in self.steps),
            self.day_cap, self.year_cap, self.together, self.is_required, self.counts,
        )  # fmt: skip


class CreditEntry(models.Model):
    """Credit hours of one trainee: an append-only fact. The balance is the sum of ``hours`` over all rows, always.

    A correction is a row that is the reverse of another (``reverse_of``: the same hours with the other sign), and
    perhaps a new one. ``in_force`` is true for rows that count and were not reversed; a reverse row never has it, so
    the sum over the rows in force is the same. ``raw_hours`` is what the rule says, ``hours`` what its caps leave.
    ``key`` names the fact, so that it is entered once.
    """

    class Source(models.TextChoices):
        ROLL = "roll", _("roll of a session")
        HAND = "hand", _("entered by the office")
        FILE = "file", _("from a file")
        COURSE = "course", _("online course")
        CARRY = "carry", _("carried over")

    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="credits")
    table = models.ForeignKey(HourTable, on_delete=models.PROTECT, related_name="credits")
    rule = models.ForeignKey(
        HourRule, verbose_name=_("form of study"), on_delete=models.PROTECT, related_name="credits", null=True
    )
    quantity = models.DecimalField(_("quantity"), max_digits=8, decimal_places=2)
    raw_hours = models.DecimalField(_("hours by the rule"), max_digits=8, decimal_places=2)
    hours = models.DecimalField(_("hours"), max_digits=8, decimal_places=2)
    source = models.CharField(_("source"), max_length=8, choices=Source)
    mark = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="credits", null=True)
    key = models.CharField(max_length=64, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    happened_on = models.DateField(_("day"))
    year = models.PositiveSmallIntegerField(_("year"))
    reverse_of = models.OneToOneField(
        "self", verbose_name=_("reverse of"), on_delete=models.PROTECT, related_name="reversed_by", null=True
    )
    in_force = models.BooleanField(default=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("credit hours")
        constraints = [
            models.UniqueConstraint(fields=["mark"], condition=Q(in_force=True), name="learning_credit_of_mark_once"),
            models.UniqueConstraint(
                fields=["trainee", "key"], condition=Q(in_force=True) & ~Q(key=""), name="learning_credit_once"
            ),
            models.CheckConstraint(
                condition=Q(reverse_of=None) | Q(in_force=False), name="learning_reverse_is_not_in_force"
            ),
            models.CheckConstraint(
                condition=Q(source="carry")
                | Q(reverse_of__isnull=False)
                | Q(hours__gte=0, hours__lte=F("raw_hours"), rule__isnull=False),
                name="learning_credit_within_rule",
            ),
        ]
        indexes = [
            models.Index(fields=["trainee", "year"], name="learning_credit_of_year"),
            models.Index(fields=["happened_on", "id"], name="learning_credit_by_day"),
        ]

    def __str__(self):
        return f"{self.trainee} {self.happened_on} {self.hours}"
