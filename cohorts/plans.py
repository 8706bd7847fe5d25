"""The stored plans of this app; apps.py loads them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.services.roster import COLUMNS, apply_roster, compute_roster
from cohorts.services.split import apply_split, compute_split
from trainee_mgmt.kit.plans import PlanKind, register


@register
class RosterPlan(PlanKind):
    """People of a file into a cohort."""

    name = "cohorts.roster"
    title = _("Import of a roster")
    allow = "cohorts.import_roster"
    subject_model = "cohorts.Cohort"

    def version(self, subject):
        return str(subject.roster_version)

    def compute(self, subject, given, source, progress):
        return compute_roster(subject, given, source, progress)

    def is_complete(self, payload):
        return payload["stage"] != COLUMNS

    def apply(self, subject, payload, progress):
        return apply_roster(subject, payload, progress)

    def page_url(self, plan):
        return reverse("cohorts:roster_plan", kwargs={"cohort": plan.subject_id, "pk": plan.pk})

    def done_url(self, subject, outcome):
        return ""


@register
class SplitPlan(PlanKind):
    """The trainees of a cohort into classes."""

    name = "cohorts.split"
    title = _("Split into classes")
    allow = "cohorts.split_classes"
    subject_model = "cohorts.Cohort"

    def version(self, subject):
        return str(subject.roster_version)

    def compute(self, subject, given, source, progress):
        return compute_split(subject, given, progress)

    def apply(self, subject, payload, progress):
        return apply_split(subject, payload, progress)

    def page_url(self, plan):
        return reverse("cohorts:split_plan", kwargs={"cohort": plan.subject_id, "pk": plan.pk})

    def done_url(self, subject, outcome):
        return ""
