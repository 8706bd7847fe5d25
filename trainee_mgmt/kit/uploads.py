"""Files on their way in and out: size and names."""

import re
import unicodedata
from typing import Protocol

from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused

LONGEST_NAME = 120
FORBIDDEN = re.compile(r'[\\/:*?"<>|]+')


class Upload(Protocol):
    """What a form hands over (Django's UploadedFile)."""

    name: str
    size: int

    def read(self) -> bytes: ...


def read_upload(upload: Upload, *, limit: int) -> bytes:
    """The bytes of an upload, refused by its size before it is read into memory."""
    if upload.size > limit:
        raise Refused(
            _("The file is larger than %(limit)s MB. Make it smaller and send it again.")
            % {"limit": limit // 1024 // 1024}
        )
    return upload.read()


def file_name(text: str, extension: str = "") -> str:
    """A name that every system can store, without paths, control or direction marks; Chinese stays."""
    visible = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    plain = " ".join(FORBIDDEN.sub(" ", visible).split()).strip(". ") or "download"
    return plain[: LONGEST_NAME - len(extension)].strip(". ") + extension


def content_disposition(name: str, *, as_attachment: bool = True) -> str:
    """The header that names a download, in the encoding of RFC 5987 where it is not plain ASCII."""
    stem, dot, extension = name.rpartition(".")
    safe = file_name(stem, f".{file_name(extension)}") if dot else file_name(name)
    return content_disposition_header(as_attachment, safe) or "attachment"
