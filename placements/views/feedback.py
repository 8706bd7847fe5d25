"""The office's side of mentors' feedback: the board, the rules, the links, and help for whoever is late."""

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.selectors import letters_about
from cohorts.access import COHORT, MANAGED_COHORT
from placements.forms.feedback import AnswersForm, FeedbackRulesForm, HelpForm, ReasonForm, ShownLinkForm
from placements.models import FeedbackRequest, FeedbackRules, Placement
from placements.rules.feedback import KIND_NAMES, STATE_NAMES, STATE_TAGS, Kind, State, usual_rules
from placements.selectors.feedback import (
    answers_in_force,
    arrival_of,
    milestone_lines,
    of_cohort,
    rules_in_force,
    with_state,
)
from placements.services import answers, feedback, feedback_links, letters
from placements.services.signed import ways_to
from placements.tables.feedback import FeedbackTable
from trainee_mgmt.kit import access
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import ActionPage, FormPage, Page, StaticPage

RELATED = (
    "placement__trainee__person", "placement__trainee__cohort__program", "placement__seat__offer__post__host",
    "placement__mentor", "rules",
)  # fmt: skip


class FeedbackList(TablePage):
    """Who was asked about whom at which milestone, and what came of it; above it the milestones in numbers."""

    allow = "placements.view_feedback"
    inside = COHORT
    model = FeedbackRequest
    table_class = FeedbackTable
    template_name = "placements/feedback_list.html"
    title = gettext_lazy("Feedback of mentors")

    def get_rows(self):
        return super().get_rows().filter(placement__trainee__cohort=self.cohort)

    @cached_property
    def milestones(self):
        return milestone_lines(of_cohort(self.cohort), today=timezone.localdate())

    def get_table_options(self):
        return {"context": self.milestones}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            milestones=self.milestones, late=sum(each.late for each in self.milestones), **kwargs
        )


class FeedbackRulesList(StaticPage):
    allow = "placements.view_feedback_rules"
    inside = COHORT
    template_name = "placements/feedbackrules_list.html"

    def get_context_data(self, **kwargs):
        rows = list(FeedbackRules.objects.filter(cohort=self.cohort).select_related("made_by").order_by("-version"))
        versions = [(row, row.rules.in_words(), _questions_in_words(row.rules)) for row in rows]
        usual = usual_rules() if not rows else None
        return super().get_context_data(
            versions=versions,
            usual=usual and (usual.in_words(), _questions_in_words(usual)),
            may_change=access.may(self.request.user, "placements.change_feedback_rules", self.cohort),
            **kwargs,
        )


def _questions_in_words(rules) -> list[tuple[str, str]]:
    return [
        (each.text, " / ".join(each.choices) if each.kind == Kind.CHOICE else str(KIND_NAMES[each.kind]))
        for each in rules.questions
    ]


class FeedbackRulesCreate(FormPage):
    allow = "placements.change_feedback_rules"
    inside = MANAGED_COHORT
    form_class = FeedbackRulesForm
    template_name = "placements/feedbackrules_form.html"
    title = gettext_lazy("What mentors are asked")
    success_message = gettext_lazy("The new version holds for everything that is not answered yet.")

    def get_form_kwargs(self):
        row = rules_in_force(self.cohort)
        return super().get_form_kwargs() | {"rules": row.rules if row else usual_rules()}

    def save(self, form):
        return feedback.change_rules(self.cohort, form.cleaned_data["rules"], by=self.request.user)

    def get_success_url(self):
        return reverse("placements:feedbackrules_list", kwargs={"cohort": self.cohort.pk})


# Links ----------------------------------------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class FeedbackLinks(StaticPage):
    """Who is waited for, each with the words and the link to forward; one tap copies them."""

    allow = "placements.send_feedback"
    inside = MANAGED_COHORT
    template_name = "placements/feedback_links.html"

    def get_context_data(self, **kwargs):
        site = settings.SITE_URL or self.request.build_absolute_uri("/").rstrip("/")
        found = letters.links_to_send(self.cohort, today=timezone.localdate())
        lines = [replace(each, text=f"{each.text} {site}{each.path}") if each.path else each for each in found]
        return super().get_context_data(
            lines=lines, without_link=sum(not each.path and each.mentor != "" for each in lines), **kwargs
        )


class FeedbackLinksMake(Page, View):
    """A link for each stay whose mentor has none."""

    allow = "placements.send_feedback"
    inside = MANAGED_COHORT
    http_method_names = ["post"]

    def post(self, request, **kwargs):
        made = feedback_links.make_feedback_links(
            self.cohort, Placement.objects.filter(trainee__cohort=self.cohort), by=request.user
        )
        words = ngettext("%(n)s link was made.", "%(n)s links were made.", made) % {"n": made}
        messages.success(request, words)
        return HttpResponseRedirect(reverse("placements:feedback_links", kwargs={"cohort": self.cohort.pk}))


class _OfPlacement(ActionPage, abstract=True):
    allow = "placements.change_placement"
    model = Placement

    def get_rows(self):
        return super().get_rows().select_related("trainee__cohort")

    def get_success_url(self, placement):
        return reverse("placements:feedback_links", kwargs={"cohort": placement.trainee.cohort_id})


class FeedbackLinkRenew(_OfPlacement):
    def act(self, placement):
        form = ShownLinkForm(self.request.POST)
        if not form.is_valid():
            raise BadRequest("instead_of is the link that the page showed")
        if feedback_links.renew_feedback_link(placement, by=self.request.user, **form.cleaned_data):
            return _("A new link was made; the old one opens nothing any more.")
        return _("The link was made or revoked in the meantime; nothing was changed. This is how it stands.")


class FeedbackLinkRevoke(_OfPlacement):
    def act(self, placement):
        feedback_links.revoke_feedback_link(placement)
        return _("The link opens nothing any more.")


# One request ----------------------------------------------------------------------------------------------------------


class FeedbackDetail(StaticPage):
    """One request with its answer, the versions before it, and the ways to help."""

    allow = "placements.view_feedback"
    model = FeedbackRequest
    template_name = "placements/feedback_detail.html"

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        rows = with_state(self.reachable(FeedbackRequest), today=today).select_related(*RELATED)
        found = get_object_or_404(rows, pk=self.kwargs["pk"])
        user, state = self.request.user, State(found.state)
        given = list(found.answers.select_related("mentor", "entered_by", "rules").order_by("-pk"))
        is_open = state in (State.WAITING, State.LATE)
        return super().get_context_data(
            feedback=found,
            cohort=found.placement.trainee.cohort,
            state=(STATE_TAGS.get(state, ""), STATE_NAMES[state]),
            answers=[(each, _in_words(found, each)) for each in given],
            questions=[each.words(**_names(found)) for each in found.rules.rules.questions],
            arrival=arrival_of(found.placement),
            letters=_letters(found),
            is_open=is_open,
            is_late=state == State.LATE,
            may_change=access.may(user, "placements.change_feedback", found),
            can_write=is_open or (state == State.ANSWERED and today <= found.closes_on),
            ways=ways_to(found.placement.mentor) if is_open and found.placement.mentor else (),
            is_outside=found.excuse == feedback.OUTSIDE and not found.is_excused_by_hand,
            **kwargs,
        )


def _letters(found: FeedbackRequest):
    return letters_about(letters.MENTOR_LINK, found.placement.feedback_links.values("pk"))


def _names(found: FeedbackRequest) -> dict[str, str]:
    return {"post": found.placement.seat.offer.post.name, "name": found.placement.trainee.person.name}


def _in_words(found: FeedbackRequest, answer) -> list[tuple[str, str]]:
    names = _names(found)
    return [
        (each.words(**names), str(answer.answers[each.key]) + (" / 5" if each.kind == Kind.SCALE else ""))
        for each in answer.rules.rules.questions
        if each.key in answer.answers
    ]


class _RequestForm(FormPage, abstract=True):
    allow = "placements.change_feedback"
    model = FeedbackRequest

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.feedback = self.find(FeedbackRequest, kwargs["pk"], related=RELATED)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            cohort=self.feedback.placement.trainee.cohort, cancel_url=self.feedback.get_absolute_url(), **kwargs
        )

    def get_success_url(self):
        return self.feedback.get_absolute_url()


class FeedbackExcuse(_RequestForm):
    form_class = ReasonForm
    title = gettext_lazy("Nobody waits for this answer any more")
    success_message = gettext_lazy("It is excused; the trainee loses nothing by it.")

    def save(self, form):
        feedback.excuse(self.feedback, reason=form.cleaned_data["reason"])


class FeedbackHelp(_RequestForm):
    form_class = HelpForm
    title = gettext_lazy("Help given to the host")
    success_message = gettext_lazy("The help is noted.")

    def get_initial(self):
        return {"note": self.feedback.help_note}

    def save(self, form):
        feedback.note_help(self.feedback, note=form.cleaned_data["note"])


class FeedbackWrite(_RequestForm):
    """What the mentor said on the phone, written down for him."""

    form_class = AnswersForm
    title = gettext_lazy("Write down what the mentor says")
    success_message = gettext_lazy("The answers are kept, with your name beside the mentor's.")

    def get_form_kwargs(self):
        answer = answers_in_force(self.feedback)
        rules = (answer or self.feedback).rules.rules
        given = {"initial": {key: str(value) for key, value in answer.answers.items()}} if answer else {}
        return super().get_form_kwargs() | given | {"questions": rules.questions, **_names(self.feedback)}

    def save(self, form):
        answers.write_down(self.feedback, given=form.cleaned_data, by=self.request.user, today=timezone.localdate())


class _RequestAction(ActionPage, abstract=True):
    allow = "placements.change_feedback"
    model = FeedbackRequest


class FeedbackAskAgain(_RequestAction):
    def act(self, found):
        feedback.ask_again(found)
        return _("The mentor is asked again.")


class FeedbackRemind(_RequestAction):
    allow = "placements.send_feedback"

    def act(self, found):
        letters.remind([found], by=self.request.user)
        return _("The link is on its way to the mentor.")
