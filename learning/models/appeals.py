from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Trainee, TrainingClass
from learning.models.attendance import Attendance


class Appeal(models.Model):
    """A trainee's objection to one mark of attendance, and the answer. Both texts stay: a trigger lets nothing change
    once it is answered. A granted one made a new mark; the old one stays in the ledger."""

    class State(models.TextChoices):
        OPEN = "open", _("to be answered")
        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("declined")

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="appeals")
    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="appeals")
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.PROTECT, related_name="appeals", null=True
    )  # of the trainee on the day of the session
    mark = models.OneToOneField(Attendance, on_delete=models.PROTECT, related_name="appeal")
    text = models.CharField(_("objection"), max_length=500)
    asked_at = models.DateTimeField(_("objected at"))
    due_on = models.DateField(_("answer due"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    new_mark = models.OneToOneField(Attendance, on_delete=models.PROTECT, related_name="granted_appeal", null=True)

    class Meta:
        verbose_name = _("objection to a mark")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None, answered_by=None, answer="", new_mark=None)
                | (~Q(state="open") & Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="learning_appeal_answered_in_words",
            ),
            models.CheckConstraint(
                condition=Q(new_mark=None) | Q(state="granted"), name="learning_appeal_new_mark_if_granted"
            ),
        ]
        indexes = [models.Index(fields=["cohort", "due_on"], condition=Q(state="open"), name="learning_appeal_open")]

    def __str__(self):
        return f"{self.trainee} {self.mark_id}"

    def get_absolute_url(self):
        return reverse("learning:appeal_detail", kwargs={"pk": self.pk})
