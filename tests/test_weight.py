"""What a phone loads when it opens the product for the first time."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from accounts.models import Role
from tests import make

MOST = 150_000
LOADED = re.compile(r'<(?:script|link|use)[^>]* (?:src|href)="/static/([^"#]+)[#"]')


def weight_of(page: bytes) -> int:
    """The page as it is and every file that it names as it is sent: WhiteNoise keeps them compressed."""
    files = {Path(finders.find(name)) for name in LOADED.findall(page.decode())}
    assert len(files) > 8
    return len(page) + sum(len(gzip.compress(file.read_bytes())) for file in files)


def test_the_page_to_sign_in_weighs_less_than_150_kb(client, db):
    assert weight_of(client.get(reverse("account_login")).content) < MOST


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.ORGANIZER])
def test_the_first_page_after_signing_in_weighs_less_than_150_kb(client, db, role):
    client.force_login(make.user(role, make.cohort()))

    assert weight_of(client.get("/").content) < MOST
