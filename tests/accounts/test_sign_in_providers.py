"""Sign-in by other servers is one setting away. Its packages are not among ours: then the setting says so."""

import os
import subprocess
import sys
from importlib.util import find_spec

from django.conf import settings

OIDC = """{"openid_connect": {"APPS": [{"provider_id": "city", "name": "City", "client_id": "x", "secret": "y",
"settings": {"server_url": "https://id.example.org"}}]}}"""
PROGRAM = """
import django
django.setup()
from django.urls import reverse
print(reverse("openid_connect_callback", kwargs={"provider_id": "city"}))
"""


def start(providers: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "SIGN_IN_PROVIDERS": providers}
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)


def test_an_openid_connect_server_is_one_setting_and_some_packages_away():
    result = start(OIDC)

    if find_spec("requests") and find_spec("jwt"):
        assert result.stdout.strip() == "/account/oidc/city/login/callback/"
    else:
        assert 'pip install "django-allauth[socialaccount]"' in result.stderr
