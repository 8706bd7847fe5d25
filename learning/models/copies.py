from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from learning.models.journals import Journal
from learning.rules.copies import Passage


class JournalPrint(models.Model):
    """The fingerprints of a journal as it was handed in: what texts are compared by. Made by the worker, never read by people."""

    journal = models.OneToOneField(Journal, on_delete=models.CASCADE, related_name="print")
    revision = models.PositiveIntegerField()  # of the text
    version = models.PositiveSmallIntegerField()  # of how fingerprints are made
    marks = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("fingerprints of a journal")
        indexes = [GinIndex(fields=["marks"], name="learning_print_marks")]

    def __str__(self):
        return f"{self.journal_id} {self.revision}"


class CopySignal(models.Model):
    """Two journals that share passages: shown to whoever reads journals, settled by a person, never counted or scored.

    ``journal`` was handed in later than ``source``. ``passages``: from where to where in each, and how many signs are the
    same, as of the two revisions.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be looked at")
        FINE = "fine", _("nothing to object to")
        TALKED = "talked", _("talked about it")

    journal = models.ForeignKey(
        Journal, verbose_name=_("journal"), on_delete=models.CASCADE, related_name="copy_signals"
    )
    source = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="copied_by")
    signs = models.PositiveIntegerField(_("signs shared"))
    passages = models.JSONField()
    journal_revision = models.PositiveIntegerField()
    source_revision = models.PositiveIntegerField()
    found_at = models.DateTimeField(_("found at"))
    checked_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    note = models.CharField(_("note"), max_length=300, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("settled by"), on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        verbose_name = _("shared passages")
        constraints = [
            models.UniqueConstraint(fields=["journal", "source"], name="learning_copy_signal_once"),
            models.CheckConstraint(condition=~Q(journal=F("source")), name="learning_copy_of_another_journal"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None, settled_by=None)
                | (~Q(state="open") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="learning_copy_settled_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["checked_at"], condition=Q(state="open"), name="learning_copy_open")]

    def __str__(self):
        return f"{self.journal} – {self.source}"

    def get_absolute_url(self):
        return reverse("learning:copysignal_detail", kwargs={"pk": self.pk})

    @property
    def found(self) -> list[Passage]:
        return [Passage(*each) for each in self.passages]
