from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit


class Program(models.Model):
    """A training program of one unit, run again and again in cohorts (期)."""

    unit = models.ForeignKey(Unit, verbose_name=_("run by"), on_delete=models.PROTECT, related_name="programs")
    name = models.CharField(_("name"), max_length=100)
    summary = models.TextField(_("what it is for"), max_length=2000, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("program")
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="programs_name_once_per_unit")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("programs:program_detail", kwargs={"pk": self.pk})
