"""What a mentor sees, on the own phone and without an account: who has the link answers about one trainee."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from placements.rules.feedback import SCALE, Kind
from placements.selectors.feedback import answers_in_force, arrival_of, open_requests
from placements.services.answers import NOT_THERE, answer_by_link
from placements.services.links import are_own_digits, link_behind
from trainee_mgmt.kit.errors import Refused

COOKIE = "mentor"
REMEMBERED = 90 * 24 * 3600  # seconds that a phone need not show its digits again
MISSES, A_MINUTE = 20, 60  # links that open nothing, from one address


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class MentorFeedback(View):
    """Nothing tells a link that never was from one that ended, was revoked or belongs to a mentor who is so no more."""

    http_method_names = ["get", "post", "head", "options"]

    def dispatch(self, request, token):
        if _has_missed_too_often(request):
            return render(request, "429.html", status=429)
        self.link = link_behind(token)
        if self.link is None:
            _note_miss(request)
            return render(request, "placements/mentor_closed.html", status=404)
        answer = super().dispatch(request)
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    def get(self, request):
        if not self._is_known():
            return self._ask_digits()
        return self._show(request.GET.get("milestone", ""))

    def post(self, request):
        if "digits" in request.POST:
            return self._digits(request.POST["digits"].strip())
        if not self._is_known():
            return self._ask_digits(
                _("Please type the four digits once more; what you have chosen is kept in this phone.")
            )
        return self._answer()

    # Whose phone it is ------------------------------------------------------------------------------------------------

    def _is_known(self) -> bool:
        """Whether this phone has shown the digits, or none are known."""
        mentor = self.link.mentor
        if not mentor.phone:
            return True
        try:
            said = self.request.get_signed_cookie(COOKIE, salt=self._salt, max_age=REMEMBERED)
        except (KeyError, signing.BadSignature):
            return False
        return said == "known"

    @property
    def _salt(self) -> str:
        """Of this link and this phone number: another number is asked for anew."""
        return f"{self.link.token_hash}{self.link.mentor.phone_index}"

    def _ask_digits(self, problem: str = ""):
        given = {"link": self.link, "problem": problem}
        return render(self.request, "placements/mentor_digits.html", given, status=422 if problem else 200)

    def _digits(self, typed: str):
        if self.link.mentor.phone and not are_own_digits(self.link, typed):
            return self._ask_digits(
                _("These are not the last four digits of the phone number that the office has of you.")
            )
        answer = HttpResponseRedirect(self.request.path)
        answer.set_signed_cookie(
            COOKIE,
            "known",
            salt=self._salt,
            max_age=REMEMBERED,
            path=self.request.path,
            httponly=True,
            samesite="Lax",
            secure=self.request.is_secure(),
        )
        return answer

    # The questions ----------------------------------------------------------------------------------------------------

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

    def _answer(self):
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


def _address_key(request) -> str:
    return f"mentor-misses:{request.META.get('REMOTE_ADDR', '')}"


def _has_missed_too_often(request) -> bool:
    return cache.get(_address_key(request), 0) >= MISSES


def _note_miss(request) -> None:
    key = _address_key(request)
    cache.add(key, 0, A_MINUTE)
    cache.incr(key)
