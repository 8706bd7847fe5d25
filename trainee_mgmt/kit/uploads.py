"""Files on their way in and out: size and names; and kept with the row that they belong to, or not at all."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.papers import DOCX
from trainee_mgmt.kit.sheets import XLSX

LONGEST_NAME = 120
MADE_HERE = {"xlsx": XLSX, "docx": DOCX}
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


def keep_file(field: FieldFile, name: str, data: bytes) -> None:
    """Write a file for a row that is saved after it. If the row is rolled back, the file goes too."""
    field.save(name, ContentFile(data), save=False)
    storage, kept = field.storage, field.name
    connection.on_rollback(lambda: storage.delete(kept))


def drop_files(files: Iterable[FieldFile]) -> None:
    """Delete the files of rows that are deleted in this transaction, once that is certain."""
    dropped = [(file.storage, file.name) for file in files]
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in dropped])


def file_name(text: str, extension: str = "") -> str:
    """A name that every system can store, without paths, control or direction marks; Chinese stays."""
    visible = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    plain = " ".join(FORBIDDEN.sub(" ", visible).split()).strip(". ") or "download"
    return plain[: LONGEST_NAME - len(extension)].strip(". ") + extension


def download(content: bytes, name: str) -> HttpResponse:
    """A file that was made at this moment, under a name that ends in ``.xlsx`` or ``.docx``."""
    kind = MADE_HERE[name.rpartition(".")[2]]
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": content_disposition(name)})


def content_disposition(name: str, *, as_attachment: bool = True) -> str:
    """The header that names a download, in the encoding of RFC 5987 where it is not plain ASCII."""
    stem, dot, extension = name.rpartition(".")
    safe = file_name(stem, f".{file_name(extension)}") if dot else file_name(name)
    return content_disposition_header(as_attachment, safe) or "attachment"
