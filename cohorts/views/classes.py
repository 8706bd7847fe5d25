from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from cohorts.access import COHORT, MANAGED_COHORT
from cohorts.forms.cohorts import ClassForm
from cohorts.models import Trainee, TrainingClass
from cohorts.selectors.cohorts import members_on, overdue_things
from cohorts.selectors.offices import in_office
from cohorts.services import classes as services
from cohorts.services.order import DOWN, UP
from cohorts.tables.classes import ClassTable
from cohorts.tables.trainees import ClassTraineeTable
from cohorts.views.days import day_of
from cohorts.views.links import link
from cohorts.views.trainees import roster_for
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage


class ClassList(TablePage):
    allow = "cohorts.view_class"
    inside = COHORT
    model = TrainingClass
    table_class = ClassTable
    title = gettext_lazy("Classes")
    template_name = "cohorts/class_list.html"

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)

    def get_table_options(self):
        day, _asked = day_of(self.request, self.cohort)
        return {"context": day}

    def get_context_data(self, **kwargs):
        split = link(self.request, "cohorts:split_create", cohort=self.cohort.pk)
        return super().get_context_data(links={"split": split}, **kwargs)


class ClassDetail(TablePage):
    """A class: who is in it on a day, its officers and groups."""

    allow = "cohorts.view_class"
    model = TrainingClass
    table_class = ClassTraineeTable
    template_name = "cohorts/class_detail.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.training_class = self.find(TrainingClass, kwargs["pk"], related=("cohort__program", "unit"))
        self.cohort = self.training_class.cohort
        self.day, self.asked = day_of(request, self.cohort)
        self.title = self.training_class.name

    def get_rows(self):
        members = members_on(self.day).filter(training_class=self.training_class).values("trainee")
        return Trainee.objects.filter(access.rows(self.request.user, "cohorts.view_trainee"), pk__in=members)

    def get_table_options(self):
        roster = roster_for(self.request, self.cohort, self.day, self.asked)
        known_by = (self.request.user.query_key, self.training_class.pk, self.day, roster.columns_key)
        return {"context": roster, "known_by": known_by}

    def get_context_data(self, **kwargs):
        officers = in_office(self.day).filter(training_class=self.training_class).select_related("person")
        return super().get_context_data(
            training_class=self.training_class,
            cohort=self.cohort,
            day=self.day,
            officers=officers.order_by("starts_on", "pk").defer("person__phone", "person__id_number"),
            groups=self.training_class.groups.order_by("number", "pk"),
            overdue=self._overdue(),
            links={
                "checklist": link(
                    self.request,
                    "learning:closing_list",
                    f"?training_class={self.training_class.pk}",
                    cohort=self.cohort.pk,
                ),
                "appoint": link(
                    self.request,
                    "cohorts:officer_create",
                    f"?training_class={self.training_class.pk}",
                    cohort=self.cohort.pk,
                ),
                "sessions": link(
                    self.request,
                    "learning:session_list",
                    f"?training_class={self.training_class.pk}",
                    cohort=self.cohort.pk,
                ),
            },
            **kwargs,
        )

    def _overdue(self) -> int:
        if self.cohort.is_closed:
            return 0
        return overdue_things([self.training_class.pk], timezone.localdate()).get(self.training_class.pk, 0)


class ClassCreate(FormPage):
    allow = "cohorts.change_class"
    inside = MANAGED_COHORT
    form_class = ClassForm
    title = gettext_lazy("New class")
    success_message = gettext_lazy("The class was made.")
    template_name = "cohorts/class_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"units": units_to_choose()}

    def save(self, form):
        return services.create_class(self.cohort, **form.cleaned_data)

    def get_success_url(self):
        return reverse("cohorts:class_list", kwargs={"cohort": self.cohort.pk})


class ClassUpdate(EditPage):
    allow = "cohorts.change_class"
    model = TrainingClass
    form_class = ClassForm
    title = gettext_lazy("Edit the class")
    success_message = gettext_lazy("The class was saved.")
    template_name = "cohorts/class_form.html"

    def get_queryset(self):
        return super().get_queryset().select_related("cohort__program", "unit")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"units": units_to_choose()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, **kwargs)

    def save(self, form):
        return services.edit_class(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


def units_to_choose():
    """A class may belong to any street, also one outside the units of the organizer: names of units are no secret."""
    return Unit.objects.active().order_by("path")


class ClassAction(ActionPage, abstract=True):
    allow = "cohorts.change_class"
    model = TrainingClass

    def get_success_url(self, training_class):
        return reverse("cohorts:class_list", kwargs={"cohort": training_class.cohort_id})


class ClassUp(ClassAction):
    def act(self, training_class):
        services.shift_class(training_class, UP)
        return ""


class ClassDown(ClassAction):
    def act(self, training_class):
        services.shift_class(training_class, DOWN)
        return ""


class ClassDelete(ClassAction):
    def act(self, training_class):
        services.delete_class(training_class)
        return _("The class was deleted.")
