"""The sessions of today on the home page."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.utils import timezone, translation


def test_a_coming_session_has_a_word_of_its_own_for_not_begun():
    now = timezone.now()
    line = {"starts_at": now + timedelta(hours=1), "ends_at": now + timedelta(hours=2), "title": "Policy"}

    with translation.override("zh-hans"):
        html = render_to_string("reports/_today.html", {"home": {"today": [{"line": line, "url": "/"}]}, "now": now})

    assert "未开始" in html
