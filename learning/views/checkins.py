"""Check-in by code: the screen that shows it, the address that the phone's camera opens, and the answer."""

import secrets
from datetime import timedelta
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from learning.models import Session
from learning.rules import codes
from learning.rules.checkins import opening
from learning.selectors.checkins import people_in
from learning.selectors.rules import limits_on
from learning.services import checkins as services
from trainee_mgmt.kit.pages import Page, StaticPage

DEVICE_COOKIE = "device"
A_YEAR = int(timedelta(days=365).total_seconds())


@method_decorator(never_cache, name="dispatch")
class CheckInScreen(StaticPage):
    """The code of this moment for a projector or a desk; ``?part`` is what a script fetches when the next one is due."""

    allow = "learning.call_roll"
    model = Session

    def get_template_names(self):
        return ["learning/_checkin_code.html" if "part" in self.request.GET else "learning/checkin_screen.html"]

    def get_context_data(self, **kwargs):
        session = self.find(Session, self.kwargs["pk"], related=("cohort",))
        now, key = timezone.now(), services.code_key()
        came, expected = people_in(session.pk)
        digits = codes.digits(key, session.pk, now)
        address = reverse("learning:code_read", kwargs={"code": codes.token(key, session.pk, codes.window_of(now))})
        times = opening(session.starts_at, session.ends_at)
        limits = limits_on(session.cohort_id, timezone.localdate(session.starts_at))
        return super().get_context_data(
            session=session,
            classes=[] if "part" in self.request.GET else list(session.classes.order_by("number", "pk")),
            times=times,
            late_at=session.starts_at + timedelta(minutes=limits.late_from),
            is_over=times.is_over(now),
            is_early=times.is_early(now),
            qr=_qr(f"{settings.SITE_URL or self.request.build_absolute_uri('/').rstrip('/')}{address}"),
            digits=f"{digits[:3]} {digits[3:]}",
            left=codes.left_of_window(now) // timedelta(milliseconds=1),
            came=came,
            expected=expected,
            now=now,
            **kwargs,
        )


def _qr(address: str) -> SafeString:
    """The address as an SVG that fits any screen; its colours come from the style sheet."""
    drawn = segno.make(address, error="m", micro=False)
    return SafeString(drawn.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None))


@method_decorator([login_not_required, never_cache], name="dispatch")
class CodeRead(View):
    """Where the camera of a phone leads, signed in or not: the moment and the phone are noted in a ticket, which is shown
    after signing in. Nothing is written."""

    http_method_names = ["get", "head", "options"]

    def get(self, request, code):
        found = codes.read_token(services.code_key(), code)
        if found is None:
            return render(request, "learning/checkin_unknown.html", status=404)
        cookie = request.COOKIES.get(DEVICE_COOKIE, "")[:64] or secrets.token_urlsafe(24)
        device = services.device_key(cookie)
        ticket = services.make_ticket(found, code, at=timezone.now(), device=device)
        response = HttpResponseRedirect(f"{reverse('learning:check_in')}?{urlencode({'ticket': ticket})}")
        _keep_device(response, request, cookie)
        return response


@method_decorator(never_cache, name="dispatch")
class CheckIn(Page, TemplateView):
    """With a ticket: one button, pressed by a script. Without: the six digits. A POST is answered on the spot; sent again it
    gives the same answer."""

    allow = "learning.check_in"
    template_name = "learning/check_in.html"
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request):
        response = self.render_to_response(self.get_context_data(ticket=request.GET.get("ticket", "")))
        if DEVICE_COOKIE not in request.COOKIES:
            _keep_device(response, request, secrets.token_urlsafe(24))
        return response

    def post(self, request):
        device = services.device_key(request.COOKIES.get(DEVICE_COOKIE, "")[:64])
        if "digits" in request.POST:
            answer = services.check_in_by_digits(request.user, request.POST["digits"][:40], device=device)
        elif ticket := request.POST.get("ticket", ""):
            answer = self._by_ticket(ticket, device)
        else:
            raise BadRequest("a check-in is a ticket or six digits")
        return render(request, "learning/check_in_answer.html", {"answer": answer, "now": timezone.now()})

    def _by_ticket(self, ticket: str, device: str) -> services.Answer:
        found = services.read_ticket(ticket, now=timezone.now())
        if found is None:
            return services.Answer(services.UNKNOWN)
        code, at, read_by = found
        return services.check_in(self.request.user, code, at=at, device=device, read_by=read_by)


def _keep_device(response, request, cookie: str) -> None:
    response.set_cookie(
        DEVICE_COOKIE, cookie, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
