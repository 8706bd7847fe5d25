"""A crawl of all pages in both languages: no word of the other language is left, and every catalogue is complete."""

import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from tests.test_access_map import PAGES, kwargs_of
from tests.world import World
from trainee_mgmt.kit import access

READ_ALOUD = (
    "aria-label",
    "placeholder",
    "title",
    "alt",
    "data-confirm",
    "data-confirm-body",
    "data-confirm-yes",
    "data-label",
)
# What is the same in both languages: formats, keys of the keyboard, and the names of the languages themselves.
SAME = re.compile(
    r"\{\w+\}|manage\.py \w+|English|简体中文|训|"
    r"\b(xlsx|xls|xlsm|ods|csv|txt|docx|pdf|PDF|Excel|WPS|Word|JPEG|PNG|WebP|GIF|MB|KB|ID|QR|TOTP|GBK|UTF-8|Ctrl|Esc|Enter|Tab|Shift|Alt|"
    r"[A-Z]|SHA-256|HMAC|IP|URL|API|JSON|N|n|v\d+)\b|https?:[\w/<>:?=&.-]*|/[\w/<>:?=&.-]*|[\w.-]+@[\w.-]+|[\w-]+\.(xlsx|xls|csv|docx|pdf|json)"
)
LATIN, CHINESE = re.compile(r"[A-Za-z]{2,}(?:[ '’-][A-Za-z]+)*"), re.compile(r"[\u4e00-\u9fff]+")


class Words(HTMLParser):
    """The text of a page, and what a screen reader says of it; scripts and templates of data left out."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag, attributes):
        self.skip += tag in ("script", "style", "code", "pre")
        self.found += [value for name, value in attributes if name in READ_ALOUD and value]
        if tag in ("input", "button") and dict(attributes).get("type") == "submit":
            self.found.append(dict(attributes).get("value") or "")

    def handle_endtag(self, tag):
        self.skip -= tag in ("script", "style", "code", "pre")

    def handle_data(self, data):
        if not self.skip and data.strip():
            self.found.append(data.strip())


def data_of_the_world() -> re.Pattern:
    """Whatever stands in the database is nobody's to translate."""
    texts = set()
    for model in apps.get_models():
        if model._meta.app_label in ("contenttypes", "sessions", "django_celery_beat"):
            continue
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
        ]
        for row in model._base_manager.values_list(*names):
            texts |= {
                part
                for value in row
                for text in texts_in(value)
                for part in (text, *text.splitlines())
                if len(part.strip()) > 1
            }
    return re.compile("|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True)))


def texts_in(value) -> list[str]:
    """A text, or all those in a structure of JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return [value] if isinstance(value, str) else []


def foreign_words(html: str, language: str, data: re.Pattern) -> set[str]:
    words = Words()
    words.feed(html)
    wrong = CHINESE if language == "en" else LATIN
    return {word for text in words.found for word in wrong.findall(SAME.sub(" ", data.sub(" ", text)))}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("role", Role.values)
def test_no_page_speaks_the_other_language(role, language, settings):
    settings.CHECK_PREPARED = False  # that is for the other tests; here it would cost a third of the time
    world = World("qzx" if language == "en" else "甲乙")
    user = world.member(role)
    User.objects.filter(pk=user.pk).update(language=language)
    client, data, found = Client(), data_of_the_world(), {}
    client.force_login(user)
    for route in PAGES:
        if not access.holds(user, route.allow):
            continue
        response = client.get(reverse(route.name, kwargs=kwargs_of(route, world)))
        if response.streaming:
            b"".join(response.streaming_content)  # a file is read to its end, and so closed
        is_page = response.status_code == 200 and response.headers["Content-Type"].startswith("text/html")
        if is_page and (words := foreign_words(response.content.decode(), language, data)):
            found[f"/{route.path}"] = sorted(words)
    assert found == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_signing_in_speak_one_language(client, db, language):
    found = {}
    for url in (reverse("account_login"), "/no-such-page/"):
        client.cookies["language"] = language
        if words := foreign_words(client.get(url).content.decode(), language, re.compile("(?!)")):
            found[url] = sorted(words)
    assert found == {}


def test_every_catalogue_is_complete():
    call_command("messages", check=True)
