from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from accounts.models import Unit
from programs import services
from programs.forms import ProgramForm
from programs.models import Program
from programs.selectors import themes
from programs.tables import ProgramTable
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, Page


class ProgramList(TablePage):
    allow = "programs.view_program"
    model = Program
    table_class = ProgramTable
    title = gettext_lazy("Programs")
    template_name = "programs/program_list.html"


class ProgramDetail(Page, DetailView):
    allow = "programs.view_program"
    model = Program
    template_name = "programs/program_detail.html"

    def get_queryset(self):
        return super().get_queryset().select_related("unit")

    def get_context_data(self, **kwargs):
        # Who reaches a program reaches all its cohorts: see cohorts.access.my_cohorts.
        cohorts = self.object.cohorts.order_by("-starts_on", "name")
        return super().get_context_data(cohorts=cohorts, today=timezone.localdate(), **kwargs)


class ProgramCreate(FormPage):
    allow = "programs.create_program"
    form_class = ProgramForm
    title = gettext_lazy("New program")
    template_name = "programs/program_form.html"

    def get_form_kwargs(self):
        units = self.reachable(Unit).filter(closed_on=None).order_by("path")
        return super().get_form_kwargs() | {"units": units, "themes": themes()}

    def save(self, form):
        return services.create_program(**form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class ProgramUpdate(EditPage):
    allow = "programs.change_program"
    model = Program
    form_class = ProgramForm
    title = gettext_lazy("Edit the program")
    template_name = "programs/program_form.html"
    success_message = gettext_lazy("The program was saved.")

    def get_form_kwargs(self):
        units = self.reachable(Unit, "programs.create_program").filter(closed_on=None)
        mine = Unit.objects.filter(pk=self.object.unit_id)
        return super().get_form_kwargs() | {"units": (units | mine).distinct().order_by("path"), "themes": themes()}

    def save(self, form):
        return services.edit_program(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class ProgramClose(ActionPage):
    allow = "programs.change_program"
    model = Program

    def act(self, program):
        services.close_program(program, on=timezone.localdate())
        return _("The program was closed.")


class ProgramReopen(ActionPage):
    allow = "programs.change_program"
    model = Program

    def act(self, program):
        services.reopen_program(program)
        return _("The program is open again.")


class ProgramDelete(DeletePage):
    allow = "programs.change_program"
    model = Program

    success_message = gettext_lazy("The program was deleted.")

    def delete(self, program):
        services.delete_program(program)

    def get_list_url(self, program):
        return reverse("programs:program_list")
