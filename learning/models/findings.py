from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from learning.models.journals import Journal
from learning.rules import findings as rules


class Finding(models.Model):
    """Something taken out of a journal: a finding, a question, a suggestion, an idea for a case course or a lead.

    ``quote`` are the words that it cites, which stood from ``start`` to ``end`` in the text of ``revision``. They are kept,
    whatever becomes of the text.
    """

    class Kind(models.TextChoices):
        FINDING = rules.Kind.FINDING, _("finding")
        QUESTION = rules.Kind.QUESTION, _("question")
        SUGGESTION = rules.Kind.SUGGESTION, _("suggestion")
        CASE = rules.Kind.CASE, _("case course")
        LEAD = rules.Kind.LEAD, _("investment lead")

    class State(models.TextChoices):
        OPEN = rules.State.OPEN, _("being followed up")
        DONE = rules.State.DONE, _("acted upon")
        DROPPED = rules.State.DROPPED, _("not taken up")

    journal = models.ForeignKey(Journal, verbose_name=_("journal"), on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("in a few words"), max_length=80)
    text = models.TextField(_("more about it"), max_length=2000, blank=True)
    quote = models.TextField(_("cited words"), max_length=2000)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("in charge"),
        on_delete=models.PROTECT,
        related_name="findings",
        null=True,
        blank=True,
    )
    due_on = models.DateField(_("due by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    outcome = models.TextField(_("what became of it"), max_length=1000, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("finding")
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="learning_finding_cites_something"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None)
                | (~Q(state="open") & Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="learning_finding_closed_with_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["owner", "due_on"], condition=Q(state="open"), name="learning_finding_open")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("learning:finding_detail", kwargs={"pk": self.pk})
