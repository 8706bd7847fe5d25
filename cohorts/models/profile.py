from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models.cohorts import Cohort


class ProfileField(models.Model):
    """A field of a trainee's profile in one cohort: data, not code. Values lie in ``Trainee.profile`` under ``key``."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        CHOICE = "choice", _("one of a list")
        YES_NO = "yes_no", _("yes or no")
        DATE = "date", _("date")
        NUMBER = "number", _("number")

    cohort = models.ForeignKey(
        Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="profile_fields"
    )
    key = models.SlugField(max_length=40, allow_unicode=False)
    label = models.CharField(_("label"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.TEXT)
    choices = models.JSONField(_("list"), default=list, blank=True)
    in_composition = models.BooleanField(_("counted in the composition"), default=False)
    is_personal = models.BooleanField(
        _("masked"), default=False, help_text=_("Shown as dots, unless a person may see it and gives a reason.")
    )
    needs_consent = models.BooleanField(_("only with consent"), default=False)
    filled_by_trainee = models.BooleanField(_("the trainee may fill it in"), default=False)
    asked_of_applicants = models.BooleanField(
        _("asked of applicants"),
        default=False,
        db_default=False,
        help_text=_("The form of applications asks it, and the answer goes along into the trainee's profile."),
    )
    needed_of_applicants = models.BooleanField(
        _("applicants must answer"), default=False, db_default=False, help_text=_("Without it nothing is handed in.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("profile field")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "key"], name="cohorts_profile_key_once"),
            models.UniqueConstraint(fields=["cohort", "label"], name="cohorts_profile_label_once"),
            models.CheckConstraint(condition=~Q(key=""), name="cohorts_profile_key_is_set"),
        ]

    def __str__(self):
        return self.label
