"""Shares of credit, and leads about one company put together."""

from decimal import Decimal

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Trainee
from placements.forms.leads import MergeForm, SharesForm
from placements.models import Lead, LeadMerge
from placements.rules.leads import equal_shares
from placements.services.lead_merges import merge_leads, undo_merge
from placements.services.leads import current_shares, share_lead
from placements.views.leads import _OfLead
from trainee_mgmt.kit.pages import ActionPage


class LeadShare(_OfLead):
    """Who has how much of the credit."""

    allow = "placements.change_lead"
    form_class = SharesForm
    title = gettext_lazy("Shares of credit")
    success_message = gettext_lazy("The shares are kept.")

    def get_form_kwargs(self):
        shares = current_shares(self.lead)
        return super().get_form_kwargs() | {"shares": shares, "trainees": _people(shares)}

    def save(self, form):
        given = form.cleaned_data
        return share_lead(self.lead, given["shares"], reason=given["reason"], by=self.request.user)


class LeadMergeForm(_OfLead):
    """``other`` is put into this lead; the shares are proposed equally and are the person's to set."""

    allow = "placements.change_lead"
    form_class = MergeForm
    template_name = "placements/lead_merge.html"
    title = gettext_lazy("One company, one lead")
    success_message = gettext_lazy("The two leads are one now. It can be taken back on its page.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        rows = self.reachable(Lead).standing().select_related("cohort")
        self.other = get_object_or_404(rows, pk=kwargs["twin"], cohort__program=self.lead.cohort.program_id)
        if self.other == self.lead:
            raise Http404

    def get_form_kwargs(self):
        people = _people({**current_shares(self.lead), **current_shares(self.other)})
        shares = dict(zip((each.pk for each in people), equal_shares(len(people)), strict=True))
        return super().get_form_kwargs() | {"shares": shares, "trainees": people}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            other=self.other,
            both=[(each, _by_name(current_shares(each))) for each in (self.lead, self.other)],
            **kwargs,
        )

    def save(self, form):
        given = form.cleaned_data
        return merge_leads(self.lead, self.other, given["shares"], reason=given["reason"], by=self.request.user)


class LeadUnmerge(ActionPage):
    allow = "placements.undo_merge"
    model = LeadMerge

    def get_rows(self):
        return super().get_rows().select_related("lead")

    def act(self, merge):
        undo_merge(merge, by=self.request.user)
        return _("They are two leads again, with the credit as it was.")

    def get_success_url(self, merge):
        return merge.lead.get_absolute_url()


def _people(shares) -> list[Trainee]:
    rows = Trainee.objects.filter(pk__in=shares).select_related("person")
    return sorted(rows, key=lambda each: list(shares).index(each.pk))


def _by_name(shares: dict[int, Decimal]) -> list[tuple[str, Decimal]]:
    return [(each.person.name, (shares[each.pk] * 100).normalize()) for each in _people(shares)]
