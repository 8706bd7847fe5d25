"""Who is called twice, on leave or exempt; who is called all the same and why; the report of what was decided by hand."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.forms.screening import CallForm, ExemptionForm
from cohorts.models import Application, Cohort, Exemption, Override, Person
from cohorts.rules.calls import Finding, in_words
from cohorts.selectors.calls import findings_of, without_reason
from cohorts.services import calls as services
from cohorts.tables.screening import ExemptionTable, OverrideTable
from cohorts.views.found import findings_about, told
from cohorts.views.screening import SCREENED
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, StaticPage

PER_PAGE = 50


class CallList(StaticPage):
    """The open applications of a cohort about which something was found, those that need a reason first."""

    allow = "cohorts.view_screening"
    inside = SCREENED
    template_name = "cohorts/call_list.html"

    def get_context_data(self, **kwargs):
        rows = Application.objects.open().filter(round__cohort=self.cohort).select_related("nominating_unit")
        rows = {row.pk: row for row in rows.defer("id_number", "phone").order_by("name_key", "pk")}
        found = {key: mine for key, mine in findings_of(rows.values(), self.cohort).items() if mine}
        open_ones = without_reason(found)
        given = Override.objects.filter(application__in=found, kind=Override.Kind.CALL, in_force=True).select_related(
            "made_by"
        )
        reasons = {row.application_id: row for row in given}
        order = sorted(found, key=lambda key: (key not in open_ones, not any(f.asks for f in found[key])))
        page = self.page(len(order))
        shown = order[(page - 1) * PER_PAGE : page * PER_PAGE]
        words = self.words({key: found[key] for key in shown})
        return super().get_context_data(
            rows=[(rows[key], words[key], key in open_ones, reasons.get(key)) for key in shown],
            open_count=len(open_ones),
            count=len(found),
            people=len(rows),
            page=page,
            pages=max(1, -(-len(order) // PER_PAGE)),
            manages=not self.cohort.is_closed
            and access.may(self.request.user, "cohorts.decide_screening", self.cohort),
            **kwargs,
        )

    def words(self, found: dict[int, list[Finding]]) -> dict[int, list[dict]]:
        """``told`` of all at once: one query."""
        flat = told([each for mine in found.values() for each in mine], self.request.user)
        lines = iter(flat)
        return {key: [next(lines) for _each in mine] for key, mine in found.items()}

    def page(self, count: int) -> int:
        asked = self.request.GET.get("page", "")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        return max(1, min(number, -(-count // PER_PAGE)))


class CallAllTheSame(EditPage):
    """The reason why somebody is called in spite of what was found."""

    allow = "cohorts.change_application"
    model = Application
    form_class = CallForm
    template_name = "cohorts/call_form.html"
    success_message = gettext_lazy("The reason is kept; the report of what was decided by hand lists it.")

    def get_queryset(self):
        rows = super().get_queryset().exclude(state=Application.State.DRAFT)
        return rows.select_related("round__cohort__program", "nominating_unit").defer("id_number", "phone")

    def get_form_kwargs(self):
        return {name: value for name, value in super().get_form_kwargs().items() if name != "instance"}

    def get_title(self):
        return _("Call %(name)s all the same?") % {"name": self.object.name}

    def get_context_data(self, **kwargs):
        about = findings_about(self.object, self.request.user)
        return super().get_context_data(
            cohort=self.object.round.cohort,
            application=self.object,
            cancel_url=self.get_success_url(),
            **about | kwargs,
        )

    def save(self, form):
        application = Application.objects.select_related("round__cohort").get(pk=self.kwargs["pk"])
        return services.call_all_the_same(application, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        cohort = Application.objects.values_list("round__cohort", flat=True).get(pk=self.kwargs["pk"])
        return reverse("cohorts:call_list", kwargs={"cohort": cohort})


class NomineeCall(CallAllTheSame):
    """The same by the unit that nominates."""

    allow = "cohorts.change_nominee"

    def get_success_url(self):
        return reverse("cohorts:nominee_detail", kwargs={"pk": self.kwargs["pk"]})


class OverrideList(TablePage):
    """Everything that was decided by hand in my cohorts, with its reason."""

    allow = "cohorts.view_override"
    model = Override
    table_class = OverrideTable
    title = gettext_lazy("Decided by hand")


class OverrideDetail(StaticPage):
    allow = "cohorts.view_override"
    model = Override
    template_name = "cohorts/override_detail.html"

    def get_context_data(self, **kwargs):
        related = ("application", "round__cohort__program", "made_by")
        without = ("application__id_number", "application__phone")
        override = self.find(Override, self.kwargs["pk"], related=related, without=without)
        cohort = override.round.cohort
        return super().get_context_data(
            override=override,
            cohort=cohort,
            lines=[in_words(code, params) for code, params in override.findings],
            manages=override.in_force
            and not cohort.is_closed
            and access.may(self.request.user, "cohorts.take_override", override),
            **kwargs,
        )


class OverrideTakeBack(ActionPage):
    allow = "cohorts.take_override"
    model = Override

    def get_rows(self):
        return super().get_rows().select_related("application", "round__cohort")

    def act(self, override):
        services.take_back_override(override)
        return _("Taken back; it stays in the report.")

    def get_success_url(self, override):
        return reverse("cohorts:override_detail", kwargs={"pk": override.pk})


# Leave and exemptions -------------------------------------------------------------------------------------------------


class ExemptionList(TablePage):
    allow = "cohorts.view_exemption"
    model = Exemption
    table_class = ExemptionTable
    title = gettext_lazy("Leave and exemptions")


class ExemptionCreate(FormPage):
    """About the human of one application; kept by the unit that runs the program."""

    allow = "cohorts.change_application"
    model = Application
    form_class = ExemptionForm
    success_message = gettext_lazy("Noted. Every office that calls this person in that time is warned.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = self.reachable(Application).exclude(state=Application.State.DRAFT)
        rows = rows.select_related("round__cohort__program__unit").defer("id_number", "phone")
        self.application = get_object_or_404(rows, pk=kwargs["pk"])
        self.cohort = self.application.round.cohort

    def get_title(self):
        return _("%(name)s is on leave or exempt") % {"name": self.application.name}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.cohort, cancel_url=self.application.get_absolute_url(), **kwargs)

    def save(self, form):
        about = self.application
        return services.exempt(
            name=about.name, id_index=about.id_index, unit=self.cohort.program.unit, by=self.request.user,
            **form.cleaned_data,
        )  # fmt: skip

    def get_success_url(self):
        return self.application.get_absolute_url()


class PersonExemptionCreate(FormPage):
    """About a person whom the office knows from a cohort; kept by the unit that runs the latest of these in reach."""

    allow = "cohorts.change_person"
    model = Person
    form_class = ExemptionForm
    success_message = gettext_lazy("Noted. Every office that calls this person in that time is warned.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.person = get_object_or_404(self.reachable(Person).defer("id_number", "phone"), pk=kwargs["pk"])

    def get_title(self):
        return _("%(name)s is on leave or exempt") % {"name": self.person.name}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cancel_url=self.person.get_absolute_url(), **kwargs)

    def save(self, form):
        return services.exempt(
            name=self.person.name, id_index=self.person.id_index, unit=self.unit(), by=self.request.user,
            **form.cleaned_data,
        )  # fmt: skip

    def unit(self):
        mine = Cohort.objects.filter(access.rows(self.request.user, "cohorts.view_cohort"))
        places = self.person.traineeships.filter(cohort__in=mine.values("pk")).select_related("cohort__program__unit")
        latest = places.order_by("-joined_on", "-pk").first()
        return latest.cohort.program.unit if latest else self.request.user.unit

    def get_success_url(self):
        return self.person.get_absolute_url()


class ExemptionUpdate(EditPage):
    allow = "cohorts.change_exemption"
    model = Exemption
    form_class = ExemptionForm
    template_name = "cohorts/exemption_form.html"
    success_message = gettext_lazy("The entry was saved.")

    def get_title(self):
        return str(self.object)

    def save(self, form):
        return services.change_exemption(self.object, **form.cleaned_data)

    def get_success_url(self):
        return reverse("cohorts:exemption_list")


class ExemptionDelete(DeletePage):
    allow = "cohorts.change_exemption"
    model = Exemption
    success_message = gettext_lazy("The entry was deleted.")

    def delete(self, exemption):
        services.delete_exemption(exemption)

    def get_list_url(self, exemption):
        return reverse("cohorts:exemption_list")
