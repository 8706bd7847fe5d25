from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from learning.models.journals import Journal


class JournalScore(models.Model):
    """The points of an accepted journal, from 0 to 100. A correction is a new row; the earlier one stays to be read."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="scores")
    points = models.DecimalField(_("points"), max_digits=4, decimal_places=1)
    grade = models.CharField(_("grade"), max_length=20, blank=True)  # of a score by grades
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(_("scored at"))
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("score of a journal")
        constraints = [
            models.UniqueConstraint(
                fields=["journal"], condition=Q(in_force=True), name="learning_journal_score_in_force"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=100), name="learning_journal_score_up_to_100"
            ),
        ]

    def __str__(self):
        return f"{self.points} {self.grade}".strip()
