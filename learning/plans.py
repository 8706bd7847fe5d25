"""The stored plans of this app."""

from datetime import date
from io import BytesIO

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from cohorts.models import Cohort
from learning.models import HourRule
from learning.selectors.hours import table_for
from learning.services.credit_import import apply_credits, compute_credits, credits_version
from learning.services.online import apply_progress, compute_progress, progress_version
from learning.services.session_plans import (
    apply_sessions,
    compute_copy,
    compute_import,
    compute_typed,
    timetable_version,
)
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.plans import SHOWN, PlanKind, register
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists

COLUMNS = {
    "title": gettext_lazy("Session"),
    "day": gettext_lazy("Day"),
    "hours": gettext_lazy("Time"),
    "start": gettext_lazy("Begins at"),
    "end": gettext_lazy("Ends at"),
    "end_day": gettext_lazy("Ends on"),
    "classes": gettext_lazy("Classes"),
    "teacher": gettext_lazy("Teacher"),
    "venue": gettext_lazy("Venue"),
    "place": gettext_lazy("Place"),
    "mode": gettext_lazy("How"),
    "ends_at": gettext_lazy("Ends at"),
    "teacher_name": gettext_lazy("Teacher"),
}


class SessionsPlan(PlanKind):
    """Sessions of one cohort, many at once."""

    allow = "learning.schedule_sessions"
    subject_model = "cohorts.Cohort"
    template = "learning/_session_plan.html"

    def version(self, subject):
        return timetable_version(subject)

    def apply(self, subject, payload, progress):
        return apply_sessions(subject, payload, progress)

    def done_url(self, subject, outcome):
        return reverse("learning:session_list", kwargs={"cohort": subject.pk})

    def context(self, subject, payload):
        adds, changed = payload["adds"], payload["changes"]
        return {
            "adds": adds[:SHOWN],
            "changes": [
                line
                | {"facts": [(COLUMNS[name], value, line["after"][name]) for name, value in line["before"].items()]}
                for line in changed[:SHOWN]
            ],
            "problems": [each | {"column": COLUMNS.get(each["column"], "")} for each in payload["problems"][:SHOWN]],
            "warnings": payload["warnings"][:SHOWN],
            "shown": SHOWN,
            "nothing": not adds and not changed,
            "apply_label": _("Apply: %(new)s new, %(changed)s changed") % {"new": len(adds), "changed": len(changed)},
        }


@register
class ImportPlan(SessionsPlan):
    name = "learning.import_sessions"
    title = gettext_lazy("Import of sessions")

    def compute(self, subject, given, source, progress):
        return compute_import(subject, source, given["name"], progress)


@register
class CopyPlan(SessionsPlan):
    name = "learning.copy_week"
    title = gettext_lazy("Copy of a week")

    def compute(self, subject, given, source, progress):
        return compute_copy(subject, date.fromisoformat(given["week"]), date.fromisoformat(given["to"]), progress)


@register
class TypedPlan(SessionsPlan):
    name = "learning.typed_sessions"
    title = gettext_lazy("Sessions typed as rows")

    def compute(self, subject, given, source, progress):
        return compute_typed(subject, given["rows"], date.fromisoformat(given["week"]))


def template_book(cohort: Cohort) -> bytes:
    """The columns with two lines that show how, in the classes of this cohort."""
    names = list(cohort.classes.order_by("number", "pk").values_list("name", flat=True)[:2]) or ["一班"]
    day = cohort.starts_on.isoformat()
    rows = [
        (day, "09:00-11:30", "产业政策", "、".join(names), "张三", "党校 201", "线下"),
        (day, "14:00-16:30", "领导力工作坊", "全部", "李四", "", "线上"),
    ]
    file = BytesIO()
    header = ["日期", "时间", "课程名称", "班级", "讲师", "地点", "方式"]
    xlsx_lists(file, [ListSheet(_("Sessions"), header, rows, text_columns=(0, 1))])
    return file.getvalue()


@register
class ProgressPlan(PlanKind):
    """Progress of online courses from a file of their platform."""

    name = "learning.online_progress"
    title = gettext_lazy("Import of online progress")
    allow = "learning.import_progress"
    subject_model = "cohorts.Cohort"
    template = "learning/_progress_plan.html"

    def version(self, subject):
        return progress_version(subject)

    def compute(self, subject, given, source, progress):
        return compute_progress(subject, source, given, progress)

    def apply(self, subject, payload, progress):
        by = User.objects.get(pk=actor.current().user_id)
        return apply_progress(subject, payload, progress, by=by)

    def done_url(self, subject, outcome):
        return reverse("learning:online_list", kwargs={"cohort": subject.pk})

    def context(self, subject, payload):
        changes = len(payload["rows"]) + len(payload["unmatched"]) + len(payload["odd"])
        return {
            "rows": payload["rows"][:SHOWN],
            "unmatched": payload["unmatched"][:SHOWN],
            "odd": payload["odd"][:SHOWN],
            "problems": payload["problems"][:SHOWN],
            "shown": SHOWN,
            "nothing": not changes,
            "apply_label": ngettext("Save %(count)s row", "Save %(count)s rows", changes) % {"count": changes},
        }


@register
class CreditPlan(PlanKind):
    """Credit hours of a cohort from a file of the office."""

    name = "learning.import_credits"
    title = gettext_lazy("Import of credit hours")
    allow = "learning.enter_hours"
    subject_model = "cohorts.Cohort"
    template = "learning/_credit_plan.html"

    def version(self, subject):
        return credits_version(subject)

    def compute(self, subject, given, source, progress):
        return compute_credits(subject, source, given["name"], progress)

    def apply(self, subject, payload, progress):
        by = User.objects.get(pk=actor.current().user_id)
        return apply_credits(subject, payload, progress, by=by)

    def done_url(self, subject, outcome):
        return reverse("learning:credit_list", kwargs={"cohort": subject.pk})

    def context(self, subject, payload):
        lines = payload["lines"]
        return {
            "lines": lines[:SHOWN],
            "problems": payload["problems"][:SHOWN],
            "shown": SHOWN,
            "nothing": not lines,
            "apply_label": ngettext("Write %(count)s row", "Write %(count)s rows", len(lines)) % {"count": len(lines)},
        }


def credit_template(cohort: Cohort) -> bytes:
    """The columns, with a line for each form of study that the office enters; it reads as it stands once people are named."""
    table = table_for(cohort.program.unit, timezone.localdate())
    forms = HourRule.objects.filter(table=table, counts="").order_by("order", "pk").values_list("name", flat=True)
    rows = [("", "", form, timezone.localdate().isoformat(), 1, "", "") for form in forms]
    file = BytesIO()
    header = ["学号", "姓名", "学习形式", "日期", "数量", "依据", "冲销原因"]
    xlsx_lists(file, [ListSheet(_("Credit hours"), header, rows, text_columns=(0, 3))])
    return file.getvalue()
