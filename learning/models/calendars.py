from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import TrainingClass


class CalendarFeed(models.Model):
    """A link from which a calendar program reads sessions, until it is revoked. Whoever has the link reads what the owner
    may see at that moment; the link itself is kept as a hash only."""

    class Kind(models.TextChoices):
        OWN = "own", pgettext_lazy("calendar", "my own sessions")
        CLASS = "class", pgettext_lazy("calendar", "sessions of a class")
        TEACHER = "teacher", pgettext_lazy("calendar", "sessions of a teacher")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.CASCADE, related_name="calendar_feeds", null=True
    )
    teacher_name = models.CharField(_("teacher"), max_length=60, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    read_at = models.DateTimeField(_("last read"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("calendar link")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="own", training_class=None, teacher_name="")
                | Q(kind="class", training_class__isnull=False, teacher_name="")
                | (Q(kind="teacher", training_class=None) & ~Q(teacher_name="")),
                name="learning_feed_fits_its_kind",
            )
        ]
        indexes = [models.Index(fields=["user", "-id"], name="learning_feed_of_user")]

    def __str__(self):
        return str(self.training_class or self.teacher_name or self.get_kind_display())
