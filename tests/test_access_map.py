"""Every page says who may open it; the map lies in docs/access.md; what is out of reach looks as if it did not exist.

The walk opens every URL of the resolver with every role and every method, with rows of somebody else's cohort.
"""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from learning.rules.sheet_codes import SheetCode
from tests.world import World
from trainee_mgmt.kit import access, sitemap
from trainee_mgmt.kit.access import GRANTS, Permission
from trainee_mgmt.kit.management.commands.messages import is_access

MAP = Path(settings.BASE_DIR) / "docs" / "access.md"
METHODS = ("get", "post", "put", "patch", "delete")
NOBODY = 987_654_321  # the key of no row
# Pages for people who are not signed in, or for everybody: by URL name, or by the start of it.
OPEN = (
    "account_",
    "mfa_",
    "healthz",
    "readyz",
    "accounts:language",
    "accounts:setup",
    "accounts:first_password",
    "style_guide",
    "favicon",
    "learning:code_read",
    "service_worker",
    "offline",
    "manifest",
    "learning:calendar_read",
    "placements:mentor_feedback",
    "placements:wish_sheet",
    "cohorts:apply_",
)
# What else a URL needs, besides ``pk`` (a row of the page's or the permission's model) and ``cohort``.
OTHER_KWARGS = {
    "trainee": lambda world: world.trainee.pk,
    "session": lambda world: world.session.pk,
    "period": lambda world: world.journal.period_start.isoformat(),
    "picture": lambda world: world.picture.pk,
    "indicator": lambda world: world.computed.pk,
    "step": lambda world: world.lead.steps.earliest("pk").pk,
    "twin": lambda world: world.twin.pk,
    "other": lambda world: world.officer.person_id,
    "name": lambda world: "cohorts.trainees",
    "section": lambda world: "tickets",
    "number": lambda world: world.release.number,
    "code": lambda world: str(SheetCode(world.training_class.pk, session=world.session.pk)),
}
# Rows that belong to the person, not to a cohort: whoever has the role has some of his own, and never another's.
SHARED = set()

PAGES = [route for route in sitemap.routes() if route.allow]


@pytest.fixture
def _many_pages(settings):
    """Thousands of requests: that prepared queries were prepared with enough arguments is for the other tests to prove
    (settings.CHECK_PREPARED); here it would cost half the time."""
    settings.CHECK_PREPARED = False


def kwargs_of(route, world, *, missing: bool = False) -> dict:
    model = GRANTS[route.allow].on or (
        getattr(getattr(route.page, "model", None), "_meta", None) and route.page.model._meta.label
    )
    kwargs = {}
    for name in route.kwargs:
        if name == "cohort":
            kwargs[name] = NOBODY if missing else world.cohort.pk
        elif name == "pk":
            page_model = getattr(route.page, "model", None)
            label = page_model._meta.label if page_model else model
            kwargs[name] = NOBODY if missing else world.rows()[label].pk
        else:
            kwargs[name] = OTHER_KWARGS[name](world)
    return kwargs


def body(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode("utf-8", "replace")
    for varying in (
        r'value="[A-Za-z0-9]{64}"',
        r"(/|=|%2F)\d+(/|%2F|&|\"|$)",
        r"[0-9a-f]{8}-[0-9a-f-]{27}",
        r"csrf[^ >]*",
    ):
        text = re.sub(varying, "…", text)
    return text


def leaks(client, user, routes, theirs: World) -> list[str]:
    """What somebody without any right over ``theirs`` gets to see of it, or learns about it."""
    found = []
    if user:
        client.force_login(user)
    for route in routes:
        url = reverse(route.name, kwargs=kwargs_of(route, theirs))
        nowhere = reverse(route.name, kwargs=kwargs_of(route, theirs, missing=True))
        for method in METHODS:
            response = getattr(client, method)(url)
            where = f"{method.upper()} /{route.path}"
            if user is None:
                if response.status_code != 302 or "/account/login" not in response.url:
                    found.append(f"{where}: open to people who are not signed in ({response.status_code})")
                continue
            if not access.holds(user, route.allow):
                if response.status_code != 403:
                    found.append(f"{where}: {response.status_code} without the permission")
                continue
            text = body(response)
            if theirs.tag in text:
                found.append(f"{where}: shows a row that is out of reach")
            if route.kwargs:
                missing = getattr(client, method)(nowhere)
                if (response.status_code, text) != (missing.status_code, body(missing)):
                    found.append(
                        f"{where}: {response.status_code} for a row out of reach, {missing.status_code} for none, or another body"
                    )
            elif method == "post" and (row := theirs.rows().get(GRANTS[route.allow].on)):
                as_it_was = stored(row)
                client.post(url, {"pk": row.pk})
                if stored(row) != as_it_was:
                    found.append(f"{where}: changes a chosen row that is out of reach")
    return found


def stored(row) -> list[dict]:
    return list(type(row)._base_manager.filter(pk=row.pk).values())


def rows_by_model() -> dict:
    quiet = {"accounts.AuditEntry", "sessions.Session"}
    return {
        m._meta.label: m._base_manager.count()
        for m in apps.get_models()
        if m._meta.label not in quiet and m._meta.managed
    }


def test_every_page_declares_its_permission_or_is_open_to_all():
    silent = [
        f"/{r.path} ({r.name})" for r in sitemap.routes() if r.allow not in GRANTS and not r.name.startswith(OPEN)
    ]
    assert silent == []


def test_every_permission_opens_a_page_or_is_asked_for():
    source = "\n".join(
        path.read_text()
        for config in apps.get_app_configs()
        if Path(config.path).parent == Path(settings.BASE_DIR) or config.label == "kit"
        for path in Path(config.path).rglob("*.py")
        if not is_access(path)
    )
    source += "\n".join(path.read_text() for path in (Path(settings.BASE_DIR) / "templates").glob("**/*.html"))
    assert [name for name in GRANTS if f'"{name}"' not in source] == []


def test_grants_name_real_roles_and_models():
    assert {role for permission in GRANTS.values() for role in permission.rows_by_role} <= {*Role.values, access.ANYONE}
    assert [permission.name for permission in GRANTS.values() if permission.on and not permission.model] == []


def test_the_map_in_the_docs_is_current():
    assert MAP.read_text() == sitemap.access_map([*Role.values, access.ANYONE]), (
        "print it anew: manage.py access_map > docs/access.md"
    )


@pytest.mark.usefixtures("_many_pages")
@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, access.ANYONE, *Role.values])
def test_what_is_out_of_reach_looks_as_if_it_did_not_exist(role):
    mine, theirs = World("mine"), World("zq-theirs")
    user = mine.member(role) if role else None
    routes = [
        route
        for route in PAGES
        if GRANTS[route.allow].on not in SHARED or role is None or role not in GRANTS[route.allow].rows_by_role
    ]
    before = rows_by_model()

    found = leaks(Client(raise_request_exception=True), user, routes, theirs)

    assert found == []
    changed = {label: (before[label], count) for label, count in rows_by_model().items() if count != before[label]}
    assert {label: pair for label, pair in changed.items() if not label.startswith("accounts.")} == {}


@pytest.mark.usefixtures("_many_pages")
@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_whoever_has_the_right_gets_in(role):
    world = World("mine")
    user = world.member(role)
    client = Client()
    client.force_login(user)
    shut = []
    for route in PAGES:
        if not access.holds(user, route.allow):
            continue
        permission = GRANTS[route.allow]
        row = world.rows().get(permission.on)
        if row is not None and "pk" in route.kwargs and not access.may(user, route.allow, row):
            continue  # the row of the example belongs to somebody else; the walk above covers it
        response = client.get(reverse(route.name, kwargs=kwargs_of(route, world)))
        body(response)  # a file is read to its end, and so closed
        if response.status_code not in (200, 302, 405):
            shut.append(f"/{route.path}: {response.status_code}")
    assert shut == []


# Shown only inside a cohort or a trainee whom another filter let through; what it keeps apart within a cohort, the
# classes, is proven in tests/learning/test_sessions.py.
WITHIN = {"learning.view_attendance"}
ROW_FILTERS = sorted(
    (permission.name, role)
    for permission in GRANTS.values()
    for role, rows in permission.rows_by_role.items()
    if rows is not access.all_rows and permission.on and permission.on not in SHARED
    if permission.name not in WITHIN
)


@pytest.mark.drill  # minutes long: `make drill` runs it
@pytest.mark.usefixtures("_many_pages")
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "role"), ROW_FILTERS)
def test_the_walk_notices_when_a_row_filter_is_taken_away(name, role, monkeypatch):
    """The proof that the walk is no empty ritual: without this filter somebody sees or opens a foreign row."""
    routes = [route for route in PAGES if route.allow == name or name in str(getattr(route.page, "inside", ""))]
    if not routes:
        pytest.fail(f"no page asks for {name}")
    mine, theirs = World("mine"), World("zq-theirs")
    user = mine.member(role)
    open_to_all = GRANTS[name].rows_by_role | {role: access.all_rows}
    monkeypatch.setitem(GRANTS, name, Permission(name, GRANTS[name].on, open_to_all))

    assert leaks(Client(raise_request_exception=False), user, routes, theirs) != []
