from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models.cohorts import Cohort, TrainingClass


class Announcement(models.Model):
    """What the office tells a cohort or some of its classes: drafted, checked (who gets it, by which way), sent.

    Who got it stands in the outbox: ``accounts.Notice`` rows about this one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("office notice", "draft")
        SENT = "sent", pgettext_lazy("office notice", "sent")
        CANCELLED = "cancelled", pgettext_lazy("office notice", "cancelled")

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="announcements")
    is_for_all = models.BooleanField(_("to the whole cohort"), default=True)
    classes = models.ManyToManyField(
        TrainingClass, verbose_name=_("to these classes only"), related_name="announcements", blank=True
    )
    with_officers = models.BooleanField(_("to class officers as well"), default=False)
    title = models.CharField(pgettext_lazy("office notice", "title"), max_length=60)
    text = models.TextField(pgettext_lazy("office notice", "text"), max_length=600)
    is_urgent = models.BooleanField(
        pgettext_lazy("office notice", "urgent"),
        default=False,
        help_text=_("Comes in quiet hours, at weekends and on holidays too. For what cannot wait, such as a storm."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("office notice", "written by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(pgettext_lazy("office notice", "sent at"), null=True, blank=True)
    told = models.PositiveIntegerField(_("people"), default=0)

    class Meta:
        verbose_name = _("office notice")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None) | (~Q(state="draft") & Q(sent_at__isnull=False)),
                name="cohorts_announcement_sent_has_a_time",
            )
        ]
        indexes = [models.Index(fields=["cohort", "-id"], name="cohorts_announcement_newest")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("cohorts:announcement_detail", kwargs={"pk": self.pk})
