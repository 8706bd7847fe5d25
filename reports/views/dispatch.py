"""Dispatch meetings: their pack on the page and as a paper, minutes, and actions tracked until they are closed."""

from io import BytesIO

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.services import record_export
from cohorts.access import COHORT
from placements.access import DISPATCH_COHORT
from placements.models import DispatchAction, DispatchMeeting
from placements.services import dispatch as services
from reports.documents.dispatch import dispatch_file
from reports.forms import ActionCloseForm, ActionForm, DispatchForm, MinutesForm, ReopenForm
from reports.selectors.pack import opened, pack_of
from reports.services import hold_dispatch
from reports.tables import ActionTable, DispatchTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, DeletePage, EditPage, FormPage, Page, StaticPage
from trainee_mgmt.kit.papers import DOCX
from trainee_mgmt.kit.tables import ExportRequest
from trainee_mgmt.kit.uploads import content_disposition

WITH_COHORT = ("cohort__program",)


class DispatchList(TablePage):
    """The meetings of a cohort, with what they left open."""

    allow = "placements.view_dispatch"
    inside = COHORT
    model = DispatchMeeting
    table_class = DispatchTable
    template_name = "reports/dispatch_list.html"
    title = gettext_lazy("Dispatch meetings")

    def get_rows(self):
        return super().get_rows().filter(cohort=self.cohort)


class DispatchCreate(FormPage):
    allow = "placements.plan_dispatch"
    inside = DISPATCH_COHORT
    form_class = DispatchForm
    title = gettext_lazy("New dispatch meeting")
    success_message = gettext_lazy("The meeting is planned; its pack is built from the data of the moment.")

    def get_initial(self):
        return {"held_on": timezone.localdate()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            cancel_url=reverse("reports:dispatch_list", kwargs={"cohort": self.cohort.pk}), **kwargs
        )

    def save(self, form):
        return services.plan_meeting(self.cohort, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class _OfMeeting(StaticPage, abstract=True):
    """A page of the pack: as it was kept when the meeting was held, else of this moment."""

    allow = "placements.view_dispatch"
    model = DispatchMeeting

    def get_context_data(self, **kwargs):
        related = (*WITH_COHORT, "closed_by")
        meeting = get_object_or_404(self.reachable(DispatchMeeting).select_related(*related), pk=self.kwargs["pk"])
        self.pack = pack_of(meeting, self.request.user, timezone.now())
        return super().get_context_data(meeting=meeting, cohort=meeting.cohort, pack=self.pack, **kwargs)

    def opened(self, section):
        return opened(section, self.pack, self.request.user.role_set)


class DispatchDetail(_OfMeeting):
    """The pack, the minutes and the actions of one meeting."""

    template_name = "reports/dispatch_detail.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        meeting = context["meeting"]
        return context | {
            "today": timezone.localdate(),
            "sections": [self.opened(each) for each in self.pack.sections],
            "actions": list(meeting.actions.select_related("owner").order_by("due_on", "pk")),
            "may_change": access.may(self.request.user, "placements.change_dispatch", meeting),
        }


class DispatchSection(_OfMeeting):
    """All lines of one section."""

    template_name = "reports/dispatch_section.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        section = self.pack.section(self.kwargs["section"])
        if section is None:
            raise Http404
        return context | {"section": self.opened(section)}


class DispatchFile(Page, View):
    """The pack as a Word document; who took it is recorded."""

    allow = "placements.view_dispatch"
    model = DispatchMeeting
    http_method_names = ("post", "options")

    def post(self, request, pk):
        meeting = self.find(DispatchMeeting, pk, related=WITH_COHORT)
        pack = pack_of(meeting, request.user, timezone.now())
        content = dispatch_file(pack, today=timezone.localdate())
        columns = [section.title for section in pack.sections]
        count = sum(len(section.lines) for section in pack.sections)
        record_export(ExportRequest("dispatch pack", f"meeting={pk}", count, "", "docx", columns))
        name = f"{_('Dispatch meeting %(month)s') % {'month': f'{meeting.month:%Y-%m}'}}.docx"
        return FileResponse(
            BytesIO(content), content_type=DOCX, headers={"Content-Disposition": content_disposition(name)}
        )


class _Meeting(EditPage, abstract=True):
    allow = "placements.change_dispatch"
    model = DispatchMeeting

    def get_queryset(self):
        return super().get_queryset().select_related(*WITH_COHORT)

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.cohort, cancel_url=self.get_success_url(), **kwargs)

    def get_success_url(self):
        return reverse("reports:dispatch_detail", kwargs={"pk": self.kwargs["pk"]})


class DispatchUpdate(_Meeting):
    form_class = DispatchForm
    title = gettext_lazy("Change the meeting")
    success_message = gettext_lazy("The meeting was changed.")

    def save(self, form):
        return services.change_meeting(self.object, **form.cleaned_data)


class DispatchMinutes(_Meeting):
    form_class = MinutesForm
    title = gettext_lazy("Minutes of the meeting")
    success_message = gettext_lazy("The minutes are kept. What stays open stands first in the next pack.")

    def save(self, form):
        return hold_dispatch(self.object, by=self.request.user, **form.cleaned_data)


class DispatchReopen(FormPage):
    """For a reason; until it is held again, its pack shows the data of the moment."""

    allow = "placements.change_dispatch"
    model = DispatchMeeting
    form_class = ReopenForm
    title = gettext_lazy("Open the minutes")
    success_message = gettext_lazy("The minutes may be written again.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.meeting = self.find(DispatchMeeting, kwargs["pk"], related=WITH_COHORT)

    def get_context_data(self, **kwargs):
        note = _("The figures as they were then stay kept; the pack shows those of the moment until it is held again.")
        return super().get_context_data(
            cohort=self.meeting.cohort, form_note=note, cancel_url=self.get_success_url(), **kwargs
        )

    def save(self, form):
        return services.reopen_meeting(self.meeting, **form.cleaned_data)

    def get_success_url(self):
        return self.meeting.get_absolute_url()


class DispatchRemove(DeletePage):
    allow = "placements.change_dispatch"
    model = DispatchMeeting
    success_message = gettext_lazy("The meeting was removed.")

    def delete(self, meeting):
        services.remove_meeting(meeting)

    def get_list_url(self, meeting):
        return reverse("reports:dispatch_list", kwargs={"cohort": meeting.cohort_id})


class ActionList(TablePage):
    """What the meetings of a cohort decided, and what became of it."""

    allow = "placements.view_action"
    inside = COHORT
    model = DispatchAction
    table_class = ActionTable
    title = gettext_lazy("Actions of dispatch meetings")

    def get_rows(self):
        return super().get_rows().filter(meeting__cohort=self.cohort)


class ActionCreate(FormPage):
    allow = "placements.change_dispatch"
    model = DispatchMeeting
    form_class = ActionForm
    title = gettext_lazy("New action")
    success_message = gettext_lazy("The action is kept and followed up until it is closed.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.meeting = self.find(DispatchMeeting, kwargs["pk"], related=WITH_COHORT)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.meeting.cohort}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.meeting.cohort, cancel_url=self.get_success_url(), **kwargs)

    def save(self, form):
        return services.add_action(self.meeting, **form.cleaned_data)

    def get_success_url(self):
        return self.meeting.get_absolute_url()


class ActionDetail(StaticPage):
    """What is to be done, by whom and until when; whoever does it says here what was done."""

    allow = "placements.view_action"
    model = DispatchAction
    template_name = "reports/dispatch_action.html"

    def get_context_data(self, **kwargs):
        rows = self.reachable(DispatchAction).select_related("meeting__cohort__program", "owner", "closed_by")
        action, user = get_object_or_404(rows, pk=self.kwargs["pk"]), self.request.user
        may_do = access.may(user, "placements.do_action", action)
        is_open = action.state == DispatchAction.State.OPEN
        return super().get_context_data(
            action=action,
            cohort=action.meeting.cohort,
            is_late=is_open and action.due_on < timezone.localdate(),
            may_do=may_do,
            may_change=is_open and access.may(user, "placements.change_action", action),
            may_see_meeting=access.holds(user, "placements.view_dispatch"),
            close_form=ActionCloseForm() if may_do and is_open else None,
            **kwargs,
        )


class ActionUpdate(EditPage):
    allow = "placements.change_action"
    model = DispatchAction
    form_class = ActionForm
    title = gettext_lazy("Change the action")
    success_message = gettext_lazy("The action was changed.")

    def get_queryset(self):
        return super().get_queryset().select_related("meeting__cohort__program")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.object.meeting.cohort}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.meeting.cohort, cancel_url=self.get_success_url(), **kwargs)

    def save(self, form):
        return services.change_action(self.object, **form.cleaned_data)

    def get_success_url(self):
        return reverse("reports:dispatch_action", kwargs={"pk": self.kwargs["pk"]})


class ActionClose(FormPage):
    allow = "placements.do_action"
    model = DispatchAction
    form_class = ActionCloseForm
    title = gettext_lazy("Close the action")
    success_message = gettext_lazy("The action is closed.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.action = self.find(DispatchAction, kwargs["pk"], related=("meeting__cohort__program",))

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.action.meeting.cohort, cancel_url=self.get_success_url(), **kwargs)

    def save(self, form):
        return services.close_action(self.action, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return self.action.get_absolute_url()


class ActionReopen(ActionPage):
    allow = "placements.do_action"
    model = DispatchAction

    def act(self, action):
        services.reopen_action(action)
        return _("It is open again and stands in the next pack.")
