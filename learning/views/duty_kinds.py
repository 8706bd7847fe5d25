"""The kinds of weekly duties of a cohort, and the weeks that are free of them."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.models import Cohort, TrainingClass
from learning.access.duties import PLANNED_DUTIES
from learning.forms.duties import DutyKindForm, PauseForm
from learning.models import DutyKind, DutyPause
from learning.services import duties as services
from trainee_mgmt.kit import access
from trainee_mgmt.kit.pages import ActionPage, FormPage, StaticPage


class DutyKindList(StaticPage):
    """The duties of a cohort, and its free weeks."""

    allow = "learning.view_duties"
    inside = COHORT
    model = TrainingClass
    template_name = "learning/dutykind_list.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            kinds=list(self.cohort.duty_kinds.order_by("order", "pk")),
            pauses=list(self.cohort.duty_pauses.select_related("training_class").order_by("-monday", "pk")),
            can_plan=access.may(self.request.user, "learning.plan_duties", self.cohort),
            **kwargs,
        )


class _Planned:
    def get_success_url(self):
        return reverse("learning:dutykind_list", kwargs={"cohort": self.cohort.pk})


class DutyKindCreate(_Planned, FormPage):
    allow = "learning.plan_duties"
    inside = PLANNED_DUTIES
    model = Cohort
    form_class = DutyKindForm
    title = gettext_lazy("New weekly duty")
    success_message = gettext_lazy("It is due from its first week on.")

    def save(self, form):
        return services.make_duty_kind(self.cohort, **form.cleaned_data)


class DutyKindUpdate(_Planned, FormPage):
    allow = "learning.change_duty_kind"
    model = DutyKind
    form_class = DutyKindForm
    title = gettext_lazy("Change this weekly duty")
    success_message = gettext_lazy("Saved; what was recorded stays.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.kind = self.find(DutyKind, kwargs["pk"], related=("cohort__program",))
        self.cohort = self.kind.cohort

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.kind}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.cohort, **kwargs)

    def save(self, form):
        return services.change_duty_kind(self.kind, **form.cleaned_data)


class DutyKindUsual(ActionPage):
    """A study, a sharing and a seminar each week, for a cohort that has no duties."""

    allow = "learning.plan_duties"
    model = Cohort

    def act(self, cohort):
        count = services.make_usual_duties(cohort)
        return _("%(count)s weekly duties stand in the list; change them as you need.") % {"count": count}

    def get_success_url(self, cohort):
        return reverse("learning:dutykind_list", kwargs={"cohort": cohort.pk})


class PauseCreate(_Planned, FormPage):
    """A week in which nothing is due."""

    allow = "learning.plan_duties"
    inside = PLANNED_DUTIES
    model = Cohort
    form_class = PauseForm
    title = gettext_lazy("Set a week free")
    success_message = gettext_lazy("Nothing is due in this week.")

    def get_form_kwargs(self):
        classes = self.cohort.classes.order_by("number", "pk").values_list("pk", "name")
        return super().get_form_kwargs() | {"classes": classes}

    def get_initial(self):
        return {"monday": self.request.GET.get("week", "")[:10]}

    def save(self, form):
        given = form.cleaned_data
        key = given["training_class"]
        training_class = get_object_or_404(self.cohort.classes, pk=key) if key else None
        return services.pause_week(
            self.cohort,
            monday=given["monday"],
            reason=given["reason"],
            training_class=training_class,
            by=self.request.user,
        )


class PauseRemove(ActionPage):
    allow = "learning.change_duty_pause"
    model = DutyPause

    def act(self, pause):
        services.resume_week(pause)
        return _("The duties of this week are due again.")

    def get_success_url(self, pause):
        return reverse("learning:dutykind_list", kwargs={"cohort": pause.cohort_id})
