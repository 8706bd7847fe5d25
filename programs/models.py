from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from trainee_mgmt.kit.names import NameKey


class Program(models.Model):
    """A training program of one unit, run again and again in cohorts (期)."""

    unit = models.ForeignKey(Unit, verbose_name=_("run by"), on_delete=models.PROTECT, related_name="programs")
    name = models.CharField(_("name"), max_length=100)
    theme = models.CharField(
        _("theme"),
        max_length=60,
        blank=True,
        db_default="",
        default="",
        help_text=_("Whoever was in a training of the same theme, at any office, counts as repeating it. Empty: none."),
    )
    theme_key = models.GeneratedField(expression=NameKey("theme"), output_field=models.TextField(), db_persist=True)
    summary = models.TextField(_("what it is for"), max_length=2000, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("program")
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="programs_name_once_per_unit")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("programs:program_detail", kwargs={"pk": self.pk})
