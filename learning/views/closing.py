"""The closing checklist of the classes of a cohort."""

from datetime import timedelta

from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from cohorts.access import COHORT
from cohorts.models import TrainingClass
from cohorts.services.cohorts import against_closing
from learning.access.closing import CLOSING_COHORT
from learning.forms.closing import (
    ClosingFilesForm,
    ClosingItemEditForm,
    ClosingItemForm,
    ClosingRuleForm,
    ClosingSetUpForm,
    SheetWaiverForm,
)
from learning.models import ClosingFile, ClosingItem, Session, SheetWaiver, TimetableRelease
from learning.rules.closing import Asked, Kind, in_words, is_overdue
from learning.selectors.closing import asked_of, rule_in_force, sessions_without_sheet, waived_sheets, with_state
from learning.services import closing as services
from learning.tables.closing import ClosingTable, item_state
from trainee_mgmt.kit import access
from trainee_mgmt.kit.evidence import evidence_response
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, Page, StaticPage

A_WEEK = timedelta(days=7)
NAMED_SESSIONS = 30


class ClosingList(TablePage):
    """Every item of every class with its state, the rule in words, and what stands against closing the cohort."""

    allow = "learning.view_closing_item"
    inside = COHORT
    model = ClosingItem
    table_class = ClosingTable
    template_name = "learning/closing_list.html"
    title = gettext_lazy("Closing checklist")

    def get_rows(self):
        return super().get_rows().filter(training_class__cohort=self.cohort)

    def get_table_options(self):
        return {"context": self.reachable(TrainingClass, "cohorts.view_class").filter(cohort=self.cohort)}

    def get_context_data(self, **kwargs):
        rule = rule_in_force(self.cohort)
        runs = access.may(self.request.user, "learning.change_closing", self.cohort) and not self.cohort.is_closed
        return super().get_context_data(
            rule=rule,
            words=in_words(rule.asked if rule else Asked()),
            against=against_closing(self.cohort) if runs else "",
            may_change=runs,
            **kwargs,
        )


class _OfCohort:
    def get_success_url(self):
        return reverse("learning:closing_list", kwargs={"cohort": self.cohort.pk})


class ClosingRuleUpdate(_OfCohort, FormPage):
    allow = "learning.change_closing"
    inside = CLOSING_COHORT
    form_class = ClosingRuleForm
    title = gettext_lazy("What is needed to close the cohort")
    success_message = gettext_lazy("The rule holds from now on; the old versions stay in the log.")

    def get_initial(self):
        asked = asked_of(self.cohort)
        return {"kinds": list(asked.kinds), "sheets": asked.sheets}

    def save(self, form):
        return services.change_rule(self.cohort, by=self.request.user, **form.cleaned_data)


class ClosingSetUp(_OfCohort, FormPage):
    allow = "learning.change_closing"
    inside = CLOSING_COHORT
    form_class = ClosingSetUpForm
    title = gettext_lazy("Set up the closing checklist")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        return {"due_on": self.cohort.ends_on + A_WEEK}

    def save(self, form):
        return services.set_up(self.cohort, **form.cleaned_data)

    def get_success_message(self):
        words = ngettext("%(n)s item stands on the checklist.", "%(n)s items stand on the checklist.", self.object)
        return words % {"n": self.object}


class ClosingItemCreate(_OfCohort, FormPage):
    allow = "learning.change_closing"
    inside = CLOSING_COHORT
    form_class = ClosingItemForm
    title = gettext_lazy("New item of the checklist")
    success_message = gettext_lazy("The item stands on the checklist.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.cohort}

    def get_initial(self):
        return {"due_on": self.cohort.ends_on + A_WEEK}

    def save(self, form):
        values = dict(form.cleaned_data)
        one = values.pop("training_class")
        classes = [one] if one else list(self.cohort.classes.order_by("number", "pk"))
        return services.add_item(classes, **values)


class ClosingItemDetail(StaticPage):
    """What an item asks for, whose it is, and its evidence: files, the missing sheets, or the last release."""

    allow = "learning.view_closing_item"
    model = ClosingItem
    template_name = "learning/closing_item_detail.html"

    def get_context_data(self, **kwargs):
        rows = with_state(self.reachable(ClosingItem), now=timezone.now())
        related = ("training_class__cohort__program", "owner", "done_by")
        item = get_object_or_404(rows.select_related(*related), pk=self.kwargs["pk"])
        cohort, user = item.training_class.cohort, self.request.user
        is_open = not cohort.is_closed
        return super().get_context_data(
            item=item,
            cohort=cohort,
            state=item_state(item.is_done, item.due_on),
            is_overdue=is_overdue(item.due_on, timezone.localdate(), is_done=item.is_done),
            files=list(item.files.select_related("sent_by").order_by("pk")),
            may_do=is_open and access.may(user, "learning.do_closing_item", item),
            may_change=is_open and access.may(user, "learning.change_closing_item", item),
            **self._evidence(item),
            **kwargs,
        )

    def _evidence(self, item) -> dict:
        if item.kind == Kind.SHEETS:
            missing = sessions_without_sheet(item, now=timezone.now())
            return {
                "missing": missing[:NAMED_SESSIONS],
                "missing_count": len(missing),
                "waived": waived_sheets(item),
            }
        if item.kind == Kind.TIMETABLE:
            releases = TimetableRelease.objects.filter(cohort=item.training_class.cohort_id)
            return {"release": releases.select_related("released_by").order_by("-number").first()}
        return {}


class ClosingItemUpdate(EditPage):
    allow = "learning.change_closing_item"
    model = ClosingItem
    form_class = ClosingItemEditForm
    success_message = gettext_lazy("The item was changed.")

    def get_queryset(self):
        return super().get_queryset().select_related("training_class__cohort__program")

    def get_title(self):
        return self.object.name

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.training_class.cohort, **kwargs)

    def save(self, form):
        return services.change_item(self.object, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class _ItemAction(ActionPage, abstract=True):
    allow = "learning.do_closing_item"
    model = ClosingItem

    def get_rows(self):
        return super().get_rows().select_related("training_class")


class ClosingItemFinish(_ItemAction):
    """POST ``note``: where it is kept, or whatever else is to be known."""

    def act(self, item):
        note = self.request.POST.get("note", "")
        if "\x00" in note:
            raise BadRequest("a note is a text")
        services.finish_item(item, note=note, by=self.request.user)
        return _("The item is done.")


class ClosingItemReopen(_ItemAction):
    def act(self, item):
        services.reopen_item(item)
        return _("The item is open again.")


class ClosingItemRemove(ActionPage):
    allow = "learning.change_closing_item"
    model = ClosingItem

    def get_rows(self):
        return super().get_rows().select_related("training_class")

    def act(self, item):
        services.remove_item(item)
        return _("The item was removed.")

    def get_success_url(self, item):
        return reverse("learning:closing_list", kwargs={"cohort": item.training_class.cohort_id})


class SheetWaive(FormPage):
    """Why the class is asked for no sheet of one session."""

    allow = "learning.change_closing_item"
    model = ClosingItem
    form_class = SheetWaiverForm
    success_message = gettext_lazy("The sheet is waived; the reason stands on this page.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.item = self.find(ClosingItem, kwargs["pk"], related=("training_class__cohort__program",))
        sessions = Session.objects.filter(classes=self.item.training_class_id, cancelled_at=None)
        self.session = get_object_or_404(sessions, pk=kwargs["session"])

    def get_title(self):
        return _("Waive the sign-in sheet of “%(title)s”") % {"title": self.session.title}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.item.training_class.cohort, **kwargs)

    def save(self, form):
        return services.waive_sheet(self.item, self.session, reason=form.cleaned_data["reason"], by=self.request.user)

    def get_success_url(self):
        return self.item.get_absolute_url()


class SheetWaiverUndo(ActionPage):
    allow = "learning.undo_waiver"
    model = SheetWaiver

    def get_rows(self):
        return super().get_rows().select_related("training_class", "session")

    def act(self, waiver):
        services.undo_waiver(waiver, by=self.request.user)
        return _("The sheet is asked for again.")

    def get_success_url(self, waiver):
        return reverse("learning:closing_list", kwargs={"cohort": waiver.training_class.cohort_id})


class ClosingFileAdd(FormPage):
    allow = "learning.do_closing_item"
    model = ClosingItem
    form_class = ClosingFilesForm
    success_message = gettext_lazy("The files are kept with the item.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.item = self.find(ClosingItem, kwargs["pk"], related=("training_class__cohort__program",))

    def get_title(self):
        return self.item.name

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.item.training_class.cohort, **kwargs)

    def save(self, form):
        return services.add_files(self.item, form.cleaned_data["files"], by=self.request.user)

    def get_success_url(self):
        return self.item.get_absolute_url()


class ClosingFileShow(Page, View):
    """A picture is shown, a PDF is only handed out as a download."""

    allow = "learning.view_closing_file"
    model = ClosingFile

    def get(self, request, pk):
        file = self.find(ClosingFile, pk)
        return evidence_response(file.file, is_pdf=file.kind == ClosingFile.Kind.PDF, name=f"closing-{file.pk}")


class ClosingFileRemove(ActionPage):
    allow = "learning.remove_closing_file"
    model = ClosingFile

    def get_rows(self):
        return super().get_rows().select_related("item__training_class")

    def act(self, file):
        services.remove_file(file)
        return _("The file was removed.")

    def get_success_url(self, file):
        return file.item.get_absolute_url()
