"""QR codes of addresses: for a screen, and for a paper."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString


def qr_svg(address: str) -> SafeString:
    """An SVG that fits any place; its colours come from the style sheet."""
    drawn = segno.make(address, error="m", micro=False)
    return SafeString(drawn.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None))


def qr_png(address: str) -> bytes:
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=8, border=1)
    return out.getvalue()
