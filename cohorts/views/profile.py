from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import MANAGED_COHORT
from cohorts.forms.profile import ProfileFieldForm
from cohorts.models import ProfileField
from cohorts.services import profile as services
from cohorts.services.order import DOWN, UP
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, Inside, StaticPage


class ProfileFieldList(StaticPage):
    allow = "cohorts.view_profile_field"
    inside = Inside("cohorts.Cohort", "cohorts.view_profile_field", "cohort", related=("program",))
    template_name = "cohorts/profile_field_list.html"

    def get_context_data(self, **kwargs):
        fields = self.cohort.profile_fields.order_by("order", "pk")
        return super().get_context_data(fields=fields, **kwargs)


class ProfileFieldCreate(FormPage):
    allow = "cohorts.change_profile_field"
    inside = MANAGED_COHORT
    form_class = ProfileFieldForm
    title = gettext_lazy("New profile field")
    success_message = gettext_lazy("The field was made.")
    template_name = "cohorts/profile_field_form.html"

    def save(self, form):
        return services.create_field(self.cohort, **form.cleaned_data)

    def get_success_url(self):
        return list_url(self.cohort.pk)


class ProfileFieldUpdate(EditPage):
    allow = "cohorts.change_profile_field"
    model = ProfileField
    form_class = ProfileFieldForm
    title = gettext_lazy("Edit the profile field")
    success_message = gettext_lazy("The field was saved.")
    template_name = "cohorts/profile_field_form.html"

    def get_queryset(self):
        return super().get_queryset().select_related("cohort__program")

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, **kwargs)

    def save(self, form):
        return services.edit_field(self.object, **form.cleaned_data)

    def get_success_url(self):
        return list_url(self.object.cohort_id)


class FieldAction(ActionPage, abstract=True):
    allow = "cohorts.change_profile_field"
    model = ProfileField

    def get_success_url(self, field):
        return list_url(field.cohort_id)


class ProfileFieldUp(FieldAction):
    def act(self, field):
        services.shift_field(field, UP)
        return ""


class ProfileFieldDown(FieldAction):
    def act(self, field):
        services.shift_field(field, DOWN)
        return ""


class ProfileFieldDelete(FieldAction):
    def act(self, field):
        services.delete_field(field)
        return _("The field was deleted.")


def list_url(cohort: int) -> str:
    return reverse("cohorts:profile_field_list", kwargs={"cohort": cohort})
