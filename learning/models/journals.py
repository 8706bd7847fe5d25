from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Trainee


class Journal(models.Model):
    """What a trainee writes about one period (日志). ``revision`` grows with every kept draft; who saves an older one is told."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("handed in")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    trainee = models.ForeignKey(Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="journals")
    period_start = models.DateField(_("period"))
    last_on = models.DateField(_("until"))  # the last day that it is about
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved at"))
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    review_due_on = models.DateField(_("answer due"), null=True, blank=True)  # by the rule on the day it was handed in
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("journal")
        constraints = [
            models.UniqueConstraint(fields=["trainee", "period_start"], name="learning_one_journal_a_period"),
            models.CheckConstraint(condition=Q(due_on__gte=F("period_start")), name="learning_journal_due_after_start"),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("period_start")), name="learning_journal_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False), name="learning_journal_submitted_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["submitted_at", "id"], condition=Q(state="submitted"), name="learning_journal_waiting")
        ]

    def __str__(self):
        return f"{self.trainee} {self.period_start}"

    def get_absolute_url(self):
        return reverse("learning:journal_detail", kwargs={"pk": self.pk})


class JournalVersion(models.Model):
    """A text of a journal that gave way to another one: two devices wrote at once, or one was chosen later. Its writer's own."""

    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="versions")
    body = models.TextField(_("text"), max_length=20_000)
    kept_at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name = _("other version of a journal")

    def __str__(self):
        return f"{self.journal_id} {self.kept_at}"


class JournalNote(models.Model):
    """What was said about a journal and what became of it, in order; never changed."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("handed in")
        COMMENT = "comment", _("comment")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("text"), max_length=2000, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("note on a journal")

    def __str__(self):
        return f"{self.get_kind_display()} {self.text[:30]}"


class JournalPicture(models.Model):
    """A picture of a journal, encoded anew without its metadata."""

    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="pictures")
    file = models.FileField(upload_to="journals/%Y/%m/")
    thumbnail = models.FileField(upload_to="journals/%Y/%m/")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("picture")

    def __str__(self):
        return self.file.name
