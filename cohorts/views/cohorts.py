from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.access import COHORT
from cohorts.forms.cohorts import CohortCopyForm, CohortEditForm, CohortForm
from cohorts.models import Cohort, TrainingClass
from cohorts.selectors.applications import Intake, intake_of
from cohorts.selectors.cohorts import overdue_things, overview
from cohorts.services import cohorts as services
from cohorts.tables.cohorts import CohortTable, stage_tag
from cohorts.views.links import link
from programs.models import Program
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, StaticPage

CLOSING_BEFORE = timedelta(days=14)


class CohortList(TablePage):
    allow = "cohorts.view_cohort"
    model = Cohort
    table_class = CohortTable
    title = gettext_lazy("Cohorts")
    template_name = "cohorts/cohort_list.html"


class CohortSwitch(StaticPage):
    """The menu of cohorts in the top bar, fetched when it is opened."""

    allow = "cohorts.view_cohort"
    template_name = "cohorts/_cohort_switch.html"
    LONGEST = 15

    def get_context_data(self, **kwargs):
        cohorts = self.reachable(Cohort).filter(is_closed=False).select_related("program")
        cohorts = cohorts.order_by("-starts_on", "name").distinct()[: self.LONGEST]
        return super().get_context_data(cohorts=cohorts, **kwargs)


class CohortDetail(StaticPage):
    allow = "cohorts.view_cohort"
    inside = COHORT
    template_name = "cohorts/cohort_detail.html"

    def get_context_data(self, **kwargs):
        cohort = self.cohort
        seen = overview(cohort, timezone.localdate())
        self.against = self.against_closing()
        return super().get_context_data(
            overview=seen,
            steps=[] if cohort.is_closed else [*self.first_people(seen), *self.next_steps(seen), *self.closing_step()],
            against=self.against,
            stage=stage_tag(cohort.starts_on, cohort.ends_on, cohort.is_closed),
            classes=self.with_overdue(seen.classes),
            links={
                "checklist": link(self.request, "learning:closing_list", cohort=cohort.pk),
                "figures": link(self.request, "reports:cohort_dashboard", cohort=cohort.pk),
                "new_class": link(self.request, "cohorts:class_create", cohort=cohort.pk),
            },
            **kwargs,
        )

    def with_overdue(self, lines):
        """Each class with how many things are overdue in it; of classes in reach only."""
        if self.cohort.is_closed or not access.holds(self.request.user, "cohorts.view_class"):
            return [(line, 0) for line in lines]
        mine = self.reachable(TrainingClass, "cohorts.view_class").filter(cohort=self.cohort)
        overdue = overdue_things(mine.values("pk"), timezone.localdate())
        return [(line, overdue.get(line.pk, 0)) for line in lines]

    def against_closing(self) -> str:
        """Why it cannot be closed yet, for whoever may close it."""
        may = not self.cohort.is_closed and access.may(self.request.user, "cohorts.change_cohort", self.cohort)
        return services.against_closing(self.cohort) if may else ""

    def closing_step(self):
        """From two weeks before the last day on: what still stands against closing."""
        url = link(self.request, "learning:closing_list", cohort=self.cohort.pk)
        is_near = timezone.localdate() >= self.cohort.ends_on - CLOSING_BEFORE
        if url and is_near and access.may(self.request.user, "cohorts.change_cohort", self.cohort):
            why = self.against or _("Nothing stands against closing it.")
            yield {"icon": "lock", "title": _("Close the cohort"), "why": why, "verb": _("Checklist"), "url": url}

    def first_people(self, seen):
        """The two ways to a cohort without anybody: a roster, or a round of applications, which stands first where the
        program has chosen people so before."""
        if seen.active:
            return []
        roster = {
            "icon": "upload",
            "title": _("Bring the people in"),
            "why": _("Nobody is in this cohort yet. Spreadsheets are taken as they are."),
            "verb": _("Import a roster"),
            "url": link(self.request, "cohorts:roster_import", cohort=self.cohort.pk),
        }
        intake = intake_of(self.cohort)
        ways = [self.applications_step(intake), roster]
        return [way for way in (ways if intake.is_usual else reversed(ways)) if way["url"]]

    def applications_step(self, intake: Intake):
        name, verb = ("cohorts:application_list", _("See the applications"))
        if not intake.has_round:
            name, verb = ("cohorts:round_update", _("Open applications"))
            why = _("People apply or are nominated by their units, and are chosen by rules.")
        elif intake.handed_in:
            why = ngettext("%(n)s application so far.", "%(n)s applications so far.", intake.handed_in) % {
                "n": intake.handed_in
            }
        else:
            why = _("There is a round of applications; none has come in yet.")
        url = link(self.request, name, cohort=self.cohort.pk)
        return {"icon": "journal", "title": _("Take applications"), "why": why, "verb": verb, "url": url}

    def next_steps(self, seen):
        """What the cohort still lacks, in the order in which it is done; only what the reader may do."""
        for lacks, name, icon, title, why, verb in (
            (
                seen.without_class,
                "cohorts:split_create",
                "swap",
                _("Split into classes"),
                ngettext("%(n)s trainee has no class.", "%(n)s trainees have no class.", seen.without_class)
                % {"n": seen.without_class},
                _("Split"),
            ),
            (
                seen.classes and any(not line.head_teachers for line in seen.classes),
                "cohorts:officer_create",
                "shield",
                _("Name the head teachers"),
                _("Not every class has one."),
                _("Appoint"),
            ),
            (
                seen.without_account,
                "cohorts:account_open",
                "key",
                _("Open accounts"),
                ngettext("%(n)s trainee cannot sign in.", "%(n)s trainees cannot sign in.", seen.without_account)
                % {"n": seen.without_account},
                _("Open accounts"),
            ),
        ):
            if lacks and (url := link(self.request, name, cohort=self.cohort.pk)):
                yield {"icon": icon, "title": title, "why": why, "verb": verb, "url": url}


class CohortCreate(FormPage):
    allow = "cohorts.create_cohort"
    form_class = CohortForm
    title = gettext_lazy("New cohort")
    template_name = "cohorts/cohort_form.html"

    def get_form_kwargs(self):
        programs = self.reachable(Program).filter(closed_on=None).order_by("name")
        return super().get_form_kwargs() | {"programs": programs}

    def get_initial(self):
        return super().get_initial() | {"program": self.request.GET.get("program")}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        lacks_program = not context["form"].fields["program"].queryset.exists()
        return context | {
            "lacks_program": lacks_program,
            "links": {"new_program": link(self.request, "programs:program_create")},
        }

    def save(self, form):
        return services.create_cohort(**form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class CohortPage(EditPage, abstract=True):
    """A form about one cohort."""

    allow = "cohorts.change_cohort"
    model = Cohort
    template_name = "cohorts/cohort_form.html"

    def get_queryset(self):
        return super().get_queryset().select_related("program")

    def get_context_data(self, **kwargs):
        self.object.refresh_from_db()  # the form may have tried other values on it
        return super().get_context_data(cohort=self.object, **kwargs)

    def get_success_url(self):
        return self.object.get_absolute_url()


class CohortUpdate(CohortPage):
    form_class = CohortEditForm
    title = gettext_lazy("Edit the cohort")

    def save(self, form):
        return services.edit_cohort(self.object, **form.cleaned_data)

    def get_success_message(self):
        from_on = self.object.journal_from
        if from_on is None or from_on <= timezone.localdate():
            return _("The cohort was saved.")
        return _(
            "The cohort was saved. The new rule of journals holds from %(day)s; journals of days that have begun stay "
            "due as they were."
        ) % {"day": day(from_on)}


class CohortCopy(CohortPage):
    form_class = CohortCopyForm
    title = gettext_lazy("New cohort from this one")
    template_name = "cohorts/cohort_copy.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.source = self.object

    def get_form_kwargs(self):
        programs = self.reachable(Program, "cohorts.create_cohort").filter(closed_on=None).order_by("name")
        return super().get_form_kwargs() | {"programs": programs, "instance": Cohort()}

    def get_initial(self):
        return super().get_initial() | {"program": self.source.program_id}

    def get_context_data(self, **kwargs):
        counts = Cohort.objects.filter(pk=self.source.pk).aggregate(
            classes=Count("classes", distinct=True), fields=Count("profile_fields", distinct=True)
        )
        return super().get_context_data(counts=counts, **kwargs)

    def save(self, form):
        self.copied = services.copy_cohort(self.source, **form.cleaned_data)
        return self.copied.cohort

    def get_success_message(self):
        return _(
            "Copied from %(source)s: the rules of journals, attendance, leave and timetable, %(fields)s profile fields, "
            "%(classes)s classes. "
            "Not copied: people, sessions, marks."
        ) % {"source": self.source.name, "fields": self.copied.profile_fields, "classes": self.copied.classes}


class CohortClose(ActionPage):
    allow = "cohorts.change_cohort"
    model = Cohort
    is_done = False

    def act(self, cohort):
        try:
            services.close_cohort(cohort)
        except Refused:
            if self.checklist(cohort) and services.against_closing(cohort):
                return ""  # the checklist says it
            raise
        self.is_done = True
        return _("The cohort was closed.")

    def get_success_url(self, cohort):
        """What was refused is explained where it is solved."""
        return self.checklist(cohort) or cohort.get_absolute_url()

    def checklist(self, cohort) -> str:
        return "" if self.is_done or cohort.is_closed else link(self.request, "learning:closing_list", cohort=cohort.pk)


class CohortReopen(ActionPage):
    allow = "cohorts.change_cohort"
    model = Cohort

    def act(self, cohort):
        services.reopen_cohort(cohort)
        return _("The cohort is open again.")


class CohortDelete(DeletePage):
    allow = "cohorts.change_cohort"
    model = Cohort
    success_message = gettext_lazy("The cohort was deleted.")

    def delete(self, cohort):
        services.delete_cohort(cohort)

    def get_list_url(self, cohort):
        return reverse("cohorts:cohort_list")
