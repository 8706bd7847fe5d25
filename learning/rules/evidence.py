"""Files that are kept as evidence: pictures and PDFs, checked one by one. Bytes in, bytes to keep out."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from learning.rules.documents import check_pdf, is_pdf
from learning.rules.pictures import encode_anew
from trainee_mgmt.kit.errors import Refused

PICTURE, PDF = "picture", "pdf"


def checked(files: Iterable[bytes], *, most: int) -> list[tuple[str, bytes]]:
    """(kind, bytes to keep): pictures encoded anew, PDFs as they are after a check."""
    files = list(files)
    if len(files) > most:
        raise Refused(_("At most %(most)s files are taken.") % {"most": most})
    kept = []
    for data in files:
        if is_pdf(data):
            check_pdf(data)
            kept.append((PDF, data))
        else:
            kept.append((PICTURE, encode_anew(data).full))
    return kept
