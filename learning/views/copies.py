"""Journals that share passages: shown side by side to whoever reads them, and settled by a person."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from learning.forms.findings import SignalSettleForm
from learning.models import CopySignal
from learning.selectors.copies import RELATIONS, sides, with_relation
from learning.services.copies import reopen_signal, settle_signal
from learning.tables.copies import CopySignalTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, FormPage


class CopySignalList(TablePage):
    """Which journals of a cohort share passages, and with what. Nothing is scored by it."""

    allow = "learning.view_copysignal"
    inside = COHORT
    model = CopySignal
    table_class = CopySignalTable
    template_name = "learning/copysignal_list.html"
    title = gettext_lazy("Shared passages")

    def get_rows(self):
        return super().get_rows().filter(journal__trainee__cohort=self.cohort)

    def get_table_options(self):
        return {"context": self.request.user}


class CopySignalDetail(FormPage):
    """The two texts side by side; below them a person says what there is to it."""

    allow = "learning.view_copysignal"
    model = CopySignal
    form_class = SignalSettleForm
    template_name = "learning/copysignal_detail.html"
    title = gettext_lazy("Shared passages")
    success_message = gettext_lazy("Settled. Nothing is scored by it.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        people = [
            f"{side}__trainee__{path}" for side in ("journal", "source") for path in ("cohort__program", "person")
        ]
        secret = [
            f"{side}__trainee__person__{name}" for side in ("journal", "source") for name in ("id_number", "phone")
        ]
        rows = (
            with_relation(self.reachable(CopySignal), request.user).select_related(*people, "settled_by").defer(*secret)
        )
        self.signal = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def may_settle(self) -> bool:
        return access.may(self.request.user, "learning.settle_copysignal", self.signal)

    def get_context_data(self, **kwargs):
        signal = self.signal
        later, earlier = sides(signal, is_readable=signal.is_readable)
        if not self.may_settle or signal.state != CopySignal.State.OPEN:
            kwargs["form"] = None
        return super().get_context_data(
            signal=signal,
            cohort=signal.journal.trainee.cohort,
            later=later,
            earlier=earlier,
            relation=RELATIONS[signal.relation],
            may_settle=self.may_settle,
            **kwargs,
        )

    def save(self, form):
        signal = get_object_or_404(self.reachable(CopySignal, "learning.settle_copysignal"), pk=self.signal.pk)
        return settle_signal(signal, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return (
            reverse("learning:copysignal_list", kwargs={"cohort": self.signal.journal.trainee.cohort_id}) + "?view=open"
        )


class CopySignalReopen(ActionPage):
    allow = "learning.settle_copysignal"
    model = CopySignal

    def act(self, signal):
        reopen_signal(signal)
        return _("It is to be looked at again.")
