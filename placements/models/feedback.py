from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort
from placements.models.hosts import HostContact
from placements.models.links import SignedLink
from placements.models.placements import Placement
from placements.rules.feedback import Due, Rules, milestone_name


class FeedbackRules(models.Model):
    """What a cohort asks of mentors, in versions. A version never changes; an answer names the one that it was given under."""

    cohort = models.ForeignKey(
        Cohort, verbose_name=_("cohort"), on_delete=models.CASCADE, related_name="feedback_rules"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    in_force = models.BooleanField(default=True)
    data = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("rules of feedback")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "version"], name="placements_feedback_version_once"),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(in_force=True), name="placements_one_feedback_rule_in_force"
            ),
        ]

    def __str__(self):
        return f"{self.cohort} {self.version}"

    @property
    def rules(self) -> Rules:
        return Rules.from_json(self.data)


class FeedbackRequest(models.Model):
    """A mentor is asked about one trainee at one milestone (反馈). Made and shifted by ``services.feedback.reconcile``.

    Excused: nobody waits for it any more (the stay ended before, or the office says why).
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="feedback_requests")
    rules = models.ForeignKey(FeedbackRules, on_delete=models.PROTECT, related_name="requests")
    milestone = models.CharField(_("milestone"), max_length=16)
    opens_on = models.DateField(_("asked from"))
    due_on = models.DateField(_("due"))
    closes_on = models.DateField(_("open until"))
    excused_at = models.DateTimeField(null=True, editable=False)
    excuse = models.CharField(_("why excused"), max_length=200, blank=True)
    is_excused_by_hand = models.BooleanField(default=False)
    help_note = models.CharField(_("help given"), max_length=200, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, editable=False)

    class Meta:
        verbose_name = pgettext_lazy("of a mentor", "feedback")
        constraints = [
            models.UniqueConstraint(fields=["placement", "milestone"], name="placements_milestone_once"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on"), closes_on__gte=F("due_on")),
                name="placements_feedback_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(excused_at=None, excuse="", is_excused_by_hand=False)
                | (Q(excused_at__isnull=False) & ~Q(excuse="")),
                name="placements_excused_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["due_on", "placement"], name="placements_feedback_due")]

    def __str__(self):
        return f"{self.placement} {self.milestone_name}"

    def get_absolute_url(self):
        return reverse("placements:feedback_detail", kwargs={"pk": self.pk})

    @property
    def milestone_name(self) -> str:
        return milestone_name(self.milestone)

    @property
    def due(self) -> Due:
        return Due(self.milestone, self.opens_on, self.due_on, self.closes_on)


class FeedbackLink(SignedLink):
    """The way of one mentor to the questions about one trainee, without an account, until it ends or is revoked."""

    purpose = "feedback link"
    page = "placements:mentor_feedback"

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="feedback_links")
    mentor = models.ForeignKey(
        HostContact, verbose_name=_("mentor"), on_delete=models.PROTECT, related_name="feedback_links"
    )
    ends_on = models.DateField(_("open until"))

    class Meta:
        verbose_name = _("link of a mentor")
        constraints = [
            models.UniqueConstraint(
                fields=["placement"], condition=Q(revoked_at=None), name="placements_one_link_a_placement"
            )
        ]

    def __str__(self):
        return f"{self.mentor} {self.placement}"

    @property
    def holder(self) -> HostContact:
        return self.mentor


class Feedback(models.Model):
    """What a mentor said: a ledger. Mended, it is a new row, and the old one is no longer in force.

    ``score`` is the mean of the answers on the scale. ``entered_by``: whoever wrote down what the mentor said on the phone.
    """

    request = models.ForeignKey(FeedbackRequest, on_delete=models.PROTECT, related_name="answers")
    rules = models.ForeignKey(FeedbackRules, on_delete=models.PROTECT, related_name="+")
    mentor = models.ForeignKey(HostContact, verbose_name=_("mentor"), on_delete=models.PROTECT, related_name="feedback")
    answers = models.JSONField()
    score = models.DecimalField(_("mean"), max_digits=4, decimal_places=2, null=True)
    given_at = models.DateTimeField(_("answered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written down by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("answer of a mentor")
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(in_force=True), name="placements_one_answer_in_force"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=1, score__lte=5), name="placements_score_on_the_scale"
            ),
        ]

    def __str__(self):
        return f"{self.request}"


class Arrival(models.Model):
    """The mentor says that the trainee is there, and since when: a ledger. ``since`` empty: is not there."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="arrivals")
    mentor = models.ForeignKey(HostContact, verbose_name=_("mentor"), on_delete=models.PROTECT, related_name="+")
    since = models.DateField(_("there since"), null=True)
    said_at = models.DateTimeField(_("said at"))
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("word of arrival")
        constraints = [
            models.UniqueConstraint(
                fields=["placement"], condition=Q(in_force=True), name="placements_one_arrival_in_force"
            )
        ]

    def __str__(self):
        return f"{self.placement} {self.since or ''}"
