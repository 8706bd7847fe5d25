from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import TrainingClass
from learning.models.sessions import Session


class SignedSheet(models.Model):
    """A sign-in sheet that people signed, as pictures or a PDF: evidence on each session that stands on it."""

    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.PROTECT, related_name="signed_sheets"
    )
    sessions = models.ManyToManyField(Session, verbose_name=_("sessions"), related_name="signed_sheets")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("signed sheet")

    def __str__(self):
        return f"{self.training_class} {self.sent_at:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("learning:signed_sheet_detail", kwargs={"pk": self.pk})


class SheetPage(models.Model):
    """A page of it: a picture (encoded anew, without its metadata) or a PDF (handed out as a download only)."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("picture")
        PDF = "pdf", "PDF"

    sheet = models.ForeignKey(SignedSheet, on_delete=models.CASCADE, related_name="pages")
    kind = models.CharField(max_length=8, choices=Kind)
    file = models.FileField(upload_to="sheets/%Y/%m/")
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of what is kept

    class Meta:
        verbose_name = _("page of a signed sheet")
        constraints = [models.UniqueConstraint(fields=["sheet", "digest"], name="learning_page_once_a_sheet")]

    def __str__(self):
        return self.file.name
