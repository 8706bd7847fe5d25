import os
import time
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from tests.test_access_map import kwargs_of
from tests.test_any_input import Walk
from trainee_mgmt.kit import sitemap

PICK = os.environ.get("FUZZ", "placements:")
VALUES = [
    "-1",
    "0",
    "1",
    "99999",
    "2147483648",
    "1.5",
    "0001-01-01",
    "9999-12-31",
    "2024-02-29",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2026-09-10",
    "1e5",
    "{}",
    "[]",
    "-0",
    "٣",
    "=1+1",
    "\ud800",
    "\u202e",
]


class F(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.fields = {}
        self.sel = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        g = dict(attrs)
        name = g.get("name") or ""
        if tag in ("input", "textarea", "select") and name not in ("", "csrfmiddlewaretoken", "next"):
            t = g.get("type", "text") if tag == "input" else tag
            v = g.get("value") or ""
            if t in ("checkbox", "radio") and "checked" not in g:
                if t == "radio":
                    self.fields.setdefault(name, v)
                return
            if not v:
                v = {
                    "date": "2026-09-10",
                    "datetime-local": "2026-09-10T10:00",
                    "number": "1",
                    "email": "a@b.cn",
                    "select": "",
                    "file": "",
                    "hidden": "",
                }.get(t, "x")
            self.fields[name] = v
        if tag == "select":
            self.sel = name
        if tag == "option" and self.sel in self.fields and ("selected" in g or not self.fields[self.sel]):
            self.fields[self.sel] = g.get("value") or ""


@pytest.mark.django_db
def test_fuzz(settings):
    settings.CHECK_PREPARED = False
    w = Walk()
    t0 = time.time()
    n = 0
    ok = {}
    for route in sitemap.routes():
        if not route.name.startswith(tuple(PICK.split(","))):
            continue
        url = reverse(route.name, kwargs=kwargs_of(route, w.world) if route.allow else dict.fromkeys(route.kwargs, "x"))
        c = Client()
        c.force_login(w.person_for(route))
        if not hasattr(route.page, "post"):
            continue
        page = w.ask(f"GET {route.name}", c.get, url, {})
        html = page is not None and page.status_code == 200 and "html" in page.headers["Content-Type"]
        form = F(page.content.decode()).fields if html else {"text": "x", "reason": "x"}
        if len(form) > 45:
            form = dict(list(form.items())[:45])
        r = w.ask(f"POST {route.name} base", c.post, url, form)
        ok[route.name] = r.status_code if r is not None else "!!"
        for name in form:
            for v in VALUES:
                w.ask(f"POST {route.name} {name}={v!r}", c.post, url, form | {name: v})
                n += 1
    print("\nBASE", {k: v for k, v in ok.items() if v != 302})
    print("requests", n, time.time() - t0)
    for f in w.found:
        print(" !!", f.encode("utf8", "backslashreplace").decode())
