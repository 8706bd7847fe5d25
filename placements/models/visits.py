from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort
from placements.models.hosts import Host

USUAL_WEEKS, MOST_WEEKS = 4, 52


class VisitRule(models.Model):
    """How often the hosts of a cohort are visited: each at least once in so many weeks while somebody is placed there."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="visit_rule")
    weeks = models.PositiveSmallIntegerField(
        _("weeks between visits"), validators=[MinValueValidator(1), MaxValueValidator(MOST_WEEKS)]
    )

    class Meta:
        verbose_name = _("rule of visits")
        constraints = [
            models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=MOST_WEEKS), name="placements_visit_rule_weeks")
        ]

    def __str__(self):
        return f"{self.cohort} {self.weeks}"


class Visit(models.Model):
    """The office goes to see a host and the trainees there (走访). Planned for a day; ``done_on`` once it took place."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("visit", "planned")
        DONE = "done", _("took place")
        CALLED_OFF = "called_off", _("called off")

    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="visits")
    host = models.ForeignKey(Host, verbose_name=_("host enterprise"), on_delete=models.PROTECT, related_name="visits")
    visitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who goes"), on_delete=models.PROTECT, related_name="visits"
    )
    planned_on = models.DateField(_("planned for"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED, editable=False)
    done_on = models.DateField(_("visited on"), null=True, blank=True)
    companions = models.CharField(_("went along"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    noted_at = models.DateTimeField(null=True, editable=False)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = _("visit")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "host", "planned_on"],
                condition=~Q(state="called_off"),
                name="placements_visit_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on=None)),
                name="placements_visit_done_has_a_day",
            ),
        ]
        indexes = [models.Index(fields=["cohort", "planned_on"], name="placements_visit_of_cohort")]

    def __str__(self):
        return f"{self.host} {self.planned_on}"

    def get_absolute_url(self):
        return reverse("placements:visit_detail", kwargs={"pk": self.pk})

    @property
    def mark(self) -> str:
        """Another one each time that notes are kept."""
        return self.noted_at.isoformat() if self.noted_at else ""


class VisitPicture(models.Model):
    """A picture of a visit, encoded anew without its metadata. Nobody has to take one."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="pictures")
    file = models.FileField(upload_to="visits/%Y/%m/")
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("picture of a visit")

    def __str__(self):
        return self.file.name


class VisitTask(models.Model):
    """What a visit gave to do: one owner, one day."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(_("what is to be done"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("task", "owner"),
        on_delete=models.PROTECT,
        related_name="visit_tasks",
    )
    due_on = models.DateField(_("due on"))
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    result = models.CharField(pgettext_lazy("task", "result"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("task of a visit")
        indexes = [models.Index(F("due_on"), condition=Q(done_at=None), name="placements_open_tasks")]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return self.visit.get_absolute_url()
