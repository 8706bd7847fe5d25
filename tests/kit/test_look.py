"""The frame, the navigation, the pieces and the error pages, without a database."""

import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import OperationalError
from django.http import Http404
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation

from tests.kit import frame_urls
from trainee_mgmt import errors, navigation
from trainee_mgmt.kit.icons import DRAWINGS, icon
from trainee_mgmt.kit.pieces import STATUS_ICONS, figure, figure_row, status_tag

ROOT = Path(__file__).resolve().parent.parent.parent
COHORT = SimpleNamespace(pk=7, name="第一期", program=SimpleNamespace(name="点燃学习计划"))


@pytest.fixture
def some_pages(settings, monkeypatch):
    """A few pages of the navigation exist."""
    frame_urls.set_up(monkeypatch, settings)
    yield
    frame_urls.forget()


def person(*roles, **fields):
    defaults = {"pk": 3, "name": "何静姝", "theme": "light", "text_size": "normal", "roles_in_words": "组织者"}
    return SimpleNamespace(**(defaults | {"role_set": frozenset(roles)} | fields))


def render(source, user=None, view_name="", cookie="", messages=(), **context):
    request = RequestFactory().get("/somewhere/?a=1&b=2")
    request.user = user or person("organizer")
    request.resolver_match = SimpleNamespace(view_name=view_name)
    request.COOKIES["cohort"] = cookie
    request.session = {}
    storage = FallbackStorage(request)
    for level, text, tags in messages:
        storage.add(level, text, tags)
    request._messages = storage
    return engines["django"].from_string(source).render(context, request)


PAGE = '{% extends "base.html" %}{% block title %}学员 <b>{% endblock %}{% block content %}<p>inside</p>{% endblock %}'


# Navigation -------------------------------------------------------------------------------------------------------------


def entries(roles, cohort):
    return [entry.url for entry, _url in navigation.entries_for(frozenset(roles), cohort)]


def test_a_role_sees_what_its_pages_allow(some_pages):
    assert entries(["organizer"], 7) == ["reports:home", "cohorts:trainee_list", "cohorts:cohort_list"]
    assert entries(["admin"], 7) == ["reports:home", "accounts:audit_list"]
    assert entries(["admin", "organizer"], None) == ["reports:home", "cohorts:cohort_list", "accounts:audit_list"]


def test_the_current_page_is_marked_once(some_pages):
    html = navigation.navigation_html(frozenset(["organizer"]), "zh-hans", 7)

    assert re.findall(r'href="([^"]+)" aria-current="page"', navigation.mark(html, "cohorts:trainee_list")) == [
        "/cohorts/7/trainees/"
    ]
    assert re.findall(r'href="([^"]+)" aria-current="true"', navigation.mark(html, "cohorts:trainee_detail")) == [
        "/cohorts/7/trainees/"
    ]
    assert "aria-current" not in navigation.mark(html, "elsewhere:thing_list")


def test_office_pages_are_folded_inside_a_cohort_and_unfolded_on_one_of_them(some_pages):
    html = navigation.navigation_html(frozenset(["organizer"]), "zh-hans", 7)

    assert "<details data-nav-fold>" in html
    assert "<details open>" in navigation.mark(html, "cohorts:cohort_list")
    assert "<details" not in navigation.navigation_html(frozenset(["organizer"]), "zh-hans", None)


def test_navigation_speaks_the_language_asked_for(some_pages):
    with translation.override("en"):
        assert "学员" in navigation.navigation_html(frozenset(["organizer"]), "zh-hans", 7)
    assert "Trainees" in navigation.navigation_html(frozenset(["organizer"]), "en", 7)


def test_the_bottom_bar_of_every_role_ends_with_more_which_opens_the_whole_navigation(some_pages):
    assert navigation.bottom_bar_html(frozenset(["organizer"]), "en", 7).count("<a ") == 3
    for role in navigation.EVERYBODY:
        assert re.findall(r'href="([^"]+)"', navigation.bottom_bar_html(frozenset([role]), "en", 7))[-1] == "#side"


def test_a_trainee_reaches_every_own_page_from_four_entries_and_the_navigation():
    roles = frozenset(["trainee"])
    bar = re.findall(r'data-nav="([^"]+)"', navigation.bottom_bar_html(roles, "en", None))
    own = {entry.url for entry in navigation.ENTRIES if "trainee" in entry.roles}
    side = re.findall(r'data-nav="([^"]+)"', navigation.navigation_html(roles, "en", None))

    assert bar == ["reports:home", "learning:my_sessions", "learning:my_journals", "assessments:my_score"]
    assert own <= set(side)
    assert side.index("placements:my_tickets") < side.index("placements:my_placement")


def test_only_who_may_open_the_cohorts_is_led_to_them(some_pages):
    assert 'href="/cohorts/"' in render(PAGE, cohort=COHORT)
    assert 'href="/cohorts/"' not in render(PAGE, user=person("trainee"), cohort=COHORT)


def test_every_entry_has_a_drawing():
    assert [entry.icon for entry in navigation.ENTRIES if entry.icon not in DRAWINGS] == []


# Frame ------------------------------------------------------------------------------------------------------------------


def test_a_page_has_one_heading_which_is_its_title(some_pages):
    html = render(PAGE)

    assert re.findall(r"<title>(.*?) · ", html) == ["学员 <b>"]
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["学员 <b>"]


def test_blank_parts_of_the_page_head_leave_nothing_behind(some_pages):
    assert 'class="actions"' not in render(PAGE)
    assert '<div class="actions"><a>x</a></div>' in render(PAGE + "{% block actions %} <a>x</a>\n{% endblock %}")


def test_a_page_without_inline_script_or_style(some_pages):
    html = render(PAGE, messages=[(25, "done", "undo:/u/")], cohort=COHORT)

    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html) == []


def test_names_of_people_are_escaped_and_cannot_stand_for_tokens(some_pages):
    html = render(
        PAGE, user=person("organizer", name="<i>\\0csrf[csrf]"), cohort=SimpleNamespace(pk=1, name="<u>", program=None)
    )

    assert "<i>" not in html
    assert "<u>" not in html
    assert "&lt;i&gt;\\0csrf[csrf]" in html


def test_forms_of_the_frame_know_where_one_was(some_pages):
    html = render(PAGE)

    assert 'name="next" value="/somewhere/?a=1&amp;b=2"' in html
    assert "\0" not in html


def test_office_pages_keep_the_navigation_of_the_cohort_last_worked_in(some_pages):
    assert "/cohorts/7/trainees/" in render(PAGE, cookie="3|7|%E7%82%B9%E7%87%83|%3Cb%3E")
    assert "/cohorts/7/trainees/" not in render(PAGE, cookie="4|7|p|n")  # another person's, on the same machine
    assert "/cohorts/7/trainees/" not in render(PAGE, cookie="3|7; drop|p|n")


def test_success_becomes_a_toast_and_an_error_stands_on_the_page(some_pages):
    html = render(PAGE, messages=[(25, "saved <3", "undo:/undo/9/"), (40, "not saved", "")])

    assert re.findall(r'data-toast="(\d+)".*?<span>(.*?)</span>', html) == [("10", "saved &lt;3")]
    assert 'action="/undo/9/"' in html
    assert re.findall(r'class="note note-bad mb-3"\s+role="alert">.*?<div>(.*?)</div>', html, re.DOTALL) == [
        "not saved"
    ]


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"theme": "dark"}, 'data-bs-theme="dark"'),
        ({"theme": "system"}, 'data-theme="system"'),
        ({"text_size": "large"}, 'data-text="large"'),
    ],
)
def test_the_page_wears_what_the_person_chose(some_pages, fields, written):
    assert written in render(PAGE, user=person("organizer", **fields)).partition(">")[2].partition(">")[0]


def test_an_optional_part_may_be_blank():
    assert render('{% load look %}{% unless_empty "<p>" "</p>" %} {% endunless_empty %}') == ""


# Pieces -----------------------------------------------------------------------------------------------------------------


def test_a_state_is_icon_word_and_colour():
    html = status_tag("warn", "<出勤>")

    assert html == '<span class="tag state-tag tag-warn">&lt;出勤&gt;</span>'


@pytest.mark.parametrize(("kind", "drawing"), STATUS_ICONS.items())
def test_the_style_sheet_draws_the_icon_of_each_kind_of_state(kind, drawing):
    chosen = re.escape(f".state-tag.tag-{kind}" if kind else ".state-tag")
    (drawn,) = re.findall(
        chosen + r" \{ --drawing: url\(\"data:image/svg\+xml,(.+)\"\); \}", (ROOT / "static/kit/look.css").read_text()
    )

    assert DRAWINGS[drawing] in unquote(drawn).replace("'", '"')


def test_an_icon_alone_has_a_name_and_beside_words_is_silent():
    assert 'aria-hidden="true"' in icon("home")
    assert 'role="img" aria-label="&quot;x"' in icon("home", '"x')


def test_a_figure_opens_its_rows_and_says_what_is_missing():
    html = figure("归国", "9.8", unit="%", of="43 / 438", missing="未填 12", url="/rows/?a=1&b=2")

    assert html == (
        '<div class="fig"><div class="fig-name">归国</div><a class="fig-value" href="/rows/?a=1&amp;b=2">9.8<small>%</small></a>'
        '<div class="fig-of"><span>43 / 438</span><span>未填 12</span></div></div>'
    )
    assert 'href="/rows/"' in figure_row("归国", "9.8%", url="/rows/")


# Error pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("handler", "status"),
    [(errors.bad_request, 400), (errors.permission_denied, 403), (errors.not_found, 404), (errors.csrf_failure, 403)],
)
def test_error_pages_need_neither_session_nor_person(handler, status):
    response = handler(RequestFactory().get("/x/"))

    assert response.status_code == status
    assert b"<h1" in response.content


def test_an_error_page_speaks_the_language_of_the_cookie():
    request = RequestFactory().get("/x/")
    request.COOKIES["language"] = "en"

    assert b"Something went wrong" in errors.server_error(request).content


def test_a_lost_database_is_said_to_be_away():
    try:
        raise OperationalError
    except OperationalError:
        response = errors.server_error(RequestFactory().get("/x/"))

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")


def test_what_is_not_there_answers_the_same_each_time():
    first, second = (errors.not_found(RequestFactory().get(url), Http404(url)).content for url in ("/a/1/", "/b/2/"))

    assert first == second


# Sources ----------------------------------------------------------------------------------------------------------------


def test_icons_named_in_templates_exist():
    named = {
        name
        for file in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"|drawing="([^"]+)"', file.read_text())
        for name in name
        if name
    }

    assert named - DRAWINGS.keys() == set()


def test_colours_are_named_once():
    """Below the tokens no colour is written out, so that dark mode and print reach everything."""
    css = (ROOT / "static/kit/look.css").read_text().partition("/* 2 Bootstrap")[2]

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(", css) == []


def test_templates_carry_no_inline_script_or_style():
    found = {
        str(file.relative_to(ROOT)): hits
        for file in (ROOT / "templates").rglob("*.html")
        if (
            hits := re.findall(
                r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son(?:click|change|submit|load|input)=", file.read_text()
            )
        )
    }

    assert found == {}


def test_a_form_that_was_open_too_long_is_answered_by_our_own_page(db):
    visitor = Client(enforce_csrf_checks=True)
    visitor.cookies["language"] = "en"

    with translation.override("zh-hans"):
        response = visitor.post("/language/", {"language": "en"})

    assert response.status_code == 403
    assert "The page was open for too long" in response.content.decode()
