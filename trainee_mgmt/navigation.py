"""Where a person can go: one table of entries, and the side navigation and bottom bar made from it.

A role sees an entry when it may open the page behind it: the page's own ``allow`` decides, nothing is repeated here.
The HTML is made once per (roles, language, cohort) and kept in the process; a request only marks where it stands.
An entry whose page does not exist is left out.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from trainee_mgmt.kit import access, sitemap
from trainee_mgmt.kit.icons import icon, shared_icon

DAILY, COHORT, HOSTING, FIGURES, MINE = "daily", "cohort", "hosting", "figures", "mine"
OFFICE, RIGHTS, RECORDS = "office", "rights", "records"
GROUPS = {
    DAILY: "",
    COHORT: _("This cohort"),
    HOSTING: _("At the host enterprises"),
    FIGURES: _("Summary"),
    MINE: _("My training"),
    OFFICE: _("Whole office"),
    RIGHTS: _("People and rights"),
    RECORDS: _("Records"),
}
OTHERS = re.compile(' data-nav="[^"]*"')  # marks of entries that are not the current one
OFFICE_GROUPS = (OFFICE, RIGHTS, RECORDS)  # folded away while one works inside a cohort


@dataclass(frozen=True)
class Entry:
    """``url`` is a URL name; with ``in_cohort`` it takes ``cohort=<pk>``."""

    group: str
    label: Promise
    icon: str
    url: str
    in_cohort: bool = False
    bar: tuple[str, ...] = ()  # roles that have it at the foot of a phone
    roles: tuple[str, ...] = ()  # only these, whatever the page allows
    short: Promise | str = ""  # for the bottom bar
    covers: tuple[str, ...] = ()  # other pages that belong under this entry: one by its name, or all of an "app:model"


EVERYBODY = ("admin", "organizer", "officer", "trainee", "evaluator", "leader")
RUNNERS = ("organizer", "officer")
WORKERS = ("admin", "organizer", "officer", "evaluator", "leader")  # a trainee has one place and starts no work

ENTRIES = (
    Entry(DAILY, _("Home"), "home", "reports:home", bar=EVERYBODY),
    Entry(MINE, _("My sessions"), "calendar", "learning:my_sessions", bar=("trainee",), roles=("trainee",),
          short=pgettext_lazy("bottom bar", "Sessions")),
    Entry(MINE, _("Ask for help"), "heart-hand", "placements:my_tickets", roles=("trainee",), covers=("placements:my_ticket",)),
    Entry(MINE, _("My placement"), "building", "placements:my_placement", roles=("trainee",), covers=("placements:opinion",)),
    Entry(MINE, _("My leave"), "sign-out", "learning:my_leave", roles=("trainee",)),
    Entry(MINE, _("My journals"), "journal", "learning:my_journals", bar=("trainee",), roles=("trainee",),
          short=pgettext_lazy("bottom bar", "Journals"), covers=("learning:my_findings",)),
    Entry(MINE, _("My leads"), "link", "placements:my_leads", roles=("trainee",), covers=("placements:my_lead", "placements:lead")),
    Entry(MINE, _("Weekly study"), "book", "learning:my_duties", roles=("trainee",)),
    Entry(MINE, _("What I still have to do"), "check", "learning:my_completion", roles=("trainee",)),
    Entry(MINE, _("My activities"), "flag", "learning:my_activities", roles=("trainee",)),
    Entry(MINE, _("My hours"), "clock", "learning:my_hours", roles=("trainee",)),
    Entry(MINE, _("My score"), "award", "assessments:my_score", bar=("trainee",), roles=("trainee",),
          short=pgettext_lazy("bottom bar", "Score")),
    Entry(MINE, _("My wishes"), "flag", "placements:my_wishes", roles=("trainee",), covers=("placements:own",)),
    Entry(MINE, _("My profile"), "person", "cohorts:my_profile", roles=("trainee",)),
    Entry(DAILY, _("Sessions and roll"), "calendar", "learning:session_list", in_cohort=True, bar=RUNNERS,
          short=pgettext_lazy("bottom bar", "Sessions"),
          covers=("learning:attendance", "learning:attendancerules", "learning:roll", "learning:conflict", "learning:timetable",
                  "learning:release", "learning:sheet", "learning:mark", "learning:signed_sheet")),
    Entry(DAILY, _("Trainees"), "people", "cohorts:trainee_list", in_cohort=True, bar=RUNNERS, covers=("cohorts:membership",)),
    Entry(DAILY, _("Attendance rates"), "chart", "learning:rate_list", in_cohort=True, covers=("learning:appeal",)),
    Entry(DAILY, _("Leave"), "sign-out", "learning:leave_list", in_cohort=True, covers=("learning:leavetype",)),
    Entry(DAILY, _("Journals"), "journal", "learning:journal_review", in_cohort=True, bar=("officer",),
          covers=("learning:finding", "learning:copysignal")),
    Entry(DAILY, _("Weekly study"), "book", "learning:duty_board", in_cohort=True, covers=("learning:duty", "learning:dutykind")),
    Entry(DAILY, _("Scores"), "grid", "assessments:score_grid", in_cohort=True, bar=("evaluator",)),
    Entry(COHORT, pgettext_lazy("navigation", "Overview"), "flag", "cohorts:cohort_detail", in_cohort=True),
    Entry(COHORT, _("Applications"), "journal", "cohorts:application_list", in_cohort=True,
          covers=("cohorts:applications", "cohorts:round", "cohorts:rule", "cohorts:quota")),
    Entry(COHORT, _("Screening"), "sort", "cohorts:screening_list", in_cohort=True,
          covers=("cohorts:screening", "cohorts:screeningrow", "cohorts:screeningrules", "cohorts:call", "cohorts:call_all_the")),
    Entry(COHORT, _("Classes"), "classroom", "cohorts:class_list", in_cohort=True, covers=("cohorts:trainingclass", "cohorts:split")),
    Entry(COHORT, _("Office notices"), "send", "cohorts:announcement_list", in_cohort=True),
    Entry(COHORT, _("What trainees are told"), "bell", "learning:told_list", in_cohort=True),
    Entry(COHORT, _("Study groups"), "circle-people", "cohorts:group_list", in_cohort=True, covers=("cohorts:studygroup",)),
    Entry(COHORT, _("Class officers"), "shield", "cohorts:officer_list", in_cohort=True, covers=("cohorts:classofficer",)),
    Entry(COHORT, _("Completion"), "check", "learning:online_list", in_cohort=True, covers=("learning:progress", "learning:completion")),
    Entry(COHORT, _("Activities"), "heart-hand", "learning:activity_list", in_cohort=True),
    Entry(COHORT, _("Credit hours"), "clock", "learning:credit_list", in_cohort=True, covers=("learning:cohort",)),
    Entry(COHORT, _("Closing checklist"), "done", "learning:closing_list", in_cohort=True, covers=("learning:closing_item", "learning:closing_file")),
    Entry(COHORT, _("Scoring schemes"), "scale", "assessments:scheme_list", in_cohort=True, covers=("assessments:indicator", "assessments:rater")),
    Entry(COHORT, _("Results"), "award", "assessments:result_list", in_cohort=True, covers=("assessments:trainee", "assessments:computed")),
    Entry(COHORT, _("Import a roster"), "upload", "cohorts:roster_import", in_cohort=True),
    Entry(COHORT, _("Profile fields"), "fields", "cohorts:profile_field_list", in_cohort=True),
    Entry(HOSTING, _("Matching"), "scale", "placements:match_plan_list", in_cohort=True,
          covers=("placements:match_pair", "placements:wish", "placements:host_wishes", "placements:matching_rules", "placements:apart",
                  "placements:matching")),
    Entry(HOSTING, _("Dispatch meetings"), "message", "reports:dispatch_list", in_cohort=True, covers=("reports:dispatch_action",)),
    Entry(HOSTING, _("Investment leads"), "link", "placements:lead_list", in_cohort=True),
    Entry(HOSTING, _("Offered posts"), "flag", "placements:offer_list", in_cohort=True),
    Entry(HOSTING, _("Placements"), "building", "placements:placement_list", in_cohort=True),
    Entry(HOSTING, _("Feedback of mentors"), "message", "placements:feedback_list", in_cohort=True,
          covers=("placements:feedback", "placements:feedbackrules")),
    Entry(HOSTING, _("Visits"), "place", "placements:visit_list", in_cohort=True, covers=("placements:visittask",)),
    Entry(HOSTING, _("Tickets"), "message", "placements:ticket_list", in_cohort=True),
    Entry(FIGURES, _("Dashboard"), "chart", "reports:cohort_dashboard", in_cohort=True, bar=("organizer", "leader")),
    Entry(FIGURES, _("Lists to print"), "print", "cohorts:document_list", in_cohort=True),
    Entry(FIGURES, _("Year-end workbook"), "table", "reports:yearbook", in_cohort=True),
    Entry(OFFICE, _("Programs"), "layers", "programs:program_list", bar=("admin", "leader")),
    Entry(OFFICE, _("Cohorts"), "book", "cohorts:cohort_list", bar=("admin",), roles=WORKERS),
    Entry(OFFICE, _("Nominations"), "flag", "cohorts:nomination_list", covers=("cohorts:nominees", "cohorts:nominee")),
    Entry(OFFICE, _("People"), "person", "cohorts:person_list"),
    Entry(OFFICE, _("Leave and exemptions"), "sign-out", "cohorts:exemption_list"),
    Entry(OFFICE, _("Venues"), "building", "library:venue_list"),
    Entry(OFFICE, _("Host enterprises"), "heart-hand", "placements:host_list", covers=("placements:contact", "placements:post")),
    Entry(OFFICE, _("What trainees think of hosts"), "heart-hand", "placements:opinion_list", covers=("placements:opinion",)),
    Entry(OFFICE, _("Rules of hours"), "clock", "learning:hour_table_list", covers=("learning:hour_rule", "learning:unit")),
    Entry(RIGHTS, _("Units"), "tree", "accounts:unit_list"),
    Entry(RIGHTS, _("Accounts"), "people", "accounts:user_list", bar=("admin",)),
    Entry(RIGHTS, _("Roles granted"), "key", "accounts:grant_list"),
    Entry(RECORDS, _("Audit log"), "history", "accounts:audit_list"),
    Entry(RECORDS, _("Files taken out"), "download", "accounts:export_list"),
    Entry(RECORDS, _("Complaints"), "message", "accounts:complaint_list"),
    Entry(RECORDS, _("Decided by hand"), "edit", "cohorts:override_list", covers=("cohorts:override_take",)),
    Entry(RECORDS, _("Outbox"), "send", "accounts:message_list", covers=("accounts:notice", "accounts:letter", "accounts:channel")),
    Entry(RECORDS, _("Holidays"), "calendar", "accounts:calendarday_list"),
    Entry(RECORDS, _("Stored plans"), "plan", "accounts:plan_list"),
    Entry(RECORDS, _("Background work"), "queue", "accounts:job_list", roles=WORKERS),
    Entry(RECORDS, pgettext_lazy("navigation", "Me"), "person", "accounts:me", roles=("trainee",)),
)  # fmt: skip

BAR_LENGTH = 5


def address(name: str, /, **kwargs) -> str:
    """The URL of a page, or nothing while the page does not exist."""
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def link(roles: frozenset[str], name: str, query: str = "", /, **kwargs) -> str:
    """The URL of a page where it exists and one of the roles may open it, else nothing."""
    url = address(name, **kwargs)
    return f"{url}{query}" if url and may_open(roles, name) else ""


def may_open(roles: frozenset[str], name: str) -> bool:
    """Whether one of the roles holds the permission that the page with this URL name asks for."""
    permission = permissions().get(name, "")
    return not permission or not access.GRANTS[permission].rows_by_role.keys().isdisjoint(roles)


@lru_cache(maxsize=1)
def permissions() -> dict[str, str]:
    """The permission of each page, by its URL name; pages that are open are left out."""
    return {route.name: route.allow for route in sitemap.routes() if route.allow}


@lru_cache(maxsize=512)
def entries_for(roles: frozenset[str], cohort_id: int | None) -> tuple[tuple[Entry, str], ...]:
    """What these roles may go to, each with its URL."""
    found = []
    for entry in ENTRIES:
        if (entry.in_cohort and cohort_id is None) or (entry.roles and roles.isdisjoint(entry.roles)):
            continue
        url = address(entry.url, **({"cohort": cohort_id} if entry.in_cohort else {}))
        if url and may_open(roles, entry.url):
            found.append((entry, url))
    return tuple(found)


@lru_cache(maxsize=512)
def navigation_html(roles: frozenset[str], language: str, cohort_id: int | None) -> SafeString:
    """The lists of the side navigation, nothing marked yet: see ``mark``."""
    with override(language):
        groups = {group: [] for group in GROUPS}
        for entry, url in entries_for(roles, cohort_id):
            groups[entry.group].append(
                f'<li><a href="{escape(url)}" data-nav="{entry.url}">{shared_icon(entry.icon)}{escape(entry.label)}</a></li>'
            )
        fold = bool(groups[DAILY][1:] or groups[COHORT])
        html, folded = [], []
        for group, items in groups.items():
            if items:
                title = f'<p class="side-group">{escape(GROUPS[group])}</p>' if GROUPS[group] else ""
                block = f"{title}<ul>{''.join(items)}</ul>"
                (folded if fold and group in OFFICE_GROUPS else html).append(block)
        if folded:
            whole = gettext("Whole office")
            title = f"<summary>{escape(whole)}{icon('down')}</summary>"
            inner = "".join(folded).replace(f'<p class="side-group">{escape(GROUPS[OFFICE])}</p>', "", 1)
            html.append(f"<details data-nav-fold>{title}{inner}</details>")
    return SafeString("".join(html))


@lru_cache(maxsize=512)
def bottom_bar_html(roles: frozenset[str], language: str, cohort_id: int | None) -> SafeString:
    """The first four entries for the thumb and, last, the one that opens the whole navigation."""
    with override(language):
        mine = [(entry, url) for entry, url in entries_for(roles, cohort_id) if not roles.isdisjoint(entry.bar)]
        links = [
            f'<a href="{escape(url)}" data-nav="{entry.url}">{shared_icon(entry.icon)}<span>{escape(entry.short or entry.label)}</span></a>'
            for entry, url in mine[: BAR_LENGTH - 1]
        ]
        more = gettext("More")
        links.append(f'<a href="#side">{icon("menu")}<span>{escape(more)}</span></a>')
        return SafeString("".join(links))


@lru_cache(maxsize=2048)
def entry_of(view_name: str) -> Entry | None:
    """The entry that a page stands under: its own, or that of the list of the same model."""
    for entry in ENTRIES:
        if view_name in (entry.url, *entry.covers):
            return entry
    model = view_name.rpartition("_")[0] or view_name
    for entry in ENTRIES:
        if model in (entry.url.rpartition("_")[0], *entry.covers):
            return entry
    return None


@lru_cache(maxsize=512)
def mark(html: SafeString, view_name: str) -> SafeString:
    """The same HTML with the entry of this page marked as the current one."""
    entry = entry_of(view_name)
    if entry:
        kind = "page" if entry.url == view_name else "true"
        html = html.replace(f' data-nav="{entry.url}"', f' aria-current="{kind}"', 1)
        if entry.group in OFFICE_GROUPS:
            html = html.replace("<details data-nav-fold>", "<details open>", 1)
    return SafeString(OTHERS.sub("", html))


@lru_cache(maxsize=512)
def known_addresses(roles: frozenset[str], cohort_id: int | None) -> dict[str, str]:
    """URL name -> URL of what these roles may go to."""
    return {entry.url: url for entry, url in entries_for(roles, cohort_id)}


def search_address(roles: frozenset[str], cohort_id: int | None) -> str:
    """Search looks among people and classes; while that page does not exist, in the list of trainees or of people."""
    search = address("cohorts:search")
    if search and may_open(roles, search):
        return search
    known = known_addresses(roles, cohort_id)
    return known.get("cohorts:trainee_list") or known.get("cohorts:person_list") or ""
