"""PDF files that people send: what is taken. Bytes in, nothing out but a refusal."""

import re

from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused

MOST_BYTES = 10 * 1024 * 1024
# What runs, opens something else or hides another file. Names may be written with #xx for any letter.
ACTIVE = (b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"RichMedia", b"XFA", b"SubmitForm", b"GoToE", b"GoToR")
NAME = re.compile(rb"/([^\s/<>()\[\]{}%]{1,80})")
HEX = re.compile(rb"#([0-9A-Fa-f]{2})")


def is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-")


def check_pdf(data: bytes) -> None:
    """A PDF that only shows something: refuses what is none, is cut off, too large, locked, or carries programs."""
    if len(data) > MOST_BYTES:
        raise Refused(
            _("The PDF has %(size)s MB; at most %(most)s MB are taken.")
            % {"size": len(data) // 2**20, "most": MOST_BYTES // 2**20}
        )
    if not is_pdf(data) or b"%%EOF" not in data[-2048:]:
        raise Refused(_("This is not a complete PDF. Send a picture, or save the PDF anew."))
    names = {HEX.sub(lambda found: bytes([int(found[1], 16)]), name) for name in NAME.findall(data)}
    if b"Encrypt" in names:
        raise Refused(_("This PDF is locked with a password. Send it without."))
    if names.intersection(ACTIVE):
        raise Refused(_("This PDF holds programs or other files. Print it to PDF anew, or send a picture."))
