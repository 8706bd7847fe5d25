"""What works without a network: the service worker of the whole site, and the page it shows where it has no copy.

It keeps the styles and scripts of one release, named after their addresses, and the pages that ask for it by the header
``X-Kept-For`` (the roll call, the journal, the notes of a visit), for that person and until signing out.
"""

import hashlib
import json
import re
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

PIECES = ("kit/frame/_head.html", "kit/frame/_scripts.html")
MORE = ("kit/icons.svg", "learning/roll.js", "learning/journal.js", "learning/drafts.js", "placements/keep.js")
ADDRESS = re.compile(r'(?:href|src)="([^"]+)"')


@lru_cache(maxsize=1)
def assets() -> list[str]:
    """The addresses of styles, drawings and scripts that every page asks for, as the frame itself names them."""
    found = [address for piece in PIECES for address in ADDRESS.findall(render_to_string(piece))]
    found += [static(name) for name in MORE]
    found.append(f"{settings.STATIC_URL}learning/drafts.js")  # journal.js imports it by this name
    return sorted({address for address in found if address.startswith(settings.STATIC_URL)})


@require_safe
@login_not_required
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script, served from the root so that it may answer for the whole site; a browser asks for it anew each time."""
    known = assets()
    facts = {
        "version": hashlib.sha256("\n".join(known).encode()).hexdigest()[:16],
        "assets": known,
        "offline": reverse("offline"),
        "signIn": reverse("account_login"),
        "signOut": reverse("account_logout"),
        "statics": settings.STATIC_URL,
    }
    text = f"const SITE = {json.dumps(facts)};\n{render_to_string('kit/service_worker.js')}"
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers=headers)


@require_safe
@login_not_required
def offline(request: HttpRequest) -> HttpResponse:
    """Open to everybody: kept by the service worker for whatever it has no copy of."""
    return render(request, "kit/offline.html")
