"""The stored plans of this app; apps.py loads them."""

from io import BytesIO

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import ApplicationRound, Cohort
from cohorts.selectors.applications import asked_fields
from cohorts.services.applications.enrolling import apply_enrolling, compute_enrolling, enrolling_version
from cohorts.services.applications.importing import applications_version, apply_applications, compute_applications
from cohorts.services.applications.quotas import apply_quotas, compute_quotas, quotas_version
from cohorts.services.roster import COLUMNS, apply_roster, compute_roster
from cohorts.services.split import apply_split, compute_split
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.plans import SHOWN, PlanKind, register
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists

EMPTY_ROWS = 500  # of the file to be filled in


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


def round_of(cohort: Cohort) -> ApplicationRound:
    round = ApplicationRound.objects.filter(cohort=cohort).select_related("cohort__program").first()
    if round is None:
        raise Refused(gettext("Make the round of applications first."))
    return round


class ApplicationsPlan(PlanKind):
    """Applications of a file; ``round_of`` and ``quota_of`` say whose."""

    template = "cohorts/_application_plan.html"

    def round_of(self, subject) -> ApplicationRound:
        raise NotImplementedError

    def quota_of(self, subject):
        return None

    def version(self, subject):
        return applications_version(self.round_of(subject))

    def compute(self, subject, given, source, progress):
        round, quota = self.round_of(subject), self.quota_of(subject)
        return compute_applications(round, source, given["name"], progress, quota=quota)

    def apply(self, subject, payload, progress):
        by_unit = self.quota_of(subject) is not None
        return apply_applications(self.round_of(subject), payload, progress, by_unit=by_unit)

    def context(self, subject, payload):
        lines = payload["lines"]
        new = sum(line["do"] == "new" for line in lines)
        return {
            "lines": lines[:SHOWN],
            "problems": payload["problems"][:SHOWN],
            "shown": SHOWN,
            "nothing": not lines,
            "apply_label": gettext("Apply: %(new)s new, %(changed)s changed")
            % {"new": new, "changed": len(lines) - new},
        }


@register
class ImportApplicationsPlan(ApplicationsPlan):
    """By the office, for a whole round; the subject is the cohort."""

    name = "cohorts.applications"
    title = _("Import of applications")
    allow = "cohorts.manage_applications"
    subject_model = "cohorts.Cohort"

    def round_of(self, subject):
        return round_of(subject)

    def done_url(self, subject, outcome):
        return reverse("cohorts:application_list", kwargs={"cohort": subject.pk})


@register
class ImportNomineesPlan(ApplicationsPlan):
    """By a unit, into its own quota."""

    name = "cohorts.nominees"
    title = _("Import of nominees")
    allow = "cohorts.nominate_people"
    subject_model = "cohorts.UnitQuota"

    def round_of(self, subject):
        return ApplicationRound.objects.select_related("cohort__program").get(pk=subject.round_id)

    def quota_of(self, subject):
        return subject


@register
class QuotasPlan(PlanKind):
    """Quotas of many units, typed as rows."""

    name = "cohorts.quotas"
    title = _("Quotas of units")
    allow = "cohorts.manage_applications"
    subject_model = "cohorts.Cohort"
    template = "cohorts/_quota_plan.html"

    def version(self, subject):
        return quotas_version(round_of(subject))

    def compute(self, subject, given, source, progress):
        return compute_quotas(round_of(subject), given["rows"])

    def apply(self, subject, payload, progress):
        return apply_quotas(round_of(subject), payload, progress)

    def context(self, subject, payload):
        lines = payload["lines"]
        words = ngettext("Set the quota of %(n)s unit", "Set the quotas of %(n)s units", len(lines))
        return {"lines": lines, "nothing": not lines, "apply_label": words % {"n": len(lines)}}

    def done_url(self, subject, outcome):
        return reverse("cohorts:round_detail", kwargs={"cohort": subject.pk})


@register
class EnrollPlan(PlanKind):
    """The chosen of a round as trainees of its cohort."""

    name = "cohorts.enroll_applications"
    title = _("The chosen as trainees")
    allow = "cohorts.manage_applications"
    subject_model = "cohorts.Cohort"
    template = "cohorts/_enroll_plan.html"

    def version(self, subject):
        return enrolling_version(subject)

    def compute(self, subject, given, source, progress):
        return compute_enrolling(subject, progress)

    def apply(self, subject, payload, progress):
        return apply_enrolling(subject, payload, progress)

    def context(self, subject, payload):
        lines = payload["lines"]
        words = gettext("Make %(n)s trainees") % {"n": len(lines)}
        return {"lines": lines[:SHOWN], "shown": SHOWN, "nothing": not lines, "apply_label": words}

    def done_url(self, subject, outcome):
        return reverse("cohorts:trainee_list", kwargs={"cohort": subject.pk})


def application_template(cohort: Cohort) -> bytes:
    """A sheet with the columns that are read for this cohort; 500 rows of text, so that no digit is lost."""
    first = ["姓名", "性别", "身份证号", "手机号码", "工作单位", "职务", "推荐单位", "报名方式"]
    header = [*first, *(each.label for each in asked_fields(cohort.pk))]
    file = BytesIO()
    xlsx_lists(
        file, [ListSheet(gettext("Applications"), header, [[""] * len(header)] * EMPTY_ROWS, text_columns=(2, 3))]
    )
    return file.getvalue()
