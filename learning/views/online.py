"""Online courses: their list, files of progress, the queue of odd rows; and the rule of completion with who meets it."""

from datetime import date

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services import make_plan
from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.models import Trainee
from learning.forms.online import AssignForm, CompletionForm, CoursesForm, ProgressImportForm, SettleForm
from learning.models import ProgressCase
from learning.plans import ProgressPlan
from learning.rules.completion import Rule, in_words, part_in_words
from learning.selectors.completion import asked_parts, courses_of, done_parts, open_cases, rule_of, with_parts
from learning.services import online as services
from learning.tables.online import CompletionTable, part_column
from learning.views.credit_import import LeftOutRows
from learning.views.trainees import OwnPlace
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage

MOST_FOUND = 20
NOTHING_ASKED = Rule(date.max)


class OnlineList(TablePage):
    """Completion of a cohort: the rule in words, everybody with what is done of it, and what waits for a person."""

    allow = "learning.view_completion"
    inside = COHORT
    model = Trainee
    table_class = CompletionTable
    template_name = "learning/online_list.html"
    title = gettext_lazy("Completion")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.version = rule_of(self.cohort)

    def get_rows(self):
        rows = super().get_rows().filter(cohort=self.cohort).exclude(status=Trainee.Status.WITHDRAWN)
        return with_parts(rows, self.version.rule) if self.version else with_parts(rows.none(), NOTHING_ASKED)

    def get_table_options(self):
        asked = asked_parts(self.version.rule) if self.version else []
        return {"columns": tuple(part_column(at, _short(part), part.asked) for at, part in enumerate(asked))}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            version=self.version,
            words=in_words(self.version.rule) if self.version else "",
            courses=self.cohort.online_courses.count(),
            waiting=open_cases(self.cohort).count(),
            can_import=access.may(self.request.user, "learning.import_progress", self.cohort),
            **kwargs,
        )


def _short(part) -> str:
    if part.kind == "course":
        return part.theme or _("Courses")
    return _("Sessions") if part.kind == "session" else _("Activities")


class _OfCohort(FormPage, abstract=True):
    allow = "learning.import_progress"
    inside = MANAGED_COHORT
    template_name = "learning/online_form.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.get_success_url(), **kwargs)

    def get_success_url(self):
        return reverse("learning:online_list", kwargs={"cohort": self.cohort.pk})


class OnlineCourses(_OfCohort):
    form_class = CoursesForm
    title = gettext_lazy("Online courses")
    success_message = gettext_lazy("The courses were saved.")

    def get_initial(self):
        pairs = self.cohort.online_courses.order_by("theme", "name", "pk").values_list("theme", "name")
        return {"courses": "\n".join(f"{theme}: {name}" for theme, name in pairs)}

    def save(self, form):
        services.set_courses(self.cohort, form.cleaned_data["courses"])


class CompletionRuleCreate(_OfCohort):
    form_class = CompletionForm
    title = gettext_lazy("What is asked for")
    success_message = gettext_lazy("The rule holds from now on; the earlier one stays on record.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.themes: dict[str, int] = {}
        for theme in self.cohort.online_courses.order_by("theme").values_list("theme", flat=True):
            self.themes[theme] = self.themes.get(theme, 0) + 1

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"themes": self.themes}

    def get_initial(self):
        version = rule_of(self.cohort)
        if version is None:
            return {"due_on": self.cohort.ends_on}
        asked = dict(version.rule.courses)
        themes = {f"theme{at}": asked.get(theme, 0) for at, theme in enumerate(self.themes)}
        return themes | {"due_on": version.due_on, "sessions": version.sessions, "activities": version.activities}

    def save(self, form):
        return services.set_completion_rule(self.cohort, form.rule(), by=self.request.user)


class ProgressImport(_OfCohort):
    form_class = ProgressImportForm
    title = gettext_lazy("Import online progress")

    def get_initial(self):
        return {"as_of": timezone.localtime()}

    def save(self, form):
        name = form.cleaned_data["file"].name
        given = {"name": name, "as_of": form.cleaned_data["as_of"].isoformat()}
        return make_plan(ProgressPlan.name, self.cohort, given=given, source=form.source(), source_name=name)

    def get_success_url(self):
        made = getattr(self, "object", None)
        return made.get_absolute_url() if made else super().get_success_url()


class ProgressProblems(LeftOutRows):
    inside = MANAGED_COHORT
    kind = ProgressPlan.name
    told = gettext_lazy("problems of online progress")


class ProgressQueue(StaticPage):
    """Rows for nobody and readings that cannot be: each waits for a person."""

    allow = "learning.import_progress"
    inside = MANAGED_COHORT
    template_name = "learning/progress_queue.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(cases=open_cases(self.cohort).select_related("trainee__person")[:200], **kwargs)


class _OneCase(FormPage, abstract=True):
    allow = "learning.decide_progress"
    model = ProgressCase
    template_name = "learning/progress_case.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.case = get_object_or_404(self.reachable(ProgressCase).select_related("cohort__program"), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            case=self.case, cohort=self.case.cohort, cancel_url=self.get_success_url(), **kwargs
        )

    def get_success_url(self):
        return reverse("learning:progress_queue", kwargs={"cohort": self.case.cohort_id})


class ProgressAssign(_OneCase):
    form_class = AssignForm
    title = gettext_lazy("Whose row is it?")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.query = request.GET.get("q", self.case.name).strip()[:60]

    def get_form_kwargs(self):
        found = Trainee.objects.filter(cohort=self.case.cohort).select_related("person").order_by("number", "pk")
        found = found.defer("person__phone", "person__id_number")
        alike = found.filter(person__name__icontains=self.query) | found.filter(number=self.query)
        if self.request.method == "GET":
            keys = list(alike.values_list("pk", flat=True)[:MOST_FOUND]) if self.query else []
            return super().get_form_kwargs() | {"found": found.filter(pk__in=keys)}
        return super().get_form_kwargs() | {"found": found}

    def get_context_data(self, **kwargs):
        return super().get_context_data(q=self.query, searches=True, **kwargs)

    def save(self, form):
        self.count = services.assign_case(self.case, form.cleaned_data["trainee"], by=self.request.user)

    def get_success_message(self):
        return _("%(count)s rows were given to this person; later files will find it by themselves.") % {
            "count": self.count
        }


class ProgressSettle(_OneCase):
    form_class = SettleForm
    title = gettext_lazy("Put the case away")

    def save(self, form):
        services.settle_case(self.case, decision=form.cleaned_data["decision"], by=self.request.user)


class _Completion(StaticPage, abstract=True):
    """What one person has done of what is asked, what is missing and by when, and how far each course is."""

    template_name = "learning/completion.html"

    def get_context_data(self, **kwargs):
        version = rule_of(self.trainee.cohort)
        parts = done_parts(self.trainee, version.rule) if version else []
        return super().get_context_data(
            trainee=self.trainee,
            version=version,
            words=in_words(version.rule) if version else "",
            parts=[(part, part_in_words(part.kind, part.theme, part.asked)) for part in parts],
            missing=sum(1 for part in parts if part.missing),
            days_left=(version.due_on - timezone.localdate()).days if version else 0,
            courses=courses_of(self.trainee),
            **kwargs,
        )


class MyCompletion(OwnPlace, _Completion):
    allow = "learning.see_own_completion"


class TraineeCompletion(_Completion):
    allow = "learning.view_completion"
    model = Trainee

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = self.reachable(Trainee).select_related("person", "cohort__program")
        self.trainee = get_object_or_404(rows.defer("person__phone", "person__id_number"), pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.trainee.cohort, of_another=True, **kwargs)
