"""The outbox of one cohort: what its trainees are told about it, and what is stopped before it goes out."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from accounts.models import Notice
from accounts.services.outbox.by_hand import cancel_chosen
from learning.access.sessions import PLANNED_COHORT
from learning.access.told import about_cohorts
from learning.tables.told import ToldTable
from trainee_mgmt.kit.lists import TablePage, chosen_rows
from trainee_mgmt.kit.pages import Page
from trainee_mgmt.kit.tables import BulkAction


class ToldList(TablePage):
    allow = "learning.view_told"
    inside = PLANNED_COHORT
    model = Notice
    table_class = ToldTable
    title = gettext_lazy("What trainees are told")
    template_name = "learning/told_list.html"

    def get_rows(self):
        return super().get_rows().filter(about_cohorts([self.cohort.pk]))

    def get_table_options(self):
        url = reverse("learning:told_cancel", kwargs={"cohort": self.cohort.pk})
        return {"bulk": [BulkAction(url, _("Cancel"), "cross")]}


class ToldCancel(Page, View):
    """The chosen notices that still wait."""

    allow = "learning.view_told"
    inside = PLANNED_COHORT
    model = Notice
    http_method_names = ["post"]

    def post(self, request, **kwargs):
        reachable = self.reachable(Notice).filter(about_cohorts([self.cohort.pk]))
        if cancelled := cancel_chosen(chosen_rows(request, reachable, ToldTable)):
            words = ngettext("%(count)s notice cancelled.", "%(count)s notices cancelled.", cancelled)
            messages.success(request, words % {"count": cancelled})
        else:
            messages.warning(request, _("None of the chosen notices waits any more."))
        return HttpResponseRedirect(reverse("learning:told_list", kwargs={"cohort": self.cohort.pk}))
