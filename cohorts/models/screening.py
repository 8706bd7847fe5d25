"""The screening of a round of applications: versions of its rules, runs, the ranked rows, what was decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models.applications import Application, ApplicationRound
from cohorts.rules.screening import OUTCOME_WORDS, Outcome, RuleSet

OUTCOMES = [(each.value, OUTCOME_WORDS[each]) for each in Outcome]


class ScreeningRules(models.Model):
    """One version of a round's priority rules. With the first run under it it is used, and a trigger keeps it as it is."""

    round = models.ForeignKey(ApplicationRound, on_delete=models.CASCADE, related_name="screening_rules")
    version = models.PositiveSmallIntegerField(_("version"))
    rules = models.JSONField()  # RuleSet.to_json
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(_("used since"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("rules of the screening")
        constraints = [
            models.UniqueConstraint(fields=["round", "version"], name="cohorts_screening_rules_version_once")
        ]

    def __str__(self):
        return f"{self.round} v{self.version}"

    def get_absolute_url(self):
        return reverse("cohorts:screeningrules_list", kwargs={"cohort": self.round.cohort_id})

    @property
    def rule_set(self) -> RuleSet:
        return RuleSet.from_json(self.rules)


class Screening(models.Model):
    """One run: all applications of the screening put into order. Never changed; another state of things is another run.

    ``seed`` is drawn at the first run of a round and stays for all others, so nobody draws again until the list pleases.
    """

    round = models.ForeignKey(ApplicationRound, on_delete=models.PROTECT, related_name="screenings")
    number = models.PositiveSmallIntegerField(_("run"))
    rules = models.ForeignKey(
        ScreeningRules, verbose_name=_("rules"), on_delete=models.PROTECT, related_name="screenings"
    )
    seed = models.CharField(_("seed of the draw"), max_length=32)
    seats = models.PositiveSmallIntegerField(pgettext_lazy("places to give", "seats"))
    people = models.PositiveIntegerField(_("people"))
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("screening")
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="cohorts_screening_number_once")]

    def __str__(self):
        return f"{self.round} {self.number}"

    def get_absolute_url(self):
        return reverse("cohorts:screening_detail", kwargs={"pk": self.pk})


class ScreeningRow(models.Model):
    """One person in a run: what was known then, the rules that were met, the lot, what came of it and why."""

    Outcome = Outcome

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="rows")
    application = models.ForeignKey(
        Application, verbose_name=_("applicant"), on_delete=models.PROTECT, related_name="screening_rows"
    )
    rank = models.PositiveIntegerField(_("rank"))
    points = models.PositiveIntegerField(_("points"))
    draw = models.CharField(_("lot"), max_length=16)
    outcome = models.CharField(_("outcome"), max_length=8, choices=OUTCOMES)
    waiting_rank = models.PositiveIntegerField(_("place on the waiting list"), null=True)
    why = models.CharField(max_length=10)  # rules.screening.Why
    hits = models.JSONField()  # places of the rules that were met
    facts = models.JSONField()  # of the fields that the rules ask
    changes = models.JSONField()  # ways over the line: each a list of [field, value, points, rules]

    class Meta:
        verbose_name = pgettext_lazy("one person in a screening", "place in the screening")
        constraints = [
            models.UniqueConstraint(fields=["screening", "application"], name="cohorts_screened_once"),
            models.UniqueConstraint(fields=["screening", "rank"], name="cohorts_screening_rank_once"),
            models.CheckConstraint(
                condition=Q(outcome="waiting", waiting_rank__isnull=False)
                | (~Q(outcome="waiting") & Q(waiting_rank=None)),
                name="cohorts_screening_waiting_has_a_place",
            ),
        ]

    def __str__(self):
        return f"{self.rank} {self.application}"

    def get_absolute_url(self):
        return reverse("cohorts:screeningrow_detail", kwargs={"pk": self.pk})


class ScreeningDecision(models.Model):
    """That the outcomes of a run, with what was changed by hand, became those of the applications. The last one counts."""

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="decisions")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("decision of a screening")

    def __str__(self):
        return f"{self.screening} {self.decided_at:%Y-%m-%d}"
