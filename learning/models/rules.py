from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from learning.rules.states import NUMBERS, Limits


class AttendanceRules(models.Model):
    """One version of a cohort's rules of attendance, in force from a day until the next version's.

    With the first mark under it it is used; from then on a trigger lets nothing of it change.
    """

    cohort = models.ForeignKey(
        Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="attendance_rules"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    from_on = models.DateField(_("in force from"))
    late_from = models.PositiveSmallIntegerField(
        _("Late from minute"),
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("Minutes after the beginning; until then everybody is on time."),
    )
    absent_from = models.PositiveSmallIntegerField(
        _("Absent from minute"),
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("Whoever comes so late was absent. The same number as above: nobody is late."),
    )
    early_before = models.PositiveSmallIntegerField(
        _("Leaving early"),
        validators=[MaxValueValidator(600)],
        help_text=_("Whoever leaves more than so many minutes before the end leaves early."),
    )
    lates_per_absence = models.PositiveSmallIntegerField(
        _("Late arrivals that make an absence"),
        validators=[MaxValueValidator(20)],
        help_text=_("2: two late arrivals make one absence. 0: none do."),
    )
    earlies_per_absence = models.PositiveSmallIntegerField(
        _("Early leavings that make an absence"), validators=[MaxValueValidator(20)], help_text=_("0: none do.")
    )
    least_percent = models.PositiveSmallIntegerField(
        _("Attendance asked for (%)"),
        validators=[MaxValueValidator(100)],
        help_text=_("Of the planned sessions of a person; leave does not count as attended."),
    )
    most_absences = models.PositiveSmallIntegerField(
        _("Absences allowed"),
        validators=[MaxValueValidator(500)],
        help_text=_("More fail the training, whatever the rate. 0: no limit."),
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("Days to object to a mark"), validators=[MaxValueValidator(90)], help_text=_("0: marks stand as they are.")
    )
    answer_days = models.PositiveSmallIntegerField(
        _("Days to answer an objection"), validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    warn_in_row = models.PositiveSmallIntegerField(
        _("Warn at absences in a row"), validators=[MaxValueValidator(50)], help_text=_("0: no such warning.")
    )
    warn_below = models.PositiveSmallIntegerField(
        _("Warn at a rate under (%)"),
        validators=[MaxValueValidator(100)],
        help_text=_("Of the sessions held. 0: no such warning."),
    )
    warn_drop = models.PositiveSmallIntegerField(
        _("Warn at a fall by points"),
        validators=[MaxValueValidator(100)],
        help_text=_("The last five sessions against all before them. 0: no such warning."),
    )
    used_at = models.DateTimeField(_("used since"), null=True, blank=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("rules of attendance")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "version"], name="learning_rules_version_once"),
            models.UniqueConstraint(fields=["cohort", "from_on"], name="learning_rules_one_a_day"),
            models.CheckConstraint(
                condition=Q(late_from__gte=1, late_from__lte=F("absent_from")), name="learning_rules_late_then_absent"
            ),
            models.CheckConstraint(
                condition=Q(least_percent__lte=100, warn_below__lte=100), name="learning_rules_percents"
            ),
        ]

    def __str__(self):
        return f"{self.cohort} v{self.version}"

    @property
    def limits(self) -> Limits:
        return Limits(**{name: getattr(self, name) for name in NUMBERS})
