from datetime import date

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from cohorts.access import COHORT
from cohorts.models import Cohort, Trainee
from learning import selectors
from learning.models import Journal, JournalPicture, JournalVersion
from learning.rules import journals as rules
from learning.rules.findings import paragraphs
from learning.rules.journals import Action
from learning.selectors.findings import citation, findings_of
from learning.selectors.reviewing import overdue, reading, readings, reviewable
from learning.services import (
    accept,
    accept_many,
    add_picture,
    comment,
    keep_draft,
    open_journal,
    remove_picture,
    return_to_writer,
    score_journal,
    submit,
)
from learning.services.journals import Overtaken
from learning.tables.journals import WaitingTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.kept import ANEW, kept
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, Page, StaticPage, is_key
from trainee_mgmt.kit.pictures import MOST_BYTES
from trainee_mgmt.kit.uploads import read_upload

PER_PAGE = 50
READ_PER_PAGE = 50  # a class and its journals of one week
MANY_JOURNALS = 20_000  # fewer are counted in the time that a page takes anyway


class MyJournals(StaticPage):
    """The days, weeks or months of my cohorts that ask for a journal, newest first, with what became of each journal."""

    allow = "learning.write_journal"
    model = Trainee
    template_name = "learning/my_journals.html"

    def get_context_data(self, **kwargs):
        places = list(self.reachable(Trainee).select_related("cohort").order_by("-joined_on", "-pk"))
        return super().get_context_data(
            places=[(place, selectors.journal_periods(place, today=timezone.localdate())) for place in places], **kwargs
        )


class _MyJournal(Page, abstract=True):
    """A page of one of my journals: the place of mine (``pk``) and the first day of its period in the URL."""

    allow = "learning.write_journal"
    model = Trainee

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.trainee = get_object_or_404(
            self.reachable(Trainee).select_related("cohort__program", "person"), pk=kwargs["pk"]
        )
        try:
            start = date.fromisoformat(kwargs["period"])
        except ValueError as error:
            raise Http404 from error
        self.period = selectors.period_of(self.trainee, start)
        if self.period is None:
            raise Http404

    @property
    def url(self) -> str:
        return reverse(
            "learning:journal_write", kwargs={"pk": self.trainee.pk, "period": self.period.start.isoformat()}
        )


class JournalWrite(_MyJournal, StaticPage):
    """Write, keep, hand in. The draft is sent at every pause of typing (``do=keep``) and kept in the browser besides."""

    template_name = "learning/journal_write.html"

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response.headers["X-Kept-For"] = str(request.user.pk)  # the service worker keeps a copy for this person
        return response

    def get_context_data(self, **kwargs):
        journal = Journal.objects.filter(trainee=self.trainee, period_start=self.period.start).first()
        state = journal.state if journal else Journal.State.DRAFT
        scores = list(journal.scores.select_related("given_by").order_by("pk")) if journal else []
        findings = list(findings_of(self.request.user, journal)) if journal and state != Journal.State.DRAFT else []
        cited = citation(self.request.GET.get("cite", ""), findings, journal.body) if journal else None
        return super().get_context_data(
            trainee=self.trainee,
            period=self.period,
            journal=journal,
            text=kwargs.pop("text", journal.body if journal else ""),
            revision=journal.revision if journal else 0,
            can_edit=(can_edit := rules.may(state, Action.EDIT)),
            is_past=can_edit and self.period.due_on < timezone.localdate(),
            prompts=[line for line in self.trainee.cohort.journal_prompts.splitlines() if line.strip()],
            findings=findings,
            citation=cited,
            paragraphs=paragraphs(journal.body, [cited.place] if cited and cited.place else []) if journal else [],
            pictures=list(journal.pictures.order_by("pk")) if journal else [],
            versions=list(journal.versions.order_by("-pk")) if journal else [],
            notes=list(journal.notes.select_related("author").order_by("pk")) if journal else [],
            score=next((each for each in scores if each.in_force), None),
            earlier=[each for each in scores if not each.in_force],
            url=self.url,
            **kwargs,
        )

    def post(self, request, **kwargs):
        body = request.POST.get("body", "")
        revision = request.POST.get("revision", "")
        if not (revision.isascii() and revision.isdigit() and len(revision) < 10):
            raise BadRequest("revision must be a number")
        text = {"body": body, "revision": int(revision), "instead": bool(request.POST.get("instead"))}
        return self.keep(text) if request.POST.get("do") == "keep" else self.hand_in(text)

    def keep(self, text):
        try:
            journal = keep_draft(open_journal(self.trainee, start=self.period.start), **text)
        except Overtaken as overtaken:
            told = {"error": str(overtaken), "theirs": overtaken.theirs, "revision": overtaken.revision, "kept": True}
            return JsonResponse(told, status=409)
        except Refused as refusal:
            return JsonResponse({"error": str(refusal), "kept": self.has_version(text["body"])}, status=422)
        return JsonResponse(
            {
                "revision": journal.revision,
                "saved": f"{timezone.localtime(journal.saved_at):%H:%M}",
                "length": len(journal.body),
            }
        )

    def has_version(self, body) -> bool:
        """Whether the text is on the server all the same, so that the browser may forget it."""
        if len(body) > rules.TEXT_LIMIT:
            return False
        journals = Journal.objects.filter(trainee=self.trainee, period_start=self.period.start)
        return JournalVersion.objects.filter(journal__in=journals, body=rules.clean_text(body)).exists()

    def hand_in(self, text):
        body = text["body"]
        try:
            submit(open_journal(self.trainee, start=self.period.start), by=self.request.user, **text)
        except Overtaken as overtaken:
            context = self.get_context_data(text=body, error=str(overtaken), theirs=overtaken.theirs)
            return self.render_to_response(context, status=409)
        except Refused as refusal:
            return self.render_to_response(self.get_context_data(text=body, error=str(refusal)), status=422)
        messages.success(self.request, _("Your journal is handed in."))
        return HttpResponseRedirect(reverse("learning:my_journals"))


class PictureAdd(_MyJournal, View):
    http_method_names = ("post", "options")

    def post(self, request, **kwargs):
        upload = request.FILES.get("picture")
        if upload is None:
            messages.error(request, _("Choose a picture first."))
            return HttpResponseRedirect(self.url)
        try:
            data = read_upload(upload, limit=MOST_BYTES)
            add_picture(open_journal(self.trainee, start=self.period.start), data=data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self.url)


class PictureRemove(Page, View):
    allow = "learning.write_journal"
    model = Trainee
    http_method_names = ("post", "options")

    def post(self, request, pk, picture):
        trainee = get_object_or_404(self.reachable(Trainee), pk=pk)
        found = get_object_or_404(
            JournalPicture.objects.select_related("journal"), pk=picture, journal__trainee=trainee
        )
        try:
            remove_picture(found)
        except Refused as refusal:
            messages.error(request, str(refusal))
        period = found.journal.period_start.isoformat()
        return HttpResponseRedirect(reverse("learning:journal_write", kwargs={"pk": pk, "period": period}))


class PictureShow(Page, View):
    """A picture to whoever may read its journal; ``?small`` for the thumbnail."""

    allow = "learning.view_picture"
    model = JournalPicture

    def get(self, request, pk):
        picture = get_object_or_404(self.reachable(JournalPicture), pk=pk)
        file = picture.thumbnail if "small" in request.GET else picture.file
        try:
            opened = file.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return FileResponse(opened, content_type="image/jpeg", headers=headers)


class JournalReview(StaticPage):
    """What waits for a reviewer, many on one page, oldest first; by keyboard too."""

    allow = "learning.view_journal"
    inside = COHORT
    model = Journal
    template_name = "learning/journal_review.html"

    def get_context_data(self, **kwargs):
        journals = self.reachable(Journal).filter(trainee__cohort=self.cohort)
        counted = self.count(journals)
        counts, today = counted.value["journals"], timezone.localdate()
        state = self.request.GET.get("state", "")
        state = state if state in counts else Journal.State.SUBMITTED.value
        text = self.request.GET.get("q", "").strip()[:60]
        is_overdue = state == Journal.State.SUBMITTED and self.request.GET.get("due") == "overdue"
        shown = journals.filter(overdue(today)) if is_overdue else journals.filter(state=state)
        if text:
            shown = shown.filter(trainee__person__name__icontains=text)
        order = ("submitted_at", "pk") if state == Journal.State.SUBMITTED else ("-period_start", "pk")
        pages = Paginator(shown.order_by(*order).values_list("pk", flat=True), READ_PER_PAGE)
        if not text:
            pages.count = counted.value["overdue"] if is_overdue else counts[state]  # counted already
        page = pages.get_page(self.request.GET.get("page"))
        keys = list(page.object_list)  # alone first: whole journals are too wide to be put in order
        return super().get_context_data(
            page=page,
            readings=readings(self.request.user, self.cohort, keys),
            is_overdue=is_overdue,
            overdue=counted.value["overdue"],
            scoring=self.cohort.scoring if access.holds(self.request.user, "learning.score_journal") else None,
            as_of=counted.at,
            state=state,
            q=text,
            tabs=[
                (value, label, counts[value]) for value, label in Journal.State.choices if value != Journal.State.DRAFT
            ],
            missing=counted.value["missing"],
            **kwargs,
        )

    def count(self, journals):
        """How many journals stand where, how many answers are overdue, and how many people owe the last one."""
        today = timezone.localdate()

        def make():
            by_state, late = selectors.journal_counts(journals, today=today)
            missing = selectors.missing_journals(self.cohort, today=today).count()
            return {"journals": by_state, "overdue": late, "missing": missing}, sum(by_state.values())

        depends = (self.cohort.pk, self.request.user.query_key, today)
        return kept("journals", *depends, make=make, anew=ANEW in self.request.GET, many=MANY_JOURNALS)


class JournalMissing(StaticPage):
    """Who owes a journal, and since when."""

    allow = "learning.view_journal"
    inside = COHORT
    model = Journal
    template_name = "learning/journal_missing.html"

    def get_context_data(self, **kwargs):
        trainees, today = self.reachable(Trainee, "cohorts.view_trainee"), timezone.localdate()

        def make():
            owing = selectors.missing_by_trainee(self.cohort, trainees, today=today)
            return [each.trainee_id for each in owing], self.cohort.trainees.count()

        depends = (self.cohort.pk, self.request.user.query_key, today)
        counted = kept("owing", *depends, make=make, anew=ANEW in self.request.GET)
        page = Paginator(counted.value, PER_PAGE).get_page(self.request.GET.get("page"))
        rows = selectors.missing_by_trainee(self.cohort, trainees, today=today, only=page.object_list)
        return super().get_context_data(page=page, rows=rows, as_of=counted.at, **kwargs)


class JournalWaiting(TablePage):
    """What waits for an answer, whose answer it is, and since when it is overdue."""

    allow = "learning.review_journal"
    inside = COHORT
    model = Journal
    table_class = WaitingTable
    template_name = "learning/journal_waiting.html"
    title = gettext_lazy("Journals to answer")

    def get_rows(self):
        return super().get_rows().filter(trainee__cohort=self.cohort, state=Journal.State.SUBMITTED)

    def get_table_options(self):
        return {"context": self.cohort}


class JournalDetail(StaticPage):
    """One journal in full; for htmx its piece of the page of many."""

    allow = "learning.view_journal"
    model = Journal
    template_name = "learning/journal_detail.html"

    def get_template_names(self):
        return ["learning/_journal.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs):
        rows = reviewable(self.reachable(Journal)).select_related("trainee__cohort__program")
        journal = get_object_or_404(rows, pk=self.kwargs["pk"])
        shown = reading(self.request.user, journal, cite=self.request.GET.get("cite", ""))
        return super().get_context_data(reading=shown, cohort=journal.trainee.cohort, **kwargs)


class _Review(ActionPage, abstract=True):
    """One decision about one journal; htmx gets the changed piece back, others the page they came from."""

    allow = "learning.review_journal"
    model = Journal

    def post(self, request, pk, **kwargs):
        if not request.htmx:
            return super().post(request, pk, **kwargs)
        journal = get_object_or_404(self.get_rows(), pk=pk)
        error = ""
        try:
            self.act(journal)
        except Refused as refusal:
            error = str(refusal)
        rows = reviewable(self.get_rows()).select_related("trainee__cohort")
        shown = reading(request.user, get_object_or_404(rows, pk=pk))
        typed = {"text": self.text, "typed": request.POST.get("score", "")[:40]} if error else {}
        return render(request, "learning/_journal.html", {"reading": shown, "error": error, **typed})

    @property
    def text(self) -> str:
        return self.request.POST.get("text", "")[:2000]

    def read_score(self, journal):
        """The points that were typed or the grade that was chosen; nothing where nothing was."""
        typed = self.request.POST.get("score", "")[:40]
        if not typed.strip():
            return None
        if not access.may(self.request.user, "learning.score_journal", journal):
            raise PermissionDenied
        return Cohort.objects.get(trainees=journal.trainee_id).scoring.read(typed)


class JournalAccept(_Review):
    def act(self, journal):
        accept(journal, text=self.text, score=self.read_score(journal), by=self.request.user)
        return _("Accepted.")


class JournalScored(_Review):
    """Points for a journal that was accepted, or other points than before."""

    allow = "learning.score_journal"

    def act(self, journal):
        score = self.read_score(journal)
        if score is None:
            raise Refused(_("Give the points first."))
        score_journal(journal, score, by=self.request.user)
        return _("The score is kept; earlier ones stay to be read.")


class JournalReturn(_Review):
    def act(self, journal):
        return_to_writer(journal, text=self.text, by=self.request.user)
        return _("Returned with your words.")


class JournalComment(_Review):
    def act(self, journal):
        comment(journal, text=self.text, by=self.request.user)
        return _("Your comment is there.")


class JournalAcceptMany(Page, View):
    """Accept the journals named by ``pk``, those that still wait."""

    allow = "learning.review_journal"
    inside = COHORT
    http_method_names = ("post", "options")

    def post(self, request, cohort):
        keys = [key for key in request.POST.getlist("pk") if is_key(key)][:READ_PER_PAGE]
        chosen = list(self.reachable(Journal).filter(trainee__cohort=self.cohort, pk__in=keys))
        count = accept_many(chosen, by=request.user) if chosen else 0
        if count:
            messages.success(
                request,
                ngettext("%(count)s journal accepted.", "%(count)s journals accepted.", count) % {"count": count},
            )
        else:
            messages.warning(request, _("None of the chosen journals waits any more."))
        return HttpResponseRedirect(reverse("learning:journal_review", kwargs={"cohort": cohort}))
