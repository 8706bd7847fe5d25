"""The frame around every page: navigation, top bar, foot, dialogs.

It is on every page, so each part is rendered once per (roles, language, settings, cohort) and kept in the process; a
request only fills in its CSRF token and address and marks where it stands. ``base.html`` draws it through the tags of
``look``.
"""

from functools import lru_cache
from urllib.parse import unquote

from django.conf import settings
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from trainee_mgmt import navigation

CSRF, NEXT, VIEW, LINKS, UNREAD = (
    "\0csrf",
    "\0next",
    "\0view",
    "\0links",
    "\0unread",
)  # filled in per request; no text of a person has NUL
MARKS = {"csrf_mark": CSRF, "next_mark": NEXT, "view_mark": VIEW, "links_mark": LINKS, "unread_mark": UNREAD}
LANGUAGES = ("zh-hans", "en")
COHORT_COOKIE = "cohort"  # written by frame.js: user|cohort|program|name
ADDRESSES = {
    "home": "reports:home",
    "me": "accounts:me",
    "inbox": "accounts:inbox",
    "appearance": "accounts:appearance",
    "language": "accounts:language",
    "sign_out": "account_logout",
    "why": "accounts:why",
    "complain": "accounts:complaint_create",
    "view_as_end": "accounts:view_as_end",
    "cohort_switch": "cohorts:cohort_switch",
}


def language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def site_name() -> str:
    return settings.SITE_NAME or gettext("Training")


@lru_cache(maxsize=1)
def addresses() -> dict[str, str]:
    """The pages that the frame leads to; an empty string for one that does not exist."""
    return {key: navigation.address(name) for key, name in ADDRESSES.items()}


@lru_cache(maxsize=2048)
def part(piece: str, code: str, /, **given) -> str:
    """One part of the frame as text. ``code`` is the language: it belongs to the key."""
    context = {"url": addresses(), "language": code, "site_name": site_name(), **MARKS, **given}
    return render_to_string(f"kit/frame/_{piece}.html", context).strip()


def fill(html: str, request) -> str:
    """The places that differ from request to request."""
    view = getattr(request.resolver_match, "view_name", "")
    html = html.replace(CSRF, get_token(request)).replace(VIEW, escape(view)).replace(UNREAD, unread(request.user))
    return html.replace(NEXT, escape(request.get_full_path()))


def unread(user) -> str:
    """The number on the bell, with words for those who do not see it; the account brought it along."""
    count = getattr(user, "unread_messages", 0)
    if not count:
        return ""
    words = ngettext("%(count)s unread", "%(count)s unread", count) % {"count": count}
    shown = "99+" if count > 99 else count
    return f'<span class="count count-bad" aria-hidden="true">{shown}</span><span class="visually-hidden"> · {words}</span>'


def cohort_of(request, context) -> tuple[int, str, str] | None:
    """Key, name and program of the cohort of this page, or else of the one this person last worked in."""
    if cohort := context.get("cohort"):
        return cohort.pk, cohort.name, program_name(cohort)
    parts = unquote(request.COOKIES.get(COHORT_COOKIE, "")).split("|", 3)
    if len(parts) == 4 and parts[0] == str(request.user.pk) and parts[1].isascii() and parts[1].isdigit():
        return int(parts[1][:12]), parts[3][:100], parts[2][:100]
    return None


def program_name(cohort) -> str:
    """The cohort may be a row of values, with the name itself in its ``program``."""
    program = getattr(cohort, "program", None)
    return program if isinstance(program, str) else getattr(program, "name", "")


def cohort_cookie(user, cohort) -> str:
    """What frame.js keeps, so that office pages go on showing the navigation of the cohort. It opens nothing."""
    return f"{user.pk}|{cohort.pk}|{program_name(cohort)}|{cohort.name}"


def where(request, context) -> str:
    """The URL name of the page; a page may say with ``nav`` under which entry it stands."""
    return context.get("nav") or getattr(request.resolver_match, "view_name", "")


def before_main(request, context) -> SafeString:
    """Skip link, band of a borrowed view, side navigation, top bar."""
    user, code = request.user, language()
    cohort = cohort_of(request, context)
    cohort_id = cohort[0] if cohort else None
    roles = user.roles_in_words
    links = navigation.navigation_html(user.role_set, code, cohort_id)
    side = part("side", code, name=user.name, roles=roles)
    side = side.replace(LINKS, navigation.mark(links, where(request, context)), 1)
    known = navigation.known_addresses(user.role_set, cohort_id)
    seen_as = getattr(request, "seen_as", None)
    band = part("seen_as", code, name=seen_as.name) if seen_as else ""
    bar = part(
        "topbar",
        code,
        name=user.name,
        roles=roles,
        theme=user.theme,
        text_size=user.text_size,
        cohort=cohort,
        cohorts=known.get("cohorts:cohort_list", ""),
        programs=known.get("programs:program_list", ""),
        find=navigation.search_address(user.role_set, cohort_id),
    )
    return SafeString(fill(f"{part('start', code)}{band}{side}{bar}", request))


def after_main(request, context) -> SafeString:
    """Foot, bottom bar, dialogs."""
    user, code = request.user, language()
    cohort = cohort_of(request, context)
    links = navigation.bottom_bar_html(user.role_set, code, cohort[0] if cohort else None)
    end = part("end", code).replace(LINKS, navigation.mark(links, where(request, context)), 1)
    return SafeString(fill(end, request))
