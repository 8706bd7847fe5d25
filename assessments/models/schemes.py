from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, TrainingClass


class Scheme(models.Model):
    """How a cohort is scored (评分方案), in versions. A version that holds scores does not change; a new one is made."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open for scores")
        PUBLISHED = "published", _("published")
        REPLACED = "replaced", _("replaced by a newer version")

    class Method(models.TextChoices):
        MEAN = "mean", _("mean")
        MEDIAN = "median", _("median")
        TRIMMED = "trimmed", _("mean without the highest and the lowest")

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="schemes")
    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    method = models.CharField(_("several raters"), max_length=8, choices=Method, default=Method.MEAN)
    trim_guard = models.PositiveSmallIntegerField(
        _("highest and lowest are left out from so many raters on"), default=5, db_default=5
    )
    decimals = models.PositiveSmallIntegerField(
        _("digits after the point"), choices=[(0, "0"), (1, "1"), (2, "2")], default=1, db_default=1
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("scoring scheme")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "name", "version"], name="assessments_scheme_version_once"),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(state__in=["open", "published"]), name="assessments_one_scheme_in_use"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="assessments_published_has_a_time"
            ),
            models.CheckConstraint(condition=Q(trim_guard__gte=3), name="assessments_trim_leaves_one"),
            models.CheckConstraint(condition=Q(decimals__lte=2), name="assessments_two_decimals_at_most"),
        ]

    def __str__(self):
        return f"{self.name} v{self.version}"

    def get_absolute_url(self):
        return reverse("assessments:scheme_detail", kwargs={"pk": self.pk})

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED


class Indicator(models.Model):
    """A node of the scheme's tree (指标). Weights of one level sum to 100; ``rule`` holds the rule data of computed ones.

    Extra points (加分 / 扣分) have no weight: they are added to, or taken from, the 100 of their group.
    """

    class Kind(models.TextChoices):
        GROUP = "group", _("group of indicators")
        MANUAL = "manual", _("given by raters")
        ATTENDANCE = "attendance", _("computed from attendance")
        JOURNALS = "journals", _("computed from journals")
        LEADS = "leads", _("computed from investment leads")
        MENTORS = "mentors", _("computed from mentors' feedback")

    class Extra(models.TextChoices):
        NONE = "", _("counts by its weight")
        PLUS = "plus", _("extra points, added")
        MINUS = "minus", _("points taken away")

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="indicators")
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), on_delete=models.CASCADE, related_name="parts", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.MANUAL)
    extra = models.CharField(_("how it counts"), max_length=5, choices=Extra, blank=True, default="", db_default="")
    weight = models.DecimalField(_("weight (%)"), max_digits=5, decimal_places=2)
    full_marks = models.DecimalField(_("full marks"), max_digits=6, decimal_places=2, default=Decimal(100))
    cap = models.DecimalField(_("counts at most"), max_digits=6, decimal_places=2, null=True, blank=True)
    floor = models.DecimalField(_("counts at least"), max_digits=6, decimal_places=2, null=True, blank=True)
    counts_from = models.DateField(_("counts from"), null=True, blank=True)
    counts_until = models.DateField(_("counts until"), null=True, blank=True)
    rule = models.JSONField(default=dict, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("indicator")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "parent", "name"], nulls_distinct=False, name="assessments_indicator_name_once"
            ),
            models.CheckConstraint(
                condition=Q(extra="", weight__gt=0, weight__lte=100) | Q(extra__in=["plus", "minus"], weight=0),
                name="assessments_weight_is_a_share",
            ),
            models.CheckConstraint(condition=Q(full_marks__gt=0), name="assessments_full_marks_positive"),
        ]

    def __str__(self):
        return self.name


class Rater(models.Model):
    """An evaluator (评委) who gives points under a scheme, for the whole cohort or for one class."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="raters")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("evaluator"), on_delete=models.PROTECT, related_name="ratings"
    )
    training_class = models.ForeignKey(
        TrainingClass, verbose_name=_("class"), on_delete=models.PROTECT, related_name="raters", null=True, blank=True
    )
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    grant = models.ForeignKey(  # the role that came with the place on the list; none where the person had it
        "accounts.Grant", on_delete=models.SET_NULL, related_name="+", null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("rater")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "user", "training_class"], nulls_distinct=False, name="assessments_rater_once"
            )
        ]

    def __str__(self):
        return str(self.user)

    def get_absolute_url(self):
        return reverse("assessments:rater_scores", kwargs={"pk": self.pk})
