"""The applications of a cohort as the office sees them: the list, one of them, and what is done with it."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from accounts.models import Unit
from cohorts.access import COHORT
from cohorts.forms.applications import ApplicationForm, WhyForm
from cohorts.models import Application, ApplicationRound, ScreeningRow, UnitQuota
from cohorts.rules.applications import STAGE_WORDS
from cohorts.selectors.applications import asked_fields, shown_answers
from cohorts.services.applications import handing_in, outcomes, review
from cohorts.tables.applications import ApplicationTable
from cohorts.views.found import findings_about
from cohorts.views.rounds import MANAGED
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused, with_remedy
from trainee_mgmt.kit.lists import TablePage, chosen_rows
from trainee_mgmt.kit.pages import ActionPage, FormPage, Page, StaticPage
from trainee_mgmt.kit.tables import BulkAction

State = Application.State


def table_options(request, cohort, bulk=()) -> dict:
    """What lists of applications need to know of the cohort and of the reader."""
    named = Unit.objects.filter(nominations__round__cohort=cohort).order_by("name", "pk").distinct()
    context = {
        "fields": asked_fields(cohort.pk),
        "units": [(str(pk), name) for pk, name in named.values_list("pk", "name")],
        "finds_numbers": access.holds(request.user, "cohorts.change_application"),
    }
    return {"context": context, "bulk": bulk}


class ApplicationList(TablePage):
    allow = "cohorts.view_application"
    inside = COHORT
    model = Application
    table_class = ApplicationTable
    template_name = "cohorts/application_list.html"
    title = gettext_lazy("Applications")

    def get_rows(self):
        return super().get_rows().filter(round__cohort=self.cohort).exclude(state=State.DRAFT)

    def get_table_options(self):
        self.manages = access.may(self.request.user, "cohorts.manage_applications", self.cohort)
        accept = reverse("cohorts:applications_accept", kwargs={"cohort": self.cohort.pk})
        bulk = [BulkAction(accept, _("Accept into the screening"), "check")]
        return table_options(self.request, self.cohort, bulk if self.manages and not self.cohort.is_closed else ())

    def get_context_data(self, **kwargs):
        round = ApplicationRound.objects.filter(cohort=self.cohort).first()
        context = super().get_context_data(round=round, **kwargs)
        if round:
            stage = round.stage(timezone.now())
            proposed = Application.objects.filter(pk__in=outcomes.proposals(round)).order_by("waiting_rank")
            to_enroll = Application.objects.filter(round=round, state=State.CHOSEN, trainee=None)
            context |= {
                "stage": stage,
                "stage_words": STAGE_WORDS[stage],
                "proposed": list(proposed),
                "has_to_enroll": to_enroll.exists(),
            }
        return context | {"manages": self.manages}


class ApplicationsAccept(Page, View):
    """Those that were chosen in the list into the screening; who does not meet a rule stays and is named."""

    allow = "cohorts.manage_applications"
    inside = MANAGED
    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        mine = Application.objects.filter(round__cohort=self.cohort)
        chosen = chosen_rows(request, mine, ApplicationTable, lambda: table_options(request, self.cohort))
        try:
            count, left = review.accept_all(chosen.only("pk"))
        except Refused as refusal:
            messages.error(request, with_remedy(refusal, request.user))
        else:
            words = ngettext("%(n)s application was accepted.", "%(n)s applications were accepted.", count)
            messages.success(request, words % {"n": count})
            if left:
                names = _(", ").join(left[:8])
                messages.warning(
                    request,
                    _("Not accepted, because a rule is not met or something speaks against it: %(names)s.")
                    % {"names": names},
                )
        back = reverse("cohorts:application_list", kwargs={"cohort": self.cohort.pk})
        query = request.GET.urlencode()
        return HttpResponseRedirect(f"{back}?{query}" if query else back)


class AboutApplication:
    """For pages about one reachable application, whose cohort is ``cohort``."""

    model = Application

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("round__cohort__program", "nominating_unit", "person", "trainee")
        self.application = self.find(Application, kwargs["pk"], related=related)
        if self.application.state == State.DRAFT:  # nobody's but the applicant's
            raise Http404
        self.round = self.application.round
        self.cohort = self.round.cohort

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            application=self.application, round=self.round, cohort=self.cohort, nav="cohorts:application_list", **kwargs
        )

    def get_success_url(self):
        return self.application.get_absolute_url()


class ApplicationDetail(AboutApplication, StaticPage):
    allow = "cohorts.view_application"
    template_name = "cohorts/application_detail.html"

    def get_context_data(self, **kwargs):
        one = self.application
        quota = UnitQuota.objects.filter(round=self.round, unit=one.nominating_unit_id).first()
        others = Application.objects.filter(id_index=one.id_index).exclude(pk=one.pk).select_related("round__cohort")
        mine = others.filter(access.rows(self.request.user, self.allow)) if one.id_index else others.none()
        ranked = ScreeningRow.objects.filter(
            access.rows(self.request.user, "cohorts.view_screening_row"), application=one
        )
        return super().get_context_data(
            **findings_about(one, self.request.user),
            ranked=ranked.order_by("-screening__number").first(),
            answers=shown_answers(one),
            lacking=review.lacks(one) if one.state == State.SUBMITTED else [],
            quota=quota,
            others=mine.order_by("-pk")[:10],
            is_proposed=one.state == State.WAITING and one.pk in outcomes.proposals(self.round),
            is_open=one.state in Application.OPEN and not one.trainee_id,
            changes=access.holds(self.request.user, "cohorts.change_application") and not self.cohort.is_closed,
            **kwargs,
        )


class ApplicationUpdate(AboutApplication, FormPage):
    """Corrections by the office."""

    allow = "cohorts.change_application"
    form_class = ApplicationForm
    title = gettext_lazy("Correct the application")
    success_message = gettext_lazy("Saved.")
    template_name = "cohorts/application_form.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"application": self.application, "everything": True}

    def save(self, form):
        return review.correct(self.application, **form.values())


class _HandedIn(ActionPage, abstract=True):
    """An act on an application that was handed in: a draft is nobody's but the applicant's."""

    allow = "cohorts.change_application"
    model = Application

    def get_rows(self):
        return super().get_rows().exclude(state=State.DRAFT)


class ApplicationAccept(_HandedIn):
    def act(self, application):
        review.accept(application)
        return _("Accepted into the screening.")


class WhyPage(AboutApplication, FormPage, abstract=True):
    """An act that needs a reason."""

    allow = "cohorts.change_application"
    form_class = WhyForm
    template_name = "cohorts/application_why.html"
    note = ""
    danger = False

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form_note=self.note, form_danger=self.danger, submit_label=self.get_title(), **kwargs
        )

    def save(self, form):
        return self.act(form.cleaned_data["reason"])

    def act(self, reason: str):
        raise NotImplementedError


class ApplicationAcceptAnyway(WhyPage):
    title = gettext_lazy("Accept all the same")
    note = gettext_lazy("The reason is kept with the application.")

    def act(self, reason):
        return review.accept(self.application, reason=reason)


class ApplicationReturn(WhyPage):
    title = gettext_lazy("Send back")
    note = gettext_lazy("The applicant and the unit read the reason. A slot of the unit is free again at once.")
    success_message = gettext_lazy("Sent back.")

    def act(self, reason):
        return review.send_back(self.application, reason=reason)


class ApplicationWithdraw(WhyPage):
    title = gettext_lazy("Withdraw the application")
    note = gettext_lazy("A seat that was given is free again; the next of the waiting list is proposed to you.")
    success_message = gettext_lazy("The application was withdrawn.")
    danger = True

    def act(self, reason):
        return handing_in.withdraw_for_office(self.application, reason=reason)


class ApplicationChoose(_HandedIn):
    """The free seat for whoever is next on the waiting list."""

    def act(self, application):
        outcomes.choose_from_waiting(application)
        return _("%(name)s was chosen.") % {"name": application.name}


class ApplicationChooseAnyway(WhyPage):
    title = gettext_lazy("Choose out of turn")
    note = gettext_lazy("Others are before in the list; the reason is kept.")
    success_message = gettext_lazy("Chosen.")

    def act(self, reason):
        return outcomes.choose_from_waiting(self.application, reason=reason)


class ApplicationPassOver(WhyPage):
    title = gettext_lazy("Take off the waiting list")
    note = gettext_lazy("The applicant and the unit read the reason; the next one is proposed.")
    success_message = gettext_lazy("Taken off the waiting list.")

    def act(self, reason):
        return outcomes.pass_over(self.application, reason=reason)
