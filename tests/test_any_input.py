"""Whatever arrives, in an address or in a form: no page breaks, and what is refused was not half written.

The walk opens every URL of the resolver with nonsense in every parameter and every field. What an answer below 400 wrote
stands in the audit log, once.
"""

from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Role
from assessments.models import Result
from tests import make
from tests.test_access_map import kwargs_of
from tests.world import World
from trainee_mgmt.kit import access, sitemap

NASTY = {
    "NUL": "a\0b",
    "beyond 64 bits": str(2**63),
    "thousands of digits": "9" * 5000,
    "a digit that is none": "²",
    "a huge exponent": "-1e999999999",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "control signs": "a\x0b\x1b[2J\ufeff\u202e%s{{7*7}}\"'><script>",
    "far too long": "x" * 30_000,
}
ONLY_TYPED = {"thousands of digits", "far too long", "control signs"}  # an address is no longer than 4 KB
PARAMETERS = (
    "action", "answer", "as_of", "class", "dates", "day", "edit", "field", "format", "in_class", "key", "kind", "level", "office", "other",
    "outcome", "page", "parent", "part", "path", "pk", "plan", "profile_party", "program", "q", "role", "scheme", "scope", "scope_kind", "sex",
    "since", "small", "sort", "state", "status", "title", "to", "total", "training_class", "unit", "until", "view", "week", "what", "who", "year",
    "due", "first", "last", "of", "session", "teacher", "ticket", "trainee",
)  # fmt: skip
FIELDS = (
    "all", "body", "came", "cell", "channel", "chosen", "columns", "digest", "digits", "do", "export", "fingerprint", "key", "known", "m-1-1",
    "mark-1", "next", "on", "p-1-1", "points", "pk", "purpose", "reason", "revision", "score", "seen-1", "state", "stated_at", "text", "ticket",
    "was-1", "weight-1",
)  # fmt: skip
UNSEEN = {"accounts.AuditEntry", "accounts.Job", "accounts.Plan"}  # a job or a plan is recorded when its work is done
SIGN_IN = ("account_", "mfa_")


class Form(HTMLParser):
    """The fields of a page with what stands in them; of choices the chosen, else the first."""

    def __init__(self, html: str):
        super().__init__()
        self.fields, self.select = {}, ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name") or ""
        if tag in ("input", "textarea", "select") and name not in ("", "csrfmiddlewaretoken", "next"):
            self.fields.setdefault(name, given.get("value") or "")
        if tag == "select":
            self.select = name
        if tag == "option" and self.select in self.fields and ("selected" in given or not self.fields[self.select]):
            self.fields[self.select] = given.get("value") or ""


def tables() -> str:
    """A query whose answer changes with every row that is written."""
    names = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.label not in UNSEEN and model._meta.app_label in apps_of_ours()
    )
    sums = (f"(SELECT ('{name}', count(*), sum(xmin::text::bigint))::text FROM {name})" for name in names)
    return f"SELECT ARRAY[{', '.join(sums)}]"


def apps_of_ours() -> set[str]:
    return {"accounts", "programs", "cohorts", "learning", "library", "placements", "assessments", "reports"}


class Walk:
    def __init__(self):
        self.world = World("here")
        Result.objects.update(in_force=False)  # its scheme is open, so that points can be typed
        self.people = [
            make.user(Role.ADMIN, name="office", unit=self.world.unit),
            self.world.trainee_user,
            self.world.evaluator,
            self.world.member(Role.OFFICER),
        ]
        make.give(self.people[0], Role.ORGANIZER)
        self.state, self.found = tables(), []
        self.before, self.entries = self.seen(), AuditEntry.objects.count()

    def person_for(self, route):
        if not route.allow:
            return self.people[0]
        row = self.world.rows().get(access.GRANTS[route.allow].on)
        fit = (
            each
            for each in self.people
            if access.holds(each, route.allow) and (row is None or access.may(each, route.allow, row))
        )
        return next(fit, self.people[0])

    def seen(self):
        with connection.cursor() as cursor:
            cursor.execute(self.state)
            return cursor.fetchone()[0]

    def ask(self, where: str, method, url: str, data: dict):
        """The answer; whatever it wrote is taken back."""
        with transaction.atomic():
            try:
                response = method(url, data)
                _read = b"".join(response.streaming_content) if response.streaming else response.content
                if where.startswith("POST"):
                    self.look(where, response.status_code)
                return response
            except Exception as error:  # whatever breaks is listed with its place
                self.found.append(f"{where}: {type(error).__name__} {str(error)[:100]}")
                return None
            finally:
                connection.run_on_commit.clear()
                transaction.set_rollback(True)

    def look(self, where: str, status: int):
        """What the request left in the tables. The number that grows with the roster is no write of its own."""
        changed = sorted(set(self.seen()) - set(self.before))
        entries = AuditEntry.objects.count() - self.entries
        is_only_counted = len(changed) == 1 and changed[0].startswith("(cohorts_cohort,")
        if status >= 400 and changed:
            self.found.append(f"{where}: {status}, and yet {changed}")
        elif (status < 400 and entries > 1) or (changed and not entries and not is_only_counted):
            self.found.append(f"{where}: {entries} entries for {changed}")


@pytest.mark.long
@pytest.mark.django_db
def test_no_input_breaks_a_page_or_is_half_written(settings):
    settings.CHECK_PREPARED = False  # that is for the other tests; here it would cost half the time
    walk = Walk()
    for route in sitemap.routes():
        url = reverse(
            route.name, kwargs=kwargs_of(route, walk.world) if route.allow else dict.fromkeys(route.kwargs, "x")
        )
        client = Client()
        client.force_login(walk.person_for(route))
        page = walk.ask(f"GET {route.name}", client.get, url, {})
        is_form = page is not None and page.status_code == 200 and "html" in page.headers["Content-Type"]
        form = Form(page.content.decode()).fields if is_form else {}
        takes_post = not route.name.startswith(SIGN_IN) and hasattr(route.page, "post")
        for number, (what, value) in enumerate(NASTY.items()):
            if what not in ONLY_TYPED:
                walk.ask(f"GET {route.name} {what}", client.get, url, dict.fromkeys(PARAMETERS, value))
            if takes_post:
                walk.ask(f"POST {route.name} {what}", client.post, url, dict.fromkeys([*form, *FIELDS], value))
                one = list(form or FIELDS)[number % len(form or FIELDS)]
                walk.ask(f"POST {route.name} {what} as {one}", client.post, url, form | {one: value})

    assert walk.found == []
