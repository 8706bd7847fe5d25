"""The import of a roster, step by step: choose a file, check the columns, read the plan, apply it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.models import Plan
from accounts.services import discard_plan, make_plan, plan_given, plan_payload, recompute_plan, start_apply
from accounts.services.exports import take_problems
from accounts.services.jobs import live_progress
from cohorts.forms.roster import CLASS_SOURCES, CONFIDENCE, Correction, RosterUploadForm, column_sets, field_choices
from cohorts.plans import RosterPlan
from cohorts.rules.guess import Guess
from cohorts.rules.sentences import say
from cohorts.services.roster import COLUMNS, OUT, PLAN
from cohorts.tables.roster import PlanReader, specs_of, template_columns
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.pages import ButtonPage, FormPage, Inside, Page, StaticPage
from trainee_mgmt.kit.sheets import ProblemRow, ProblemSheet, report_book
from trainee_mgmt.kit.uploads import download

IMPORTING = Inside("cohorts.Cohort", "cohorts.import_roster", "cohort", related=("program",))
STEPS = (
    gettext_lazy("Choose a file"),
    gettext_lazy("Check the columns"),
    gettext_lazy("Read the plan"),
    gettext_lazy("Done"),
)
OPEN = set(Plan.State) - {Plan.State.APPLIED, Plan.State.DISCARDED}
SECTIONS = ("new", "changes", "same", "kept", "left", "absent", "ignored")  # methods of PlanReader
TEMPLATE_ROWS = 500


class RosterImport(FormPage):
    """Choose a file; what was begun and not ended stands below."""

    allow = "cohorts.import_roster"
    inside = IMPORTING
    form_class = RosterUploadForm
    template_name = "cohorts/roster_import.html"
    title = gettext_lazy("Import a roster")

    def get_context_data(self, **kwargs):
        plans = self.reachable(Plan, "accounts.view_plan").filter(
            kind=RosterPlan.name, subject_id=self.cohort.pk, state__in=OPEN
        )
        return super().get_context_data(
            steps=STEPS, step=1, plans=plans.defer("source", "given", "payload").order_by("-pk")[:10], **kwargs
        )

    def save(self, form):
        name = form.cleaned_data["file"].name
        return make_plan(
            RosterPlan.name, self.cohort, given={"name": name, "stage": COLUMNS}, source=form.source(), source_name=name
        )

    def get_success_url(self):
        return self.object.get_absolute_url()


class RosterTemplate(Page, View):
    """An empty roster with the columns of this cohort; all cells are text, so that no digit is lost."""

    allow = "cohorts.import_roster"
    inside = IMPORTING

    def get(self, request, **kwargs):
        book = report_book(_("Roster"))
        sheet = book.add_sheet(_("Roster"), landscape=True)
        columns = template_columns(self.cohort)
        book.write_table(sheet, 0, columns, [[""] * len(columns)] * TEMPLATE_ROWS)
        name = f"{_('Roster')}-{self.cohort.name}.xlsx"
        return download(book.finish(), name)


class OnePlan:
    """A page of one roster plan: of those that I made, in a cohort that I may import into."""

    allow = "accounts.view_plan"
    inside = IMPORTING
    model = Plan

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        mine = self.reachable(Plan).filter(kind=RosterPlan.name, subject_id=self.cohort.pk).select_related("job")
        self.plan = get_object_or_404(mine, pk=kwargs["pk"])

    def address(self, name: str) -> str:
        return reverse(f"cohorts:{name}", kwargs={"cohort": self.cohort.pk, "pk": self.plan.pk})

    def get_context_data(self, **kwargs):
        return super().get_context_data(plan=self.plan, steps=STEPS, **kwargs)


class RosterPlanDetail(OnePlan, StaticPage):
    """Where the plan stands: its progress, the plan to be read, or what it came to."""

    template_name = "cohorts/roster_plan.html"

    def get(self, request, *args, **kwargs):
        is_busy = self.plan.is_busy
        if request.headers.get("HX-Request") and not is_busy:  # the progress has ended: show the whole page
            return HttpResponse(headers={"HX-Redirect": self.address("roster_plan")})
        if self.plan.state == Plan.State.DRAFT and self.plan.payload:
            return HttpResponseRedirect(self.address("roster_columns"))
        if is_busy:
            self.template_name = "cohorts/roster_progress.html"
        elif self.plan.state not in (Plan.State.READY, Plan.State.APPLIED):
            self.template_name = "cohorts/roster_stopped.html"
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        state = self.plan.state
        if self.template_name == "cohorts/roster_progress.html":
            kwargs |= {"job": live_progress(self.plan.job), "step": 2 if state == Plan.State.COMPUTING else 4}
        elif state in (Plan.State.READY, Plan.State.APPLIED):
            kwargs |= self._to_read()
        else:
            kwargs |= {"step": 3, "why": self.plan.job.error if self.plan.job else ""}
        return super().get_context_data(**kwargs)

    def _to_read(self) -> dict:
        payload = plan_payload(self.plan)
        view, page = self.request.GET.get("view", ""), self.request.GET.get("page", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        reader = PlanReader(self.cohort, payload, number)
        counts, is_done = payload["counts"], self.plan.state == Plan.State.APPLIED
        views = self._views(reader)
        return {
            "step": 5 if is_done else 3,
            "is_done": is_done,
            "why": "" if is_done or not self.plan.job else self.plan.job.error,  # an attempt to apply that failed
            "reader": reader,
            "counts": counts,
            "figs": figures(counts, self.address("roster_plan")),
            "sum_words": sum_in_words(counts),
            "views": views,
            "view": view if view in {key for key, _label, _count in views} else "",
            "notes": payload["notes"],
            "section": getattr(reader, view)() if view in SECTIONS else None,
            "has_raw": bool(payload["raw"]),
        }

    def _views(self, reader: PlanReader) -> list[tuple[str, str, int]]:
        counts = reader.counts
        views = [
            ("", _("Overview"), 0),
            ("new", _("New"), counts["new"]),
            ("changes", _("Changes"), counts["changes"]),
            ("same", _("Unchanged"), counts["same"]),
            ("kept", _("Kept as they are"), counts["kept"]),
            ("left", _("Left out by you"), counts["unticked"]),
            ("absent", _("Not in the file"), len(reader.payload["absent"])),
            ("ignored", _("Other rows"), reader.ignored().count),
        ]
        return [view for view in views if not view[0] or view[2]]


def figures(counts: dict, url: str) -> list[dict]:
    figs = [
        {"name": _("New trainees"), "value": counts["new"], "of": _("are added"), "url": f"{url}?view=new"},
        {
            "name": _("Changed trainees"),
            "value": counts["changed"],
            "of": _("%(count)s changes, each can be read") % {"count": counts["changes"]},
            "url": f"{url}?view=changes",
        },
        {"name": _("Unchanged"), "value": counts["same"], "of": _("nothing is written"), "url": f"{url}?view=same"},
        {
            "name": _("With problems"),
            "value": counts["out"],
            "of": _("rows are left out until you decide"),
            "kind": "bad" if counts["out"] else "",
        },
    ]
    if counts["unticked"]:
        figs.append({"name": _("Left out by you"), "value": counts["unticked"], "of": _("rows")})
    return figs


def sum_in_words(counts: dict) -> str:
    """New + changed + unchanged + left out = rows of the file."""
    parts = [counts[name] for name in ("new", "changed", "same", "out", "unticked")]
    parts = parts[:4] if not counts["unticked"] else parts
    return _("%(sum)s = %(rows)s rows, as in the file.") % {
        "sum": " + ".join(map(str, parts)),
        "rows": counts["rows"],
    }


class RosterColumns(OnePlan, StaticPage):
    """What each sheet and column was taken for, to be corrected before the rows are read."""

    template_name = "cohorts/roster_columns.html"
    errors: list[str] = []

    def enter(self, request, **kwargs):
        super().enter(request, **kwargs)
        self.payload = plan_payload(self.plan)
        self.given = plan_given(self.plan)
        self.specs = specs_of(self.cohort)

    def get(self, request, *args, **kwargs):
        if self.plan.state != Plan.State.DRAFT or not self.payload:
            return HttpResponseRedirect(self.address("roster_plan"))
        self.guess = Guess.from_json(self.payload["guess"])
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.plan.state != Plan.State.DRAFT or not self.payload:
            return HttpResponseRedirect(self.address("roster_plan"))
        correction = Correction(Guess.from_json(self.payload["guess"]), request.POST, self.specs)
        self.guess, self.errors = correction.guess, correction.errors
        given = self.given | {"guess": self.guess.to_json(), "look_again": correction.look_again}
        if correction.starts_on:
            given["starts_on"] = correction.starts_on.isoformat()
        if self.errors:
            return self.render_to_response(self.get_context_data(), status=422)
        stage = COLUMNS if correction.look_again else PLAN
        try:
            recompute_plan(self.plan, given=given | {"stage": stage})
        except Refused as refusal:  # sent twice at the same moment
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self.address("roster_plan"))

    def get_context_data(self, **kwargs):
        sheets = [
            {
                "guess": sheet,
                "why": say(sheet.reason) if sheet.reason else "",
                "sources": [(source, CLASS_SOURCES[source]) for source in sheet.class_sources()],
                "top": top,
            }
            for sheet, top in zip(self.guess.sheets, self.payload["tops"])
        ]
        sets = [
            {
                "set": each,
                "columns": [(column, *CONFIDENCE[column.confidence], say(column.reason)) for column in each.columns],
            }
            for each in column_sets(self.guess)
        ]
        return super().get_context_data(
            step=2,
            sheets=sheets,
            sets=sets,
            choices=field_choices(self.specs),
            errors=self.errors,
            notes=self.payload["notes"],
            starts_on=self.request.POST.get("starts_on")
            or self.given.get("starts_on")
            or self.cohort.starts_on.isoformat(),
            **kwargs,
        )


class PlanAction(OnePlan, ButtonPage, abstract=True):
    """A button of the plan: one service, then back to the plan."""

    def get_success_url(self) -> str:
        return self.address("roster_plan")


class RosterChoose(PlanAction):
    """What to do with problems, and which rows to leave out: the plan is computed again."""

    def act(self):
        given, data = plan_given(self.plan), self.request.POST
        chosen = {name[2:]: value for name, value in data.items() if name.startswith("t:")}
        for_all = {name[4:]: value for name, value in data.items() if name.startswith("all:") and value}
        shown, ticked = set(data.getlist("shown")), set(data.getlist("take"))
        left_out = (set(given.get("left_out", [])) - shown) | (shown - ticked)
        known = given.get("treatments", {})
        if for_all:  # a choice for all of a kind takes the place of single ones
            known, chosen = _without(known, for_all), _without(chosen, for_all)
        given |= {
            "treatments": known | chosen,
            "treatments_all": given.get("treatments_all", {}) | for_all,
            "left_out": sorted(left_out),
            "stage": PLAN,
        }
        recompute_plan(self.plan, given=given)


def _without(treatments: dict[str, str], codes: dict[str, str]) -> dict[str, str]:
    """Single choices ("sheet:row:code:field") of other kinds."""
    return {name: value for name, value in treatments.items() if name.split(":")[2:3] not in [[code] for code in codes]}


class RosterBack(PlanAction):
    """Back to the columns; choices about rows are kept."""

    def act(self):
        recompute_plan(self.plan, given=plan_given(self.plan) | {"stage": COLUMNS, "look_again": {}})


class RosterAgain(PlanAction):
    """The same file and choices against the cohort as it is now."""

    def act(self):
        recompute_plan(self.plan, given=plan_given(self.plan))


class RosterApply(PlanAction):
    def act(self):
        start_apply(self.plan, digest=self.request.POST.get("digest", ""))


class RosterDiscard(PlanAction):
    def act(self):
        discard_plan(self.plan)
        messages.success(self.request, _("The import was given up. Nothing was written, and the file was erased."))

    def get_success_url(self):
        return reverse("cohorts:roster_import", kwargs={"cohort": self.cohort.pk})


class RosterProblems(OnePlan, Page, View):
    """The rows that are left out, as a workbook to be mended and sent again. It holds numbers, so it is recorded."""

    http_method_names = ["post", "options"]

    def post(self, request, **kwargs):
        payload, given = plan_payload(self.plan), plan_given(self.plan)
        if not payload.get("raw"):
            return HttpResponseRedirect(self.address("roster_plan"))
        sheets = problem_sheets(payload, Guess.from_json(given["guess"]))
        return download(*take_problems(self.plan, sheets, told=_("roster problems")))


def problem_sheets(payload: dict, guess: Guess) -> list[ProblemSheet]:
    """The rows left out, sheet by sheet, each with its reasons and its cells as they were read."""
    why: dict[str, list[str]] = {}
    for problem in payload["problems"]:
        why.setdefault(problem["key"], []).append(
            f"{problem['header']} {say(problem['code'], problem['params'])}".strip()
        )
    rows: dict[str, list[ProblemRow]] = {}
    for row in payload["rows"]:
        if row["do"] == OUT and row["key"] in payload["raw"]:
            place = _("row %(row)s") % {"row": row["at"][1]}
            problem = ProblemRow("\n".join(why.get(row["key"], ())), place, payload["raw"][row["key"]])
            rows.setdefault(row["at"][0], []).append(problem)
    return [
        ProblemSheet(sheet.name, header_of(sheet), rows[sheet.name]) for sheet in guess.used() if sheet.name in rows
    ]


def header_of(sheet) -> list[str]:
    width = max(column.index for column in sheet.columns) + 1
    header = [""] * width
    for column in sheet.columns:
        header[column.index] = column.header
    return header
