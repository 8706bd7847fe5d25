"""Sign-in sheets on paper: printed, keyed in, found again by their code."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from accounts.services.exports import record_export
from cohorts.access import COHORT
from cohorts.models import TrainingClass
from cohorts.rules.days import shown_day
from learning.documents import signing
from learning.forms.paper import SheetChoiceForm, SheetCodeForm, SpanForm
from learning.models import Attendance, DisputedMark, Session, SessionClass
from learning.rules.attendance import Mark
from learning.rules.keying import KEYS, LONGEST, read_mark
from learning.rules.sheet_codes import SheetCode, read_code
from learning.selectors.checkins import disputed
from learning.selectors.paper import Sheet, rows_of, sheets
from learning.selectors.weeks import of_class
from learning.services.paper import Typed, Unkeyable, key_marks
from learning.tables.paper import SheetTable
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.lists import TablePage
from trainee_mgmt.kit.pages import FormPage, Page, StaticPage, is_key
from trainee_mgmt.kit.qr import qr_svg
from trainee_mgmt.kit.tables import ExportRequest
from trainee_mgmt.kit.uploads import download

MOST_COLUMNS, MOST_SHEETS = 16, 60
LONGEST_DRAFT = 20  # digits by which a browser knows what it sent


def grid_url(code: SheetCode) -> str:
    """Where the sheet with this code is keyed in."""
    query = {"session": code.session} if code.session else {"first": code.day.isoformat(), "last": code.day.isoformat()}
    return f"{reverse('learning:mark_grid', kwargs={'pk': code.training_class})}?{urlencode(query)}"


class SheetList(TablePage):
    """Each class at each session: what is to be signed, keyed in and kept; and what to print, by class and days."""

    allow = "learning.key_sheets"
    inside = COHORT
    model = SessionClass
    table_class = SheetTable
    template_name = "learning/sheet_list.html"
    title = gettext_lazy("Sign-in sheets")

    @property
    def classes(self):
        return self.reachable(TrainingClass).filter(cohort=self.cohort)

    def get_rows(self):
        shown = SessionClass.objects.filter(session__is_draft=False, session__cancelled_at=None)
        return shown.filter(training_class__in=self.classes)

    def get_table_options(self):
        return {"context": self.classes}

    def get_context_data(self, **kwargs):
        day = shown_day(self.cohort.starts_on, self.cohort.ends_on, timezone.localdate())
        days = {"first": day, "last": day}
        return super().get_context_data(
            choice=SheetChoiceForm(initial=days, classes=self.classes.order_by("number", "pk")),
            code=SheetCodeForm(),
            **kwargs,
        )


class SheetsPage(Page, abstract=True):
    """The sheets that the address asks for: of one session, or of the days from ``first`` to ``last``, by class."""

    allow = "learning.key_sheets"
    inside = COHORT
    model = TrainingClass

    def asked_sheets(self, asked) -> list[Sheet]:
        classes = list(self.reachable(TrainingClass).filter(cohort=self.cohort).order_by("number", "pk"))
        form = SheetChoiceForm(asked, classes=classes)
        if not form.is_valid():
            raise Refused(" ".join(error for errors in form.errors.values() for error in errors))
        sessions = form.chosen_of(Session.objects.filter(cohort=self.cohort, cancelled_at=None))
        found = sheets(form.chosen, list(sessions.select_related("venue")), by_day=not form.cleaned_data["session"])
        if not found:
            raise Refused(_("No session takes place then, so there is nothing to sign."))
        if len(found) > MOST_SHEETS:
            raise Refused(
                _("These are %(count)s sheets; at most %(most)s are printed at once. Choose fewer days or one class.")
                % {"count": len(found), "most": MOST_SHEETS}
            )
        return found

    def address(self, code: str) -> str:
        path = reverse("learning:sheet_read", kwargs={"code": code})
        return f"{settings.SITE_URL or self.request.build_absolute_uri('/').rstrip('/')}{path}"

    def send_back(self, refusal: Refused):
        messages.error(self.request, str(refusal))
        return HttpResponseRedirect(reverse("learning:sheet_list", kwargs={"cohort": self.cohort.pk}))


class SheetPrint(SheetsPage, StaticPage):
    """The sheets as a page for the printer of the browser, one on each piece of paper."""

    template_name = "learning/sheet_print.html"

    def get(self, request, *args, **kwargs):
        try:
            found = self.asked_sheets(request.GET)
        except Refused as refusal:
            return self.send_back(refusal)
        return self.render_to_response(self.get_context_data(papers=[self._paper(each) for each in found]))

    def _paper(self, sheet: Sheet) -> dict:
        code = str(sheet.code)
        return {
            "heading": signing.heading(self.cohort.name, sheet),
            "facts": signing.facts(sheet),
            "heads": signing.signature_heads(sheet),
            "rows": [
                (row.number, row.name, [signing.in_column(row, each) for each in sheet.sessions]) for row in sheet.rows
            ],
            "code": code,
            "qr": qr_svg(self.address(code)),
        }


class SheetFile(SheetsPage, View):
    """The same as a Word document, in one click; who took it is recorded."""

    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        try:
            found = self.asked_sheets(request.POST)
        except Refused as refusal:
            return self.send_back(refusal)
        content = signing.signing_file(self.cohort.name, found, self.address)
        people = sum(len(each.rows) for each in found)
        codes = ", ".join(str(each.code) for each in found)
        columns = [_("Number"), _("Name"), _("Signature")]
        record_export(ExportRequest("sign_in", f"cohort={self.cohort.pk}&sheets={codes}", people, "", "docx", columns))
        name = f"{signing.heading(self.cohort.name, found[0])}{f' {len(found)}' if found[1:] else ''}.docx"
        return download(content, name)


class SheetOpen(FormPage):
    """From the code that somebody reads on the paper to its grid."""

    allow = "learning.key_sheets"
    model = TrainingClass
    form_class = SheetCodeForm
    title = gettext_lazy("Open a sheet by its code")

    def save(self, form):
        return form.cleaned_data["code"]

    def get_success_url(self):
        return grid_url(self.object)


class SheetRead(Page, View):
    """Where the square on the paper leads."""

    allow = "learning.key_sheets"
    model = TrainingClass

    def get(self, request, code):
        found = read_code(code)
        if found is None:
            messages.error(request, _("There is no such sheet. Compare the code with the paper, sign by sign."))
            return HttpResponseRedirect(reverse("learning:sheet_open"))
        self.find(TrainingClass, found.training_class)
        return HttpResponseRedirect(grid_url(found))


class MarkGrid(StaticPage):
    """A signed sheet keyed in: people as rows in the order of the sheet, sessions as columns, one key for a mark."""

    allow = "learning.key_sheets"
    model = TrainingClass
    template_name = "learning/mark_grid.html"

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.training_class = self.find(TrainingClass, kwargs["pk"], related=("cohort__program",))
        self.form = SpanForm(request.GET)
        self.sessions = self._sessions() if self.form.is_valid() else []

    def _sessions(self) -> list[Session]:
        sessions = of_class(Session.objects.filter(cancelled_at=None), self.training_class.pk)
        found = list(self.form.chosen_of(sessions).select_related("venue")[: MOST_COLUMNS + 1])
        if len(found) > MOST_COLUMNS:
            self.form.add_error(
                "last", _("At most %(most)s sessions at once; choose fewer days.") % {"most": MOST_COLUMNS}
            )
            return []
        return found

    def get_context_data(self, **kwargs):
        typed, wrong = kwargs.pop("typed", {}), kwargs.pop("wrong", {})
        rows = rows_of(self.training_class.pk, self.sessions)
        waiting = DisputedMark.objects.filter(
            session__in=self.sessions, trainee__in=[row.trainee_id for row in rows], sheet__kind="paper"
        )
        compared = {(each.session_id, each.trainee_id): each.scanned for each in disputed(waiting)} if rows else {}
        return super().get_context_data(
            training_class=self.training_class,
            cohort=self.training_class.cohort,
            span=self.form,
            first=self.form.cleaned_data.get("first"),
            last=self.form.cleaned_data.get("last"),
            sessions=self.sessions,
            columns=",".join(str(each.pk) for each in self.sessions),
            rows=[(row, *self._cells(row, typed, wrong, compared)) for row in rows],
            wrong=self._told(rows, wrong),
            compared=len(compared),
            keys=[(KEYS[mark], mark.value, Attendance.State(mark.value).label) for mark in Mark],
            **kwargs,
        )

    def _cells(self, row, typed, wrong, compared):
        """What the page shows in each column of a row, and the marks that it showed, as one text. A mark of the sheet that is
        still compared with the one that stands is named beside it."""
        cells = []
        for each in self.sessions:
            place, cell = (each.pk, row.trainee_id), row.cells.get(each.pk)
            label = str(Attendance.State(cell.state).label) if cell and cell.state else ""
            keyed = str(Attendance.State(compared[place]).label) if place in compared else ""
            cells.append((cell, each.pk, typed.get(place, label), label, wrong.get(place, ""), keyed))
        return cells, ",".join(cell.state if cell else "" for cell, *_rest in cells)

    def _told(self, rows, wrong) -> list[tuple[str, str, str]]:
        """(id of the cell, row and column, what is wrong), in the order of the grid."""
        names = {row.trainee_id: (at, row.name) for at, row in enumerate(rows)}
        titles = {each.pk: (at, each.title) for at, each in enumerate(self.sessions)}
        nowhere = (len(rows), "")
        places = sorted(
            (names.get(trainee, nowhere), titles.get(session, nowhere), (session, trainee))
            for session, trainee in wrong
        )
        return [
            (f"m-{place[0]}-{place[1]}", " · ".join(filter(None, (name[1], title[1]))), wrong[place])
            for name, title, place in places
        ]

    def post(self, request, pk):
        if not self.form.is_valid():
            raise BadRequest("the address of a grid names a session or days")
        texts, shown = _read(request.POST)
        typed, wrong = {}, {}
        for place, text in texts.items():
            try:
                mark = read_mark(text)
            except ValueError:
                wrong[place] = _("“%(text)s” is none of the marks.") % {"text": text[:LONGEST]}
            else:
                if mark:
                    typed[place] = Typed(mark, shown.get(place, ""))
        try:
            if wrong:
                raise Unkeyable(wrong)
            keyed = key_marks(self.training_class, typed, by=request.user)
        except Unkeyable as refusal:
            context = self.get_context_data(error=str(refusal), typed=texts, wrong=refusal.places)
            return self.render_to_response(context, status=422)
        messages.success(request, _say(keyed))
        draft = request.POST.get("draft", "")
        mark = f"#saved-{draft}" if draft.isascii() and draft.isdecimal() and len(draft) <= LONGEST_DRAFT else ""
        return HttpResponseRedirect(f"{request.get_full_path()}{mark}")


def _say(keyed) -> str:
    said = ngettext("%(n)s mark is new.", "%(n)s marks are new.", keyed.new) % {"n": keyed.new}
    if not keyed.compared:
        return said
    differ = ngettext(
        "%(n)s differs from the mark that stands and waits to be decided.",
        "%(n)s differ from the marks that stand and wait to be decided.",
        keyed.compared,
    )
    return f"{said} {differ % {'n': keyed.compared}}"


def _read(data) -> tuple[dict, dict]:
    """The texts of the cells by (session, trainee), and the marks that the page had shown there."""
    columns = [key for key in data.get("columns", "").split(",") if key]
    if not all(map(is_key, columns)):
        raise BadRequest("columns are the keys of sessions")
    texts, shown = {}, {}
    for name, value in data.items():
        kind, _dash, key = name.partition("-")
        if kind == "m":
            session, _dash, trainee = key.partition("-")
            if not (is_key(session) and is_key(trainee)):
                raise BadRequest("a cell is m-<session>-<trainee>")
            texts[int(session), int(trainee)] = value
        elif kind == "was":
            states = value.split(",")
            if not (is_key(key) and len(states) == len(columns)):
                raise BadRequest("was-<trainee> holds one mark for each column")
            shown |= {(int(session), int(key)): state for session, state in zip(columns, states, strict=True)}
    return texts, shown
