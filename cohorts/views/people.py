from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts.services import look_at_secret
from cohorts.forms.people import PersonForm, ReasonForm
from cohorts.models import Person
from cohorts.selectors.people import archive_of, look_alikes
from cohorts.services import merging
from cohorts.services import people as services
from cohorts.tables.people import PersonTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import EditPage, FormPage, StaticPage


class PersonList(TablePage):
    allow = "cohorts.view_person"
    model = Person
    table_class = PersonTable
    title = gettext_lazy("People")


class AboutPerson:
    """For pages about one reachable person; the secrets are not loaded."""

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        people = self.reachable(Person).select_related("user").defer("phone", "id_number", "user__phone")
        self.person = get_object_or_404(people, pk=kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)

    def get_success_url(self):
        return self.person.get_absolute_url()


class PersonDetail(AboutPerson, StaticPage):
    """The archive of a person: all places and offices that the reader may see."""

    allow = "cohorts.view_person"
    template_name = "cohorts/person_detail.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        archive = archive_of(
            self.person,
            trainees=access.rows(user, "cohorts.view_trainee"),
            offices=access.rows(user, "cohorts.view_officer"),
        )
        alike = look_alikes(self.person).filter(access.rows(user, "cohorts.change_person"))
        return super().get_context_data(archive=archive, look_alikes=alike[:10], **kwargs)


class PersonUpdate(EditPage):
    allow = "cohorts.change_person"
    model = Person
    form_class = PersonForm
    title = gettext_lazy("Edit the person")
    success_message = gettext_lazy("Saved. No import will overwrite what you changed.")
    template_name = "cohorts/person_form.html"

    def get_queryset(self):
        return super().get_queryset().defer("phone", "id_number")

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.object, **kwargs)

    def save(self, form):
        return services.edit_person(self.object, form.values)

    def get_success_url(self):
        return self.object.get_absolute_url()


@method_decorator(never_cache, name="dispatch")
class PersonSecret(AboutPerson, FormPage):
    """Phone or ID number in full, once, for a reason that is kept. The answer stands in the response and nowhere else."""

    allow = "cohorts.see_secrets"
    form_class = ReasonForm
    title = gettext_lazy("Show a number in full")
    template_name = "cohorts/person_secret.html"

    def get_initial(self):
        return {"field": self.request.GET.get("field", "phone")}

    def form_valid(self, form):
        field = form.cleaned_data["field"]
        value = look_at_secret(self.person, field, reason=form.cleaned_data["reason"])
        return self.render_to_response(self.get_context_data(form=form, value=value or "—", field=field))


class PersonMerge(AboutPerson, StaticPage):
    """Two rows become one: first the preview by field, then the merge."""

    allow = "cohorts.change_person"
    template_name = "cohorts/person_merge.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        others = self.reachable(Person).exclude(pk=self.person.pk).defer("phone", "id_number")
        self.other = get_object_or_404(others, pk=kwargs["other"])

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            other=self.other,
            lines=[line for line in self.lines() if line["mine"] or line["theirs"]],
            places=self.other.traineeships.filter(access.rows(user, "cohorts.view_trainee")).select_related("cohort"),
            offices=self.other.offices.filter(access.rows(user, "cohorts.view_officer")).select_related(
                "training_class"
            ),
            **kwargs,
        )

    def lines(self):
        shown = {"phone": "phone_mask", "id_number": "id_mask"}
        told_apart_by = {"phone": "phone_index", "id_number": "id_index"}
        for field in merging.FIELDS:
            told_by = told_apart_by.get(field, field)
            yield {
                "field": field,
                "label": Person._meta.get_field(shown.get(field, field)).verbose_name,
                "mine": self.shown(self.person, shown.get(field, field)),
                "theirs": self.shown(self.other, shown.get(field, field)),
                "is_same": getattr(self.person, told_by) == getattr(self.other, told_by),
            }

    @staticmethod
    def shown(person, field):
        return person.get_sex_display() if field == "sex" else getattr(person, field)

    def post(self, request, *args, **kwargs):
        take = [field for field in merging.FIELDS if request.POST.get(field) == "theirs"]
        try:
            merged = merging.merge_people(self.person, self.other, take=take)
        except Refused as refusal:
            return self.render_to_response(self.get_context_data(refusal=str(refusal)), status=422)
        words = _("%(name)s is one person now: %(places)s places and %(offices)s offices were moved, nothing was lost.")
        counts = {"name": self.person.name, "places": merged.places, "offices": merged.offices}
        messages.success(request, words % counts)
        return redirect(self.person)
