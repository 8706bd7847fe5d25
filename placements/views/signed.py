"""A page behind a signed link: who has it needs no account, but shows once on each phone that the link is the own one."""

from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from placements.services.signed import are_own_digits
from trainee_mgmt.kit.limits import address_of

REMEMBERED = 90 * 24 * 3600  # seconds that a phone need not show its digits again
MISSES, A_MINUTE = 20, 60  # links that open nothing, from one address


class Closed(Exception):
    """What was asked for is not behind this link: the answer is that of a link that opens nothing."""


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class SignedPage(View):
    """Nothing tells a link that never was from one that ended, was revoked or belongs to somebody who is there no more.

    ``cookie`` names what this phone remembers; ``open`` finds the link behind a token; ``show`` and ``receive`` answer.
    """

    http_method_names = ["get", "post", "head", "options"]
    cookie = ""

    def open(self, token: str):
        raise NotImplementedError

    def show(self):
        raise NotImplementedError

    def receive(self):
        raise NotImplementedError

    def dispatch(self, request, token):
        if _has_missed_too_often(request):
            return render(request, "429.html", status=429)
        self.link = self.open(token)
        try:
            if self.link is None:
                raise Closed
            answer = super().dispatch(request)
        except Closed:
            _note_miss(request)
            return render(request, "placements/mentor_closed.html", status=404)
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    def get(self, request):
        return self.show() if self._is_known() else self._ask_digits()

    def post(self, request):
        if "digits" in request.POST:
            return self._digits(request.POST["digits"].strip())
        if not self._is_known():
            return self._ask_digits(
                _("Please type the four digits once more; what you have chosen is kept in this phone.")
            )
        return self.receive()

    # Whose phone it is ------------------------------------------------------------------------------------------------

    def _is_known(self) -> bool:
        """Whether this phone has shown the digits, or none are known."""
        if not self.link.holder.phone:
            return True
        try:
            said = self.request.get_signed_cookie(self.cookie, salt=self._salt, max_age=REMEMBERED)
        except (KeyError, signing.BadSignature):
            return False
        return said == "known"

    @property
    def _salt(self) -> str:
        """Of this link and this phone number: another number is asked for anew."""
        return f"{self.link.token_hash}{self.link.holder.phone_index}"

    def _ask_digits(self, problem: str = ""):
        given = {"name": self.link.holder.name, "problem": problem}
        return render(self.request, "placements/mentor_digits.html", given, status=422 if problem else 200)

    def _digits(self, typed: str):
        if self.link.holder.phone and not are_own_digits(self.link, typed):
            return self._ask_digits(
                _("These are not the last four digits of the phone number that the office has of you.")
            )
        answer = HttpResponseRedirect(self.request.path)
        answer.set_signed_cookie(
            self.cookie,
            "known",
            salt=self._salt,
            max_age=REMEMBERED,
            path=self.request.path,
            httponly=True,
            samesite="Lax",
            secure=self.request.is_secure(),
        )
        return answer


def _address_key(request) -> str:
    return f"link-misses:{address_of(request)}"


def _has_missed_too_often(request) -> bool:
    return cache.get(_address_key(request), 0) >= MISSES


def _note_miss(request) -> None:
    key = _address_key(request)
    cache.add(key, 0, A_MINUTE)
    with suppress(ValueError):  # it ran out between the two lines
        cache.incr(key)
