"""Findings made of journals: choose words, say what they are, and follow what becomes of it."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from cohorts.models.trainees import unseen
from cohorts.views.links import link
from learning.documents.findings import findings_report
from learning.forms.findings import FindingCloseForm, FindingEditForm, FindingForm, PlaceField
from learning.models import Finding, Journal
from learning.rules.findings import paragraphs
from learning.selectors.findings import made_of
from learning.services import findings as services
from learning.tables.findings import FindingTable, MyFindingTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, EditPage, FormPage, StaticPage

MOST_IN_A_REPORT = 500
WITH_JOURNAL = ("journal__trainee__cohort__program", "journal__trainee__person")


def journal_url(user, journal: Journal) -> str:
    """The page of a journal: of its reader, or of its writer."""
    if access.holds(user, "learning.view_journal") and access.may(user, "learning.view_journal", journal):
        return journal.get_absolute_url()
    period = journal.period_start.isoformat()
    return reverse("learning:journal_write", kwargs={"pk": journal.trainee_id, "period": period})


def cohort_if_run(user, journal: Journal):
    """The cohort, for whoever may put somebody in charge there; None for the writer of the journal."""
    return journal.trainee.cohort if access.may(user, "learning.view_journal", journal) else None


class FindingList(TablePage):
    """What was made of the journals of a cohort."""

    allow = "learning.list_finding"
    inside = COHORT
    model = Finding
    table_class = FindingTable
    title = gettext_lazy("Findings from journals")
    has_paper = True

    def get_rows(self):
        return super().get_rows().filter(journal__trainee__cohort=self.cohort)

    def get_paper(self, table):
        if table.count > MOST_IN_A_REPORT:
            words = _("A report holds at most %(most)s findings; narrow the list by its boxes first.")
            raise Refused(words % {"most": MOST_IN_A_REPORT})
        rows = Finding.objects.filter(pk__in=table.queryset.order_by().values("pk"))
        rows = rows.select_related("journal__trainee__person", "owner").defer(*unseen("journal__trainee"))
        return findings_report(self.cohort, rows, as_of=timezone.now())


class MyFindings(TablePage):
    """What was made of my journals, and what became of it."""

    allow = "learning.see_own_findings"
    model = Finding
    table_class = MyFindingTable
    title = gettext_lazy("From my journals")


class FindingCreate(FormPage):
    """``?place=120-180``: the words chosen in the text; without it a paragraph is chosen from the list."""

    allow = "learning.cite_journal"
    model = Journal
    form_class = FindingForm
    template_name = "learning/finding_form.html"
    title = gettext_lazy("Make something of a journal")
    success_message = gettext_lazy("It is kept, with the words that it cites.")

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        related = ("trainee__cohort__program", "trainee__person")
        self.journal = self.find(Journal, kwargs["pk"], related=related)

    @cached_property
    def place(self) -> tuple[int, int] | None:
        place = PlaceField.parts(self.request.POST.get("place") or self.request.GET.get("place", ""))
        return place if place and place[0] < place[1] <= len(self.journal.body) else None

    def get_initial(self):
        words = {"place": f"{self.place[0]}-{self.place[1]}"} if self.place else {}
        return {"kind": Finding.Kind.FINDING, "revision": self.journal.revision, **words}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "paragraphs": paragraphs(self.journal.body),
            "chosen": bool(self.place) and "place" in self.request.GET,
            "cohort": cohort_if_run(self.request.user, self.journal),
        }

    def save(self, form):
        return services.make_finding(self.journal, by=self.request.user, **form.cleaned_data)

    def get_context_data(self, **kwargs):
        quote = self.journal.body[slice(*self.place)] if self.place and "place" in self.request.GET else ""
        url = journal_url(self.request.user, self.journal)
        return super().get_context_data(
            journal=self.journal, cohort=self.journal.trainee.cohort, quote=quote, journal_url=url, **kwargs
        )

    def get_success_url(self):
        return self.object.get_absolute_url()


class FindingDetail(StaticPage):
    allow = "learning.view_finding"
    model = Finding
    template_name = "learning/finding_detail.html"

    def get_context_data(self, **kwargs):
        rows = (
            self.reachable(Finding)
            .select_related(*WITH_JOURNAL, "owner", "made_by", "closed_by")
            .defer(*unseen("journal__trainee"))
        )
        finding = get_object_or_404(rows, pk=self.kwargs["pk"])
        user = self.request.user
        may_change = access.may(user, "learning.change_finding", finding)
        is_lead = finding.kind == Finding.Kind.LEAD
        return super().get_context_data(
            finding=finding,
            cohort=finding.journal.trainee.cohort,
            may_list=access.holds(user, "learning.list_finding"),
            may_change=may_change,
            close_form=FindingCloseForm() if may_change and finding.state == Finding.State.OPEN else None,
            journal_url=f"{journal_url(user, finding.journal)}?cite={finding.pk}#cite-mark-1",
            made_of=made_of(user, finding),
            lead_url=link(self.request, "reports:finding_lead", pk=finding.pk) if is_lead else "",
            **kwargs,
        )


class FindingUpdate(EditPage):
    allow = "learning.change_finding"
    model = Finding
    form_class = FindingEditForm
    title = gettext_lazy("Change what was made of a journal")
    success_message = gettext_lazy("The changes are kept.")

    def get_queryset(self):
        return super().get_queryset().select_related(*WITH_JOURNAL)

    @cached_property
    def run(self):
        return cohort_if_run(self.request.user, self.object.journal)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cohort": self.run}

    def get_context_data(self, **kwargs):
        return super().get_context_data(cohort=self.object.journal.trainee.cohort, **kwargs)

    def save(self, form):
        as_it_was = {} if self.run else {"owner": self.object.owner, "due_on": self.object.due_on}
        return services.change_finding(self.object, by=self.request.user, **as_it_was, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class FindingClose(EditPage):
    """Acted upon or not taken up; the writer reads the outcome."""

    allow = "learning.change_finding"
    model = Finding
    form_class = FindingCloseForm
    title = gettext_lazy("What became of it")
    success_message = gettext_lazy("It is closed; the writer sees what became of it.")

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        del kwargs["instance"]
        return kwargs

    def save(self, form):
        return services.close_finding(self.object, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url()


class FindingReopen(ActionPage):
    allow = "learning.change_finding"
    model = Finding

    def act(self, finding):
        services.reopen_finding(finding)
        return _("It is open again.")
