"""Check-in by code: the screen that shows it, the address that the phone's camera opens, and the answer."""

import secrets
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from types import SimpleNamespace
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from cohorts.access import COHORT
from learning.access.sessions import classes_on_roll
from learning.models import Attendance, DisputedMark, Scan, Session
from learning.rules import codes
from learning.rules.attendance import Mark
from learning.rules.checkins import OPENS_BEFORE, opening, spot_check
from learning.rules.states import spans
from learning.selectors import roll_line
from learning.selectors.checkins import differences, disputed, flagged, not_scanned, people_in, refused, scanned_only
from learning.selectors.rules import limits_on, version_on, versions_of
from learning.services import checkins as services
from learning.services.attendance import settle
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import Page, StaticPage, is_key
from trainee_mgmt.kit.qr import qr_svg

DEVICE_COOKIE = "device"
SPOT_CHECK_FOR = timedelta(hours=1)  # after the end
DECISIONS = (Attendance.State.PRESENT, Attendance.State.LATE, Attendance.State.ABSENT)
ANSWER = "learning/check_in_answer.html"
NAME = "\0name"  # stands for the name of the person: no text of a person has NUL
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
        begins = {span.state: span.start for span in spans(session.starts_at, session.ends_at, limits)}
        return super().get_context_data(
            session=session,
            classes=[] if "part" in self.request.GET else list(session.classes.order_by("number", "pk")),
            times=times,
            late_at=begins.get(Mark.LATE),
            absent_at=begins[Mark.ABSENT] if begins[Mark.ABSENT] < times.closes_at else None,
            is_over=times.is_over(now),
            is_early=times.is_early(now),
            qr=qr_svg(f"{settings.SITE_URL or self.request.build_absolute_uri('/').rstrip('/')}{address}"),
            digits=f"{digits[:3]} {digits[3:]}",
            left=codes.left_of_window(now) // timedelta(milliseconds=1),
            came=came,
            expected=expected,
            now=now,
            **kwargs,
        )


class AttendanceDifferences(StaticPage):
    """Only what differs between the roll and people's own scans, and what was flagged; one tap decides."""

    allow = "learning.settle_attendance"
    inside = COHORT
    model = Scan
    template_name = "learning/attendance_differences.html"

    def get_context_data(self, **kwargs):
        scans = self.reachable(Scan).filter(session__cohort=self.cohort)
        disputes = self.reachable(DisputedMark).filter(session__cohort=self.cohort)
        session = self._session()
        if session:
            scans, disputes = scans.filter(session=session), disputes.filter(session=session)
        now = timezone.now()
        versions = versions_of(self.cohort.pk)
        limits = {version.number: version.limits for version in versions}

        def limits_of(day):
            return limits[version_on(versions, day).number]

        today = list(
            scans.filter(session__starts_at__lte=now + OPENS_BEFORE, session__ends_at__gt=now - SPOT_CHECK_FOR)
            .order_by("session__starts_at", "session")
            .values_list("session", "session__title")
            .distinct()[:8]
        )
        marks = self.reachable(Attendance)
        missing = not_scanned(marks, [pk for pk, _title in today])
        to_look_at = flagged(scans, limits_of)
        return super().get_context_data(
            differences=disputed(disputes) + differences(scans, limits_of),
            flagged=to_look_at,
            waiting=sum(not each.is_decided for each in to_look_at),
            refused=refused(scans, since=now - timedelta(days=14)),
            spots=[(pk, title, self._drawn(pk, scanned_only(pk, scans)), missing.get(pk, [])) for pk, title in today],
            states=[(state.value, state.label) for state in DECISIONS],
            session=session,
            **kwargs,
        )

    def _session(self):
        asked = self.request.GET.get("session", "")
        if not is_key(asked):
            return None
        return self.reachable(Session, "learning.call_roll").filter(cohort=self.cohort, pk=asked).first()

    @staticmethod
    def _drawn(session, people):
        names = {key: (name, number) for key, name, number in people}
        return [names[key] for key in spot_check(services.code_key(), session, names)]


class DifferenceSettle(Page, View):
    """One tap: what holds for this person at this session."""

    allow = "learning.call_roll"
    model = Session
    http_method_names = ["post", "options"]

    def post(self, request, pk, trainee):
        session = self.find(Session, pk)
        line = roll_line(session, trainee, of_classes=classes_on_roll(request.user, self.allow, session))
        if line is None:
            raise Http404
        try:
            mark = settle(session, trainee, state=request.POST.get("state", ""), by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            said = {"name": line.name, "mark": mark.get_state_display()}
            messages.success(request, _("%(name)s: %(mark)s.") % said)
        return self.redirect_back(reverse("learning:attendance_differences", kwargs={"cohort": session.cohort_id}))


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
        return self._told(answer)

    def _by_ticket(self, ticket: str, device: str) -> services.Answer:
        found = services.read_ticket(ticket, now=timezone.now())
        if found is None:
            return services.Answer(services.UNKNOWN)
        code, at, read_by = found
        return services.check_in(self.request.user, code, at=at, device=device, read_by=read_by)

    def _told(self, answer: services.Answer):
        user = self.request.user
        if answer.outcome != services.IN:
            return render(self.request, ANSWER, {"answer": answer, "name": user.name})
        of_the_minute = replace(answer, at=answer.at.replace(second=0, microsecond=0))
        page = _page_of_those_in(of_the_minute, get_language(), user.theme, user.text_size)
        return HttpResponse(page.replace(NAME, escape(user.name)))


@lru_cache(maxsize=64)
def _page_of_those_in(answer: services.Answer, _language: str, theme: str, text_size: str) -> str:
    """A whole class gets the same page within a minute, but for the name: it is drawn once."""
    drawn_for = SimpleNamespace(theme=theme, text_size=text_size)
    return render_to_string(ANSWER, {"answer": answer, "name": NAME, "drawn_for": drawn_for})


def _keep_device(response, request, cookie: str) -> None:
    response.set_cookie(
        DEVICE_COOKIE, cookie, max_age=A_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
    )
