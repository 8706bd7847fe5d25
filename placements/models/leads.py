from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort, Trainee
from placements.rules import leads as rules


class Stage(models.TextChoices):
    FOUND = rules.Stage.FOUND, rules.STAGE_NAMES[rules.Stage.FOUND]
    CONTACTED = rules.Stage.CONTACTED, rules.STAGE_NAMES[rules.Stage.CONTACTED]
    VISITED = rules.Stage.VISITED, rules.STAGE_NAMES[rules.Stage.VISITED]
    NEGOTIATING = rules.Stage.NEGOTIATING, rules.STAGE_NAMES[rules.Stage.NEGOTIATING]
    SIGNED = rules.Stage.SIGNED, rules.STAGE_NAMES[rules.Stage.SIGNED]
    LANDED = rules.Stage.LANDED, rules.STAGE_NAMES[rules.Stage.LANDED]
    LOST = rules.Stage.LOST, rules.STAGE_NAMES[rules.Stage.LOST]


class LeadQuerySet(models.QuerySet):
    def standing(self):
        """All but those that were merged into another."""
        return self.filter(merged_into=None)

    def of_same_program(self, lead: "Lead"):
        return self.standing().filter(cohort__program=lead.cohort.program_id).exclude(pk=lead.pk)


class Lead(models.Model):
    """A company that may invest (招商线索), named by trainees, also after their training. ``stage`` repeats its last step.

    ``name_key`` and ``credit_code`` say which leads are about one company. ``source_*``: what it was made of (the model, the
    key and the words cited there).
    """

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="leads")
    company = models.CharField(_("company"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    what = models.TextField(_("what they want to do"), max_length=2000)
    amount = models.DecimalField(
        _("expected investment (10,000 yuan)"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.FOUND, editable=False)
    stage_on = models.DateField(_("since"), editable=False)
    source_type = models.CharField(max_length=60, blank=True, editable=False)
    source_id = models.BigIntegerField(null=True, editable=False)
    source_quote = models.TextField(_("cited words"), max_length=2000, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True, editable=False
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("investment lead")
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="placements_lead_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(source_type="", source_id=None) | (~Q(source_type="") & Q(source_id__isnull=False)),
                name="placements_lead_source_is_whole",
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="placements_lead_amount"),
        ]
        indexes = [
            models.Index(fields=["cohort", "stage"], name="placements_lead_of_cohort"),
            models.Index(fields=["name_key"], name="placements_lead_name"),
            models.Index(fields=["credit_code"], condition=~Q(credit_code=""), name="placements_lead_code"),
            models.Index(fields=["source_type", "source_id"], name="placements_lead_source"),
        ]

    def __str__(self):
        return self.company

    def get_absolute_url(self):
        return reverse("placements:lead_detail", kwargs={"pk": self.pk})


class LeadStepQuerySet(models.QuerySet):
    def with_day(self):
        """With ``day``: on which day it happened, as it was corrected last."""
        last = LeadStep.objects.filter(corrects=OuterRef("pk")).order_by("-pk")
        return self.annotate(day=Coalesce(Subquery(last.values("happened_on")[:1]), F("happened_on")))

    def moved(self):
        """What happened with leads since they were found; that a day was corrected is nothing that happened."""
        return self.exclude(stage=Stage.FOUND).exclude(kind=LeadStep.Kind.DAY)

    def path(self):
        """The steps that made the stage of their leads, as they were entered; without a merge that was taken back and its stages."""
        back = LeadStep.objects.filter(lead=OuterRef("lead"), kind=LeadStep.Kind.MERGE, at=OuterRef("undone_at"))
        undone = LeadMerge.objects.filter(
            Exists(back), lead=OuterRef("lead"), at__lte=OuterRef("at"), undone_at__gte=OuterRef("at")
        )
        steps = self.filter(kind__in=(LeadStep.Kind.STAGE, LeadStep.Kind.MERGE))
        return steps.exclude(Exists(undone)).with_day().order_by("pk")


class LeadStep(models.Model):
    """What happened with a lead; never changed. A stage beyond the first has evidence: words or a file.

    A stage that was wrong is corrected by another step to the right one, a day that was wrong by a row that ``corrects`` the
    step. A merge that brought a stage has a step, and so has its being taken back, at the very moment that the merge names.
    The database sees to it that no stage that holds lies before the one before it.
    """

    class Kind(models.TextChoices):
        STAGE = "stage", _("stage")
        NOTE = "note", pgettext_lazy("step of a lead", "note")
        MERGE = "merge", _("put together")
        DAY = "day", _("corrected day")

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STAGE, db_default="stage")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="corrections", null=True, blank=True)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    happened_on = models.DateField(_("day"))
    text = models.CharField(_("what happened"), max_length=1000, blank=True)
    has_file = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = LeadStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a lead")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="day", corrects__isnull=False) & ~Q(text="") | ~Q(kind="day") & Q(corrects=None),
                name="placements_step_corrects_a_day",
            ),
            models.CheckConstraint(
                condition=Q(stage="found") | ~Q(text="") | Q(has_file=True), name="placements_stage_has_evidence"
            ),
        ]

    def __str__(self):
        return f"{self.get_stage_display()} {self.text[:30]}"


class LeadFile(models.Model):
    """A file of a step: a picture (encoded anew) or a PDF (handed out as a download only)."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("picture")
        PDF = "pdf", "PDF"

    step = models.ForeignKey(LeadStep, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=8, choices=Kind)
    file = models.FileField(upload_to="leads/%Y/%m/")
    size = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("evidence of a lead")

    def __str__(self):
        return self.file.name


class LeadCredit(models.Model):
    """The share of one trainee in a lead, from 0 to 1. A ledger; those in force of one lead add up to exactly 1."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="credits")
    trainee = models.ForeignKey(
        Trainee, verbose_name=_("trainee"), on_delete=models.PROTECT, related_name="lead_credits"
    )
    share = models.DecimalField(_("share"), max_digits=5, decimal_places=rules.PLACES)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("credit for a lead")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "trainee"], condition=Q(in_force=True), name="placements_credit_once"
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="placements_credit_is_a_share"),
        ]

    def __str__(self):
        return f"{self.trainee} {self.share}"


class LeadMerge(models.Model):
    """One lead was found to be the same company as another and put into it. ``before``: what undoing it brings back."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="merges")
    other = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    before = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("merge of leads")
        constraints = [
            models.UniqueConstraint(fields=["other"], condition=Q(undone_at=None), name="placements_merged_once")
        ]

    def __str__(self):
        return f"{self.other} → {self.lead}"
