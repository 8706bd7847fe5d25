"""What a mentor sees, on the own phone and without an account: who has the link answers about one trainee."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from placements.rules.feedback import SCALE, Kind
from placements.selectors.feedback import answers_in_force, arrival_of, open_requests
from placements.services.answers import NOT_THERE, answer_by_link
from placements.services.feedback_links import feedback_link_behind
from placements.views.signed import SignedPage
from trainee_mgmt.kit.errors import Refused


class MentorFeedback(SignedPage):
    cookie = "mentor"

    def open(self, token):
        return feedback_link_behind(token)

    def show(self):
        return self._show(self.request.GET.get("milestone", ""))

    def _requests(self, milestone: str):
        """(the one that is shown, all that are open)."""
        found = open_requests(self.link.placement, today=timezone.localdate())
        unanswered = [each for each in found if not each.is_answered]
        chosen = next((each for each in found if each.milestone == milestone), None)
        return chosen or next(iter(unanswered or found), None), found

    def _show(self, milestone: str, *, given=None, problem: str = ""):
        shown, open_ones = self._requests(milestone)
        placement = self.link.placement
        answer = answers_in_force(shown) if shown else None
        names = {"post": placement.seat.offer.post.name, "name": placement.trainee.person.name}
        said = answer.answers if given is None and answer else given or {}
        arrival = arrival_of(placement)
        context = {
            "link": self.link,
            "placement": placement,
            "feedback": shown,
            "others": [each for each in open_ones if shown and each.pk != shown.pk],
            "answer": answer,
            "questions": [_drawn(each, names, said) for each in _questions(shown, answer)],
            "arrival": arrival,
            "asks_arrival": timezone.localdate() >= placement.starts_on,
            "since": (given or {}).get("since", ""),
            "not_there": NOT_THERE,
            "problem": problem,
            "next_on": placement.feedback_requests.filter(opens_on__gt=timezone.localdate(), excused_at=None)
            .order_by("opens_on").values_list("opens_on", flat=True).first(),
        }  # fmt: skip
        return render(self.request, "placements/mentor_feedback.html", context, status=422 if problem else 200)

    def receive(self):
        milestone = self.request.POST.get("milestone", "")
        shown, _all = self._requests(milestone)
        if milestone and (shown is None or shown.milestone != milestone):
            return self._show("", problem=_("This is no longer asked; nothing was changed."))
        given = self.request.POST.dict()
        try:
            answer_by_link(self.link, shown if milestone else None, given=given, today=timezone.localdate())
        except Refused as refusal:
            return self._show(milestone, given=given, problem=str(refusal))
        messages.success(self.request, _("Thank you. Your answers have arrived."))
        return HttpResponseRedirect(f"{self.request.path}?milestone={milestone}" if milestone else self.request.path)


def _questions(shown, answer):
    return (answer or shown).rules.rules.questions if shown else ()


def _drawn(question, names: dict[str, str], said: dict) -> dict:
    value = str(said.get(question.key, ""))
    steps = [str(step) for step in range(1, SCALE + 1)] if question.kind == Kind.SCALE else question.choices
    return {
        "key": question.key,
        "kind": question.kind,
        "words": question.words(**names),
        "value": value,
        "options": [(f"{question.key}-{at}", step, step == value) for at, step in enumerate(steps)],
    }
