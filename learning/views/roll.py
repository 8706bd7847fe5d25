from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import COHORT
from learning.access.sessions import classes_on_roll
from learning.forms import MarkForm
from learning.models import Attendance, Session
from learning.rules.attendance import TAP_CYCLE
from learning.selectors import roll, roll_line
from learning.services import correct_mark
from learning.services.attendance import NotExpected
from learning.services.sheets import Sheet, take_roll
from learning.tables.attendance import AttendanceTable
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, StaticPage, is_key


class RollCall(StaticPage):
    """Everybody is present; tap whoever is not, send once. Works without scripts too: each line is a list of choices."""

    allow = "learning.call_roll"
    model = Session
    template_name = "learning/roll_call.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.session = self.find(Session, kwargs["pk"], related=("cohort__program", "venue"))
        self.of_classes = classes_on_roll(request.user, self.allow, self.session)

    def get_context_data(self, **kwargs):
        lines = roll(self.session, of_classes=self.of_classes)
        typed = kwargs.pop("typed", {})
        return super().get_context_data(
            session=self.session,
            cohort=self.session.cohort,
            lines=[(line, typed.get(line.trainee_id) or line.state or "present") for line in lines],
            cycle=[(mark.value, Attendance.State(mark.value).label) for mark in TAP_CYCLE],
            states=Attendance.State.choices,
            **kwargs,
        )

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response.headers["X-Kept-For"] = str(request.user.pk)  # the service worker keeps a copy for this person
        return response

    def post(self, request, pk):
        marks, seen = _read(request.POST)
        sheet = Sheet(
            key=_key(request.POST),
            marks=marks,
            seen=seen,
            stated_at=_stated_at(request.POST.get("stated_at", "")),
            was_kept="kept" in request.POST,
        )
        try:
            taken = take_roll(self.session, sheet, by=request.user, of_classes=self.of_classes)
        except Refused as refusal:
            context = self.get_context_data(error=str(refusal), typed=marks)
            return self.render_to_response(context, status=409)
        messages.success(request, _("The roll is called: %(count)s marks are new.") % {"count": taken.new})
        url = self.session.get_absolute_url()
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"url": url, "new": taken.new})
        return HttpResponseRedirect(url)


def _key(data) -> UUID:
    """What the device drew for this roll; a form without scripts has none, and is a roll of its own each time."""
    try:
        return UUID(data["key"]) if "key" in data else uuid4()
    except ValueError as error:
        raise BadRequest("the key of a roll is a UUID") from error


def _stated_at(text: str):
    """The moment by the clock of the device, in milliseconds; None for nonsense."""
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        return None
    return datetime.fromtimestamp(int(text) / 1000, tz=UTC)


def _read(data) -> tuple[dict[int, str], dict[int, int | None]]:
    marks, seen = {}, {}
    for name, value in data.items():
        kind, _dash, key = name.partition("-")
        if kind in ("mark", "seen"):
            if not (is_key(key) and (kind == "mark" or value == "" or is_key(value))):
                raise BadRequest("a roll is mark-<trainee>=<state> and seen-<trainee>=<mark>")
            if kind == "mark":
                marks[int(key)] = value
            else:
                seen[int(key)] = int(value) if value else None
    return marks, seen


class MarkCorrect(FormPage):
    """One mark, corrected with a reason; the old one stays in the ledger."""

    allow = "learning.call_roll"
    model = Session
    form_class = MarkForm
    template_name = "learning/mark_correct.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.session = self.find(Session, kwargs["pk"], related=("cohort__program",))
        self.of_classes = classes_on_roll(request.user, self.allow, self.session)

    @cached_property
    def line(self):
        """The person as the page shows him; the service looks for itself, with the session locked."""
        line = roll_line(self.session, self.kwargs["trainee"], of_classes=self.of_classes)
        if line is None:
            raise Http404
        return line

    def get_title(self):
        return _("Correct the mark of %(name)s") % {"name": self.line.name}

    def get_initial(self):
        return {} if self.request.method == "POST" else {"state": self.line.state or "present"}

    def get_context_data(self, **kwargs):
        past = (
            Attendance.objects.filter(session=self.session, trainee=self.line.trainee_id)
            .select_related("marked_by")
            .order_by("-pk")
        )
        return super().get_context_data(
            session=self.session, cohort=self.session.cohort, line=self.line, past=past, **kwargs
        )

    def save(self, form):
        whom = {"trainee_id": self.kwargs["trainee"], "of_classes": self.of_classes}
        try:
            return correct_mark(self.session, by=self.request.user, **whom, **form.cleaned_data)
        except NotExpected as error:
            raise Http404 from error

    def get_success_message(self):
        return _("The new mark is in force; the old one stays in the ledger.")

    def get_success_url(self):
        return self.session.get_absolute_url()


class AttendanceList(TablePage):
    """The marks in force of a cohort, one row each: what every figure of attendance opens."""

    allow = "learning.view_attendance"
    inside = COHORT
    model = Attendance
    table_class = AttendanceTable
    template_name = "learning/attendance_list.html"
    title = gettext_lazy("Marks of attendance")

    def get_rows(self):
        return super().get_rows().filter(session__cohort=self.cohort, session__cancelled_at=None, in_force=True)
