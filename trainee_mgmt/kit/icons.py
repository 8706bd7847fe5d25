"""Our line drawings: ``icon("home")`` is SVG text to stand beside words, ``icon("home", "Home")`` has a name of its own.
``shared_icon("home")`` only points into the file of all drawings, which a browser keeps: for what stands on every page.
"""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

FILE = "kit/icons.svg"
SOURCE = Path(settings.BASE_DIR) / "static" / FILE
DRAWINGS = {
    name: SafeString(drawing)
    for name, drawing in re.findall(r'<symbol id="(.+?)"[^>]*>(.*)</symbol>', SOURCE.read_text())
}


@lru_cache(maxsize=1024)
def icon(name: str, label: str = "") -> SafeString:
    """The drawing as SVG text: silent beside words, or with an accessible name of its own."""
    if label:
        return format_html(
            '<svg class="ico" viewBox="0 0 20 20" role="img" aria-label="{}">{}</svg>', label, DRAWINGS[name]
        )
    return format_html('<svg class="ico" viewBox="0 0 20 20" aria-hidden="true">{}</svg>', DRAWINGS[name])


def shared_icon(name: str) -> SafeString:
    return format_html('<svg class="ico" aria-hidden="true"><use href="{}#{}"/></svg>', static(FILE), name)
